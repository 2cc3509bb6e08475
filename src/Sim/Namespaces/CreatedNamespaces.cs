using System.Globalization;
using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Namespaces that a host creates: what it asked for, and identifiers that no namespace had before (UIDREUSE).</summary>
internal static class CreatedNamespaces
{
    private const int SerialShift = 24;

    public static SimulatedNamespace Define(Subsystem subsystem, uint nsid, in NamespaceManagementData data, BlockFormat format)
    {
        var serial = subsystem.NextSerial();
        var oui = (ulong)subsystem.Options.Identity.IeeeOui;
        var eui64 = (oui << 40) | ((ulong)serial << SerialShift) | nsid;
        return new SimulatedNamespace
        {
            Blocks = (long)data.Nsze,
            Capacity = data.Ncap == data.Nsze ? 0 : (long)data.Ncap,
            BlockSize = format.BlockSize,
            MetadataSize = format.MetadataSize,
            ExtendedMetadata = format.Extended,
            ProtectionType = (byte)format.Protection,
            ProtectionFirst = format.ProtectionFirst,
            Shared = data.Nmic.Shared,
            AttachedTo = [],
            Nguid = new UInt128(((ulong)serial << 32) | nsid, eui64).ToString("X32", CultureInfo.InvariantCulture),
            Eui64 = eui64.ToString("X16", CultureInfo.InvariantCulture),
            Uuid = new Guid(nsid, (ushort)(serial >> 16), (ushort)serial, 0x80, 0, 0, 0, 1, (byte)(oui >> 16), (byte)(oui >> 8), (byte)oui)
                .ToString(),
        };
    }
}

/// <summary>
/// The LBA formats of the device, by format index; a namespace that is delivered with another one shows index 0. Protection information
/// needs room in the metadata.
/// </summary>
internal static class BlockFormats
{
    private static readonly (int BlockSize, int MetadataSize)[] _all = [(512, 0), (4096, 0), (512, 8), (4096, 8), (4096, 64)];

    public static IReadOnlyList<(int BlockSize, int MetadataSize)> All => _all;

    public static int IndexOf(Namespace ns) => Math.Max(0, Array.IndexOf(_all, (ns.BlockSize, ns.MetadataSize)));

    /// <summary>What a create or a format asks for; null where the device has no such format (1/0Ah).</summary>
    public static BlockFormat? Find(int index, bool extended, ProtectionType protection, bool first)
    {
        if (index >= _all.Length || protection > ProtectionType.Type3) return null;
        var (blockSize, metadataSize) = _all[index];
        if (protection != ProtectionType.None && metadataSize < ProtectionInformation.Size) return null;
        return new(blockSize, metadataSize, extended && metadataSize != 0, protection, first && protection != ProtectionType.None);
    }
}

/// <summary>NVM capacity of a subsystem in bytes: all of it, and what no namespace has (Base 2.3 3.8).</summary>
internal sealed class NvmCapacity(Subsystem subsystem)
{
    /// <summary>TNVMCAP: what the device was delivered with, namespaces and the rest.</summary>
    public UInt128 Total { get; private set; }

    /// <summary>UNVMCAP.</summary>
    public UInt128 Unallocated => Total - Allocated;

    /// <summary>All that is delivered is there.</summary>
    public void Seal() => Total = Allocated + (ulong)subsystem.Options.Capabilities.UnallocatedCapacity;

    private UInt128 Allocated
    {
        get
        {
            UInt128 sum = 0;
            foreach (var ns in subsystem.Namespaces) sum += Of(ns.Volume.Capacity, ns.BlockSize);
            return sum;
        }
    }

    /// <summary>NVMCAP of blocks: rounded up to the granularity of namespaces.</summary>
    public UInt128 Of(ulong blocks, int blockSize)
    {
        var unit = (UInt128)(ulong)subsystem.Options.Capabilities.NamespaceGranularity;
        var bytes = (UInt128)blocks * (uint)blockSize;
        return unit == 0 ? bytes : (bytes + unit - 1) / unit * unit;
    }
}
