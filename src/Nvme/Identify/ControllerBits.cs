namespace Conformance.Nvme;

/// <summary>CNTRLTYPE.</summary>
public enum ControllerType : byte
{
    NotReported = 0,
    Io = 1,
    Discovery = 2,
    Administrative = 3,
}

/// <summary>The capability byte of the vendor migration commands. Other values are reserved, and values nevertheless.</summary>
public enum VendorMigrationCapability : byte
{
    NotSupported = 0,
    Supported = 1,
}

/// <summary>CMIC, Controller Multi-Path I/O and Namespace Sharing Capabilities.</summary>
public readonly record struct MultiPathCapabilities(byte Raw)
{
    /// <summary>The NVM subsystem may have more than one port.</summary>
    public bool MultiplePorts { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>The NVM subsystem may have more than one controller.</summary>
    public bool MultipleControllers { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }

    /// <summary>The controller belongs to an SR-IOV virtual function.</summary>
    public bool VirtualFunction { get => Bits.Get(Raw, 2); init => Raw = (byte)Bits.With(Raw, 2, value); }

    /// <summary>Asymmetric Namespace Access Reporting is supported.</summary>
    public bool AsymmetricNamespaceAccess { get => Bits.Get(Raw, 3); init => Raw = (byte)Bits.With(Raw, 3, value); }
}

/// <summary>CTRATT, Controller Attributes.</summary>
public readonly record struct ControllerAttributes(uint Raw)
{
    /// <summary>HIDS: 128-bit host identifiers.</summary>
    public bool HostIdentifier128 { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }

    /// <summary>NOPSPM: Non-Operational Power State Permissive Mode.</summary>
    public bool NonOperationalPermissive { get => Bits.Get(Raw, 1); init => Raw = Bits.With(Raw, 1, value); }

    /// <summary>NSETS.</summary>
    public bool NvmSets { get => Bits.Get(Raw, 2); init => Raw = Bits.With(Raw, 2, value); }

    /// <summary>RRLVLS.</summary>
    public bool ReadRecoveryLevels { get => Bits.Get(Raw, 3); init => Raw = Bits.With(Raw, 3, value); }

    /// <summary>EGS.</summary>
    public bool EnduranceGroups { get => Bits.Get(Raw, 4); init => Raw = Bits.With(Raw, 4, value); }

    /// <summary>PLM.</summary>
    public bool PredictableLatencyMode { get => Bits.Get(Raw, 5); init => Raw = Bits.With(Raw, 5, value); }

    /// <summary>TBKAS.</summary>
    public bool TrafficBasedKeepAlive { get => Bits.Get(Raw, 6); init => Raw = Bits.With(Raw, 6, value); }

    /// <summary>NG.</summary>
    public bool NamespaceGranularity { get => Bits.Get(Raw, 7); init => Raw = Bits.With(Raw, 7, value); }

    /// <summary>SQA.</summary>
    public bool SqAssociations { get => Bits.Get(Raw, 8); init => Raw = Bits.With(Raw, 8, value); }

    /// <summary>ULIST: Identify CNS 17h.</summary>
    public bool UuidList { get => Bits.Get(Raw, 9); init => Raw = Bits.With(Raw, 9, value); }

    /// <summary>MDS.</summary>
    public bool MultiDomainSubsystem { get => Bits.Get(Raw, 10); init => Raw = Bits.With(Raw, 10, value); }

    /// <summary>FCM.</summary>
    public bool FixedCapacityManagement { get => Bits.Get(Raw, 11); init => Raw = Bits.With(Raw, 11, value); }

    /// <summary>VCM.</summary>
    public bool VariableCapacityManagement { get => Bits.Get(Raw, 12); init => Raw = Bits.With(Raw, 12, value); }

    /// <summary>DEG.</summary>
    public bool DeleteEnduranceGroup { get => Bits.Get(Raw, 13); init => Raw = Bits.With(Raw, 13, value); }

    /// <summary>DNVMS.</summary>
    public bool DeleteNvmSet { get => Bits.Get(Raw, 14); init => Raw = Bits.With(Raw, 14, value); }

    /// <summary>ELBAS.</summary>
    public bool ExtendedLbaFormats { get => Bits.Get(Raw, 15); init => Raw = Bits.With(Raw, 15, value); }

    /// <summary>MEM: MDTS and the size limits do not count metadata.</summary>
    public bool MdtsExcludesMetadata { get => Bits.Get(Raw, 16); init => Raw = Bits.With(Raw, 16, value); }

    /// <summary>HMBR.</summary>
    public bool HostMemoryBufferRestriction { get => Bits.Get(Raw, 17); init => Raw = Bits.With(Raw, 17, value); }

    /// <summary>RHII: reservations and host identifier interaction.</summary>
    public bool ReservationsAndHostIdentifier { get => Bits.Get(Raw, 18); init => Raw = Bits.With(Raw, 18, value); }

    /// <summary>FDPS.</summary>
    public bool FlexibleDataPlacement { get => Bits.Get(Raw, 19); init => Raw = Bits.With(Raw, 19, value); }

    /// <summary>PLS.</summary>
    public bool PowerLimit { get => Bits.Get(Raw, 20); init => Raw = Bits.With(Raw, 20, value); }

    /// <summary>PMS.</summary>
    public bool PowerMeasurement { get => Bits.Get(Raw, 21); init => Raw = Bits.With(Raw, 21, value); }
}

/// <summary>OAES, Optional Asynchronous Events Supported. The bits are those of the feature Asynchronous Event Configuration.</summary>
public readonly record struct OptionalAsynchronousEvents(uint Raw)
{
    /// <summary>Attached Namespace Attribute Notices.</summary>
    public bool AttachedNamespaceAttribute { get => Bits.Get(Raw, 8); init => Raw = Bits.With(Raw, 8, value); }

    /// <summary>Firmware Activation Notices.</summary>
    public bool FirmwareActivation { get => Bits.Get(Raw, 9); init => Raw = Bits.With(Raw, 9, value); }

    /// <summary>Asymmetric Namespace Access Change Notices.</summary>
    public bool AsymmetricNamespaceAccessChange { get => Bits.Get(Raw, 11); init => Raw = Bits.With(Raw, 11, value); }

    /// <summary>Predictable Latency Event Aggregate Log Change Notices.</summary>
    public bool PredictableLatencyAggregate { get => Bits.Get(Raw, 12); init => Raw = Bits.With(Raw, 12, value); }

    /// <summary>LBA Status Information Alert Notices.</summary>
    public bool LbaStatusInformation { get => Bits.Get(Raw, 13); init => Raw = Bits.With(Raw, 13, value); }

    /// <summary>Endurance Group Event Aggregate Log Page Change Notices.</summary>
    public bool EnduranceGroupAggregate { get => Bits.Get(Raw, 14); init => Raw = Bits.With(Raw, 14, value); }

    /// <summary>Normal NVM Subsystem Shutdown.</summary>
    public bool NormalSubsystemShutdown { get => Bits.Get(Raw, 15); init => Raw = Bits.With(Raw, 15, value); }

    /// <summary>Temperature Threshold Hysteresis Recovery.</summary>
    public bool TemperatureThresholdHysteresis { get => Bits.Get(Raw, 16); init => Raw = Bits.With(Raw, 16, value); }

    /// <summary>Allocated Namespace Attribute Notices.</summary>
    public bool AllocatedNamespaceAttribute { get => Bits.Get(Raw, 19); init => Raw = Bits.With(Raw, 19, value); }

    /// <summary>Zone Descriptor Changed Notices.</summary>
    public bool ZoneDescriptorChanged { get => Bits.Get(Raw, 27); init => Raw = Bits.With(Raw, 27, value); }

    /// <summary>Discovery Log Page Change Notification.</summary>
    public bool DiscoveryLogPageChange { get => Bits.Get(Raw, 31); init => Raw = Bits.With(Raw, 31, value); }
}

/// <summary>BPCAP, Boot Partition Capabilities.</summary>
public readonly record struct BootPartitionCapabilities(byte Raw)
{
    /// <summary>RPMB Boot Partition Write Protection: 0 not specified, 1 not supported, 2 supported.</summary>
    public byte RpmbWriteProtection { get => (byte)Bits.Get(Raw, 1, 0); init => Raw = (byte)Bits.With(Raw, 1, 0, value); }

    /// <summary>Set Features Boot Partition Write Protection.</summary>
    public bool SetFeaturesWriteProtection { get => Bits.Get(Raw, 2); init => Raw = (byte)Bits.With(Raw, 2, value); }
}

/// <summary>PLSI, Power Loss Signaling Information.</summary>
public readonly record struct PowerLossSignalingInformation(byte Raw)
{
    /// <summary>PLSEPF.</summary>
    public bool EmergencyPowerFail { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>PLSFQ.</summary>
    public bool ForcedQuiescence { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }
}

/// <summary>CRCAP, Controller Reachability Capabilities.</summary>
public readonly record struct ReachabilityCapabilities(byte Raw)
{
    /// <summary>RRSUP.</summary>
    public bool ReachabilityReporting { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>RGIDC.</summary>
    public bool GroupIdChangeable { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }
}

/// <summary>NVMSR, NVM Subsystem Report.</summary>
public readonly record struct NvmSubsystemReport(byte Raw)
{
    /// <summary>NVMESD: the subsystem is part of an NVMe storage device.</summary>
    public bool StorageDevice { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>NVMEE: the subsystem is part of an NVMe enclosure.</summary>
    public bool Enclosure { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }
}

/// <summary>VWCI, VPD Write Cycle Information.</summary>
public readonly record struct VpdWriteCycle(byte Raw)
{
    /// <summary>VWCR: write cycles remaining.</summary>
    public byte Remaining { get => (byte)Bits.Get(Raw, 6, 0); init => Raw = (byte)Bits.With(Raw, 6, 0, value); }

    /// <summary>VWCRV.</summary>
    public bool Valid { get => Bits.Get(Raw, 7); init => Raw = (byte)Bits.With(Raw, 7, value); }
}

/// <summary>MEC, Management Endpoint Capabilities.</summary>
public readonly record struct ManagementEndpointCapabilities(byte Raw)
{
    /// <summary>The subsystem has a management endpoint on an SMBus port.</summary>
    public bool Smbus { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>The subsystem has a management endpoint on a PCIe port.</summary>
    public bool Pcie { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }
}

/// <summary>AVSCC and ICSVSCC: format of vendor specific commands.</summary>
public readonly record struct VendorCommandFormat(byte Raw)
{
    /// <summary>All vendor specific commands use the standard's layout, with the number of dwords in Dword 10.</summary>
    public bool Standard { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }
}

/// <summary>APSTA, Autonomous Power State Transition Attributes.</summary>
public readonly record struct AutonomousPowerStateTransitions(byte Raw)
{
    public bool Supported { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }
}

/// <summary>RPMBS, Replay Protected Memory Block Support.</summary>
public readonly record struct ReplayProtectedMemoryBlocks(uint Raw)
{
    /// <summary>Number of RPMB units; 0 is none.</summary>
    public byte Units { get => (byte)Bits.Get(Raw, 2, 0); init => Raw = Bits.With(Raw, 2, 0, value); }

    /// <summary>0 is HMAC SHA-256.</summary>
    public byte AuthenticationMethod { get => (byte)Bits.Get(Raw, 5, 3); init => Raw = Bits.With(Raw, 5, 3, value); }

    /// <summary>Size of each unit, in units of 128 KiB, 0's based.</summary>
    public byte TotalSizeZ { get => (byte)Bits.Get(Raw, 23, 16); init => Raw = Bits.With(Raw, 23, 16, value); }

    /// <summary>Most that one Security Send or Receive moves, in units of 512 bytes, 0's based.</summary>
    public byte AccessSizeZ { get => (byte)Bits.Get(Raw, 31, 24); init => Raw = Bits.With(Raw, 31, 24, value); }
}

/// <summary>DSTO, Device Self-test Options.</summary>
public readonly record struct DeviceSelfTestOptions(byte Raw)
{
    /// <summary>SDSO: one operation a subsystem, not one a controller.</summary>
    public bool OneAtATime { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>HIRS.</summary>
    public bool HostInitiatedRefresh { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }
}

/// <summary>HCTMA, Host Controlled Thermal Management Attributes.</summary>
public readonly record struct HostControlledThermalManagement(ushort Raw)
{
    public bool Supported { get => Bits.Get(Raw, 0); init => Raw = (ushort)Bits.With(Raw, 0, value); }
}

/// <summary>ANACAP, Asymmetric Namespace Access Capabilities: states that may be reported, and the ANAGRPID rules.</summary>
public readonly record struct AsymmetricNamespaceAccess(byte Raw)
{
    public bool Optimized { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    public bool NonOptimized { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }

    public bool Inaccessible { get => Bits.Get(Raw, 2); init => Raw = (byte)Bits.With(Raw, 2, value); }

    public bool PersistentLoss { get => Bits.Get(Raw, 3); init => Raw = (byte)Bits.With(Raw, 3, value); }

    public bool Change { get => Bits.Get(Raw, 4); init => Raw = (byte)Bits.With(Raw, 4, value); }

    /// <summary>ANAGRPID does not change while the namespace is attached to any controller.</summary>
    public bool GroupIdFixed { get => Bits.Get(Raw, 6); init => Raw = (byte)Bits.With(Raw, 6, value); }

    /// <summary>ANAGRPID may be given in Namespace Management.</summary>
    public bool GroupIdInManagement { get => Bits.Get(Raw, 7); init => Raw = (byte)Bits.With(Raw, 7, value); }
}

/// <summary>KPIOC, Key Per I/O Capabilities.</summary>
public readonly record struct KeyPerIoCapabilities(byte Raw)
{
    /// <summary>KPIOS.</summary>
    public bool Supported { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>KPIOSC: to all namespaces alike, when enabled.</summary>
    public bool AllNamespaces { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }
}

/// <summary>IPMSR, Interval Power Measurement Sample Rate.</summary>
public readonly record struct SampleRate(ushort Raw)
{
    /// <summary>SRV.</summary>
    public byte Value { get => (byte)Bits.Get(Raw, 7, 0); init => Raw = (ushort)Bits.With(Raw, 7, 0, value); }

    /// <summary>SRS.</summary>
    public byte Scale { get => (byte)Bits.Get(Raw, 15, 8); init => Raw = (ushort)Bits.With(Raw, 15, 8, value); }
}

/// <summary>TRATTR, Tracking Attributes.</summary>
public readonly record struct TrackingAttributes(byte Raw)
{
    /// <summary>THMCS: Track Memory Changes is supported.</summary>
    public bool HostMemoryChanges { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>TUDCS: Log User Data Changes is supported.</summary>
    public bool UserDataChanges { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }

    /// <summary>MRTLL: the length of a memory range must be a power of two.</summary>
    public bool RangeLengthPowerOfTwo { get => Bits.Get(Raw, 2); init => Raw = (byte)Bits.With(Raw, 2, value); }
}
