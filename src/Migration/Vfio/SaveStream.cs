using Conformance.Device;

namespace Conformance.Migration;

/// <summary>
/// The reading end of a saving session: records one after another, in pieces of any size. Once the state of the stopped device is in it, its
/// end is the end; before that, while the device is copied ahead, the end is one for now (ENOMSG). The one who has it closes it; closing changes no state.
/// </summary>
internal sealed class SaveStream(VariantDriverModel device) : IVfioDataStream
{
    private readonly Queue<byte[]> _records = [];
    private int _at;
    private bool _ended;
    private bool _closed;
    private bool _beyondFirst;

    /// <summary>Records so far, read or not.</summary>
    public uint Records { get; private set; }

    /// <summary>Bytes not yet read.</summary>
    public long Unread => _records.Sum(record => (long)record.Length) - _at;

    public void Add(byte[] record)
    {
        Records++;
        // Of a blob without bytes there is nothing to read.
        if (record.Length > 0) _records.Enqueue(record);
    }

    /// <summary>The session is over: what was not read is gone.</summary>
    public void End()
    {
        _ended = true;
        _records.Clear();
        _at = 0;
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        if (Unusable is var errno and not 0) return -errno;
        if (buffer.IsEmpty) return 0;
        if (Unread == 0 && device.IsPreCopying)
        {
            errno = await device.LookAgainAsync(this);
            if (errno == 0) errno = Unusable;
            if (errno == 0 && Unread == 0 && device.IsPreCopying) errno = Errno.Enomsg;
            if (errno != 0) return -errno;
        }

        var taken = 0;
        while (taken < buffer.Length && _records.TryPeek(out var record))
        {
            var bytes = Math.Min(buffer.Length - taken, record.Length - _at);
            record.AsSpan(_at, bytes).CopyTo(buffer.Span[taken..]);
            (taken, _at) = (taken + bytes, _at + bytes);
            if (_at < record.Length) break;
            _records.Dequeue();
            (_at, _beyondFirst) = (0, true);
        }

        return taken;
    }

    public ValueTask<int> WriteAsync(ReadOnlyMemory<byte> buffer) => ValueTask.FromResult(-Errno.Ebadf);

    public async ValueTask<(VfioResult Result, VfioPreCopyInfo Info)> GetPreCopyInfoAsync()
    {
        var errno = Unusable;
        if (errno == 0 && !device.IsPreCopying) errno = Errno.Einval;
        if (errno == 0) errno = await device.LookAgainAsync(this);
        if (errno == 0) errno = Unusable;
        if (errno != 0) return (new VfioResult(errno), default);
        var initial = _beyondFirst ? 0 : _records.Peek().Length - _at;
        return (default, new VfioPreCopyInfo(0, (ulong)initial, (ulong)(Unread - initial)));
    }

    public void Dispose() => _closed = true;

    private int Unusable => _closed ? Errno.Ebadf : _ended ? Errno.Enodev : 0;
}
