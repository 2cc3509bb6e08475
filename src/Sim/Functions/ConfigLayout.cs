using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Where things stand in the configuration space of the simulated functions, and how it is built.</summary>
internal static class ConfigLayout
{
    public const int Command = 0x04;
    public const int Bar0 = 0x10;
    public const int Bar2 = 0x18;
    public const int PowerManagement = 0x40;
    public const int PowerControl = PowerManagement + 4;
    public const int PciExpress = 0x50;
    public const int DeviceControl = PciExpress + 8;
    public const int Msix = 0xB0;
    public const int MsixControl = Msix + 2;
    public const int Ari = 0x100;
    public const int ReadinessTimes = 0x120;
    public const int Sriov = 0x140;
    public const int SriovControl = Sriov + 0x08;
    public const int InitialVfs = Sriov + 0x0C;
    public const int NumVfs = Sriov + 0x10;
    public const int VfOffset = Sriov + 0x14;
    public const int SystemPageSize = Sriov + 0x20;
    public const int VfBar0 = Sriov + 0x24;
    public const int VfBar2 = Sriov + 0x2C;

    private const uint Memory64 = 0x4;
    private const uint Prefetchable = 0x8;

    public const uint MemorySpace = 1u << 1;
    public const uint BusMaster = 1u << 2;
    public const uint InitiateFlr = 1u << 15;
    public const uint MsixEnable = 1u << 31;
    public const uint MsixFunctionMask = 1u << 30;
    public const uint VfEnable = 1u << 0;
    public const uint VfMemorySpace = 1u << 3;

    /// <summary>Sizes and addresses that one function's space needs.</summary>
    /// <param name="Identity">Of the subsystem.</param>
    /// <param name="IsVirtual">A VF: it has no BARs, no identity of its own and no memory space bit.</param>
    /// <param name="MultiFunction">Header type bit 7.</param>
    /// <param name="NextFunction">Of the ARI capability: the next physical function, 0 for none.</param>
    /// <param name="BarLength">Bytes of BAR0.</param>
    /// <param name="RegionLength">Bytes of BAR2, the persistent memory region; 0 for none.</param>
    /// <param name="Vectors">Entries of the MSI-X table.</param>
    /// <param name="TableOffset">Of the MSI-X table in BAR0.</param>
    /// <param name="PendingOffset">Of the pending bits in BAR0.</param>
    /// <param name="ResetTime">ns that the function needs after a reset.</param>
    public readonly record struct Shape(
        SimulatedIdentity Identity, bool IsVirtual, bool MultiFunction, byte NextFunction, long BarLength, long RegionLength, int Vectors,
        int TableOffset, int PendingOffset, long ResetTime);

    public static ConfigSpace Build(in Shape shape)
    {
        var space = new ConfigSpace();
        var virtualFunction = shape.IsVirtual;
        space.Define(0x00, 2, virtualFunction ? 0xFFFFu : shape.Identity.PciVendorId);
        space.Define(0x02, 2, virtualFunction ? 0xFFFFu : shape.Identity.PciDeviceId);
        // Memory space, bus master, SERR, INTx disable; a VF has bus master only.
        space.Define(Command, 2, 0, virtualFunction ? BusMaster : 0x0546);
        space.Define(0x06, 2, 0x0010); // capability list
        space.Define(0x08, 4, 0x0108_0201); // class 010802h, revision 1
        space.Define(0x0E, 1, shape.MultiFunction ? 0x80u : 0);
        space.Define(0x2C, 2, shape.Identity.PciVendorId);
        space.Define(0x2E, 2, virtualFunction ? shape.Identity.VfDeviceId : shape.Identity.PciDeviceId);
        space.Define(0x34, 1, PowerManagement);
        if (!virtualFunction)
        {
            DefineBar(space, Bar0, shape.BarLength, Memory64);
            if (shape.RegionLength != 0) DefineBar(space, Bar2, shape.RegionLength, Memory64 | Prefetchable);
            space.Define(0x3C, 1, 0, 0xFF);
        }

        space.Define(PowerManagement, 4, 0x0003_0001 | (PciExpress << 8));
        space.Define(PowerControl, 4, 0, 0x3);

        space.Define(PciExpress, 4, 0x0002_0010 | (Msix << 8));
        space.Define(PciExpress + 4, 4, (1u << 28) | (1u << 15) | 0x1); // FLR, role-based errors, payload 256
        space.Define(DeviceControl, 4, 0x0000_2810, virtualFunction ? 0u : 0x0000_7FFF); // see ConfigRules for bit 15
        space.Define(PciExpress + 0x0C, 4, 0x0000_0444); // x4, 16 GT/s
        space.Define(PciExpress + 0x10, 4, 0x1044_0000, virtualFunction ? 0u : 0x0000_0FFB);
        space.Define(PciExpress + 0x24, 4, 0x0000_0012);
        space.Define(PciExpress + 0x28, 4, 0, virtualFunction ? 0u : 0x0000_001F);

        space.Define(Msix, 4, 0x0000_0011 | ((uint)Math.Max(0, shape.Vectors - 1) << 16), MsixEnable | MsixFunctionMask);
        space.Define(Msix + 4, 4, (uint)shape.TableOffset); // BIR 0
        space.Define(Msix + 8, 4, (uint)shape.PendingOffset);

        AddExtended(space, Ari, ExtendedCapabilityId.Ari);
        space.Define(Ari + AriCapability.CapabilitiesOffset, 2, new AriCapabilities { NextFunction = shape.NextFunction }.Raw);
        if (shape.ResetTime < SimFunction.LongestReset) AddReadinessTimes(space, ReadinessTime.AtLeast(shape.ResetTime));
        return space;
    }

