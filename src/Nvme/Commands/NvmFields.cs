namespace Conformance.Nvme;

/// <summary>Dataset Management (09h); the data is <see cref="DatasetManagementRange"/> entries.</summary>
public record struct DatasetManagementFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>NR, 0's based.</summary>
    public byte NumberOfRangesZ { readonly get => (byte)Bits.Get(Entry.Cdw10, 7, 0); set => Bits.Set(ref Entry.Cdw10, 7, 0, value); }

    /// <summary>IDR.</summary>
    public bool IntegralRead { readonly get => Bits.Get(Entry.Cdw11, 0); set => Bits.Set(ref Entry.Cdw11, 0, value); }

    /// <summary>IDW.</summary>
    public bool IntegralWrite { readonly get => Bits.Get(Entry.Cdw11, 1); set => Bits.Set(ref Entry.Cdw11, 1, value); }

    /// <summary>AD.</summary>
    public bool Deallocate { readonly get => Bits.Get(Entry.Cdw11, 2); set => Bits.Set(ref Entry.Cdw11, 2, value); }
}

/// <summary>Copy (19h); the data is source ranges of the descriptor format.</summary>
public record struct CopyFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>Starting destination LBA.</summary>
    public ulong Sdlba
    {
        readonly get => Bits.Join(Entry.Cdw10, Entry.Cdw11);
        set => Bits.Split(value, out Entry.Cdw10, out Entry.Cdw11);
    }

    /// <summary>NR, 0's based.</summary>
    public byte NumberOfRangesZ { readonly get => (byte)Bits.Get(Entry.Cdw12, 7, 0); set => Bits.Set(ref Entry.Cdw12, 7, 0, value); }

    /// <summary>DESFMT: 0 and 2 are <see cref="CopyRange"/>.</summary>
    public byte DescriptorFormat { readonly get => (byte)Bits.Get(Entry.Cdw12, 11, 8); set => Bits.Set(ref Entry.Cdw12, 11, 8, value); }

    public byte PrinfoRead { readonly get => (byte)Bits.Get(Entry.Cdw12, 15, 12); set => Bits.Set(ref Entry.Cdw12, 15, 12, value); }

    public byte DirectiveType { readonly get => (byte)Bits.Get(Entry.Cdw12, 23, 20); set => Bits.Set(ref Entry.Cdw12, 23, 20, value); }

    public bool StcWrite { readonly get => Bits.Get(Entry.Cdw12, 24); set => Bits.Set(ref Entry.Cdw12, 24, value); }

    public bool StcRead { readonly get => Bits.Get(Entry.Cdw12, 25); set => Bits.Set(ref Entry.Cdw12, 25, value); }

    public byte PrinfoWrite { readonly get => (byte)Bits.Get(Entry.Cdw12, 29, 26); set => Bits.Set(ref Entry.Cdw12, 29, 26, value); }

    public bool Fua { readonly get => Bits.Get(Entry.Cdw12, 30); set => Bits.Set(ref Entry.Cdw12, 30, value); }

    public bool Lr { readonly get => Bits.Get(Entry.Cdw12, 31); set => Bits.Set(ref Entry.Cdw12, 31, value); }

    public ushort DirectiveSpecific
    {
        readonly get => (ushort)Bits.Get(Entry.Cdw13, 31, 16);
        set => Bits.Set(ref Entry.Cdw13, 31, 16, value);
    }

    public uint Ilbrt { readonly get => Entry.Cdw14; set => Entry.Cdw14 = value; }

    public ushort Lbat { readonly get => (ushort)Bits.Get(Entry.Cdw15, 15, 0); set => Bits.Set(ref Entry.Cdw15, 15, 0, value); }

    public ushort Lbatm { readonly get => (ushort)Bits.Get(Entry.Cdw15, 31, 16); set => Bits.Set(ref Entry.Cdw15, 31, 16, value); }
}

/// <summary>Reservation Register (0Dh); the data is <see cref="ReservationKeys"/>.</summary>
public record struct ReservationRegisterFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>RREGA: 0 register, 1 unregister, 2 replace.</summary>
    public byte Action { readonly get => (byte)Bits.Get(Entry.Cdw10, 2, 0); set => Bits.Set(ref Entry.Cdw10, 2, 0, value); }

    /// <summary>IEKEY.</summary>
    public bool IgnoreExistingKey { readonly get => Bits.Get(Entry.Cdw10, 3); set => Bits.Set(ref Entry.Cdw10, 3, value); }

    /// <summary>CPTPL: 0 no change, 2 clear at power loss, 3 persist.</summary>
    public byte ChangePersistence { readonly get => (byte)Bits.Get(Entry.Cdw10, 31, 30); set => Bits.Set(ref Entry.Cdw10, 31, 30, value); }
}

/// <summary>Reservation Acquire (11h); the data is <see cref="ReservationKeys"/>.</summary>
public record struct ReservationAcquireFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>RACQA: 0 acquire, 1 preempt, 2 preempt and abort.</summary>
    public byte Action { readonly get => (byte)Bits.Get(Entry.Cdw10, 2, 0); set => Bits.Set(ref Entry.Cdw10, 2, 0, value); }

    /// <summary>IEKEY.</summary>
    public bool IgnoreExistingKey { readonly get => Bits.Get(Entry.Cdw10, 3); set => Bits.Set(ref Entry.Cdw10, 3, value); }

    /// <summary>RTYPE: 1 write exclusive, 2 exclusive access, 3 and 4 registrants only, 5 and 6 all registrants.</summary>
    public byte ReservationType { readonly get => (byte)Bits.Get(Entry.Cdw10, 15, 8); set => Bits.Set(ref Entry.Cdw10, 15, 8, value); }
}

/// <summary>Reservation Release (15h); the data is the current key, 8 bytes.</summary>
public record struct ReservationReleaseFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>RRELA: 0 release, 1 clear.</summary>
    public byte Action { readonly get => (byte)Bits.Get(Entry.Cdw10, 2, 0); set => Bits.Set(ref Entry.Cdw10, 2, 0, value); }

    /// <summary>IEKEY.</summary>
    public bool IgnoreExistingKey { readonly get => Bits.Get(Entry.Cdw10, 3); set => Bits.Set(ref Entry.Cdw10, 3, value); }

    /// <summary>RTYPE.</summary>
    public byte ReservationType { readonly get => (byte)Bits.Get(Entry.Cdw10, 15, 8); set => Bits.Set(ref Entry.Cdw10, 15, 8, value); }
}

/// <summary>Reservation Report (0Eh).</summary>
public record struct ReservationReportFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>NUMD, 0's based.</summary>
    public uint NumberOfDwordsZ { readonly get => Entry.Cdw10; set => Entry.Cdw10 = value; }

    /// <summary>EDS: 128-bit host identifiers.</summary>
    public bool ExtendedDataStructure { readonly get => Bits.Get(Entry.Cdw11, 0); set => Bits.Set(ref Entry.Cdw11, 0, value); }
}
