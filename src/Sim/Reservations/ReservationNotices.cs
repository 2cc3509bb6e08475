using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// What a controller has to tell its host of reservations, oldest first: a page of the Reservation Notification log each. Of those that
/// find no place only the count remains. They are the controller's, and go with its events when it moves.
/// </summary>
internal sealed class ReservationNotices(ControllerCore owner)
{
    private const int Most = 16;

    private static readonly AsyncEvent _available =
        AsyncEvent.Of(CommandSetEvent.ReservationLogPageAvailable, LogId.ReservationNotification);

    private readonly List<Notice> _notices = [];
    private ulong _count;

    private readonly record struct Notice(ulong Count, ReservationNotification What, uint Nsid);

    /// <summary>Tells whom the last operation on a namespace concerns, through every controller of theirs, but for the host itself.</summary>
    public static void Tell(Volume volume, UInt128 but)
    {
        foreach (var (host, what) in volume.Reservations.Told)
        {
            if (host == but) continue;
            foreach (var ns in volume.Faces)
            {
                foreach (var controller in ns.Controllers)
                {
                    if (HostIdentity.Is(controller, host)) controller.Logs.Reservations.Add(what, ns.Nsid);
                }
            }
        }
    }

    /// <summary>The page that is read next: the oldest, or all zeroes.</summary>
    public ReservationNotificationLog Oldest => _notices.Count == 0 ? default : new()
    {
        Lpc = _notices[0].Count,
        Rnlpt = _notices[0].What,
        Nalp = (byte)Math.Min(byte.MaxValue, _notices.Count - 1),
        Nsid = _notices[0].Nsid,
    };

    /// <summary>The oldest was read.</summary>
    public void RemoveOldest()
    {
        if (_notices.Count != 0) _notices.RemoveAt(0);
    }

    /// <summary>A controller level reset: counting begins anew.</summary>
    public void Clear()
    {
        _notices.Clear();
        _count = 0;
    }

    public void Encode(VendorStateCodec.Writer writer)
    {
        writer.Begin(VendorStateCodec.Section.Reservations).Long(_count).Word((uint)_notices.Count);
        for (var i = 0; i < Most; i++)
        {
            // As long for any number of them.
            var notice = i < _notices.Count ? _notices[i] : default;
            writer.Long(notice.Count).Word((uint)notice.What).Word(notice.Nsid);
        }

        writer.End();
    }

    /// <summary>Reads the section; null when it is not one. What is returned makes a controller have them.</summary>
    public static Action<ReservationNotices>? TryDecode(ref VendorStateCodec.Reader reader)
    {
        var (total, count) = (reader.Long(), reader.Word());
        if (count > Most) return null;
        var notices = new Notice[Most];
        for (var i = 0; i < Most; i++) notices[i] = new Notice(reader.Long(), (ReservationNotification)reader.Word(), reader.Word());
        if (!reader.IsExact) return null;
        return target =>
        {
            target._notices.Clear();
            target._notices.AddRange(notices.AsSpan(0, (int)count));
            target._count = total;
        };
    }

    private void Add(ReservationNotification what, uint nsid)
    {
        var mask = owner.Features.Current(FeatureId.ReservationNotificationMask, nsid);
        if ((mask & (1u << (int)what)) != 0) return;
        _count = _count == ulong.MaxValue ? 1 : _count + 1;
        if (_notices.Count < Most) _notices.Add(new Notice(_count, what, nsid));
        else _notices[^1] = _notices[^1] with { Count = _count };
        owner.Raise(_available);
    }
}

/// <summary>Reservation Notification (Base 2.3 5.2.12.1.35): each read takes the oldest.</summary>
internal sealed class ReservationNotificationPage : LogPage
{
    public override LogId Id => LogId.ReservationNotification;

    public override bool IsSupported(ControllerCore c) => c.Options.IoCommands.Reservations;

    public override Status Make(ControllerCore c, CommandContext command, in GetLogPageFields fields, out int length)
    {
        Blank<ReservationNotificationLog>(command, out length) = c.Logs.Reservations.Oldest;
        return Status.Success;
    }

    public override void Read(ControllerCore c, in GetLogPageFields fields) => c.Logs.Reservations.RemoveOldest();
}
