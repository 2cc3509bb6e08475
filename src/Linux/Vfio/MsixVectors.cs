using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Linux;

/// <summary>
/// MSI-X of one function as its driver sees it: table, pending bits and message control are kept here, since the entries of the device are the
/// kernel's, which takes the interrupts and adds them to eventfds. A masked vector's interrupt is noted and raised once it is unmasked. On the host
/// lane, but for <see cref="Fired"/>.
/// </summary>
internal sealed class MsixVectors : IDisposable
{
    private static readonly MsixTableEntry s_empty = new() { Control = new MsixVectorControl { Masked = true } };

    private readonly DeviceFile _device;
    private readonly InterruptThread _thread;
    private readonly Func<ushort> _readControl;
    private readonly List<Vector> _vectors = [];
    private readonly MsixLocation _table;
    private readonly MsixLocation _pending;
    private World? _world;
    private MsixControl _control;

    private sealed class Vector : IDisposable
    {
        public required EventFile File { get; init; }

        public required Action Deliver { get; init; }

        public ulong Key { get; set; }

        public MsixTableEntry Entry { get; set; } = s_empty;

        public bool IsPending { get; set; }

        public Signal? Bound { get; set; }

        /// <summary>Set while a delivery is on its way to the host lane; more of them would say nothing more.</summary>
        public int OnItsWay;

        public void Dispose() => File.Dispose();
    }

    /// <param name="device">Whose interrupts.</param>
    /// <param name="thread">Hears them.</param>
    /// <param name="table">Where the device has its table.</param>
    /// <param name="pending">Where it has the pending bits.</param>
    /// <param name="readControl">Reads the device's message control, whose size may change with its resources.</param>
    public MsixVectors(DeviceFile device, InterruptThread thread, MsixLocation table, MsixLocation pending, Func<ushort> readControl)
    {
        (_device, _thread, _table, _pending, _readControl) = (device, thread, table, pending, readControl);
    }

    /// <summary>Vectors that the function has now.</summary>
    public int Count => new MsixControl(_readControl()).TableSizeZ + 1;

    /// <exception cref="Device.HostLimitException">The kernel has fewer vectors to give: no fault of the device's, whose commands would seem to time out.</exception>
    public MsixControl Control
    {
        get => _control with { TableSizeZ = (ushort)(Count - 1) };
        set
        {
            var refused = value.Enable == _control.Enable ? null : Turn(value.Enable);
            _control = new MsixControl { Enable = value.Enable && refused is null, FunctionMask = value.FunctionMask };
            SendPending();
            if (refused is not null) throw new Device.HostLimitException(refused);
        }
    }

    /// <summary>A byte of BAR0 belongs to the table or to the pending bits.</summary>
    public bool Covers(long offset) =>
        (_table.Bir == 0 && (ulong)(offset - _table.Offset) < (ulong)((long)Count * MsixTableEntry.Size))
        || (_pending.Bir == 0 && (ulong)(offset - _pending.Offset) < (ulong)MsixPendingBits.SizeFor(Count));

    /// <summary>The first byte of BAR0 that may be covered.</summary>
    public long First => Math.Min(_table.Bir == 0 ? _table.Offset : long.MaxValue, _pending.Bir == 0 ? _pending.Offset : long.MaxValue);

    public uint Read(long offset)
    {
        if (!IsOfTable(offset, out var vector, out var at)) return ReadPending((int)(offset - _pending.Offset) / sizeof(uint));
        var entry = vector < _vectors.Count ? _vectors[vector].Entry : s_empty;
        return at switch
        {
            MsixTableEntry.AddressOffset => (uint)entry.Address,
            MsixTableEntry.AddressOffset + sizeof(uint) => (uint)(entry.Address >> 32),
            MsixTableEntry.DataOffset => entry.Data,
            _ => entry.Control.Raw,
        };
    }

    /// <summary>Writes a dword of the table; pending bits are not for writing.</summary>
    public void Write(long offset, uint value)
    {
        if (!IsOfTable(offset, out var number, out var at)) return;
        var vector = At(number);
        var entry = vector.Entry;
        switch (at)
        {
            case MsixTableEntry.AddressOffset: entry.Address = (entry.Address & ~0xFFFF_FFFFUL) | value; break;
            case MsixTableEntry.AddressOffset + sizeof(uint): entry.Address = (entry.Address & 0xFFFF_FFFFUL) | ((ulong)value << 32); break;
            case MsixTableEntry.DataOffset: entry.Data = value; break;
            default: entry.Control = new MsixVectorControl { Masked = new MsixVectorControl(value).Masked }; break;
        }

        vector.Entry = entry;
        SendPending();
    }

