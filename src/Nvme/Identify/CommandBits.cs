namespace Conformance.Nvme;

/// <summary>OACS, Optional Admin Command Support.</summary>
public readonly record struct OptionalAdminCommands(ushort Raw)
{
    /// <summary>SSRS: Security Send and Security Receive.</summary>
    public bool Security { get => Bits.Get(Raw, 0); init => Raw = (ushort)Bits.With(Raw, 0, value); }

    /// <summary>FNVMS.</summary>
    public bool FormatNvm { get => Bits.Get(Raw, 1); init => Raw = (ushort)Bits.With(Raw, 1, value); }

    /// <summary>FWDS: Firmware Commit and Firmware Image Download.</summary>
    public bool Firmware { get => Bits.Get(Raw, 2); init => Raw = (ushort)Bits.With(Raw, 2, value); }

    /// <summary>NMS: Namespace Management and Namespace Attachment.</summary>
    public bool NamespaceManagement { get => Bits.Get(Raw, 3); init => Raw = (ushort)Bits.With(Raw, 3, value); }

    /// <summary>DSTS.</summary>
    public bool DeviceSelfTest { get => Bits.Get(Raw, 4); init => Raw = (ushort)Bits.With(Raw, 4, value); }

    /// <summary>DIRS.</summary>
    public bool Directives { get => Bits.Get(Raw, 5); init => Raw = (ushort)Bits.With(Raw, 5, value); }

    /// <summary>NSRS: NVMe-MI Send and NVMe-MI Receive.</summary>
    public bool ManagementInterface { get => Bits.Get(Raw, 6); init => Raw = (ushort)Bits.With(Raw, 6, value); }

    /// <summary>VMS.</summary>
    public bool VirtualizationManagement { get => Bits.Get(Raw, 7); init => Raw = (ushort)Bits.With(Raw, 7, value); }

    /// <summary>DBCS.</summary>
    public bool DoorbellBufferConfig { get => Bits.Get(Raw, 8); init => Raw = (ushort)Bits.With(Raw, 8, value); }

    /// <summary>GLSS.</summary>
    public bool GetLbaStatus { get => Bits.Get(Raw, 9); init => Raw = (ushort)Bits.With(Raw, 9, value); }

    /// <summary>CFLS: Command and Feature Lockdown.</summary>
    public bool Lockdown { get => Bits.Get(Raw, 10); init => Raw = (ushort)Bits.With(Raw, 10, value); }

    /// <summary>HMLMS: the controller is a migration management controller (Base 2.3 8.1.13).</summary>
    public bool HostManagedLiveMigration { get => Bits.Get(Raw, 11); init => Raw = (ushort)Bits.With(Raw, 11, value); }
}

