using System.ComponentModel.DataAnnotations;

namespace Conformance.Device;

/// <summary>Whether both sides reach the same blocks.</summary>
public enum MediumSharing
{
    /// <summary>Each side has blocks of its own; user data is copied.</summary>
    Local,

    /// <summary>Namespaces with the same identifier are the same blocks on both sides; only controller state moves.</summary>
    Shared,
}

/// <summary>A simulated source and destination. Data only: what a profile says, and what a bench is built from.</summary>
public sealed record SimulatedPairOptions
{
    /// <summary>The source side, and the destination side where <see cref="Destination"/> is null.</summary>
    public SimulatedDevice Device { get; init; } = new();

    /// <summary>The destination side where it differs; null: a twin of the source with its own blocks.</summary>
    public SimulatedDevice? Destination { get; init; }

    public MediumSharing Medium { get; init; }
}

/// <summary>
/// One simulated NVM subsystem: everything a profile may set under <c>device.sim</c>. Every part is optional; the defaults are a
/// plain device with one PF, four VFs and one shared namespace.
/// </summary>
public sealed record SimulatedDevice
{
    public SimulatedTopology Topology { get; init; } = new();

    public SimulatedResources Resources { get; init; } = new();

    public SimulatedCapabilities Capabilities { get; init; } = new();

    public SimulatedIdentity Identity { get; init; } = new();

    /// <summary>Memory on the device that hosts and commands can use.</summary>
    public SimulatedLocalMemory LocalMemory { get; init; } = new();

    public SimulatedIoCommands IoCommands { get; init; } = new();

    /// <summary>What the subsystem is delivered with; NSID 1 is the first.</summary>
    public IReadOnlyList<SimulatedNamespace> Namespaces { get; init; } = [new()];

    public SimulatedFeatures Features { get; init; } = new();

    public SimulatedFirmware Firmware { get; init; } = new();

    public SimulatedHealth Health { get; init; } = new();

    public SimulatedLockdown Lockdown { get; init; } = new();

    public SimulatedSanitize Sanitize { get; init; } = new();

    public SimulatedFormat Format { get; init; } = new();

    public SimulatedMigration Migration { get; init; } = new();

    /// <summary>Where the standard leaves a choice, what this device does.</summary>
    public SimulatedAmbiguities Ambiguities { get; init; } = new();

    /// <summary>The vendor commands of the December 2022 series; null: not supported.</summary>
    public VendorDialect? VendorRfc { get; init; }

    public SimulatedTiming Timing { get; init; } = new();

    public IReadOnlyList<SimulatedFault> Faults { get; init; } = [];
}

/// <summary>Functions of the subsystem and their addresses.</summary>
public sealed record SimulatedTopology
{
    /// <summary>Physical functions, each a primary controller.</summary>
    [Range(1, 8)]
    public int PhysicalFunctions { get; init; } = 1;

    /// <summary>TotalVFs of each physical function.</summary>
    [Range(0, 1024)]
    public int VirtualFunctions { get; init; } = 4;

    /// <summary>Bus, device and function of the first PF as one 16-bit requester identifier.</summary>
    public ushort Requester { get; init; } = 0x0100;

    /// <summary>VF Stride of the SR-IOV capability.</summary>
    public ushort VfStride { get; init; } = 1;

    /// <summary>CNTLID of the first PF. VFs follow all PFs, in order of their PF and VF number.</summary>
    public ushort FirstControllerId { get; init; } = 1;
}

/// <summary>
/// Queue pairs (VQ, the admin pair included) and interrupt vectors (VI) of one primary controller and its secondaries
/// (Base 2.3 8.2.6). A type without flexible resources is private: each secondary has as many as given here. Where both types are private
/// there is no Virtualization Management, and a secondary is online when its VF appears.
/// </summary>
public sealed record SimulatedResources
{
    /// <summary>VQPRT: private queue pairs of the primary, admin pair included.</summary>
    [Range(2, 65535)]
    public ushort PrimaryQueues { get; init; } = 17;

    /// <summary>VIPRT: private vectors of the primary.</summary>
    [Range(1, 2048)]
    public ushort PrimaryVectors { get; init; } = 17;

    /// <summary>VQFRT: flexible queue pairs for all secondaries and the primary; 0: they are private.</summary>
    public ushort FlexibleQueues { get; init; } = 68;