    public void Bind(int vector, Signal? signal)
    {
        if ((uint)vector >= (uint)Count) throw new ArgumentOutOfRangeException(nameof(vector), vector, $"There are {Count} vectors.");
        At(vector).Bound = signal;
        SendPending();
    }

    /// <summary>A new user in a world: nothing bound, nothing pending, MSI-X off.</summary>
    public void Begin(World? world)
    {
        Volatile.Write(ref _world, world);
        foreach (var vector in _vectors)
        {
            vector.Bound = null;
            // What was on its way to a world that has ended arrives nowhere, and must not stand for what comes now.
            Volatile.Write(ref vector.OnItsWay, 0);
        }

        Forget();
    }

    /// <summary>What a reset leaves: an empty, masked table. Bindings stay, as the host's wiring does.</summary>
    public void Forget()
    {
        if (_control.Enable) Turn(false);
        _control = default;
        foreach (var vector in _vectors) (vector.Entry, vector.IsPending) = (s_empty, false);
    }

    public void Dispose()
    {
        Begin(null);
        foreach (var vector in _vectors)
        {
            _thread.Remove(vector.Key);
            vector.Dispose();
        }

        _vectors.Clear();
    }

    /// <summary>On the thread of interrupts.</summary>
    private void Fired(Vector vector)
    {
        if (Interlocked.Exchange(ref vector.OnItsWay, 1) == 0) Volatile.Read(ref _world)?.PostFromOutside(vector.Deliver);
    }

    private void Deliver(int number)
    {
        var vector = _vectors[number];
        Volatile.Write(ref vector.OnItsWay, 0);
        if (!_control.Enable) return;
        vector.IsPending = true;
        SendPending();
    }

    private Vector At(int number)
    {
        while (_vectors.Count <= number)
        {
            var next = _vectors.Count;
            var vector = new Vector { File = new EventFile(), Deliver = () => Deliver(next) };
            vector.Key = _thread.Add(vector.File, () => Fired(vector));
            _vectors.Add(vector);
        }

        return _vectors[number];
    }

    private bool IsOfTable(long offset, out int vector, out int at)
    {
        var inside = offset - _table.Offset;
        (vector, at) = ((int)(inside / MsixTableEntry.Size), (int)(inside % MsixTableEntry.Size) & ~3);
        return _table.Bir == 0 && inside >= 0 && vector < Count;
    }

    private uint ReadPending(int word)
    {
        var bits = 0u;
        for (var bit = 0; bit < 32 && (word * 32) + bit < _vectors.Count; bit++)
        {
            if (_vectors[(word * 32) + bit].IsPending) bits |= 1u << bit;
        }

        return bits;
    }

    private void SendPending()
    {
        if (!_control.Enable || _control.FunctionMask) return;
        foreach (var vector in _vectors)
        {
            if (!vector.IsPending || vector.Entry.Control.Masked) continue;
            vector.IsPending = false;
            vector.Bound?.Raise();
        }
    }

    /// <summary>All vectors at once: those of a table that grows later would need the rest to be turned off for a moment.</summary>
    /// <returns>Why they are not on; null where they are as asked.</returns>
    private string? Turn(bool on)
    {
        if (!on)
        {
            _ = _device.TrySetInterrupts(Abi.VfioAbi.VFIO_PCI_MSIX_IRQ_INDEX, []);
            foreach (var vector in _vectors) vector.File.Take();
            return null;
        }

        var count = Count;
        At(count - 1);
        var files = new EventFile[count];
        for (var i = 0; i < count; i++) files[i] = _vectors[i].File;
        var result = _device.TrySetInterrupts(Abi.VfioAbi.VFIO_PCI_MSIX_IRQ_INDEX, files);
        return result switch
        {
            0 => null,
            < 0 => $"VFIO_DEVICE_SET_IRQS of {count} vectors on {_device.Path}: {Errno.Name(-result)}",
            _ => $"VFIO_DEVICE_SET_IRQS on {_device.Path}: {result} vectors of {count} are to be had",
        };
    }
}
