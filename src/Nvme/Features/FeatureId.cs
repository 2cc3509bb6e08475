namespace Conformance.Nvme;

/// <summary>
/// Feature Identifier of Set Features and Get Features (Base 2.3 5.2.26.1). Unknown ones are values; C0h and above are the vendor's.
/// </summary>
public enum FeatureId : byte
{
    Arbitration = 0x01,
    PowerManagement = 0x02,
    LbaRangeType = 0x03,
    TemperatureThreshold = 0x04,
    ErrorRecovery = 0x05,
    VolatileWriteCache = 0x06,
    NumberOfQueues = 0x07,
    InterruptCoalescing = 0x08,
    InterruptVectorConfiguration = 0x09,
    WriteAtomicityNormal = 0x0A,
    AsynchronousEventConfiguration = 0x0B,
    AutonomousPowerStateTransition = 0x0C,
    HostMemoryBuffer = 0x0D,
    Timestamp = 0x0E,
    KeepAliveTimer = 0x0F,
    HostControlledThermalManagement = 0x10,
    NonOperationalPowerState = 0x11,
    ReadRecoveryLevel = 0x12,
    PredictableLatencyModeConfig = 0x13,
    PredictableLatencyModeWindow = 0x14,
    LbaStatusInformationReportInterval = 0x15,
    HostBehaviorSupport = 0x16,
    SanitizeConfig = 0x17,
    EnduranceGroupEventConfiguration = 0x18,
    IoCommandSetProfile = 0x19,
    SpinupControl = 0x1A,
    PowerLossSignalingConfig = 0x1B,
    PerformanceCharacteristics = 0x1C,
    FlexibleDataPlacement = 0x1D,
    FlexibleDataPlacementEvents = 0x1E,
    NamespaceAdminLabel = 0x1F,
    KeyValueConfiguration = 0x20,
    ControllerDataQueue = 0x21,
    ConfigurableDevicePersonality = 0x22,
    PowerLimit = 0x23,
    PowerThreshold = 0x24,
    PowerMeasurement = 0x25,
    EmbeddedManagementControllerAddress = 0x78,
    HostManagementAgentAddress = 0x79,
    EnhancedControllerMetadata = 0x7D,
    ControllerMetadata = 0x7E,
    NamespaceMetadata = 0x7F,
    SoftwareProgressMarker = 0x80,
    HostIdentifier = 0x81,
    ReservationNotificationMask = 0x82,
    ReservationPersistence = 0x83,
    NamespaceWriteProtection = 0x84,
    BootPartitionWriteProtection = 0x85,
}

/// <summary>SEL of Get Features: which value is asked for (Base 2.3 5.2.11.1).</summary>
public enum FeatureSelect : byte
{
    Current = 0,
    Default = 1,
    Saved = 2,
    SupportedCapabilities = 3,
}

/// <summary>Completion dword 0 of Get Features with <see cref="FeatureSelect.SupportedCapabilities"/>.</summary>
public readonly record struct FeatureCapabilities(uint Raw)
{
    public bool Saveable { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }

    public bool NamespaceSpecific { get => Bits.Get(Raw, 1); init => Raw = Bits.With(Raw, 1, value); }

    public bool Changeable { get => Bits.Get(Raw, 2); init => Raw = Bits.With(Raw, 2, value); }
}
