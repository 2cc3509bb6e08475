namespace Conformance.Nvme;

/// <summary>Admin commands. Unknown ones are values; bits 1:0 are the direction of the data.</summary>
public enum AdminOpcode : byte
{
    DeleteIoSubmissionQueue = 0x00,
    CreateIoSubmissionQueue = 0x01,
    GetLogPage = 0x02,
    DeleteIoCompletionQueue = 0x04,
    CreateIoCompletionQueue = 0x05,
    Identify = 0x06,
    Abort = 0x08,
    SetFeatures = 0x09,
    GetFeatures = 0x0A,
    AsynchronousEventRequest = 0x0C,
    NamespaceManagement = 0x0D,
    FirmwareCommit = 0x10,
    FirmwareImageDownload = 0x11,
    DeviceSelfTest = 0x14,
    NamespaceAttachment = 0x15,
    KeepAlive = 0x18,
    DirectiveSend = 0x19,
    DirectiveReceive = 0x1A,
    VirtualizationManagement = 0x1C,
    NvmeMiSend = 0x1D,
    NvmeMiReceive = 0x1E,
    CapacityManagement = 0x20,
    Lockdown = 0x24,
    TrackSend = 0x3D,
    TrackReceive = 0x3E,
    MigrationSend = 0x41,
    MigrationReceive = 0x42,
    ControllerDataQueue = 0x45,
    DoorbellBufferConfig = 0x7C,
    FormatNvm = 0x80,
    SecuritySend = 0x81,
    SecurityReceive = 0x82,
    Sanitize = 0x84,
    GetLbaStatus = 0x86,
    SanitizeNamespace = 0x8C,
}

/// <summary>I/O commands of the NVM command set, with the ones all I/O command sets share. Unknown ones are values.</summary>
public enum NvmOpcode : byte
{
    Flush = 0x00,
    Write = 0x01,
    Read = 0x02,
    WriteUncorrectable = 0x04,
    Compare = 0x05,
    WriteZeroes = 0x08,
    DatasetManagement = 0x09,
    Verify = 0x0C,
    ReservationRegister = 0x0D,
    ReservationReport = 0x0E,
    ReservationAcquire = 0x11,
    IoManagementReceive = 0x12,
    ReservationRelease = 0x15,
    Cancel = 0x18,
    Copy = 0x19,
    IoManagementSend = 0x1D,
}

/// <summary>The vendor admin commands of the December 2022 series. Another dialect of the same shape has other numbers.</summary>
public enum VendorOpcode : byte
{
    QueryDataSize = 0xC4,
    Suspend = 0xC8,
    Resume = 0xCC,
    SaveData = 0xD2,
    LoadData = 0xD5,
}

/// <summary>Bits 1:0 of every opcode: which way the data goes.</summary>
public enum DataDirection : byte
{
    None = 0,
    HostToController = 1,
    ControllerToHost = 2,
    Bidirectional = 3,
}

public static class OpcodeExtensions
{
    public static DataDirection Direction(this AdminOpcode opcode) => (DataDirection)((byte)opcode & 3);

    public static DataDirection Direction(this NvmOpcode opcode) => (DataDirection)((byte)opcode & 3);

    public static DataDirection Direction(this VendorOpcode opcode) => (DataDirection)((byte)opcode & 3);
}
