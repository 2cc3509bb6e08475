using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Where an address of a command leads.</summary>
internal enum MemoryPlace : byte
{
    Unknown,

    /// <summary>Host memory, through the IOMMU.</summary>
    Host,

    /// <summary>The Controller Memory Buffer.</summary>
    Buffer,

    /// <summary>The Persistent Memory Region.</summary>
    Region,
}

/// <summary>
/// Controller Memory Buffer (Base 2.3 8.2.1) and Persistent Memory Region (8.2.4) of one function: their bytes, the properties that tell of
/// them, and the address ranges in which commands see them.
/// </summary>
internal sealed class LocalMemory
{
    /// <summary>What the buffer is filled with when its contents are undefined: nobody is to rely on them.</summary>
    private const byte Undefined = 0xCB;

    private readonly RegisterFile _registers;
    private readonly SimulatedMemoryBuffer? _buffer;
    private readonly SimulatedMemoryRegion? _region;
    private byte[]? _bufferBytes; // made when somebody looks: most functions are reset often and their buffer is never used
    private byte[]? _regionBytes;
    private Window _bufferWindow;
    private Window _regionWindow;

    /// <summary>Controller addresses that lead to one of them; no bytes while it is not enabled.</summary>
    private readonly record struct Window(ulong First, ulong Bytes)
    {
        public bool IsValid => Bytes == 0 || First + (Bytes - 1) >= First;

        public bool Contains(ulong address) => address - First < Bytes;

        public bool Overlaps(ulong address, ulong length) =>
            Bytes != 0 && length != 0 && (address >= First ? address - First < Bytes : First - address < length);

        public bool Overlaps(in Window other) => Overlaps(other.First, other.Bytes);
    }

    private LocalMemory(RegisterFile registers, SimulatedLocalMemory options) =>
        (_registers, _buffer, _region) = (registers, options.Buffer, options.Region);

    public bool HasBuffer => _buffer is not null;

    public bool HasRegion => _region is not null;

    /// <summary>Bytes that the host sees behind the registers: the buffer, while CMBMSC.CRE tells of it.</summary>
    public Span<byte> BufferBytes => Control.Cre ? Buffer : default;

    /// <summary>Bytes of BAR2: the region; empty while it is not ready.</summary>
    public Span<byte> RegionBytes => IsRegionReady ? Region : default;

    /// <summary>Bytes of BAR2.</summary>
    public long RegionLength => _region?.Bytes ?? 0;

    private byte[] Buffer => _bufferBytes ??= Enumerable.Repeat(Undefined, (int)(_buffer?.Bytes ?? 0)).ToArray();

    private byte[] Region => _regionBytes ??= new byte[_region?.Bytes ?? 0];

    private CmbMemorySpaceControl Control => new(_registers.Read64(Register.CmbMsc));

    private bool IsRegionReady =>
        new PmrControl(_registers[Register.PmrCtl]).En && !new PmrStatus(_registers[Register.PmrSts]).Nrdy;

    /// <summary>Null for a function with neither.</summary>
    public static LocalMemory? Create(RegisterFile registers, SimulatedLocalMemory options) =>
        options.Buffer is null && options.Region is null ? null : new LocalMemory(registers, options);

    /// <summary>
    /// A controller level reset: a Controller Reset leaves the properties of both as they are, a Function Level Reset CMBMSC. What was in
    /// the buffer is undefined after each; what was in the region is there after all (Base 2.3 3.7.2).
    /// </summary>
    public void Reset(ResetKind kind)
    {
        _bufferBytes?.AsSpan().Fill(Undefined);
        if (kind == ResetKind.ControllerReset) return;
        if (kind != ResetKind.FunctionLevelReset) _registers.Write64(Register.CmbMsc, 0);
        if (_region is not null)
        {
            _registers[Register.PmrCap] = new PmrCapabilities
            {
                Rds = _region.ReadData, Wds = _region.WriteData, Bir = 2, Pmrwbm = 1, Pmrto = 1, Cmss = true,
            }.Raw;
            _registers[Register.PmrCtl] = _registers[Register.PmrSts] = 0;
            _registers[Register.PmrMscL] = _registers[Register.PmrMscU] = 0;
        }

        _regionWindow = default;
        _bufferWindow = default;
        BufferControlled();
    }

