using System.Runtime.InteropServices;
using Conformance.Device;
using Conformance.Linux.Abi;

namespace Conformance.Linux;

/// <summary>
/// A device behind the VFIO migration protocol of the kernel. Each call sleeps in the driver and so is made on a thread of the device's own, one after
/// another; the world goes on meanwhile.
/// </summary>
public sealed class KernelVfioDevice : IVfioDevice
{
    private const uint Get = VfioAbi.VFIO_DEVICE_FEATURE_GET;
    private const uint Set = VfioAbi.VFIO_DEVICE_FEATURE_SET;
    private const string PanicOnWarn = "/proc/sys/kernel/panic_on_warn";
    private static readonly bool s_warningsPanic = KernelTree.OfMachine.Read(PanicOnWarn) == "1";

    private readonly World _world;
    private readonly DeviceFile _device;
    private readonly BlockingCalls _calls;
    private readonly Func<ValueTask> _reset;

    private KernelVfioDevice(World world, string name, DeviceFile device, BlockingCalls calls, Func<ValueTask> reset)
    {
        (_world, Name, _device, _calls, _reset) = (world, name, device, calls, reset);
    }

    public string Name { get; }

    public VfioMigrationFlags Flags { get; private set; }

    public bool LogsWrites { get; private set; }

    /// <summary>The kernel does not say what is in a stream.</summary>
    public string StreamFormat => "";

    /// <summary>It keeps that to its own log.</summary>
    public string? LastFailure => null;

    /// <summary>The function's driver, where it offers the protocol; else ENOTTY, as a plain vfio-pci answers.</summary>
    public static ValueTask<(VfioResult Result, KernelVfioDevice? Device)> OpenAsync(VfioFunction function) =>
        OpenAsync(function.World, function.Name, function.Device, function.Calls, function.ResetAsync);

    internal static async ValueTask<(VfioResult Result, KernelVfioDevice? Device)> OpenAsync(
        World world, string name, DeviceFile file, BlockingCalls calls, Func<ValueTask> reset)
    {
        var device = new KernelVfioDevice(world, name, file, calls, reset);
        var result = await device.AskAsync();
        return (result, result.IsOk ? device : null);
    }

    public async ValueTask<(VfioResult Result, VfioState State)> GetStateAsync()
    {
        var (result, state) = await FeatureAsync(Get | VfioAbi.VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE, default(vfio_device_feature_mig_state));
        return (result, (VfioState)state.device_state);
    }

    public async ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state)
    {
        // A request out of ERROR makes the kernel warn (vfio_mig_get_next_state), and there are machines that a warning ends.
        if (s_warningsPanic && await GetStateAsync() is { Result.IsOk: true, State: VfioState.Error })
            throw new HostLimitException($"{PanicOnWarn} is 1, and a request out of ERROR is a warning of the kernel's");
        var (result, answer) = await FeatureAsync(
            Set | VfioAbi.VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE, new vfio_device_feature_mig_state { device_state = (uint)state, data_fd = -1 });
        // After a failure the descriptor is -1; one that came is ours to close, whatever becomes of the session.
        return result.IsOk && answer.data_fd >= 0
            ? (result, new KernelDataStream(_world, _calls, new DataFile(answer.data_fd, $"data stream of {_device.Path}")))
            : (result, null);
    }

    public async ValueTask<(VfioResult Result, ulong StopCopyBytes)> GetDataSizeAsync()
    {
        var (result, size) = await FeatureAsync(Get | VfioAbi.VFIO_DEVICE_FEATURE_MIG_DATA_SIZE, default(vfio_device_feature_mig_data_size));
        return (result, size.stop_copy_length);
    }

    public async ValueTask<(VfioResult Result, ulong PageSize)> StartDirtyLoggingAsync(IReadOnlyList<(ulong Iova, ulong Length)> ranges, ulong pageSize)
    {
        var list = ranges.Select(it => new vfio_device_feature_dma_logging_range { iova = it.Iova, length = it.Length }).ToArray();
        using var pinned = new Memory<vfio_device_feature_dma_logging_range>(list).Pin();
        var control = new vfio_device_feature_dma_logging_control { page_size = pageSize, num_ranges = (uint)list.Length, ranges = AddressOf(pinned) };
        var (result, answer) = await FeatureAsync(Set | VfioAbi.VFIO_DEVICE_FEATURE_DMA_LOGGING_START, control);
        return (result, answer.page_size);
    }

    public async ValueTask<VfioResult> StopDirtyLoggingAsync()
    {
        var result = 0;
        await _calls.RunAsync(_world, () => result = _device.TryFeature(Set | VfioAbi.VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP, []));
        return new VfioResult(-result);
    }

    public async ValueTask<VfioResult> ReportDirtyAsync(ulong iova, ulong length, ulong pageSize, Memory<ulong> bitmap)
    {
        using var pinned = bitmap.Pin();
        var report = new vfio_device_feature_dma_logging_report { iova = iova, length = length, page_size = pageSize, bitmap = AddressOf(pinned) };
        return (await FeatureAsync(Get | VfioAbi.VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT, report)).Result;
    }

    public ValueTask ResetAsync() => _reset();

    private async ValueTask<VfioResult> AskAsync()
    {
        var (result, offered) = await FeatureAsync(Get | VfioAbi.VFIO_DEVICE_FEATURE_MIGRATION, default(vfio_device_feature_migration));
        if (!result.IsOk) return result;
        Flags = (VfioMigrationFlags)offered.flags;
        var logs = 0;
        await _calls.RunAsync(_world, () => logs = _device.TryFeature(VfioAbi.VFIO_DEVICE_FEATURE_PROBE | Set | VfioAbi.VFIO_DEVICE_FEATURE_DMA_LOGGING_START, []));
        LogsWrites = logs == 0;
        return result;
    }

    private async ValueTask<(VfioResult Result, T Payload)> FeatureAsync<T>(uint flags, T payload)
        where T : unmanaged
    {
        var result = 0;
        await _calls.RunAsync(_world, () => result = _device.TryFeature(flags, MemoryMarshal.AsBytes(new Span<T>(ref payload))));
        return (new VfioResult(-result), payload);
    }

    private static unsafe ulong AddressOf(System.Buffers.MemoryHandle pinned) => (ulong)pinned.Pointer;
}
