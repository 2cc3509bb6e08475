using Conformance.Device;

namespace Conformance.Defects;

/// <summary>The face that a VFIO driver shows its user, as it is; what derives from this shows another in one thing.</summary>
internal class VfioFace(IVfioDevice driver) : IVfioDevice
{
    public string Name => Driver.Name;

    public virtual VfioMigrationFlags Flags => Driver.Flags;

    public bool LogsWrites => Driver.LogsWrites;

    public string StreamFormat => Driver.StreamFormat;

    public string? LastFailure => Driver.LastFailure;

    protected IVfioDevice Driver { get; } = driver;

    public virtual ValueTask<(VfioResult Result, VfioState State)> GetStateAsync() => Driver.GetStateAsync();

    public virtual ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state) => Driver.SetStateAsync(state);

    public virtual ValueTask<(VfioResult Result, ulong StopCopyBytes)> GetDataSizeAsync() => Driver.GetDataSizeAsync();

    public virtual ValueTask<(VfioResult Result, ulong PageSize)> StartDirtyLoggingAsync(IReadOnlyList<(ulong Iova, ulong Length)> ranges, ulong pageSize) =>
        Driver.StartDirtyLoggingAsync(ranges, pageSize);

    public virtual ValueTask<VfioResult> StopDirtyLoggingAsync() => Driver.StopDirtyLoggingAsync();

    public virtual ValueTask<VfioResult> ReportDirtyAsync(ulong iova, ulong length, ulong pageSize, Memory<ulong> bitmap) =>
        Driver.ReportDirtyAsync(iova, length, pageSize, bitmap);

    public virtual ValueTask ResetAsync() => Driver.ResetAsync();

    protected async ValueTask<VfioState> StateAsync() => (await Driver.GetStateAsync()).State;
}

/// <summary>The same for a stream.</summary>
internal class StreamFace(IVfioDataStream stream) : IVfioDataStream
{
    protected IVfioDataStream Stream { get; } = stream;

    public virtual ValueTask<int> ReadAsync(Memory<byte> buffer) => Stream.ReadAsync(buffer);

    public virtual ValueTask<int> WriteAsync(ReadOnlyMemory<byte> buffer) => Stream.WriteAsync(buffer);

    public virtual ValueTask<(VfioResult Result, VfioPreCopyInfo Info)> GetPreCopyInfoAsync() => Stream.GetPreCopyInfoAsync();

    public virtual void Dispose() => Stream.Dispose();
}

/// <summary>A driver whose streams are as they are made here.</summary>
internal sealed class StreamsMade(IVfioDevice driver, Func<IVfioDevice, IVfioDataStream, IVfioDataStream> make) : VfioFace(driver)
{
    public override async ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state)
    {
        var (result, stream) = await Driver.SetStateAsync(state);
        return (result, stream is null ? null : make(Driver, stream));
    }
}