    /// <summary>Puts the header of an extended capability and links it behind those before it, which are lower.</summary>
    private static void AddExtended(ConfigSpace space, int offset, ExtendedCapabilityId id)
    {
        space.Define(offset, 4, new ExtendedCapabilityHeader { Id = id, Version = 1 }.Raw);
        if (offset == ExtendedCapabilityHeader.First) return;
        var last = ExtendedCapabilityHeader.First;
        while (HeaderAt(space, last).Next is var next && next != 0) last = next;
        space.Define(last, 4, (HeaderAt(space, last) with { Next = (ushort)offset }).Raw);
    }

    private static ExtendedCapabilityHeader HeaderAt(ConfigSpace space, int offset) => new(space.Dword(offset));

    private static void AddReadinessTimes(ConfigSpace space, ReadinessTime time)
    {
        AddExtended(space, ReadinessTimes, ExtendedCapabilityId.ReadinessTimeReporting);
        space.Define(ReadinessTimes + 4, 4, new ReadinessTimes1 { Reset = time, LinkUp = time, Valid = true }.Raw);
        space.Define(ReadinessTimes + 8, 4, new ReadinessTimes2 { FunctionReset = time, D3HotToD0 = time }.Raw);
    }

    /// <summary>Adds SR-IOV to a PF's space.</summary>
    /// <param name="space">Of the PF.</param>
    /// <param name="topology">TotalVFs and VF Stride.</param>
    /// <param name="pf">Which PF.</param>
    /// <param name="vfDeviceId">VF Device ID.</param>
    /// <param name="vfBarLength">Bytes of a VF's BAR0.</param>
    /// <param name="vfRegionLength">Bytes of a VF's BAR2; 0 for none.</param>
    public static void AddSriov(
        ConfigSpace space, SimulatedTopology topology, int pf, ushort vfDeviceId, long vfBarLength, long vfRegionLength)
    {
        AddExtended(space, Sriov, ExtendedCapabilityId.SrIov);
        space.Define(Sriov + 4, 4, 0x2); // ARI capable hierarchy preserved
        space.Define(SriovControl, 4, 0, VfEnable | VfMemorySpace | (1u << 4));
        space.Define(InitialVfs, 2, (uint)topology.VirtualFunctions);
        space.Define(InitialVfs + 2, 2, (uint)topology.VirtualFunctions);
        space.Define(NumVfs, 4, 0, 0xFFFF);
        space.Define(NumVfs + 2, 1, FunctionNumber(topology, pf)); // depends on no other
        space.Define(VfOffset, 2, FirstVfOffset(topology, pf));
        space.Define(VfOffset + 2, 2, topology.VfStride);
        space.Define(Sriov + 0x18, 4, (uint)vfDeviceId << 16);
        space.Define(Sriov + 0x1C, 4, 0x553);
        space.Define(SystemPageSize, 4, 1, 0x553);
        DefineBar(space, VfBar0, vfBarLength, Memory64);
        if (vfRegionLength != 0) DefineBar(space, VfBar2, vfRegionLength, Memory64 | Prefetchable);
    }

    private static void DefineBar(ConfigSpace space, int offset, long length, uint kind)
    {
        space.Define(offset, 4, kind, ~(uint)(length - 1));
        space.Define(offset + 4, 4, 0, 0xFFFF_FFFF);
    }

    /// <summary>PFs and VFs of one subsystem in the order of their addresses: PF i's first VF is this far behind it.</summary>
    public static ushort FirstVfOffset(SimulatedTopology topology, int pf) =>
        (ushort)(topology.PhysicalFunctions - pf + (pf * topology.VirtualFunctions * topology.VfStride));

    /// <summary>The function number of a PF as ARI counts.</summary>
    private static byte FunctionNumber(SimulatedTopology topology, int pf) => (byte)Requester(topology, pf).Value;

    /// <summary>The function number of the PF behind a PF; 0 for the last one, and for VFs.</summary>
    public static byte NextFunction(SimulatedTopology topology, int pf, bool isVirtual) =>
        isVirtual || pf + 1 == topology.PhysicalFunctions ? (byte)0 : FunctionNumber(topology, pf + 1);

    public static RequesterId Requester(SimulatedTopology topology, int pf) => new((ushort)(topology.Requester + pf));
}
