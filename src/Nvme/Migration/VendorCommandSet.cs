namespace Conformance.Nvme;

/// <summary>Byte 3072 of Identify Controller in the December 2022 series. Other values are reserved there.</summary>
public enum VendorCapability : byte
{
    NotSupported = 0x00,
    Supported = 0x01,
}

/// <summary>A vendor migration command: all five share the place of their fields. NSID is reserved, data is by PRPs.</summary>
public record struct VendorCommandFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>The virtual function; the first is 1 in the December 2022 series.</summary>
    public ushort VfIndex { readonly get => (ushort)Bits.Get(Entry.Cdw10, 15, 0); set => Bits.Set(ref Entry.Cdw10, 15, 0, value); }

    /// <summary>LOAD_DATA only: bytes of state to load.</summary>
    public uint Size { readonly get => Entry.Cdw11; set => Entry.Cdw11 = value; }
}

/// <summary>
/// The five vendor migration commands, valid on the admin queue of the physical function. A dialect of the same shape differs in its
/// opcodes. QUERY_DATA_SIZE answers with the size of the state in completion dword 0; SAVE_DATA carries no length.
/// </summary>
public sealed record VendorCommandSet
{
    /// <summary>Place of <see cref="VendorCapability"/> in Identify Controller, the first vendor specific byte.</summary>
    public const int CapabilityOffset = 3072;

    public byte QueryDataSizeOpcode { get; init; } = (byte)VendorOpcode.QueryDataSize;

    public byte SuspendOpcode { get; init; } = (byte)VendorOpcode.Suspend;

    public byte ResumeOpcode { get; init; } = (byte)VendorOpcode.Resume;

    public byte SaveDataOpcode { get; init; } = (byte)VendorOpcode.SaveData;

    public byte LoadDataOpcode { get; init; } = (byte)VendorOpcode.LoadData;

    public SubmissionEntry QueryDataSize(ushort vfIndex) => Of(QueryDataSizeOpcode, vfIndex);

    public SubmissionEntry Suspend(ushort vfIndex) => Of(SuspendOpcode, vfIndex);

    public SubmissionEntry Resume(ushort vfIndex) => Of(ResumeOpcode, vfIndex);

    public SubmissionEntry SaveData(ushort vfIndex) => Of(SaveDataOpcode, vfIndex);

    /// <param name="vfIndex">The virtual function.</param>
    /// <param name="size">Bytes of state in the data.</param>
    public SubmissionEntry LoadData(ushort vfIndex, uint size) =>
        new VendorCommandFields(Of(LoadDataOpcode, vfIndex)) { Size = size }.Entry;

    /// <summary>What an opcode means in this dialect, as the series calls it; null when it is none of the five.</summary>
    public VendorOpcode? Meaning(byte opcode) =>
        opcode == QueryDataSizeOpcode ? VendorOpcode.QueryDataSize
        : opcode == SuspendOpcode ? VendorOpcode.Suspend
        : opcode == ResumeOpcode ? VendorOpcode.Resume
        : opcode == SaveDataOpcode ? VendorOpcode.SaveData
        : opcode == LoadDataOpcode ? VendorOpcode.LoadData
        : null;

    private static SubmissionEntry Of(byte opcode, ushort vfIndex) =>
        new VendorCommandFields(new SubmissionEntry { Opcode = opcode }) { VfIndex = vfIndex }.Entry;
}
