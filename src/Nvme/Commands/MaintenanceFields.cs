namespace Conformance.Nvme;

/// <summary>Format NVM (80h).</summary>
public record struct FormatNvmFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    public byte LbafLow { readonly get => (byte)Bits.Get(Entry.Cdw10, 3, 0); set => Bits.Set(ref Entry.Cdw10, 3, 0, value); }

    /// <summary>MSET: metadata is part of the extended LBA.</summary>
    public bool MetadataExtended { readonly get => Bits.Get(Entry.Cdw10, 4); set => Bits.Set(ref Entry.Cdw10, 4, value); }

    /// <summary>PI: type 0 to 3.</summary>
    public byte ProtectionInformation { readonly get => (byte)Bits.Get(Entry.Cdw10, 7, 5); set => Bits.Set(ref Entry.Cdw10, 7, 5, value); }

    /// <summary>PIL.</summary>
    public bool ProtectionFirst { readonly get => Bits.Get(Entry.Cdw10, 8); set => Bits.Set(ref Entry.Cdw10, 8, value); }

    /// <summary>SES: 0 none, 1 user data, 2 cryptographic.</summary>
    public byte SecureErase { readonly get => (byte)Bits.Get(Entry.Cdw10, 11, 9); set => Bits.Set(ref Entry.Cdw10, 11, 9, value); }

    public byte LbafHigh { readonly get => (byte)Bits.Get(Entry.Cdw10, 13, 12); set => Bits.Set(ref Entry.Cdw10, 13, 12, value); }

    /// <summary>LBA format index, the low and the high bits joined.</summary>
    public byte LbaFormat
    {
        readonly get => (byte)((LbafHigh << 4) | LbafLow);
        set => (LbafHigh, LbafLow) = ((byte)(value >> 4), (byte)(value & 0xF));
    }
}

/// <summary>Sanitize actions. Unknown ones are values.</summary>
public enum SanitizeAction : byte
{
    ExitFailureMode = 1,
    BlockErase = 2,
    Overwrite = 3,
    CryptoErase = 4,
    ExitMediaVerification = 5,
}

/// <summary>Sanitize (84h), and Sanitize Namespace (8Ch), which knows SANACT, AUSE and EMVS only (Base 2.3 5.2.22, 5.2.23).</summary>
public record struct SanitizeFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>SANACT.</summary>
    public SanitizeAction Action
    {
        readonly get => (SanitizeAction)Bits.Get(Entry.Cdw10, 2, 0);
        set => Bits.Set(ref Entry.Cdw10, 2, 0, (byte)value);
    }

    /// <summary>AUSE.</summary>
    public bool AllowUnrestrictedExit { readonly get => Bits.Get(Entry.Cdw10, 3); set => Bits.Set(ref Entry.Cdw10, 3, value); }

    /// <summary>OWPASS; 0 is 16.</summary>
    public byte OverwritePasses { readonly get => (byte)Bits.Get(Entry.Cdw10, 7, 4); set => Bits.Set(ref Entry.Cdw10, 7, 4, value); }

    /// <summary>OIPBP.</summary>
    public bool InvertPattern { readonly get => Bits.Get(Entry.Cdw10, 8); set => Bits.Set(ref Entry.Cdw10, 8, value); }

    /// <summary>NDAS.</summary>
    public bool NoDeallocate { readonly get => Bits.Get(Entry.Cdw10, 9); set => Bits.Set(ref Entry.Cdw10, 9, value); }

    /// <summary>EMVS.</summary>
    public bool EnterMediaVerification { readonly get => Bits.Get(Entry.Cdw10, 10); set => Bits.Set(ref Entry.Cdw10, 10, value); }

    /// <summary>OVRPAT.</summary>
    public uint OverwritePattern { readonly get => Entry.Cdw11; set => Entry.Cdw11 = value; }
}

/// <summary>Device Self-test (14h).</summary>
public record struct DeviceSelfTestFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>STC: 1 short, 2 extended, Eh vendor, Fh abort.</summary>
    public byte SelfTestCode { readonly get => (byte)Bits.Get(Entry.Cdw10, 3, 0); set => Bits.Set(ref Entry.Cdw10, 3, 0, value); }
}

/// <summary>Firmware Commit (10h).</summary>
public record struct FirmwareCommitFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>FS; 0 lets the controller choose.</summary>
    public byte Slot { readonly get => (byte)Bits.Get(Entry.Cdw10, 2, 0); set => Bits.Set(ref Entry.Cdw10, 2, 0, value); }

    /// <summary>CA.</summary>
    public byte Action { readonly get => (byte)Bits.Get(Entry.Cdw10, 5, 3); set => Bits.Set(ref Entry.Cdw10, 5, 3, value); }

    /// <summary>BPID.</summary>
    public bool BootPartition { readonly get => Bits.Get(Entry.Cdw10, 31); set => Bits.Set(ref Entry.Cdw10, 31, value); }
}

/// <summary>Firmware Image Download (11h).</summary>
public record struct FirmwareImageDownloadFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>NUMD, 0's based.</summary>
    public uint NumberOfDwordsZ { readonly get => Entry.Cdw10; set => Entry.Cdw10 = value; }

    /// <summary>OFST.</summary>
    public uint OffsetInDwords { readonly get => Entry.Cdw11; set => Entry.Cdw11 = value; }
}
