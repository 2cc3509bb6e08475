namespace Conformance.Nvme;

/// <summary>NSFEAT, Namespace Features.</summary>
public readonly record struct NamespaceFeatures(byte Raw)
{
    public bool ThinProvisioning { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>NAWUN, NAWUPF and NACWU are defined for this namespace.</summary>
    public bool AtomicWriteUnits { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }

    /// <summary>Deallocated or Unwritten Logical Block error is supported.</summary>
    public bool DeallocatedError { get => Bits.Get(Raw, 2); init => Raw = (byte)Bits.With(Raw, 2, value); }

    /// <summary>NGUID and EUI64, if any, are never used again.</summary>
    public bool UidReuse { get => Bits.Get(Raw, 3); init => Raw = (byte)Bits.With(Raw, 3, value); }

    /// <summary>OPTPERF: which of the preferred and optimal I/O fields are defined.</summary>
    public byte OptimalIo { get => (byte)Bits.Get(Raw, 5, 4); init => Raw = (byte)Bits.With(Raw, 5, 4, value); }

    /// <summary>MAM: multiple atomicity mode.</summary>
    public bool MultipleAtomicity { get => Bits.Get(Raw, 6); init => Raw = (byte)Bits.With(Raw, 6, value); }

    /// <summary>OPTRPERF: the preferred and optimal read fields are defined.</summary>
    public bool OptimalReads { get => Bits.Get(Raw, 7); init => Raw = (byte)Bits.With(Raw, 7, value); }
}

/// <summary>FLBAS, Formatted LBA Size.</summary>
public readonly record struct FormattedLbaSize(byte Raw)
{
    /// <summary>Format index, bits 3:0.</summary>
    public byte IndexLow { get => (byte)Bits.Get(Raw, 3, 0); init => Raw = (byte)Bits.With(Raw, 3, 0, value); }

    /// <summary>Metadata is transferred at the end of each logical block.</summary>
    public bool MetadataExtended { get => Bits.Get(Raw, 4); init => Raw = (byte)Bits.With(Raw, 4, value); }

    /// <summary>Format index, bits 5:4.</summary>
    public byte IndexHigh { get => (byte)Bits.Get(Raw, 6, 5); init => Raw = (byte)Bits.With(Raw, 6, 5, value); }

    /// <summary>Format index, 0 to 63.</summary>
    public byte Index
    {
        get => (byte)((IndexHigh << 4) | IndexLow);
        init
        {
            IndexLow = (byte)(value & 0xF);
            IndexHigh = (byte)(value >> 4);
        }
    }
}

/// <summary>MC, Metadata Capabilities.</summary>
public readonly record struct MetadataCapabilities(byte Raw)
{
    /// <summary>Metadata may be part of an extended logical block.</summary>
    public bool Extended { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>Metadata may be in a separate buffer.</summary>
    public bool Separate { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }
}

/// <summary>DPC, End-to-end Data Protection Capabilities.</summary>
public readonly record struct ProtectionCapabilities(byte Raw)
{
    public bool Type1 { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    public bool Type2 { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }

    public bool Type3 { get => Bits.Get(Raw, 2); init => Raw = (byte)Bits.With(Raw, 2, value); }

    /// <summary>Protection information may be the first bytes of the metadata.</summary>
    public bool FirstBytes { get => Bits.Get(Raw, 3); init => Raw = (byte)Bits.With(Raw, 3, value); }

    /// <summary>Protection information may be the last bytes of the metadata.</summary>
    public bool LastBytes { get => Bits.Get(Raw, 4); init => Raw = (byte)Bits.With(Raw, 4, value); }
}

/// <summary>DPS, End-to-end Data Protection Type Settings.</summary>
public readonly record struct ProtectionSettings(byte Raw)
{
    public ProtectionType Type { get => (ProtectionType)Bits.Get(Raw, 2, 0); init => Raw = (byte)Bits.With(Raw, 2, 0, (uint)value); }

    /// <summary>Protection information is the first bytes of the metadata.</summary>
    public bool FirstBytes { get => Bits.Get(Raw, 3); init => Raw = (byte)Bits.With(Raw, 3, value); }
}

/// <summary>NMIC, Namespace Multi-path I/O and Namespace Sharing Capabilities (Base 2.3 5.2.13.2.8).</summary>
public readonly record struct NamespaceSharing(byte Raw)
{
    /// <summary>SHRNS: may be attached to several controllers.</summary>
    public bool Shared { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>DISNS.</summary>
    public bool Dispersed { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }
}

/// <summary>RESCAP, Reservation Capabilities (Base 2.3 5.2.13.2.8). 0: no reservations.</summary>
public readonly record struct ReservationCapabilities(byte Raw)
{
    /// <summary>PTPLS.</summary>
    public bool PersistThroughPowerLoss { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>WES.</summary>
    public bool WriteExclusive { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }

    /// <summary>EAS.</summary>
    public bool ExclusiveAccess { get => Bits.Get(Raw, 2); init => Raw = (byte)Bits.With(Raw, 2, value); }

    public bool WriteExclusiveRegistrantsOnly { get => Bits.Get(Raw, 3); init => Raw = (byte)Bits.With(Raw, 3, value); }

    public bool ExclusiveAccessRegistrantsOnly { get => Bits.Get(Raw, 4); init => Raw = (byte)Bits.With(Raw, 4, value); }

    public bool WriteExclusiveAllRegistrants { get => Bits.Get(Raw, 5); init => Raw = (byte)Bits.With(Raw, 5, value); }

    public bool ExclusiveAccessAllRegistrants { get => Bits.Get(Raw, 6); init => Raw = (byte)Bits.With(Raw, 6, value); }

    /// <summary>IEKS: Ignore Existing Key as defined in revision 1.3 and later.</summary>
    public bool IgnoreExistingKey { get => Bits.Get(Raw, 7); init => Raw = (byte)Bits.With(Raw, 7, value); }
}

/// <summary>FPI, Format Progress Indicator (Base 2.3 5.2.13.2.8).</summary>
public readonly record struct FormatProgress(byte Raw)
{
    /// <summary>Percentage of the format that remains; 0 is none in progress.</summary>
    public byte Remaining { get => (byte)Bits.Get(Raw, 6, 0); init => Raw = (byte)Bits.With(Raw, 6, 0, value); }

    public bool Supported { get => Bits.Get(Raw, 7); init => Raw = (byte)Bits.With(Raw, 7, value); }
}

/// <summary>DLFEAT, Deallocate Logical Block Features.</summary>
public readonly record struct DeallocateFeatures(byte Raw)
{
    /// <summary>What a read of deallocated blocks returns.</summary>
    public DeallocatedRead ReadBehavior
    {
        get => (DeallocatedRead)Bits.Get(Raw, 2, 0);
        init => Raw = (byte)Bits.With(Raw, 2, 0, (uint)value);
    }

    /// <summary>The Deallocate bit of Write Zeroes is supported.</summary>
    public bool WriteZeroesDeallocate { get => Bits.Get(Raw, 3); init => Raw = (byte)Bits.With(Raw, 3, value); }

    /// <summary>The guard of a deallocated block is the CRC of what is read, not FFFFh.</summary>
    public bool GuardIsCrc { get => Bits.Get(Raw, 4); init => Raw = (byte)Bits.With(Raw, 4, value); }
}

/// <summary>What a deallocated logical block reads as.</summary>
public enum DeallocatedRead : byte
{
    NotReported = 0,
    Zeroes = 1,
    Ones = 2,
}

/// <summary>NSATTR, Namespace Attributes (Base 2.3 5.2.13.2.8).</summary>
public readonly record struct NamespaceAttributes(byte Raw)
{
    /// <summary>CWP: currently write protected.</summary>
    public bool WriteProtected { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }
}

/// <summary>KPIOS, Key Per I/O Status (Base 2.3 5.2.13.2.8).</summary>
public readonly record struct KeyPerIoStatus(byte Raw)
{
    public bool Enabled { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    public bool Supported { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }
}

/// <summary>NSFEAT of the I/O command set independent structure (Base 2.3 5.2.13.2.8).</summary>
public readonly record struct CommonNamespaceFeatures(byte Raw)
{
    /// <summary>UIDREUSE: NGUID and EUI64, if any, are never used again.</summary>
    public bool UidReuse { get => Bits.Get(Raw, 3); init => Raw = (byte)Bits.With(Raw, 3, value); }

    /// <summary>RMEDIA.</summary>
    public bool RotationalMedia { get => Bits.Get(Raw, 4); init => Raw = (byte)Bits.With(Raw, 4, value); }

    /// <summary>VWCNP: this namespace has no volatile write cache.</summary>
    public bool NoVolatileWriteCache { get => Bits.Get(Raw, 5); init => Raw = (byte)Bits.With(Raw, 5, value); }
}

/// <summary>NSTAT, Namespace Status (Base 2.3 5.2.13.2.8).</summary>
public readonly record struct NamespaceStatus(byte Raw)
{
    /// <summary>NRDY.</summary>
    public bool Ready { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>IOI: 0 not reported, 2 not degraded, 3 degraded.</summary>
    public byte IoImpacted { get => (byte)Bits.Get(Raw, 2, 1); init => Raw = (byte)Bits.With(Raw, 2, 1, value); }
}
