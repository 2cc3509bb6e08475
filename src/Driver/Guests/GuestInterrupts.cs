using System.Numerics;
using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>
/// MSI-X as one guest sees it: table, pending bits and message control are the guest's own, and stay when the device behind them is
/// another. What the guest writes goes on to the device's table, but for a vector that the host keeps (the admin vector of a mediated
/// guest): the device's MSI-X is then always on, and what the guest masks is masked entry by entry.
/// </summary>
public sealed class GuestInterrupts
{
    // What a host's interrupt controller writes into an entry when it hands out the vector.
    private const ulong MessageAddress = 0xFEE0_0000;

    private static readonly MsixTableEntry Empty = new() { Control = new MsixVectorControl { Masked = true } };

    private readonly MsixTableEntry[] _entries;
    private readonly bool[] _pending;
    private readonly Signal?[] _bound;
    private readonly bool _hostKeepsAdmin;
    private IFunction _backing;
    private MsixTable? _table;
    private MsixControl _control;

    internal GuestInterrupts(IFunction backing, bool hostKeepsAdmin)
    {
        _backing = backing;
        _hostKeepsAdmin = hostKeepsAdmin;
        _table = MsixTable.Find(backing);
        Count = _table?.Count ?? backing.VectorCount;
        _entries = new MsixTableEntry[Count];
        _pending = new bool[Count];
        _bound = new Signal?[Count];
        Array.Fill(_entries, Empty);
    }

    /// <summary>Vectors.</summary>
    public int Count { get; }

    /// <summary>Where the guest finds message control in configuration space; -1 where it has no MSI-X.</summary>
    public int ControlOffset => _table?.ControlOffset ?? -1;

    /// <summary>Message control as the guest reads it.</summary>
    public MsixControl Control
    {
        get => _control with { TableSizeZ = (ushort)(Count - 1) };
        set
        {
            _control = new MsixControl { Enable = value.Enable, FunctionMask = value.FunctionMask };
            Apply();
            SendPending();
        }
    }

    private bool IsSilent => !_control.Enable || _control.FunctionMask;

    /// <summary>The first byte of BAR0 that belongs to the table or the pending bits.</summary>
    public long FirstOffset => _table is { } table ? Math.Min(table.TableOffset, table.PendingOffset) : long.MaxValue;

    /// <summary>True when a byte of BAR0 belongs to the table or the pending bits.</summary>
    public bool Covers(long offset) => _table is { } table
        && ((ulong)(offset - table.TableOffset) < (ulong)table.TableLength
            || (ulong)(offset - table.PendingOffset) < (ulong)table.PendingLength);

    public MsixTableEntry Entry(int vector) => _entries[vector];

    public bool IsPending(int vector) => _pending[vector] || (!IsHosts(vector) && _table is { } table && table.IsPending(vector));

    public bool IsBound(int vector) => _bound[vector] is not null;

    /// <summary>Reads a dword of the table or the pending bits.</summary>
    public uint Read(long offset)
    {
        var at = offset - _table!.TableOffset;
        if ((ulong)at >= (ulong)_table.TableLength) return ReadPending((int)(offset - _table.PendingOffset) / 4);
        if (at / MsixTableEntry.Size >= Count) return 0; // a table that has more entries than the guest was told of
        var entry = _entries[at / MsixTableEntry.Size];
        return (at % MsixTableEntry.Size) switch
        {
            < 4 => (uint)entry.Address,
            < 8 => (uint)(entry.Address >> 32),
            < 12 => entry.Data,
            _ => entry.Control.Raw,
        };
    }

    /// <summary>Writes a dword of the table; pending bits are not for writing.</summary>
    public void Write(long offset, uint value)
    {
        var at = offset - _table!.TableOffset;
        if ((ulong)at >= (ulong)_table.TableLength) return;
        var vector = (int)(at / MsixTableEntry.Size);
        if (vector >= Count) return;
        var entry = _entries[vector];
        SetEntry(vector, (at % MsixTableEntry.Size) switch
        {
            < 4 => entry with { Address = (entry.Address & 0xFFFF_FFFF_0000_0000) | value },
            < 8 => entry with { Address = (uint)entry.Address | ((ulong)value << 32) },
            < 12 => entry with { Data = value },
            _ => entry with { Control = new MsixVectorControl(value) },
        });
    }

    public void SetEntry(int vector, in MsixTableEntry entry)
    {
        _entries[vector] = entry;
        Apply(vector);
        if (!entry.Control.Masked) SendPending();
    }

    /// <summary>Notes an interrupt that was raised while it could not be sent; sent once the guest allows it.</summary>
    public void SetPending(int vector)
    {
        _pending[vector] = true;
        SendPending();
    }

