namespace Conformance.Nvme;

/// <summary>The codes the standard names (Base 2.3 4.2.3.1 and 4.2.3.2, NVM Command Set), in its words.</summary>
public readonly partial record struct Status
{
    // Filled by the members below, which run in the order of this file.
    private static readonly Dictionary<ushort, string> Names = [];

    // Generic command status.
    public static readonly Status Success = Define(0, 0x00, "Successful Completion");
    public static readonly Status InvalidOpcode = Define(0, 0x01, "Invalid Command Opcode");
    public static readonly Status InvalidField = Define(0, 0x02, "Invalid Field in Command");
    public static readonly Status CommandIdConflict = Define(0, 0x03, "Command ID Conflict");
    public static readonly Status DataTransferError = Define(0, 0x04, "Data Transfer Error");
    public static readonly Status AbortedPowerLoss = Define(0, 0x05, "Commands Aborted due to Power Loss Notification");
    public static readonly Status InternalError = Define(0, 0x06, "Internal Error");
    public static readonly Status AbortRequested = Define(0, 0x07, "Command Abort Requested");
    public static readonly Status AbortedSqDeletion = Define(0, 0x08, "Command Aborted due to SQ Deletion");
    public static readonly Status AbortedFailedFused = Define(0, 0x09, "Command Aborted due to Failed Fused Command");
    public static readonly Status AbortedMissingFused = Define(0, 0x0A, "Command Aborted due to Missing Fused Command");
    public static readonly Status InvalidNamespaceOrFormat = Define(0, 0x0B, "Invalid Namespace or Format");
    public static readonly Status CommandSequenceError = Define(0, 0x0C, "Command Sequence Error");
    public static readonly Status InvalidSglSegmentDescriptor = Define(0, 0x0D, "Invalid SGL Segment Descriptor");
    public static readonly Status InvalidNumberOfSglDescriptors = Define(0, 0x0E, "Invalid Number of SGL Descriptors");
    public static readonly Status DataSglLengthInvalid = Define(0, 0x0F, "Data SGL Length Invalid");
    public static readonly Status MetadataSglLengthInvalid = Define(0, 0x10, "Metadata SGL Length Invalid");
    public static readonly Status SglDescriptorTypeInvalid = Define(0, 0x11, "SGL Descriptor Type Invalid");
    public static readonly Status InvalidUseOfCmb = Define(0, 0x12, "Invalid Use of Controller Memory Buffer");
    public static readonly Status PrpOffsetInvalid = Define(0, 0x13, "PRP Offset Invalid");
    public static readonly Status AtomicWriteUnitExceeded = Define(0, 0x14, "Atomic Write Unit Exceeded");
    public static readonly Status OperationDenied = Define(0, 0x15, "Operation Denied");
    public static readonly Status SglOffsetInvalid = Define(0, 0x16, "SGL Offset Invalid");
    public static readonly Status HostIdentifierInconsistentFormat = Define(0, 0x18, "Host Identifier Inconsistent Format");
    public static readonly Status KeepAliveTimerExpired = Define(0, 0x19, "Keep Alive Timer Expired");
    public static readonly Status KeepAliveTimeoutInvalid = Define(0, 0x1A, "Keep Alive Timeout Invalid");
    public static readonly Status AbortedPreempt = Define(0, 0x1B, "Command Aborted due to Preempt and Abort");
    public static readonly Status SanitizeFailed = Define(0, 0x1C, "Sanitize Failed");
    public static readonly Status SanitizeInProgress = Define(0, 0x1D, "Sanitize In Progress");
    public static readonly Status SglDataBlockGranularityInvalid = Define(0, 0x1E, "SGL Data Block Granularity Invalid");
    public static readonly Status CommandNotSupportedForQueueInCmb = Define(0, 0x1F, "Command Not Supported for Queue in CMB");
    public static readonly Status NamespaceWriteProtected = Define(0, 0x20, "Namespace is Write Protected");
    public static readonly Status CommandInterrupted = Define(0, 0x21, "Command Interrupted");
    public static readonly Status TransientTransportError = Define(0, 0x22, "Transient Transport Error");
    public static readonly Status ProhibitedByLockdown = Define(0, 0x23, "Command Prohibited by Command and Feature Lockdown");
    public static readonly Status AdminCommandMediaNotReady = Define(0, 0x24, "Admin Command Media Not Ready");
    public static readonly Status InvalidKeyTag = Define(0, 0x25, "Invalid Key Tag");
    public static readonly Status HostDispersedNamespaceSupportNotEnabled = Define(0, 0x26, "Host Dispersed Namespace Support Not Enabled");
    public static readonly Status HostIdentifierNotInitialized = Define(0, 0x27, "Host Identifier Not Initialized");
    public static readonly Status IncorrectKey = Define(0, 0x28, "Incorrect Key");
    public static readonly Status FdpDisabled = Define(0, 0x29, "FDP Disabled");
    public static readonly Status InvalidPlacementHandleList = Define(0, 0x2A, "Invalid Placement Handle List");
    public static readonly Status SanitizeNamespaceFailed = Define(0, 0x2B, "Sanitize Namespace Failed");
    public static readonly Status SanitizeNamespaceInProgress = Define(0, 0x2C, "Sanitize Namespace In Progress");
    public static readonly Status LbaOutOfRange = Define(0, 0x80, "LBA Out of Range");
    public static readonly Status CapacityExceeded = Define(0, 0x81, "Capacity Exceeded");
    public static readonly Status NamespaceNotReady = Define(0, 0x82, "Namespace Not Ready");
    public static readonly Status ReservationConflict = Define(0, 0x83, "Reservation Conflict");
    public static readonly Status FormatInProgress = Define(0, 0x84, "Format In Progress");

    // Command specific status.
    public static readonly Status CompletionQueueInvalid = Define(1, 0x00, "Completion Queue Invalid");
    public static readonly Status InvalidQueueIdentifier = Define(1, 0x01, "Invalid Queue Identifier");
    public static readonly Status InvalidQueueSize = Define(1, 0x02, "Invalid Queue Size");
    public static readonly Status AbortCommandLimitExceeded = Define(1, 0x03, "Abort Command Limit Exceeded");
    public static readonly Status AerLimitExceeded = Define(1, 0x05, "Asynchronous Event Request Limit Exceeded");
    public static readonly Status InvalidFirmwareSlot = Define(1, 0x06, "Invalid Firmware Slot");
    public static readonly Status InvalidFirmwareImage = Define(1, 0x07, "Invalid Firmware Image");
    public static readonly Status InvalidInterruptVector = Define(1, 0x08, "Invalid Interrupt Vector");
    public static readonly Status InvalidLogPage = Define(1, 0x09, "Invalid Log Page");
    public static readonly Status InvalidFormat = Define(1, 0x0A, "Invalid Format");
    public static readonly Status FirmwareNeedsConventionalReset = Define(1, 0x0B, "Firmware Activation Requires Conventional Reset");
    public static readonly Status InvalidQueueDeletion = Define(1, 0x0C, "Invalid Queue Deletion");
    public static readonly Status FeatureNotSaveable = Define(1, 0x0D, "Feature Identifier Not Saveable");
    public static readonly Status FeatureNotChangeable = Define(1, 0x0E, "Feature Not Changeable");
    public static readonly Status FeatureNotNamespaceSpecific = Define(1, 0x0F, "Feature Not Namespace Specific");
    public static readonly Status FirmwareNeedsSubsystemReset = Define(1, 0x10, "Firmware Activation Requires NVM Subsystem Reset");
    public static readonly Status FirmwareNeedsControllerLevelReset =
        Define(1, 0x11, "Firmware Activation Requires Controller Level Reset");
    public static readonly Status FirmwareNeedsMaximumTimeViolation =
        Define(1, 0x12, "Firmware Activation Requires Maximum Time Violation");
    public static readonly Status FirmwareActivationProhibited = Define(1, 0x13, "Firmware Activation Prohibited");
    public static readonly Status OverlappingRange = Define(1, 0x14, "Overlapping Range");
    public static readonly Status NamespaceInsufficientCapacity = Define(1, 0x15, "Namespace Insufficient Capacity");
    public static readonly Status NamespaceIdentifierUnavailable = Define(1, 0x16, "Namespace Identifier Unavailable");
    public static readonly Status NamespaceAlreadyAttached = Define(1, 0x18, "Namespace Already Attached");
    public static readonly Status NamespaceIsPrivate = Define(1, 0x19, "Namespace Is Private");
    public static readonly Status NamespaceNotAttached = Define(1, 0x1A, "Namespace Not Attached");
    public static readonly Status ThinProvisioningNotSupported = Define(1, 0x1B, "Thin Provisioning Not Supported");
    public static readonly Status ControllerListInvalid = Define(1, 0x1C, "Controller List Invalid");
    public static readonly Status DeviceSelfTestInProgress = Define(1, 0x1D, "Device Self-test In Progress");
    public static readonly Status BootPartitionWriteProhibited = Define(1, 0x1E, "Boot Partition Write Prohibited");
    public static readonly Status InvalidControllerIdentifier = Define(1, 0x1F, "Invalid Controller Identifier");
    public static readonly Status InvalidSecondaryControllerState = Define(1, 0x20, "Invalid Secondary Controller State");
    public static readonly Status InvalidNumberOfControllerResources = Define(1, 0x21, "Invalid Number of Controller Resources");
    public static readonly Status InvalidResourceIdentifier = Define(1, 0x22, "Invalid Resource Identifier");
    public static readonly Status SanitizeProhibitedWhilePmrEnabled =
        Define(1, 0x23, "Sanitize Prohibited While Persistent Memory Region is Enabled");
    public static readonly Status AnaGroupIdentifierInvalid = Define(1, 0x24, "ANA Group Identifier Invalid");
    public static readonly Status AnaAttachFailed = Define(1, 0x25, "ANA Attach Failed");
    public static readonly Status InsufficientCapacity = Define(1, 0x26, "Insufficient Capacity");
    public static readonly Status NamespaceAttachmentLimitExceeded = Define(1, 0x27, "Namespace Attachment Limit Exceeded");
    public static readonly Status ProhibitionNotSupported = Define(1, 0x28, "Prohibition of Command Execution Not Supported");
    public static readonly Status IoCommandSetNotSupported = Define(1, 0x29, "I/O Command Set Not Supported");
    public static readonly Status IoCommandSetNotEnabled = Define(1, 0x2A, "I/O Command Set Not Enabled");
    public static readonly Status IoCommandSetCombinationRejected = Define(1, 0x2B, "I/O Command Set Combination Rejected");
    public static readonly Status InvalidIoCommandSet = Define(1, 0x2C, "Invalid I/O Command Set");
    public static readonly Status IdentifierUnavailable = Define(1, 0x2D, "Identifier Unavailable");
    public static readonly Status NamespaceIsDispersed = Define(1, 0x2E, "Namespace is Dispersed");
    public static readonly Status InvalidDiscoveryInformation = Define(1, 0x2F, "Invalid Discovery Information");
    public static readonly Status ZoningDataStructureLocked = Define(1, 0x30, "Zoning Data Structure Locked");
    public static readonly Status ZoningDataStructureNotFound = Define(1, 0x31, "Zoning Data Structure Not Found");
    public static readonly Status InsufficientDiscoveryResources = Define(1, 0x32, "Insufficient Discovery Resources");
    public static readonly Status RequestedFunctionDisabled = Define(1, 0x33, "Requested Function Disabled");
    public static readonly Status ZoneGroupOriginatorInvalid = Define(1, 0x34, "ZoneGroup Originator Invalid");
    public static readonly Status InvalidHost = Define(1, 0x35, "Invalid Host");
    public static readonly Status InvalidNvmSubsystem = Define(1, 0x36, "Invalid NVM Subsystem");
    public static readonly Status InvalidControllerDataQueue = Define(1, 0x37, "Invalid Controller Data Queue");
    public static readonly Status NotEnoughResources = Define(1, 0x38, "Not Enough Resources");
    public static readonly Status ControllerSuspended = Define(1, 0x39, "Controller Suspended");
    public static readonly Status ControllerNotSuspended = Define(1, 0x3A, "Controller Not Suspended");
    public static readonly Status ControllerDataQueueFull = Define(1, 0x3B, "Controller Data Queue Full");
    public static readonly Status NamespaceSanitizeLimitExceeded =
        Define(1, 0x3C, "Request Exceeds Maximum Namespace Sanitize Operations In Progress");
    public static readonly Status ConflictingAttributes = Define(1, 0x80, "Conflicting Attributes");
    public static readonly Status InvalidProtectionInformation = Define(1, 0x81, "Invalid Protection Information");
    public static readonly Status WriteToReadOnlyRange = Define(1, 0x82, "Attempted Write to Read Only Range");
    public static readonly Status CommandSizeLimitExceeded = Define(1, 0x83, "Command Size Limit Exceeded");
    public static readonly Status IncompatibleNamespaceOrFormat = Define(1, 0x85, "Incompatible Namespace or Format");
    public static readonly Status FastCopyNotPossible = Define(1, 0x86, "Fast Copy Not Possible");
    public static readonly Status OverlappingIoRange = Define(1, 0x87, "Overlapping I/O Range");
    public static readonly Status NamespaceNotReachable = Define(1, 0x88, "Namespace Not Reachable");
    public static readonly Status InsufficientResources = Define(1, 0x89, "Insufficient Resources");

    // Media and data integrity errors.
    public static readonly Status WriteFault = Define(2, 0x80, "Write Fault");
    public static readonly Status UnrecoveredReadError = Define(2, 0x81, "Unrecovered Read Error");
    public static readonly Status GuardCheckError = Define(2, 0x82, "End-to-end Guard Check Error");
    public static readonly Status ApplicationTagCheckError = Define(2, 0x83, "End-to-end Application Tag Check Error");
    public static readonly Status ReferenceTagCheckError = Define(2, 0x84, "End-to-end Reference Tag Check Error");
    public static readonly Status CompareFailure = Define(2, 0x85, "Compare Failure");
    public static readonly Status AccessDenied = Define(2, 0x86, "Access Denied");
    public static readonly Status DeallocatedOrUnwrittenBlock = Define(2, 0x87, "Deallocated or Unwritten Logical Block");
    public static readonly Status StorageTagCheckError = Define(2, 0x88, "End-to-end Storage Tag Check Error");

    // Path related status.
    public static readonly Status InternalPathError = Define(3, 0x00, "Internal Path Error");
    public static readonly Status AnaPersistentLoss = Define(3, 0x01, "Asymmetric Access Persistent Loss");
    public static readonly Status AnaInaccessible = Define(3, 0x02, "Asymmetric Access Inaccessible");
    public static readonly Status AnaTransition = Define(3, 0x03, "Asymmetric Access Transition");
    public static readonly Status ControllerPathingError = Define(3, 0x60, "Controller Pathing Error");
    public static readonly Status HostPathingError = Define(3, 0x70, "Host Pathing Error");
    public static readonly Status AbortedByHost = Define(3, 0x71, "Command Aborted By Host");

    /// <summary>All codes with a name, ascending.</summary>
    public static IReadOnlyList<Status> Named { get; } = [.. Names.Keys.Order().Select(value => new Status(value))];

    private static Status Define(byte sct, byte sc, string name)
    {
        var status = new Status(sct, sc);
        Names.Add(status.Value, name);
        return status;
    }
}
