using System.Runtime.InteropServices;
using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Walks the host memory that a data pointer names - PRPs, an SGL, or one contiguous buffer - run by run, reading list pages and
/// segments as it goes. A value that remembers where it is, so that a command can go on later.
/// </summary>
internal struct GuestCursor
{
    private enum Kind : byte
    {
        None,
        Contiguous,
        FirstPage,
        SecondPage,
        List,
        Sgl,
    }

    /// <summary>Descriptors of one command that are looked at: segments can lead in a circle.</summary>
    private const int MostDescriptors = 1 << 16;

    private Kind _kind;
    private bool _toDevice;
    private bool _isMetadata;
    private int _descriptors;
    private bool _lastSegment;
    private int _pageSize;
    private long _left;
    private ulong _run;
    private long _runLeft;
    private bool _bitBucket;
    private ulong _next;
    private long _descriptorsLeft;
    private ulong _segmentAfter;
    private uint _segmentAfterLength;
    private bool _segmentAfterIsLast;
    private MemoryPlace _place;
    private MemoryPlace _lists;

    /// <summary>The command is in the controller memory buffer, so that its lists may be there.</summary>
    public bool IsCommandHere { readonly get; set; }

    /// <summary>Where the memory is that was used so far.</summary>
    public readonly MemoryPlace Place => _place;

    /// <summary>Bytes still to come.</summary>
    public readonly long Left => _left;

    /// <summary>Begins at the data pointer of a command: PSDT says of which kind it is. In place, for it is done for each command.</summary>
    /// <param name="entry">The command.</param>
    /// <param name="bytes">Bytes that it moves.</param>
    /// <param name="pageSize">CC.MPS in bytes.</param>
    public void BeginData(in SubmissionEntry entry, long bytes, int pageSize)
    {
        End();
        if (bytes == 0) return;
        _left = bytes;
        _toDevice = (entry.Opcode & 3) == 1;
        _isMetadata = false;
        _pageSize = pageSize;
        if (entry.Dword0.Psdt == 0)
        {
            _kind = Kind.FirstPage;
            (_run, _next) = (entry.Prp1, entry.Prp2);
            return;
        }

        BeginSgl(entry.Sgl1.Address, entry.Sgl1.Length);
        _segmentAfterIsLast = entry.Sgl1.Type == SglType.LastSegment;
        _descriptorsLeft = -1 - (long)(entry.Sgl1.Dword3 >> 24);
    }

    /// <summary>Begins at the metadata pointer: a buffer in one piece, or where PSDT says so an SGL segment of one descriptor.</summary>
    public void BeginMetadata(in SubmissionEntry entry, long bytes)
    {
        End();
        if (bytes == 0) return;
        _left = bytes;
        _toDevice = (entry.Opcode & 3) == 1;
        _isMetadata = false;
        if (entry.Dword0.Psdt == 2)
        {
            _isMetadata = true;
            BeginSgl(entry.Mptr, SglDescriptor.Size);
            return;
        }

        _kind = Kind.Contiguous;
        (_run, _runLeft) = (entry.Mptr, bytes);
    }

    /// <summary>Has nothing left.</summary>
    public void End()
    {
        _kind = Kind.None;
        _left = _runLeft = 0;
        _bitBucket = false;
        (_place, _lists) = (default, default);
    }

    private void BeginSgl(ulong address, uint length)
    {
        _kind = Kind.Sgl;
        _descriptors = 0;
        _descriptorsLeft = 0;
        _lastSegment = false;
        (_segmentAfter, _segmentAfterLength, _segmentAfterIsLast) = (address, length, false);
    }

    /// <summary>
    /// The run of host memory to use next: its address and at most <paramref name="most"/> bytes. Using it is said by <see cref="Use"/>.
    /// </summary>
    /// <param name="c">Reads lists.</param>
    /// <param name="most">Bytes wanted.</param>
    /// <param name="iova">First byte.</param>
    /// <param name="length">Bytes, at least 1 on success.</param>
    /// <param name="discard">A bit bucket: bytes of a read to be thrown away.</param>
    public Status Peek(ControllerCore c, long most, out ulong iova, out int length, out bool discard)
    {
        while (_runLeft == 0)
        {
            var status = NextRun(c);
            if (status.IsSuccess) continue;
            (iova, length, discard) = (0, 0, false);
            return status;
        }

        iova = _run;
        discard = _bitBucket;
        length = (int)Math.Min(Math.Min(most, _left), Math.Min(_runLeft, int.MaxValue));
        if (discard || c.Function.Local is not { } local) return Status.Success;
        return local.CheckData(iova, ref length, _toDevice, ref _place);
    }

