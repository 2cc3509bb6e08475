namespace Conformance.Device;

/// <summary>Something that a device cannot be.</summary>
/// <param name="Part">The record that says it, of the device or the device itself.</param>
/// <param name="Property">The name of its property, as the code has it.</param>
/// <param name="What">A line that begins with the key below the device, as a profile has it.</param>
public sealed record SimulatedDeviceError(object Part, string Property, string What);

/// <summary>What a device cannot be, and no single key can know.</summary>
public static class SimulatedDeviceCheck
{
    public static IEnumerable<SimulatedDeviceError> Of(SimulatedDevice device) =>
    [
        .. Of(device.Topology),
        .. Of(device.Resources),
        .. Of(device.Capabilities),
        .. NamespacesOf(device),
        .. Of(device.Timing),
        .. Of(device.Migration),
        .. Of(device.LocalMemory),
        .. device.VendorRfc is { } vendor ? Of(vendor) : [],
    ];

    private static IEnumerable<SimulatedDeviceError> Of(SimulatedTopology it)
    {
        if (it.PhysicalFunctions is < 1 or > 8)
            yield return new(it, nameof(it.PhysicalFunctions), "topology.physical-functions must be 1 to 8");
        if (it.VirtualFunctions is < 0 or > 1024)
            yield return new(it, nameof(it.VirtualFunctions), "topology.virtual-functions must be 0 to 1024");
        if (it.Requester + (it.PhysicalFunctions * (1L + (it.VirtualFunctions * it.VfStride))) > 0x1_0000)
            yield return new(it, nameof(it.VirtualFunctions), "topology: functions beyond requester identifier FFFFh");
        if (it.VirtualFunctions >= 2 && it.VfStride == 0) yield return new(it, nameof(it.VfStride), "topology.vf-stride must be 1 or more");
        if (it.FirstControllerId + (it.PhysicalFunctions * (1 + it.VirtualFunctions)) > 0xFFF0)
            yield return new(it, nameof(it.FirstControllerId), "topology: controllers beyond identifier FFEFh");
    }

    private static IEnumerable<SimulatedDeviceError> Of(SimulatedResources it)
    {
        if (it.PrimaryQueues < 2)
            yield return new(it, nameof(it.PrimaryQueues), "resources.primary-queues must be 2 or more: the admin pair and one for I/O");
        if (it.PrimaryVectors < 1) yield return new(it, nameof(it.PrimaryVectors), "resources.primary-vectors must be 1 or more");
        if (it.PrimaryVectors + it.FlexibleVectors > 2048) yield return new(it, nameof(it.FlexibleVectors), "resources: more than 2048 vectors");
        if (it.SecondaryVectorMaximum == 0)
            yield return new(it, nameof(it.SecondaryVectorMaximum), "resources.secondary-vector-maximum must be 1 or more");
        if (it.SecondaryPrivate < 2 && (it.FlexibleQueues == 0 || it.FlexibleVectors == 0))
            yield return new(it, nameof(it.SecondaryPrivate), "resources.secondary-private must be 2 or more");
    }

    private static IEnumerable<SimulatedDeviceError> Of(SimulatedCapabilities it)
    {
        if (it.MqesZ < 1) yield return new(it, nameof(it.MqesZ), "capabilities.mqes-z must be 1 or more");
        if (it.MpsMin > it.MpsMax) yield return new(it, nameof(it.MpsMin), "capabilities.mps-min must not be above mps-max");
        if (it.MpsMax > 15) yield return new(it, nameof(it.MpsMax), "capabilities.mps-max must be at most 15");
        if (it.Dstrd > 8) yield return new(it, nameof(it.Dstrd), "capabilities.dstrd must be at most 8");
    }

    private static IEnumerable<SimulatedDeviceError> NamespacesOf(SimulatedDevice device)
    {
        if (device.Namespaces.Count > device.Capabilities.MaximumNamespaces)
            yield return new(device, nameof(device.Namespaces), "namespaces: more than capabilities.maximum-namespaces");
        foreach (var (i, it) in device.Namespaces.Index())
        {
            if (it.Blocks <= 0) yield return new(it, nameof(it.Blocks), $"namespaces[{i}].blocks must be 1 or more");
            if (it.Capacity > it.Blocks) yield return new(it, nameof(it.Capacity), $"namespaces[{i}].capacity must not be above blocks");
            if (it.ProtectionType != 0 && it.MetadataSize < 8)
                yield return new(it, nameof(it.ProtectionType), $"namespaces[{i}]: protection information needs 8 bytes of metadata");
        }
    }

    private static IEnumerable<SimulatedDeviceError> Of(SimulatedTiming it)
    {
        if (it.FunctionReset.Nanoseconds > SimulatedTiming.LongestFunctionReset)
            yield return new(it, nameof(it.FunctionReset), "timing.function-reset must be at most 100 ms");
    }

    private static IEnumerable<SimulatedDeviceError> Of(SimulatedMigration it)
    {
        if (it.MaximumGranularity > 30) yield return new(it, nameof(it.MaximumGranularity), "migration.maximum-granularity must be at most 30");
        if (it.MinimumGranularity > it.MaximumGranularity)
            yield return new(it, nameof(it.MinimumGranularity), "migration.minimum-granularity must not be above maximum-granularity");
    }

    private static IEnumerable<SimulatedDeviceError> Of(SimulatedLocalMemory it)
    {
        if (it.Buffer is { } buffer)
        {
            if (buffer.Bytes is < 4096 or > 1 << 30 || buffer.Bytes % 4096 != 0)
                yield return new(buffer, nameof(buffer.Bytes), "local-memory.buffer.bytes must be whole 4 KiB, at most 1 GiB");
            if (buffer is { Lists: true, SubmissionQueues: false })
                yield return new(buffer, nameof(buffer.SubmissionQueues), "local-memory.buffer: lists need submission-queues");
        }

        if (it.Region is { } region && (region.Bytes is < 4096 or > 1 << 30 || !int.IsPow2(region.Bytes)))
            yield return new(region, nameof(region.Bytes), "local-memory.region.bytes must be a power of two of 4 KiB to 1 GiB");
    }

    private static IEnumerable<SimulatedDeviceError> Of(VendorDialect it)
    {
        (string Property, string Key, byte Value)[] opcodes =
        [
            (nameof(it.QueryOpcode), "query-opcode", it.QueryOpcode), (nameof(it.SuspendOpcode), "suspend-opcode", it.SuspendOpcode),
            (nameof(it.ResumeOpcode), "resume-opcode", it.ResumeOpcode), (nameof(it.SaveOpcode), "save-opcode", it.SaveOpcode),
            (nameof(it.LoadOpcode), "load-opcode", it.LoadOpcode),
        ];
        foreach (var (i, (property, key, value)) in opcodes.Index())
        {
            if (value < 0xC0) yield return new(it, property, $"vendor-rfc.{key} must be C0h to FFh");
            else if (opcodes.Take(i).FirstOrDefault(other => other.Value == value).Key is { } same)
                yield return new(it, property, $"vendor-rfc.{key} must not be {value:X2}h, which {same} is");
        }

        if (it.SizeUnit is < 1 or > 4096) yield return new(it, nameof(it.SizeUnit), "vendor-rfc.size-unit must be 1 to 4096");
        if (it.CapabilityOffset is < 3072 or > 4095)
            yield return new(it, nameof(it.CapabilityOffset), "vendor-rfc.capability-offset must be 3072 to 4095");
    }
}
