using Conformance.Device;

namespace Conformance.Sim;

/// <summary>What a device cannot be: one clear line each.</summary>
internal static class SimulatedDeviceCheck
{
    public static void Require(SimulatedDevice device)
    {
        Require(device.Topology.PhysicalFunctions is >= 1 and <= 8, "topology.physicalFunctions must be 1 to 8");
        Require(device.Topology.VirtualFunctions is >= 0 and <= 1024, "topology.virtualFunctions must be 0 to 1024");
        Require(
            device.Topology.Requester + (device.Topology.PhysicalFunctions * (1L + (device.Topology.VirtualFunctions * device.Topology.VfStride)))
                <= 0x1_0000,
            "topology: functions beyond requester identifier FFFFh");
        Require(device.Topology.VirtualFunctions < 2 || device.Topology.VfStride > 0, "topology.vfStride must be 1 or more");
        Require(
            device.Topology.FirstControllerId + (device.Topology.PhysicalFunctions * (1 + device.Topology.VirtualFunctions)) <= 0xFFF0,
            "topology: controllers beyond identifier FFEFh");
        Require(device.Resources.PrimaryQueues >= 2, "resources.primaryQueues must be 2 or more: the admin pair and one for I/O");
        Require(device.Resources.PrimaryVectors >= 1, "resources.primaryVectors must be 1 or more");
        Require(device.Resources.PrimaryVectors + device.Resources.FlexibleVectors <= 2048, "resources: more than 2048 vectors");
        Require(device.Resources.SecondaryVectorMaximum is null or > 0, "resources.secondaryVectorMaximum must be 1 or more");
        Require(
            device.Resources.SecondaryPrivate >= 2 || (device.Resources.FlexibleQueues > 0 && device.Resources.FlexibleVectors > 0),
            "resources.secondaryPrivate must be 2 or more");
        Require(device.Capabilities.MqesZ >= 1, "capabilities.mqesZ must be 1 or more");
        Require(device.Capabilities.MpsMin <= device.Capabilities.MpsMax, "capabilities.mpsMin must not be above mpsMax");
        Require(device.Capabilities.MpsMax <= 15, "capabilities.mpsMax must be at most 15");
        Require(device.Capabilities.Dstrd <= 8, "capabilities.dstrd must be at most 8");
        Require(device.Namespaces.Count <= device.Capabilities.MaximumNamespaces, "more namespaces than capabilities.maximumNamespaces");
        Require(
            device.Namespaces.All(ns => ns.ProtectionType == 0 || ns.MetadataSize >= 8),
            "namespaces: protection information needs 8 bytes of metadata");
        Require(device.Timing.FunctionReset.Nanoseconds <= SimFunction.LongestReset, "timing.functionReset must be at most 100 ms");
        Require(device.Namespaces.All(ns => ns.Capacity <= ns.Blocks), "namespaces: capacity must not be above blocks");
        Require(device.Migration.MaximumGranularity <= 30, "migration.maximumGranularity must be at most 30");
        Require(
            device.Migration.MinimumGranularity <= device.Migration.MaximumGranularity,
            "migration.minimumGranularity must not be above maximumGranularity");
        if (device.LocalMemory.Buffer is { } buffer)
        {
            Require(buffer.Bytes is >= 4096 and <= 1 << 30 && buffer.Bytes % 4096 == 0, "localMemory.buffer.bytes must be whole 4 KiB, at most 1 GiB");
            Require(!buffer.Lists || buffer.SubmissionQueues, "localMemory.buffer: lists need submissionQueues");
        }

        if (device.LocalMemory.Region is { } region)
        {
            Require(
                region.Bytes is >= 4096 and <= 1 << 30 && int.IsPow2(region.Bytes),
                "localMemory.region.bytes must be a power of two of 4 KiB to 1 GiB");
        }

        if (device.VendorRfc is { } vendor) Require(vendor);
        foreach (var ns in device.Namespaces) Require(ns.Blocks > 0, "namespaces: blocks must be 1 or more");
    }

    private static void Require(VendorDialect vendor)
    {
        byte[] opcodes = [vendor.QueryOpcode, vendor.SuspendOpcode, vendor.ResumeOpcode, vendor.SaveOpcode, vendor.LoadOpcode];
        Require(opcodes.All(opcode => opcode >= 0xC0) && opcodes.Distinct().Count() == 5, "vendorRfc: opcodes must be five from C0h to FFh");
        Require(vendor.SizeUnit is >= 1 and <= 4096, "vendorRfc.sizeUnit must be 1 to 4096");
        Require(vendor.CapabilityOffset is >= 3072 and <= 4095, "vendorRfc.capabilityOffset must be 3072 to 4095");
    }

    private static void Require(bool condition, string what)
    {
        if (!condition) throw new ArgumentException($"device.sim.{what}.", what);
    }
}