    /// <summary>The host wrote CMBMSC.</summary>
    public void BufferControlled()
    {
        if (_buffer is null) return;
        var control = Control;
        _registers[Register.CmbLoc] = control.Cre
            ? new CmbLocation
            {
                Ofst = (uint)_registers.ExtraOffset / 4096, Cqmms = _buffer.MixedQueues, Cqpds = _buffer.ScatteredQueues,
                Cdpmls = _buffer.MixedLists, Cdpcils = _buffer.ListsWithoutCommand, Cdmmms = _buffer.MixedData,
            }.Raw
            : 0;
        _registers[Register.CmbSz] = control.Cre
            ? new CmbSize
            {
                Sz = (uint)_buffer.Bytes / 4096, Sqs = _buffer.SubmissionQueues, Cqs = _buffer.CompletionQueues, Lists = _buffer.Lists,
                Rds = _buffer.ReadData, Wds = _buffer.WriteData,
            }.Raw
            : 0;
        var wasEnabled = _bufferWindow.Bytes != 0;
        var wanted = control.Cre && control.Cmse ? new Window(control.Address, (ulong)_buffer.Bytes) : default;
        var isValid = wanted.IsValid && !wanted.Overlaps(in _regionWindow);
        _bufferWindow = isValid ? wanted : default;
        _registers[Register.CmbSts] = new CmbStatus { Cbai = !isValid }.Raw;
        if (!wasEnabled && _bufferWindow.Bytes != 0) _bufferBytes?.AsSpan().Fill(Undefined);
    }

    /// <summary>The host wrote PMRCTL, PMRMSCL or PMRMSCU, or what holds the region has changed.</summary>
    /// <param name="isHeld">A sanitize operation keeps it from becoming ready (Base 2.3 8.1.26.5).</param>
    public void RegionControlled(bool isHeld)
    {
        if (_region is null) return;
        var isEnabled = new PmrControl(_registers[Register.PmrCtl]).En;
        var control = new PmrMemorySpaceControl(_registers.Read64(Register.PmrMscL));
        var wanted = control.Cmse ? new Window(control.Address, (ulong)_region.Bytes) : default;
        var isValid = wanted.IsValid && !wanted.Overlaps(in _bufferWindow);
        _regionWindow = isValid ? wanted : default;
        _registers[Register.PmrSts] = new PmrStatus { Nrdy = !isEnabled || isHeld, Cbai = !isValid }.Raw;
    }

    /// <summary>A sanitize operation of the subsystem: everything is altered but queues that lie in the buffer (Base 2.3 8.1.26).</summary>
    public void Sanitize(QueueTable queues)
    {
        _regionBytes?.AsSpan().Clear();
        var before = Buffer.ToArray();
        Buffer.AsSpan().Clear();
        foreach (var queue in queues.Submission) Keep(before, queue.Memory, queue.Entries);
        foreach (var queue in queues.Completion) Keep(before, queue.Memory, queue.Entries);
    }

    private void Keep(byte[] before, in QueueMemory memory, int entries)
    {
        for (var i = 0; i < entries; i++)
        {
            var (address, length) = (memory.AddressOf(i), memory.EntrySize);
            if (Locate(address, ref length) != MemoryPlace.Buffer) continue;
            var at = (int)(address - _bufferWindow.First);
            before.AsSpan(at, length).CopyTo(Buffer.AsSpan(at));
        }
    }

    /// <summary>Where an address leads, and how many of <paramref name="length"/> bytes lead there too.</summary>
    public MemoryPlace Locate(ulong address, ref int length)
    {
        if (TryLocate(in _bufferWindow, address, ref length)) return MemoryPlace.Buffer;
        return TryLocate(in _regionWindow, address, ref length) ? MemoryPlace.Region : MemoryPlace.Host;
    }

    public MemoryPlace PlaceOf(ulong address)
    {
        var length = 1;
        return Locate(address, ref length);
    }

    /// <summary>Whether any of the bytes are not host memory.</summary>
    public bool Overlaps(ulong address, long length) =>
        _bufferWindow.Overlaps(address, (ulong)length) || _regionWindow.Overlaps(address, (ulong)length);

