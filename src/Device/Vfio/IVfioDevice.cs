namespace Conformance.Device;

/// <summary>States of the VFIO migration protocol, with the numbers of <c>enum vfio_device_mig_state</c>.</summary>
public enum VfioState
{
    Error = 0,
    Stop = 1,
    Running = 2,
    StopCopy = 3,
    Resuming = 4,
    RunningP2P = 5,
    PreCopy = 6,
    PreCopyP2P = 7,
}

/// <summary>What a device can do, with the bits of <c>VFIO_MIGRATION_*</c>.</summary>
[Flags]
public enum VfioMigrationFlags
{
    None = 0,
    StopCopy = 1,
    P2P = 2,
    PreCopy = 4,
}

/// <summary>A kernel-style result: 0, or the errno that the call failed with; numbers in <see cref="Device.Errno"/>.</summary>
public readonly record struct VfioResult(int Errno)
{
    public bool IsOk => Errno == 0;

    public override string ToString() => Device.Errno.Name(Errno);
}

/// <summary>Bytes left to read before the stop, as <c>struct vfio_precopy_info</c>.</summary>
public readonly record struct VfioPreCopyInfo(uint Flags, ulong InitialBytes, ulong DirtyBytes);

/// <summary>One end of a migration data stream. Reads give what is there; order is kept; no seeking.</summary>
public interface IVfioDataStream : IDisposable
{
    /// <summary>Reads up to the buffer's length: the number of bytes, 0 at the end, or -errno.</summary>
    ValueTask<int> ReadAsync(Memory<byte> buffer);

    /// <summary>Writes all of the buffer: the number of bytes, or -errno.</summary>
    ValueTask<int> WriteAsync(ReadOnlyMemory<byte> buffer);

    ValueTask<(VfioResult Result, VfioPreCopyInfo Info)> GetPreCopyInfoAsync();
}

/// <summary>
/// A function offered through the VFIO migration protocol v2. Guarantees:
/// <list type="bullet">
/// <item>When <see cref="SetStateAsync"/> ends the device is wholly in the state it names, or, after a failure, in the state that
/// <see cref="GetStateAsync"/> then tells; it changes state by itself at a reset only.</item>
/// <item>From the end of an arc to <see cref="VfioState.Stop"/> nothing outside the device changes by its doing.</item>
/// <item>A write that completed before that arc ended is in a later dirty report.</item>
/// </list>
/// </summary>
public interface IVfioDevice
{
    string Name { get; }

    VfioMigrationFlags Flags { get; }

    /// <summary>The device logs its writes; without it the three calls of dirty logging fail with ENOTTY.</summary>
    bool LogsWrites { get; }

    /// <summary>
    /// What kind of stream the device gives and takes, so that two that do not fit are told apart before anything stops; empty where it does
    /// not say, as the kernel does not.
    /// </summary>
    string StreamFormat { get; }

    /// <summary>What the driver knows of its last failure beyond the errno; null where it keeps that to its own log, as the kernel does.</summary>
    string? LastFailure { get; }

    ValueTask<(VfioResult Result, VfioState State)> GetStateAsync();

    /// <summary>Asks for a state; a combined arc passes through every state between. A stream comes with the arcs that begin a session.</summary>
    ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state);

    /// <summary>An estimate of the bytes that STOP_COPY will still give.</summary>
    ValueTask<(VfioResult Result, ulong StopCopyBytes)> GetDataSizeAsync();

    /// <summary>Begins to log the device's writes into the ranges (IOVA, bytes); returns the page size that the device chose.</summary>
    ValueTask<(VfioResult Result, ulong PageSize)> StartDirtyLoggingAsync(IReadOnlyList<(ulong Iova, ulong Length)> ranges, ulong pageSize);

    ValueTask<VfioResult> StopDirtyLoggingAsync();

    /// <summary>ORs the pages written since the last report into <paramref name="bitmap"/>, one bit per <paramref name="pageSize"/> bytes.</summary>
    ValueTask<VfioResult> ReportDirtyAsync(ulong iova, ulong length, ulong pageSize, Memory<ulong> bitmap);

    /// <summary>Resets the function: afterwards it is in <see cref="VfioState.Running"/> as a fresh one, and every stream has ended (ENODEV).</summary>
    ValueTask ResetAsync();
}