/// <summary>FRMW, Firmware Updates.</summary>
public readonly record struct FirmwareUpdates(byte Raw)
{
    public bool FirstSlotReadOnly { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>Number of firmware slots, 1 to 7.</summary>
    public byte Slots { get => (byte)Bits.Get(Raw, 3, 1); init => Raw = (byte)Bits.With(Raw, 3, 1, value); }

    public bool ActivationWithoutReset { get => Bits.Get(Raw, 4); init => Raw = (byte)Bits.With(Raw, 4, value); }

    /// <summary>Several updates that overlap are detected.</summary>
    public bool OverlapDetection { get => Bits.Get(Raw, 5); init => Raw = (byte)Bits.With(Raw, 5, value); }
}

/// <summary>LPA, Log Page Attributes.</summary>
public readonly record struct LogPageAttributes(byte Raw)
{
    public bool SmartPerNamespace { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>Commands Supported and Effects.</summary>
    public bool CommandEffects { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }

    /// <summary>Log Page Offset and a Number of Dwords of 32 bits.</summary>
    public bool ExtendedData { get => Bits.Get(Raw, 2); init => Raw = (byte)Bits.With(Raw, 2, value); }

    /// <summary>Both telemetry logs.</summary>
    public bool Telemetry { get => Bits.Get(Raw, 3); init => Raw = (byte)Bits.With(Raw, 3, value); }

    public bool PersistentEvent { get => Bits.Get(Raw, 4); init => Raw = (byte)Bits.With(Raw, 4, value); }

    /// <summary>Log pages 00h, 05h scope, 12h, 13h.</summary>
    public bool SupportedLogPages { get => Bits.Get(Raw, 5); init => Raw = (byte)Bits.With(Raw, 5, value); }

    /// <summary>Telemetry data area 4.</summary>
    public bool TelemetryArea4 { get => Bits.Get(Raw, 6); init => Raw = (byte)Bits.With(Raw, 6, value); }
}

/// <summary>SANICAP, Sanitize Capabilities.</summary>
public readonly record struct SanitizeCapabilities(uint Raw)
{
    /// <summary>CES.</summary>
    public bool CryptoErase { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }

    /// <summary>BES.</summary>
    public bool BlockErase { get => Bits.Get(Raw, 1); init => Raw = Bits.With(Raw, 1, value); }

    /// <summary>OWS.</summary>
    public bool Overwrite { get => Bits.Get(Raw, 2); init => Raw = Bits.With(Raw, 2, value); }

    /// <summary>VERS.</summary>
    public bool MediaVerification { get => Bits.Get(Raw, 3); init => Raw = Bits.With(Raw, 3, value); }

    /// <summary>NVERS.</summary>
    public bool NamespaceMediaVerification { get => Bits.Get(Raw, 4); init => Raw = Bits.With(Raw, 4, value); }

    /// <summary>NDI.</summary>
    public bool NoDeallocateInhibited { get => Bits.Get(Raw, 29); init => Raw = Bits.With(Raw, 29, value); }

    /// <summary>NODMMAS: 0 not defined, 1 no, 2 yes.</summary>
    public byte NoDeallocateModifiesMedia { get => (byte)Bits.Get(Raw, 31, 30); init => Raw = Bits.With(Raw, 31, 30, value); }
}

/// <summary>SQES and CQES: queue entry sizes, 2^n bytes.</summary>
public readonly record struct EntrySizes(byte Raw)
{
    public byte Required { get => (byte)Bits.Get(Raw, 3, 0); init => Raw = (byte)Bits.With(Raw, 3, 0, value); }

    public byte Maximum { get => (byte)Bits.Get(Raw, 7, 4); init => Raw = (byte)Bits.With(Raw, 7, 4, value); }
}

/// <summary>ONCS, Optional NVM Command Support.</summary>
public readonly record struct OptionalNvmCommands(ushort Raw)
{
    public bool Compare { get => Bits.Get(Raw, 0); init => Raw = (ushort)Bits.With(Raw, 0, value); }

    public bool WriteUncorrectable { get => Bits.Get(Raw, 1); init => Raw = (ushort)Bits.With(Raw, 1, value); }

    public bool DatasetManagement { get => Bits.Get(Raw, 2); init => Raw = (ushort)Bits.With(Raw, 2, value); }

    public bool WriteZeroes { get => Bits.Get(Raw, 3); init => Raw = (ushort)Bits.With(Raw, 3, value); }

    /// <summary>Set Features saves, Get Features selects.</summary>
    public bool SaveAndSelect { get => Bits.Get(Raw, 4); init => Raw = (ushort)Bits.With(Raw, 4, value); }

    public bool Reservations { get => Bits.Get(Raw, 5); init => Raw = (ushort)Bits.With(Raw, 5, value); }

    public bool Timestamp { get => Bits.Get(Raw, 6); init => Raw = (ushort)Bits.With(Raw, 6, value); }

    public bool Verify { get => Bits.Get(Raw, 7); init => Raw = (ushort)Bits.With(Raw, 7, value); }

    public bool Copy { get => Bits.Get(Raw, 8); init => Raw = (ushort)Bits.With(Raw, 8, value); }

    /// <summary>NVMCSA: each write of a Copy is atomic as if it were one command.</summary>
    public bool CopySingleAtomicity { get => Bits.Get(Raw, 9); init => Raw = (ushort)Bits.With(Raw, 9, value); }

    /// <summary>NVMAFC: every Copy is a fast copy.</summary>
    public bool AllFastCopy { get => Bits.Get(Raw, 10); init => Raw = (ushort)Bits.With(Raw, 10, value); }

    /// <summary>MAXWZD: WZDSL bounds Write Zeroes with deallocate.</summary>
    public bool WriteZeroesDeallocateSize { get => Bits.Get(Raw, 11); init => Raw = (ushort)Bits.With(Raw, 11, value); }

    /// <summary>NSZS.</summary>
    public bool NamespaceZeroes { get => Bits.Get(Raw, 12); init => Raw = (ushort)Bits.With(Raw, 12, value); }
}

/// <summary>FUSES, Fused Operation Support.</summary>
public readonly record struct FusedOperations(ushort Raw)
{
    public bool CompareAndWrite { get => Bits.Get(Raw, 0); init => Raw = (ushort)Bits.With(Raw, 0, value); }
}

/// <summary>FNA, Format NVM Attributes.</summary>
public readonly record struct FormatAttributes(byte Raw)
{
    /// <summary>A format applies to all namespaces.</summary>
    public bool FormatsAllNamespaces { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>A secure erase applies to all namespaces.</summary>
    public bool ErasesAllNamespaces { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }

    /// <summary>Cryptographic erase is supported.</summary>
    public bool CryptoErase { get => Bits.Get(Raw, 2); init => Raw = (byte)Bits.With(Raw, 2, value); }

    /// <summary>NSID FFFFFFFFh is not supported.</summary>
    public bool BroadcastNotSupported { get => Bits.Get(Raw, 3); init => Raw = (byte)Bits.With(Raw, 3, value); }
}

/// <summary>VWC, Volatile Write Cache.</summary>
public readonly record struct VolatileWriteCachePresence(byte Raw)
{
    public bool Present { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>Flush to NSID FFFFFFFFh: 0 not reported, 2 not supported, 3 supported.</summary>
    public byte FlushBehavior { get => (byte)Bits.Get(Raw, 2, 1); init => Raw = (byte)Bits.With(Raw, 2, 1, value); }
}

/// <summary>NWPC, Namespace Write Protection Capabilities.</summary>
public readonly record struct WriteProtectionCapabilities(byte Raw)
{
    /// <summary>No write protect and write protect.</summary>
    public bool WriteProtect { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    public bool UntilPowerCycle { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }

    public bool Permanent { get => Bits.Get(Raw, 2); init => Raw = (byte)Bits.With(Raw, 2, value); }
}

/// <summary>SGLS, SGL Support.</summary>
public readonly record struct SglSupport(uint Raw)
{
    /// <summary>0 not supported, 1 supported, 2 supported with data blocks aligned to dwords.</summary>
    public byte Support { get => (byte)Bits.Get(Raw, 1, 0); init => Raw = Bits.With(Raw, 1, 0, value); }

    /// <summary>Keyed SGL Data Block descriptor.</summary>
    public bool Keyed { get => Bits.Get(Raw, 2); init => Raw = Bits.With(Raw, 2, value); }

    /// <summary>SDT: recommended number of descriptors in a command; 0 is none given.</summary>
    public byte DescriptorThreshold { get => (byte)Bits.Get(Raw, 15, 8); init => Raw = Bits.With(Raw, 15, 8, value); }

    /// <summary>Bit Bucket descriptor.</summary>
    public bool BitBucket { get => Bits.Get(Raw, 16); init => Raw = Bits.With(Raw, 16, value); }

    /// <summary>A contiguous metadata buffer may be aligned to a byte.</summary>
    public bool MetadataByteAligned { get => Bits.Get(Raw, 17); init => Raw = Bits.With(Raw, 17, value); }

    /// <summary>An SGL may be longer than the data.</summary>
    public bool LongerThanTransfer { get => Bits.Get(Raw, 18); init => Raw = Bits.With(Raw, 18, value); }

    /// <summary>MPTR may hold the address of an SGL segment.</summary>
    public bool MetadataPointer { get => Bits.Get(Raw, 19); init => Raw = Bits.With(Raw, 19, value); }

    public bool AddressAsOffset { get => Bits.Get(Raw, 20); init => Raw = Bits.With(Raw, 20, value); }

    /// <summary>Transport SGL Data Block descriptor.</summary>
    public bool TransportDataBlock { get => Bits.Get(Raw, 21); init => Raw = Bits.With(Raw, 21, value); }
}