    /// <summary>The host hands the vector out: an entry that nobody programmed is programmed, as an operating system would.</summary>
    public void Bind(int vector, Signal? signal)
    {
        if (!IsHosts(vector)) _backing.BindInterrupt(vector, signal);
        if (vector >= Count) return;
        _bound[vector] = signal;
        if (signal is null || _entries[vector] is not { Address: 0, Data: 0 }) return;
        SetEntry(vector, new MsixTableEntry { Address = MessageAddress, Data = (uint)vector });
        Control = Control with { Enable = true };
    }

    /// <summary>An interrupt of a vector that the host raises itself.</summary>
    public void Raise(int vector)
    {
        if (_table is not null && !_control.Enable) return;
        if (_table is not null && (IsSilent || _entries[vector].Control.Masked)) _pending[vector] = true;
        else _bound[vector]?.Raise();
    }

    /// <summary>What a function level reset leaves: an empty, masked table. Bindings are the host's and stay.</summary>
    internal void Reset()
    {
        Array.Fill(_entries, Empty);
        Array.Clear(_pending);
        _control = default;
        Apply();
    }

    /// <summary>What is the host's to carry; reads the device's pending bits and nothing else of it.</summary>
    internal HostState Save() => new()
    {
        MsixControl = _table is null ? (ushort)0 : Control.Raw,
        Entries = _table is null ? [] : Array.ConvertAll(_entries, entry => SavedVector.Of(entry)),
        Pending = PendingVectors(),
        Bound = [.. Enumerable.Range(0, Count).Where(IsBound)],
    };

    /// <summary>
    /// Puts another device behind it: takes the bindings along and writes the table as it was saved into the device's, once, while MSI-X is off
    /// there. It is not yet told what is pending.
    /// </summary>
    internal void MoveTo(IFunction backing, HostState state)
    {
        for (var vector = 0; vector < Count; vector++)
        {
            if (!IsHosts(vector) && _bound[vector] is not null) _backing.BindInterrupt(vector, null);
        }

        Array.Clear(_pending);
        _backing = backing;
        _table = MsixTable.Find(backing);
        for (var vector = 0; vector < Count; vector++)
        {
            if (!IsHosts(vector) && _bound[vector] is not null) backing.BindInterrupt(vector, _bound[vector]);
            if (vector < state.Entries.Count) _entries[vector] = state.Entries[vector].Entry;
        }

        if (_table is not null)
        {
            var control = new MsixControl(state.MsixControl);
            _control = new MsixControl { Enable = control.Enable, FunctionMask = control.FunctionMask };
            if (!_hostKeepsAdmin) _table.Enable(false);
        }

        Apply();
    }

    private bool IsHosts(int vector) => _hostKeepsAdmin && vector == 0;

    /// <summary>Of 32 vectors; a vector that is the host's is as the guest knows it.</summary>
    private uint ReadPending(int word)
    {
        var bits = _table?.ReadPending(word) ?? 0;
        if (_hostKeepsAdmin && word == 0) bits &= ~1u;
        var vectors = Math.Min(Count - (word * 32), 32);
        if (vectors < 32) bits &= (1u << vectors) - 1;
        for (var bit = 0; bit < vectors; bit++)
        {
            if (_pending[(word * 32) + bit]) bits |= 1u << bit;
        }

        return bits;
    }

    private List<int> PendingVectors()
    {
        var vectors = new List<int>();
        for (var word = 0; word * 32 < Count; word++)
        {
            for (var bits = ReadPending(word); bits != 0; bits &= bits - 1) vectors.Add((word * 32) + BitOperations.TrailingZeroCount(bits));
        }

        return vectors;
    }

    private void SendPending()
    {
        if (IsSilent) return;
        for (var vector = 0; vector < Count; vector++)
        {
            if (!_pending[vector] || _entries[vector].Control.Masked) continue;
            _pending[vector] = false;
            _bound[vector]?.Raise();
        }
    }

    private void Apply()
    {
        if (_table is null) return;
        for (var vector = 0; vector < Count; vector++) Apply(vector);
        if (!_hostKeepsAdmin) _table.Control = Control;
    }

    private void Apply(int vector)
    {
        if (_table is null || IsHosts(vector) || vector >= _table.Count) return;
        var entry = _entries[vector];
        // Where the host keeps MSI-X on, the guest's enable and function mask have to act on each entry.
        if (_hostKeepsAdmin && IsSilent) entry.Control = entry.Control with { Masked = true };
        _table.Write(vector, entry);
    }
}