    /// <summary>VIFRT: flexible vectors for all secondaries and the primary; 0: they are private.</summary>
    [Range(0, 2047)]
    public ushort FlexibleVectors { get; init; } = 68;

    /// <summary>VQFRSM, and VIFRSM unless said otherwise: the most that one secondary can be assigned.</summary>
    public ushort SecondaryMaximum { get; init; } = 17;

    /// <summary>VIFRSM; null: as many as queue pairs.</summary>
    [Range(1, 2048)]
    public ushort? SecondaryVectorMaximum { get; init; }

    /// <summary>VQGRAN and VIGRAN: the preferred step of an assignment.</summary>
    public ushort Granularity { get; init; } = 1;

    /// <summary>What is asked for is rounded up to the granularity, as far as there is enough; NRM says what was given.</summary>
    public bool RoundsToGranularity { get; init; }

    /// <summary>Queue pairs and vectors of each secondary where there are no flexible ones.</summary>
    public ushort SecondaryPrivate { get; init; } = 5;
}

/// <summary>What CAP, VS and the limits of Identify Controller say.</summary>
public sealed record SimulatedCapabilities
{
    /// <summary>VS and VER: the revision of the standard as major.minor.</summary>
    public string Revision { get; init; } = "2.3";

    /// <summary>CAP.MQES, 0's based.</summary>
    [Range(1, 65535)]
    public ushort MqesZ { get; init; } = 1023;

    /// <summary>CAP.CQR: queues must be physically contiguous.</summary>
    public bool ContiguousQueuesRequired { get; init; }

    /// <summary>CAP.AMS bit 0: weighted round robin with urgent priority class.</summary>
    public bool WeightedRoundRobin { get; init; } = true;

    /// <summary>CAP.TO in units of 500 ms.</summary>
    public byte Timeout { get; init; } = 4;

    /// <summary>CAP.DSTRD.</summary>
    [Range(0, 8)]
    public byte Dstrd { get; init; }

    /// <summary>CAP.MPSMIN: pages of 2^(12 + n) bytes.</summary>
    [Range(0, 15)]
    public byte MpsMin { get; init; }

    /// <summary>CAP.MPSMAX.</summary>
    [Range(0, 15)]
    public byte MpsMax { get; init; } = 4;

    /// <summary>CAP.NSSRS: NVM Subsystem Reset by NSSR.</summary>
    public bool SubsystemReset { get; init; } = true;

    /// <summary>I/O commands of one controller fetched and not completed, at most; 0 as many as the completion queues take.</summary>
    public int CommandsAtOnce { get; init; }

    /// <summary>MDTS: largest transfer is 2^n memory pages of MPSMIN; 0 without limit.</summary>
    [Range(0, 18)]
    public byte Mdts { get; init; } = 8;

    /// <summary>SGLs for I/O commands.</summary>
    public bool Sgls { get; init; } = true;

    /// <summary>AERL, 0's based.</summary>
    public byte AerlZ { get; init; } = 7;

    /// <summary>ELPE, 0's based: entries of the Error Information log.</summary>
    public byte ElpeZ { get; init; } = 63;

    /// <summary>Identifiers of features that cannot be changed; Set Features is answered with 1/0Eh.</summary>
    public IReadOnlyList<byte> FixedFeatures { get; init; } = [];

    /// <summary>ACL, 0's based.</summary>
    public byte AclZ { get; init; } = 7;

    /// <summary>NN and MNAN: highest namespace identifier.</summary>
    [Range(1, 65536)]
    public int MaximumNamespaces { get; init; } = 64;

    /// <summary>OACS.NMS, on primary controllers: namespaces are created and deleted by a host.</summary>
    public bool NamespaceManagement { get; init; } = true;

    /// <summary>UNVMCAP on delivery, in bytes: room for namespaces that a host creates.</summary>
    [Range(typeof(long), "0", "1152921504606846976")]
    public long UnallocatedCapacity { get; init; } = 1L << 40;

    /// <summary>NSG and NCG: capacity is taken in multiples of so many bytes; 0 is not reported, and exactly what is asked for.</summary>
    [Range(typeof(long), "0", "1152921504606846976")]
    public long NamespaceGranularity { get; init; }

    /// <summary>MAXCNA: most namespaces attached to one controller; 0 without limit.</summary>
    public ushort ControllerAttachments { get; init; }

    /// <summary>MAXDNA: most attachments in all, over all controllers; 0 without limit.</summary>
    public ushort DomainAttachments { get; init; }
}