    /// <summary>Moves on over bytes that were used.</summary>
    public void Use(int length)
    {
        _run += (ulong)length;
        _runLeft -= length;
        _left -= length;
    }

    /// <summary>Copies the next bytes without a transfer of the command: to judge them before anything is changed.</summary>
    public Status Fetch(ControllerCore c, Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            var status = Peek(c, target.Length, out var iova, out var length, out _);
            if (!status.IsSuccess) return status;
            var host = c.Reach(iova, length, DmaAccess.Read);
            if (host.IsEmpty) return Status.DataTransferError;
            host.CopyTo(target);
            target = target[host.Length..];
            Use(host.Length);
        }

        return Status.Success;
    }

    /// <summary>Whether all bytes that are left can be read; moves nothing on.</summary>
    public Status Prove(ControllerCore c)
    {
        // A page that holds all of it: what is found out about it now holds when it is moved.
        if (_kind == Kind.FirstPage && _left > 0)
        {
            var status = Peek(c, _left, out var iova, out var length, out _);
            if (!status.IsSuccess) return status;
            if (length == _left)
            {
                var host = c.Reach(iova, length, DmaAccess.Read);
                if (host.IsEmpty) return Status.DataTransferError;
                if (host.Length == length) return Status.Success;
                var rest = this;
                rest.Use(host.Length);
                return rest.Probe(c);
            }
        }

        var copy = this;
        return copy.Probe(c);
    }

    /// <summary>Whether all bytes that are left can be read; leaves none.</summary>
    public Status Probe(ControllerCore c)
    {
        while (_left > 0)
        {
            var status = Peek(c, _left, out var iova, out var length, out _);
            if (!status.IsSuccess) return status;
            var host = c.Reach(iova, length, DmaAccess.Read);
            if (host.IsEmpty) return Status.DataTransferError;
            Use(host.Length);
        }

        return Status.Success;
    }

    private readonly Status LengthInvalid => _isMetadata ? Status.MetadataSglLengthInvalid : Status.DataSglLengthInvalid;

    private Status NextRun(ControllerCore c)
    {
        switch (_kind)
        {
            case Kind.FirstPage:
                if ((_run & 3) != 0) return Status.PrpOffsetInvalid;
                _runLeft = Math.Min(_left, _pageSize - (long)Prp.Offset(_run, _pageSize));
                _kind = _left - _runLeft > _pageSize ? Kind.List : Kind.SecondPage;
                return Status.Success;
            case Kind.SecondPage:
                return Page(_next);
            case Kind.List:
                return NextEntry(c);
            case Kind.Sgl:
                return NextDescriptor(c);
            default:
                return Status.DataTransferError;
        }
    }

    private Status Page(ulong entry)
    {
        if (Prp.Offset(entry, _pageSize) != 0) return Status.PrpOffsetInvalid;
        _run = entry;
        _runLeft = Math.Min(_left, _pageSize);
        return Status.Success;
    }

    private Status NextEntry(ControllerCore c)
    {
        if ((_next & 7) != 0) return Status.PrpOffsetInvalid;
        var refused = CheckList(c);
        if (!refused.IsSuccess) return refused;
        // Of the list page all that is needed, at once.
        var wanted = Math.Min(_left, (long)_pageSize << 16) + _pageSize - 1 >> int.Log2(_pageSize);
        var here = (_pageSize - (long)Prp.Offset(_next, _pageSize)) / Prp.EntrySize;
        var list = MemoryMarshal.Cast<byte, ulong>(c.Reach(_next, (int)Math.Min(wanted, here) * Prp.EntrySize, DmaAccess.Read));
        if (list.IsEmpty) return Status.DataTransferError;
        if (IsPointer(_left))
        {
            if (Prp.Offset(list[0], _pageSize) != 0) return Status.PrpOffsetInvalid;
            _next = list[0];
            return NextEntry(c);
        }

        _next += Prp.EntrySize;
        var status = Page(list[0]);
        if (!status.IsSuccess || c.Function.Local is not null) return status;
        // Pages that follow each other in memory are moved as one.
        for (var i = 1; i < list.Length && _runLeft < _left && list[i] == _run + (ulong)_runLeft && !IsPointer(_left - _runLeft); i++)
        {
            _next += Prp.EntrySize;
            _runLeft = Math.Min(_left, _runLeft + _pageSize);
        }

        return status;
    }

    /// <summary>The last entry of a full list page, with so many bytes to come, is the pointer to the next one.</summary>
    private readonly bool IsPointer(long left) => Prp.Offset(_next + Prp.EntrySize, _pageSize) == 0 && left > _pageSize;

    /// <summary>Whether the list entry or descriptor that comes next may lie where it does.</summary>
    private Status CheckList(ControllerCore c) => c.Function.Local?.CheckList(_next, IsCommandHere, ref _lists) ?? Status.Success;

    private Status NextDescriptor(ControllerCore c)
    {
        if (_descriptorsLeft < 0)
        {
            // The descriptor in the command itself: the whole of the data, or the first segment.
            var identifier = -1 - _descriptorsLeft;
            var (type, subtype) = ((SglType)(identifier >> 4), (SglSubtype)(identifier & 0xF));
            _descriptorsLeft = 0;
            var (address, length) = (_segmentAfter, _segmentAfterLength);
            if (subtype != SglSubtype.Address) return Status.SglDescriptorTypeInvalid;
            if (type is SglType.Segment or SglType.LastSegment) return Segment(address, length, type == SglType.LastSegment);
            (_segmentAfter, _segmentAfterLength, _lastSegment) = (0, 0, true);
            return Describe(c, type, address, length);
        }

        if (_descriptorsLeft == 0)
        {
            if (_lastSegment || _segmentAfterLength == 0) return LengthInvalid;
            return Segment(_segmentAfter, _segmentAfterLength, _segmentAfterIsLast);
        }

        Span<byte> bytes = stackalloc byte[SglDescriptor.Size];
        if (++_descriptors > MostDescriptors) return Status.InvalidNumberOfSglDescriptors;
        var refused = CheckList(c);
        if (!refused.IsSuccess) return refused;
        if (!c.ReadHost(_next, bytes)) return Status.DataTransferError;
        var descriptor = Wire.Read<SglDescriptor>(bytes);
        _next += SglDescriptor.Size;
        _descriptorsLeft--;
        if (descriptor.Subtype != SglSubtype.Address) return Status.SglDescriptorTypeInvalid;
        if (descriptor.Type is not (SglType.Segment or SglType.LastSegment))
            return Describe(c, descriptor.Type, descriptor.Address, descriptor.Length);
        if (_descriptorsLeft != 0) return Status.InvalidNumberOfSglDescriptors;
        if (_lastSegment) return Status.InvalidSglSegmentDescriptor;
        (_segmentAfter, _segmentAfterLength) = (descriptor.Address, descriptor.Length);
        _segmentAfterIsLast = descriptor.Type == SglType.LastSegment;
        return Status.Success;
    }

    private Status Segment(ulong address, uint length, bool last)
    {
        if (length == 0 || length % SglDescriptor.Size != 0) return Status.InvalidSglSegmentDescriptor;
        if (address > ulong.MaxValue - length + 1) return LengthInvalid;
        (_next, _descriptorsLeft, _lastSegment) = (address, length / SglDescriptor.Size, last);
        _segmentAfterLength = 0;
        return Status.Success;
    }

    private Status Describe(ControllerCore c, SglType type, ulong address, uint length)
    {
        if (type == SglType.BitBucket && c.Options.IoCommands.SglBitBucket)
        {
            // In a source of data it stands for nothing.
            (_run, _runLeft, _bitBucket) = (0, _toDevice ? 0 : length, true);
            return Status.Success;
        }

        if (type != SglType.DataBlock) return Status.SglDescriptorTypeInvalid;
        if (length != 0 && address > ulong.MaxValue - length + 1) return LengthInvalid;
        (_run, _runLeft, _bitBucket) = (address, length, false);
        return Status.Success;
    }
}
