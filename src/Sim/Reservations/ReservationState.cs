using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Who has registered with a namespace, and the reservation on it (Base 2.3 8.1.24). It belongs to the blocks, not to a controller: no
/// controller state carries it, and no reset ends it. Where both sides of a pair reach the same blocks it is there for a controller that
/// moves as soon as its Host Identifier is; where each has its own, hosts register with the destination anew.
/// </summary>
internal sealed class ReservationState
{
    private readonly List<(UInt128 Host, ulong Key)> _registrants = [];
    private readonly List<(UInt128 Host, ReservationNotification What)> _told = [];
    private UInt128 _holder;

    /// <summary>GEN.</summary>
    public uint Generation { get; private set; }

    /// <summary>None where nobody holds one.</summary>
    public ReservationType Type { get; private set; }

    /// <summary>PTPL: registrants and reservation outlive a loss of power.</summary>
    public bool Persists { get; set; }

    /// <summary>In order of registration.</summary>
    public IReadOnlyList<(UInt128 Host, ulong Key)> Registrants => _registrants;

    /// <summary>What the last operation has to tell, and whom; its own host is to be left out.</summary>
    public IReadOnlyList<(UInt128 Host, ReservationNotification What)> Told => _told;

    private bool IsForAll => Type is ReservationType.WriteExclusiveAllRegistrants or ReservationType.ExclusiveAccessAllRegistrants;

    public bool Holds(UInt128 host) => Type != ReservationType.None && (IsForAll ? IsRegistrant(host) : _holder == host);

    /// <summary>Whether the reservation keeps a host from commands of a group.</summary>
    public bool Forbids(UInt128 host, NamespaceAccess access)
    {
        const NamespaceAccess Groups = NamespaceAccess.ReadGroup | NamespaceAccess.WriteGroup;
        if (Type == ReservationType.None || (access & Groups) == NamespaceAccess.None) return false;
        var isForHolder = Type is ReservationType.WriteExclusive or ReservationType.ExclusiveAccess;
        if (isForHolder ? Holds(host) : IsRegistrant(host)) return false;
        var isAboutWrites = Type is ReservationType.WriteExclusive or ReservationType.WriteExclusiveRegistrantsOnly
            or ReservationType.WriteExclusiveAllRegistrants;
        return !isAboutWrites || access.HasFlag(NamespaceAccess.WriteGroup);
    }

    /// <summary>Registers a key; a registrant may only repeat its own (8.1.24.3).</summary>
    public Status Register(UInt128 host, ulong key)
    {
        _told.Clear();
        var at = Find(host);
        if (at >= 0 && _registrants[at].Key != key) return Status.ReservationConflict;
        if (at < 0) _registrants.Add((host, key));
        return Changed();
    }

    /// <summary>Replaces the key of a registrant; one that ignores the existing key need not be one (8.1.24.3).</summary>
    public Status Replace(UInt128 host, ulong current, ulong key, bool ignoresKey)
    {
        _told.Clear();
        if (!ignoresKey && !Knows(host, current)) return Status.ReservationConflict;
        var at = Find(host);
        if (at < 0) _registrants.Add((host, key));
        else _registrants[at] = (host, key);
        return Changed();
    }

    /// <summary>Ends a registration, and with that of its last holder the reservation (8.1.24.4).</summary>
    public Status Unregister(UInt128 host, ulong current, bool ignoresKey)
    {
        _told.Clear();
        if (!ignoresKey && !Knows(host, current)) return Status.ReservationConflict;
        var (type, held) = (Type, Holds(host));
        _registrants.RemoveAll(registrant => registrant.Host == host);
        if (!held || (IsForAll && _registrants.Count != 0)) return Changed();
        Type = ReservationType.None;
        if (type is ReservationType.WriteExclusiveRegistrantsOnly or ReservationType.ExclusiveAccessRegistrantsOnly)
            TellRegistrants(ReservationNotification.ReservationReleased);
        return Changed();
    }

    /// <summary>Acquires a reservation where there is none; a holder may repeat what it has (8.1.24.5).</summary>
    public Status Acquire(UInt128 host, ulong current, ReservationType type)
    {
        _told.Clear();
        if (!Knows(host, current)) return Status.ReservationConflict;
        if (Type != ReservationType.None) return Holds(host) && Type == type ? Status.Success : Status.ReservationConflict;
        (Type, _holder) = (type, host);
        return Status.Success;
    }

    /// <summary>Takes registrations, and where the key is that of a holder the reservation, away from others (8.1.24.7).</summary>
    public Status Preempt(UInt128 host, ulong current, ulong key, ReservationType type)
    {
        _told.Clear();
        if (!Knows(host, current)) return Status.ReservationConflict;
        var before = Type;
        if (Type != ReservationType.None && (IsForAll ? key == 0 : key == _registrants[Find(_holder)].Key))
        {
            if (!IsDefined(type)) return Status.InvalidField;
            var everybody = IsForAll;
            Preempt(registrant => registrant.Host != host && (everybody || registrant.Key == key));
            (Type, _holder) = (type, host);
        }
        else
        {
            if (Type != ReservationType.None && key == 0) return Status.InvalidField;
            if (IsForAll && !_registrants.Exists(registrant => registrant.Key == key)) return Status.ReservationConflict;
            Preempt(registrant => registrant.Key == key);
            if (_registrants.Count == 0) Type = ReservationType.None;
        }

        if (before != ReservationType.None && before != Type) TellRegistrants(ReservationNotification.ReservationReleased);
        return Changed();
    }

    /// <summary>Gives up a reservation; that of another host stays as it is (8.1.24.6).</summary>
    public Status Release(UInt128 host, ulong current, ReservationType type)
    {
        _told.Clear();
        if (!Knows(host, current)) return Status.ReservationConflict;
        if (!Holds(host)) return Status.Success;
        if (Type != type) return Status.InvalidField;
        Type = ReservationType.None;
        if (type is not (ReservationType.WriteExclusive or ReservationType.ExclusiveAccess))
            TellRegistrants(ReservationNotification.ReservationReleased);
        return Status.Success;
    }

    /// <summary>Ends the reservation and all registrations (8.1.24.8).</summary>
    public Status Clear(UInt128 host, ulong current)
    {
        _told.Clear();
        if (!Knows(host, current)) return Status.ReservationConflict;
        TellRegistrants(ReservationNotification.ReservationPreempted);
        _registrants.Clear();
        Type = ReservationType.None;
        return Changed();
    }

    /// <summary>Whether there is a reservation of such a type at all.</summary>
    public static bool IsDefined(ReservationType type) =>
        type is >= ReservationType.WriteExclusive and <= ReservationType.ExclusiveAccessAllRegistrants;

    private bool IsRegistrant(UInt128 host) => Find(host) >= 0;

    private bool Knows(UInt128 host, ulong key) => Find(host) is >= 0 and var at && _registrants[at].Key == key;

    private int Find(UInt128 host)
    {
        for (var i = 0; i < _registrants.Count; i++)
        {
            if (_registrants[i].Host == host) return i;
        }

        return -1;
    }

    private void Preempt(Predicate<(UInt128 Host, ulong Key)> which)
    {
        foreach (var registrant in _registrants.FindAll(which))
            _told.Add((registrant.Host, ReservationNotification.RegistrationPreempted));
        _registrants.RemoveAll(which);
    }

    private void TellRegistrants(ReservationNotification what)
    {
        foreach (var registrant in _registrants) _told.Add((registrant.Host, what));
    }

    private Status Changed()
    {
        unchecked
        {
            Generation++;
        }

        return Status.Success;
    }
}
