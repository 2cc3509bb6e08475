using Conformance.Device;

namespace Conformance.Migration;

/// <summary>The writing end of a resuming session. The one who has it closes it; closing changes no state.</summary>
internal sealed class ResumeStream(VariantDriverModel device) : IVfioDataStream
{
    private bool _ended;
    private bool _closed;

    public Incoming Incoming { get; } = new();

    /// <summary>The session is over.</summary>
    public void End() => _ended = true;

    public ValueTask<int> ReadAsync(Memory<byte> buffer) => ValueTask.FromResult(-Errno.Ebadf);

    public ValueTask<int> WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        var errno = _closed ? Errno.Ebadf : _ended ? Errno.Enodev : device.Accept(Incoming, buffer.Span);
        return ValueTask.FromResult(errno == 0 ? buffer.Length : -errno);
    }

    public ValueTask<(VfioResult Result, VfioPreCopyInfo Info)> GetPreCopyInfoAsync() =>
        ValueTask.FromResult((new VfioResult(_closed ? Errno.Ebadf : Errno.Enotty), default(VfioPreCopyInfo)));

    public void Dispose() => _closed = true;
}
