using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>
/// Identify Controller data structure, CNS 01h (Base 2.3 5.2.13.2.1). What it says of the power states stands in <see cref="Psd"/>, of
/// the vendor in <see cref="Vs"/>.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct IdentifyController
{
    public const int Size = 4096;

    /// <summary>PCI Vendor ID.</summary>
    [FieldOffset(0)] public ushort Vid;

    /// <summary>PCI Subsystem Vendor ID.</summary>
    [FieldOffset(2)] public ushort Ssvid;

    /// <summary>Serial Number.</summary>
    [FieldOffset(4)] public Ascii20 Sn;

    /// <summary>Model Number.</summary>
    [FieldOffset(24)] public Ascii40 Mn;

    /// <summary>Firmware Revision.</summary>
    [FieldOffset(64)] public Ascii8 Fr;

    /// <summary>Recommended Arbitration Burst: 2^n commands.</summary>
    [FieldOffset(72)] public byte Rab;

    /// <summary>IEEE OUI Identifier.</summary>
    [FieldOffset(73)] public IeeeOui Ieee;

    /// <summary>Controller Multi-Path I/O and Namespace Sharing Capabilities.</summary>
    [FieldOffset(76)] public MultiPathCapabilities Cmic;

    /// <summary>Maximum Data Transfer Size: 2^n pages of CAP.MPSMIN; 0 is no limit.</summary>
    [FieldOffset(77)] public byte Mdts;

    /// <summary>Controller ID.</summary>
    [FieldOffset(78)] public ushort Cntlid;

    /// <summary>Version, as the VS property: 2.1 is 00020100h.</summary>
    [FieldOffset(80)] public uint Ver;

    /// <summary>RTD3 Resume Latency, in microseconds.</summary>
    [FieldOffset(84)] public uint Rtd3r;

    /// <summary>RTD3 Entry Latency, in microseconds.</summary>
    [FieldOffset(88)] public uint Rtd3e;

    /// <summary>Optional Asynchronous Events Supported.</summary>
    [FieldOffset(92)] public OptionalAsynchronousEvents Oaes;

    /// <summary>Controller Attributes.</summary>
    [FieldOffset(96)] public ControllerAttributes Ctratt;

    /// <summary>Read Recovery Levels Supported: bit n is level n.</summary>
    [FieldOffset(100)] public ushort Rrls;

    /// <summary>Boot Partition Capabilities.</summary>
    [FieldOffset(102)] public BootPartitionCapabilities Bpcap;

    /// <summary>NVM Subsystem Shutdown Latency, in microseconds.</summary>
    [FieldOffset(104)] public uint Nssl;

    /// <summary>Power Loss Signaling Information.</summary>
    [FieldOffset(110)] public PowerLossSignalingInformation Plsi;

    /// <summary>Controller Type.</summary>
    [FieldOffset(111)] public ControllerType Cntrltype;

    /// <summary>FRU Globally Unique Identifier.</summary>
    [FieldOffset(112)] public Nguid Fguid;

    /// <summary>Command Retry Delay Time 1, in units of 100 ms.</summary>
    [FieldOffset(128)] public ushort Crdt1;

    /// <summary>Command Retry Delay Time 2, in units of 100 ms.</summary>
    [FieldOffset(130)] public ushort Crdt2;

    /// <summary>Command Retry Delay Time 3, in units of 100 ms.</summary>
    [FieldOffset(132)] public ushort Crdt3;

    /// <summary>Controller Reachability Capabilities.</summary>
    [FieldOffset(134)] public ReachabilityCapabilities Crcap;

    /// <summary>Controller Instance Uniquifier.</summary>
    [FieldOffset(135)] public byte Ciu;

    /// <summary>Controller Instance Random Number.</summary>
    [FieldOffset(136)] public ulong Cirn;

    /// <summary>NVM Subsystem Report.</summary>
    [FieldOffset(253)] public NvmSubsystemReport Nvmsr;

    /// <summary>VPD Write Cycle Information.</summary>
    [FieldOffset(254)] public VpdWriteCycle Vwci;

    /// <summary>Management Endpoint Capabilities.</summary>
    [FieldOffset(255)] public ManagementEndpointCapabilities Mec;

    /// <summary>Optional Admin Command Support.</summary>
    [FieldOffset(256)] public OptionalAdminCommands Oacs;

    /// <summary>Abort Command Limit, 0's based.</summary>
    [FieldOffset(258)] public byte AclZ;

    /// <summary>Asynchronous Event Request Limit, 0's based.</summary>
    [FieldOffset(259)] public byte AerlZ;

    /// <summary>Firmware Updates.</summary>
    [FieldOffset(260)] public FirmwareUpdates Frmw;

    /// <summary>Log Page Attributes.</summary>
    [FieldOffset(261)] public LogPageAttributes Lpa;

    /// <summary>Error Log Page Entries, 0's based.</summary>
    [FieldOffset(262)] public byte ElpeZ;

    /// <summary>Number of Power States Support, 0's based.</summary>
    [FieldOffset(263)] public byte NpssZ;

    /// <summary>Admin Vendor Specific Command Configuration.</summary>
    [FieldOffset(264)] public VendorCommandFormat Avscc;

    /// <summary>Autonomous Power State Transition Attributes.</summary>
    [FieldOffset(265)] public AutonomousPowerStateTransitions Apsta;

    /// <summary>Warning Composite Temperature Threshold, in kelvins.</summary>
    [FieldOffset(266)] public ushort Wctemp;

    /// <summary>Critical Composite Temperature Threshold, in kelvins.</summary>
    [FieldOffset(268)] public ushort Cctemp;

    /// <summary>Maximum Time for Firmware Activation, in units of 100 ms.</summary>
    [FieldOffset(270)] public ushort Mtfa;

    /// <summary>
    /// Host Memory Buffer Preferred Size, in units of 4 KiB. 0 on every controller of a subsystem that has a migration management
    /// controller (Base 2.3 8.1.13).
    /// </summary>
    [FieldOffset(272)] public uint Hmpre;

    /// <summary>Host Memory Buffer Minimum Size, in units of 4 KiB.</summary>
    [FieldOffset(276)] public uint Hmmin;

    /// <summary>Total NVM Capacity, in bytes.</summary>
    [FieldOffset(280)] public UInt128 Tnvmcap;

    /// <summary>Unallocated NVM Capacity, in bytes.</summary>
    [FieldOffset(296)] public UInt128 Unvmcap;

    /// <summary>Replay Protected Memory Block Support.</summary>
    [FieldOffset(312)] public ReplayProtectedMemoryBlocks Rpmbs;

    /// <summary>Extended Device Self-test Time, in minutes.</summary>
    [FieldOffset(316)] public ushort Edstt;

    /// <summary>Device Self-test Options.</summary>
    [FieldOffset(318)] public DeviceSelfTestOptions Dsto;

    /// <summary>Firmware Update Granularity, in units of 4 KiB; FFh is no restriction.</summary>
    [FieldOffset(319)] public byte Fwug;

    /// <summary>Keep Alive Support: granularity of the timer in units of 100 ms.</summary>
    [FieldOffset(320)] public ushort Kas;

    /// <summary>Host Controlled Thermal Management Attributes.</summary>
    [FieldOffset(322)] public HostControlledThermalManagement Hctma;

    /// <summary>Minimum Thermal Management Temperature, in kelvins.</summary>
    [FieldOffset(324)] public ushort Mntmt;

    /// <summary>Maximum Thermal Management Temperature, in kelvins.</summary>
    [FieldOffset(326)] public ushort Mxtmt;

    /// <summary>Sanitize Capabilities.</summary>
    [FieldOffset(328)] public SanitizeCapabilities Sanicap;

    /// <summary>Host Memory Buffer Minimum Descriptor Entry Size, in units of 4 KiB.</summary>
    [FieldOffset(332)] public uint Hmminds;

    /// <summary>Host Memory Maximum Descriptors Entries.</summary>
    [FieldOffset(336)] public ushort Hmmaxd;

    /// <summary>NVM Set Identifier Maximum.</summary>
    [FieldOffset(338)] public ushort Nsetidmax;

    /// <summary>Endurance Group Identifier Maximum.</summary>
    [FieldOffset(340)] public ushort Endgidmax;

    /// <summary>ANA Transition Time, in seconds.</summary>
    [FieldOffset(342)] public byte Anatt;

    /// <summary>Asymmetric Namespace Access Capabilities.</summary>
    [FieldOffset(343)] public AsymmetricNamespaceAccess Anacap;

    /// <summary>ANA Group Identifier Maximum.</summary>
    [FieldOffset(344)] public uint Anagrpmax;

    /// <summary>Number of ANA Group Identifiers.</summary>
    [FieldOffset(348)] public uint Nanagrpid;

    /// <summary>Persistent Event Log Size, in units of 64 KiB.</summary>
    [FieldOffset(352)] public uint Pels;

    /// <summary>Domain Identifier.</summary>
    [FieldOffset(356)] public ushort Domainid;

    /// <summary>Key Per I/O Capabilities.</summary>
    [FieldOffset(358)] public KeyPerIoCapabilities Kpioc;

    /// <summary>Maximum Processing Time for Firmware Activation Without Reset, in units of 100 ms.</summary>
    [FieldOffset(360)] public ushort Mptfawr;

    /// <summary>Max Endurance Group Capacity, in bytes.</summary>
    [FieldOffset(368)] public UInt128 Megcap;

    /// <summary>Temperature Threshold Hysteresis Attributes: bits 2:0, the maximum hysteresis in kelvins.</summary>
    [FieldOffset(384)] public byte Tmpthha;

    /// <summary>Command Quiesce Time, in milliseconds.</summary>
    [FieldOffset(386)] public ushort Cqt;

    /// <summary>Configurable Device Personality Attributes.</summary>
    [FieldOffset(388)] public ushort Cdpa;

    /// <summary>Maximum Unlimited Power.</summary>
    [FieldOffset(390)] public ushort Mup;

    /// <summary>Interval Power Measurement Sample Rate.</summary>
    [FieldOffset(392)] public SampleRate Ipmsr;

    /// <summary>Maximum Stop Measurement Time.</summary>
    [FieldOffset(394)] public ushort Msmt;

    /// <summary>Submission Queue Entry Size.</summary>
    [FieldOffset(512)] public EntrySizes Sqes;

    /// <summary>Completion Queue Entry Size.</summary>
    [FieldOffset(513)] public EntrySizes Cqes;

    /// <summary>Maximum Outstanding Commands.</summary>
    [FieldOffset(514)] public ushort Maxcmd;

    /// <summary>Number of Namespaces: the largest valid NSID.</summary>
    [FieldOffset(516)] public uint Nn;

    /// <summary>Optional NVM Command Support.</summary>
    [FieldOffset(520)] public OptionalNvmCommands Oncs;

    /// <summary>Fused Operation Support.</summary>
    [FieldOffset(522)] public FusedOperations Fuses;

    /// <summary>Format NVM Attributes.</summary>
    [FieldOffset(524)] public FormatAttributes Fna;

    /// <summary>Volatile Write Cache.</summary>
    [FieldOffset(525)] public VolatileWriteCachePresence Vwc;

    /// <summary>Atomic Write Unit Normal, in logical blocks, 0's based.</summary>
    [FieldOffset(526)] public ushort AwunZ;

    /// <summary>Atomic Write Unit Power Fail, in logical blocks, 0's based.</summary>
    [FieldOffset(528)] public ushort AwupfZ;

    /// <summary>I/O Command Set Vendor Specific Command Configuration.</summary>
    [FieldOffset(530)] public VendorCommandFormat Icsvscc;

    /// <summary>Namespace Write Protection Capabilities.</summary>
    [FieldOffset(531)] public WriteProtectionCapabilities Nwpc;

    /// <summary>Atomic Compare and Write Unit, in logical blocks, 0's based.</summary>
    [FieldOffset(532)] public ushort AcwuZ;

    /// <summary>Optional Copy Formats Supported: bit n is descriptor format n.</summary>
    [FieldOffset(534)] public ushort Ocfs;

    /// <summary>SGL Support.</summary>
    [FieldOffset(536)] public SglSupport Sgls;

    /// <summary>Maximum Number of Allowed Namespaces.</summary>
    [FieldOffset(540)] public uint Mnan;

    /// <summary>Maximum Domain Namespace Attachments.</summary>
    [FieldOffset(544)] public UInt128 Maxdna;

    /// <summary>Maximum I/O Controller Namespace Attachments.</summary>
    [FieldOffset(560)] public uint Maxcna;

    /// <summary>Optimal Aggregated Queue Depth.</summary>
    [FieldOffset(564)] public uint Oaqd;

    /// <summary>Recommended Host-Initiated Refresh Interval, in days.</summary>
    [FieldOffset(568)] public byte Rhiri;

    /// <summary>Host-Initiated Refresh Time, in minutes.</summary>
    [FieldOffset(569)] public byte Hirt;

    /// <summary>Controller Maximum Memory Range Tracking Descriptors.</summary>
    [FieldOffset(570)] public ushort Cmmrtd;

    /// <summary>NVM Subsystem Maximum Memory Range Tracking Descriptors.</summary>
    [FieldOffset(572)] public ushort Nmmrtd;

    /// <summary>Minimum Memory Range Tracking Granularity: 2^n times 4 KiB.</summary>
    [FieldOffset(574)] public byte Minmrtg;

    /// <summary>Maximum Memory Range Tracking Granularity: 2^n times 4 KiB.</summary>
    [FieldOffset(575)] public byte Maxmrtg;

    /// <summary>Tracking Attributes.</summary>
    [FieldOffset(576)] public TrackingAttributes Trattr;

    /// <summary>Maximum Controller User Data Migration Queues.</summary>
    [FieldOffset(578)] public ushort Mcudmq;

    /// <summary>Maximum NVM Subsystem User Data Migration Queues.</summary>
    [FieldOffset(580)] public ushort Mnsudmq;

    /// <summary>Maximum CDQ Memory Ranges, of one queue.</summary>
    [FieldOffset(582)] public ushort Mcmr;

    /// <summary>NVM Subsystem Maximum CDQ Memory Ranges, over all queues.</summary>
    [FieldOffset(584)] public ushort Nmcmr;

    /// <summary>Maximum Controller Data Queue PRP Count: entries in the PRP list of one queue.</summary>
    [FieldOffset(586)] public ushort Mcdqpc;

    /// <summary>NVM Subsystem NVMe Qualified Name.</summary>
    [FieldOffset(768)] public NvmeQualifiedName Subnqn;

    /// <summary>I/O Queue Command Capsule Supported Size, in units of 16 bytes (fabrics only, as the fields to byte 1807).</summary>
    [FieldOffset(1792)] public uint Ioccsz;

    /// <summary>I/O Queue Response Capsule Supported Size, in units of 16 bytes.</summary>
    [FieldOffset(1796)] public uint Iorcsz;

    /// <summary>In Capsule Data Offset, in units of 16 bytes.</summary>
    [FieldOffset(1800)] public ushort Icdoff;

    /// <summary>Fabrics Controller Attributes: bit 0, the controller model is static.</summary>
    [FieldOffset(1802)] public byte Fcatt;

    /// <summary>Maximum SGL Data Block Descriptors; 0 is no limit.</summary>
    [FieldOffset(1803)] public byte Msdbd;

    /// <summary>Optional Fabrics Commands Support: bit 0, Disconnect.</summary>
    [FieldOffset(1804)] public ushort Ofcs;

    /// <summary>Discovery Controller Type.</summary>
    [FieldOffset(1806)] public byte Dctype;

    /// <summary>Cross-Controller Reset Limit.</summary>
    [FieldOffset(1807)] public byte Ccrl;

    /// <summary>Power State Descriptors 0 to 31.</summary>
    [FieldOffset(2048)] public PowerStateDescriptors Psd;

    /// <summary>
    /// The first vendor specific byte, where the vendor migration commands of December 2022 announce themselves. The same byte as <see
    /// cref="Vs"/>[0]; another dialect has it elsewhere in <see cref="Vs"/>.
    /// </summary>
    [FieldOffset(3072)] public VendorMigrationCapability VendorMigration;

    /// <summary>Vendor Specific.</summary>
    [FieldOffset(3072)] public VendorSpecificBytes Vs;
}

/// <summary>The 32 power state descriptors of a controller.</summary>
[InlineArray(32)]
public struct PowerStateDescriptors
{
    private PowerStateDescriptor _first;
}

/// <summary>The vendor's part of Identify Controller.</summary>
[InlineArray(1024)]
public struct VendorSpecificBytes
{
    private byte _first;
}