    /// <summary>Bytes that lie in one place; empty where the region is not ready.</summary>
    public Span<byte> Bytes(MemoryPlace place, ulong address, int length)
    {
        if (place == MemoryPlace.Buffer) return Buffer.AsSpan((int)(address - _bufferWindow.First), length);
        return IsRegionReady ? Region.AsSpan((int)(address - _regionWindow.First), length) : default;
    }

    /// <summary>Whether a queue may lie where a run of its bytes does.</summary>
    /// <param name="address">First byte of the run.</param>
    /// <param name="length">Bytes; cut to those that lie together.</param>
    /// <param name="isSubmission">A submission queue, not a completion queue.</param>
    /// <param name="isContiguous">PC.</param>
    /// <param name="queue">Where what was seen of it so far lies.</param>
    public Status CheckQueue(ulong address, ref int length, bool isSubmission, bool isContiguous, ref MemoryPlace queue)
    {
        var place = Locate(address, ref length);
        if (place == MemoryPlace.Region) return Status.InvalidField;
        if (place == MemoryPlace.Buffer && !(isSubmission ? _buffer!.SubmissionQueues : _buffer!.CompletionQueues)) return Status.InvalidUseOfCmb;
        if (place == MemoryPlace.Buffer && !isContiguous && !_buffer!.ScatteredQueues) return Status.InvalidUseOfCmb;
        return Join(place, ref queue, _buffer?.MixedQueues == true);
    }

    /// <summary>Whether a PRP list or SGL segment of a command may lie at an address.</summary>
    /// <param name="address">Of an entry of it.</param>
    /// <param name="isCommandHere">The command itself is in the buffer.</param>
    /// <param name="list">Where what was seen of the command's lists so far lies.</param>
    public Status CheckList(ulong address, bool isCommandHere, ref MemoryPlace list)
    {
        var place = PlaceOf(address);
        if (place == MemoryPlace.Region) return Status.InvalidField;
        if (place == MemoryPlace.Buffer && !(_buffer!.Lists && (isCommandHere || _buffer.ListsWithoutCommand))) return Status.InvalidUseOfCmb;
        return Join(place, ref list, _buffer?.MixedLists == true);
    }

    /// <summary>Whether data or metadata of a command may lie at an address.</summary>
    /// <param name="address">First byte of a run.</param>
    /// <param name="length">Bytes; cut to those that lie together.</param>
    /// <param name="toDevice">The direction.</param>
    /// <param name="data">Where what was seen of it so far lies.</param>
    public Status CheckData(ulong address, ref int length, bool toDevice, ref MemoryPlace data)
    {
        var place = Locate(address, ref length);
        if (place == MemoryPlace.Buffer && !(toDevice ? _buffer!.WriteData : _buffer!.ReadData)) return Status.InvalidUseOfCmb;
        if (place == MemoryPlace.Region && !(toDevice ? _region!.WriteData : _region!.ReadData)) return Status.InvalidField;
        return Join(place, ref data, _buffer?.MixedData == true);
    }

    /// <summary>Data and metadata of a command, each in one place: whether these may be two.</summary>
    public Status CheckPair(MemoryPlace data, MemoryPlace metadata) =>
        metadata == MemoryPlace.Unknown ? Status.Success : Join(data, ref metadata, _buffer?.MixedData == true);

    /// <summary>Takes what was found for part of something: all of it is in one place, unless the buffer may be mixed with host memory.</summary>
    private static Status Join(MemoryPlace found, ref MemoryPlace all, bool mayMix)
    {
        if (found == MemoryPlace.Unknown || all == found) return Status.Success;
        if (all == MemoryPlace.Unknown)
        {
            all = found;
            return Status.Success;
        }

        if (found == MemoryPlace.Region || all == MemoryPlace.Region) return Status.InvalidField;
        return mayMix ? Status.Success : Status.InvalidUseOfCmb;
    }

    private static bool TryLocate(in Window window, ulong address, ref int length)
    {
        if (window.Contains(address))
        {
            length = (int)Math.Min((ulong)length, window.Bytes - (address - window.First));
            return true;
        }

        // Host memory up to where the window begins.
        if (window.Overlaps(address, (ulong)length)) length = (int)(window.First - address);
        return false;
    }
}