/// <summary>Format NVM, and what FNA says of it.</summary>
public sealed record SimulatedFormat
{
    public bool Supported { get; init; } = true;

    /// <summary>FNS: a format is of all namespaces, whichever is named.</summary>
    public bool FormatsAll { get; init; }

    /// <summary>SENS: so is a secure erase.</summary>
    public bool ErasesAll { get; init; }

    /// <summary>CRYES: cryptographic erase.</summary>
    public bool CryptoErase { get; init; } = true;

    /// <summary>FNVMBS clear: NSID FFFFFFFFh formats all that are attached.</summary>
    public bool Broadcast { get; init; } = true;
}

/// <summary>Identity of the subsystem and its functions.</summary>
public sealed record SimulatedIdentity
{
    public ushort PciVendorId { get; init; } = 0x1DE5;

    public ushort PciDeviceId { get; init; } = 0x5110;

    /// <summary>VF Device ID of the SR-IOV capability.</summary>
    public ushort VfDeviceId { get; init; } = 0x5111;

    public string SerialNumber { get; init; } = "SIM0001";

    public string ModelNumber { get; init; } = "Simulated NVM Subsystem";

    public string FirmwareRevision { get; init; } = "1.0";

    /// <summary>SUBNQN.</summary>
    public string SubsystemNqn { get; init; } = "nqn.2014-08.org.nvmexpress:uuid:5a1d0c3e-7b42-4f0e-9a66-00000000c0de";

    /// <summary>IEEE OUI.</summary>
    public int IeeeOui { get; init; } = 0x5254AB;
}

/// <summary>One namespace.</summary>
public sealed record SimulatedNamespace
{
    /// <summary>NSZE, logical blocks.</summary>
    [Range(typeof(long), "1", "35184372088832")]
    public long Blocks { get; init; } = 65536;

    /// <summary>Bytes of data in a logical block: 512 or 4096.</summary>
    public int BlockSize { get; init; } = 4096;

    /// <summary>Bytes of metadata of a logical block: 0, 8 or 64.</summary>
    public int MetadataSize { get; init; }

    /// <summary>Metadata is the end of an extended logical block, not a buffer of its own.</summary>
    public bool ExtendedMetadata { get; init; }

    /// <summary>Protection information type, 0 for none to 3.</summary>
    [Range(0, 3)]
    public byte ProtectionType { get; init; }

    /// <summary>Protection information is in the first bytes of metadata.</summary>
    public bool ProtectionFirst { get; init; }

    /// <summary>NMIC: may be attached to several controllers at once.</summary>
    public bool Shared { get; init; } = true;

    /// <summary>
    /// Attached from the start: 0 is every physical function, a number v from 1 the VF v of the first physical function.
    /// </summary>
    public IReadOnlyList<int> AttachedTo { get; init; } = [0, 1, 2, 3, 4];

    /// <summary>NCAP: blocks that can be allocated at once; 0 is all of them, less makes it thinly provisioned.</summary>
    [Range(typeof(long), "0", "35184372088832")]
    public long Capacity { get; init; }

    /// <summary>DLFEAT: what a deallocated block reads as.</summary>
    public DeallocatedPattern DeallocatedReads { get; init; } = DeallocatedPattern.Zeroes;

    /// <summary>DLFEAT bit 3: Write Zeroes can deallocate.</summary>
    public bool WriteZeroesDeallocates { get; init; } = true;

    /// <summary>DLFEAT bit 4: the guard of a deallocated block is the CRC of what is read, not FFFFh.</summary>
    public bool DeallocatedGuardIsCrc { get; init; }

    /// <summary>NSFEAT bit 2: reading deallocated blocks can be made an error by the Error Recovery feature (DULBE).</summary>
    public bool DeallocatedError { get; init; } = true;

    /// <summary>From power on until it is ready for I/O; before that commands end with Namespace Not Ready.</summary>
    public Duration ReadyAfter { get; init; }

    /// <summary>NGUID as 32 hexadecimal digits; null: made of OUI and NSID.</summary>
    public string? Nguid { get; init; }

    /// <summary>EUI64 as 16 hexadecimal digits; null: made of OUI and NSID.</summary>
    public string? Eui64 { get; init; }

    /// <summary>UUID; null: made of OUI and NSID.</summary>
    public string? Uuid { get; init; }
}
