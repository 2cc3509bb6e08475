namespace Conformance.Nvme;

/// <summary>
/// Completion dword 0 of an Asynchronous Event Request (Base 2.3 5.2.2). Events that use dword 1 too are <see cref="OneShotEvent"/>.
/// </summary>
public readonly record struct AsynchronousEvent(uint Raw)
{
    /// <summary>AET.</summary>
    public AsynchronousEventType Type
    {
        get => (AsynchronousEventType)Bits.Get(Raw, 2, 0);
        init => Raw = Bits.With(Raw, 2, 0, (uint)value);
    }

    /// <summary>AEI; its meaning depends on the type.</summary>
    public byte Information { get => (byte)Bits.Get(Raw, 15, 8); init => Raw = Bits.With(Raw, 15, 8, value); }

    /// <summary>LID: the log page to read, which clears the event.</summary>
    public LogId Log { get => (LogId)Bits.Get(Raw, 23, 16); init => Raw = Bits.With(Raw, 23, 16, (uint)value); }

    public static AsynchronousEvent Of(ErrorEvent information) =>
        new() { Type = AsynchronousEventType.Error, Information = (byte)information, Log = LogId.ErrorInformation };

    public static AsynchronousEvent Of(HealthEvent information) =>
        new() { Type = AsynchronousEventType.Health, Information = (byte)information, Log = LogId.SmartHealth };

    public static AsynchronousEvent Of(NoticeEvent information, LogId log) =>
        new() { Type = AsynchronousEventType.Notice, Information = (byte)information, Log = log };

    public static AsynchronousEvent Of(ImmediateEvent information) =>
        new() { Type = AsynchronousEventType.Immediate, Information = (byte)information };

    public static AsynchronousEvent Of(CommandSetEvent information, LogId log) =>
        new() { Type = AsynchronousEventType.CommandSet, Information = (byte)information, Log = log };
}

/// <summary>AET, Asynchronous Event Type.</summary>
public enum AsynchronousEventType : byte
{
    Error = 0,
    Health = 1,
    Notice = 2,
    Immediate = 3,
    OneShot = 4,
    CommandSet = 6,
    Vendor = 7,
}

/// <summary>AEI of an error event.</summary>
public enum ErrorEvent : byte
{
    InvalidDoorbellRegister = 0x00,
    InvalidDoorbellValue = 0x01,
    DiagnosticFailure = 0x02,
    PersistentInternalError = 0x03,
    TransientInternalError = 0x04,
    FirmwareImageLoadError = 0x05,
}

/// <summary>AEI of a SMART / health event.</summary>
public enum HealthEvent : byte
{
    Reliability = 0x00,
    TemperatureThreshold = 0x01,
    SpareBelowThreshold = 0x02,
}

/// <summary>AEI of a notice.</summary>
public enum NoticeEvent : byte
{
    AttachedNamespaceAttributeChanged = 0x00,
    FirmwareActivationStarting = 0x01,
    TelemetryLogChanged = 0x02,
    AsymmetricNamespaceAccessChange = 0x03,
    PredictableLatencyAggregateChange = 0x04,
    LbaStatusInformationAlert = 0x05,
    EnduranceGroupAggregateChange = 0x06,
    ReachabilityGroupChange = 0x07,
    ReachabilityAssociationChange = 0x08,
    AllocatedNamespaceAttributeChanged = 0x09,
    ZoneDescriptorChanged = 0xEF,
    DiscoveryLogPageChange = 0xF0,
    HostDiscoveryLogPageChange = 0xF1,
    AveDiscoveryLogPageChange = 0xF2,
    PullModelDdcRequest = 0xF3,
    CrossControllerResetCompleted = 0xF4,
    LostHostCommunication = 0xF5,
}

/// <summary>AEI of an immediate event: reported once, cleared by that.</summary>
public enum ImmediateEvent : byte
{
    NormalSubsystemShutdown = 0x00,
    TemperatureThresholdHysteresisRecovery = 0x01,
}

/// <summary>AEI of an event specific to the I/O command set.</summary>
public enum CommandSetEvent : byte
{
    ReservationLogPageAvailable = 0x00,
    SanitizeCompleted = 0x01,
    SanitizeCompletedUnexpectedDeallocation = 0x02,
    SanitizeEnteredMediaVerification = 0x03,
}
