namespace Conformance.Nvme;

/// <summary>Identify (06h): 4096 bytes to the host.</summary>
public record struct IdentifyFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    public byte Cns { readonly get => (byte)Bits.Get(Entry.Cdw10, 7, 0); set => Bits.Set(ref Entry.Cdw10, 7, 0, value); }

    public ushort CntId { readonly get => (ushort)Bits.Get(Entry.Cdw10, 31, 16); set => Bits.Set(ref Entry.Cdw10, 31, 16, value); }

    public ushort CnsSpecificId { readonly get => (ushort)Bits.Get(Entry.Cdw11, 15, 0); set => Bits.Set(ref Entry.Cdw11, 15, 0, value); }

    /// <summary>Command set identifier: 0 NVM.</summary>
    public byte Csi { readonly get => (byte)Bits.Get(Entry.Cdw11, 31, 24); set => Bits.Set(ref Entry.Cdw11, 31, 24, value); }

    /// <summary>UUID index.</summary>
    public byte Uidx { readonly get => (byte)Bits.Get(Entry.Cdw14, 6, 0); set => Bits.Set(ref Entry.Cdw14, 6, 0, value); }
}

/// <summary>Get Log Page (02h). NUMD is split over two dwords; <see cref="NumberOfDwordsZ"/> joins it.</summary>
public record struct GetLogPageFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    public byte Lid { readonly get => (byte)Bits.Get(Entry.Cdw10, 7, 0); set => Bits.Set(ref Entry.Cdw10, 7, 0, value); }

    /// <summary>Log specific parameter.</summary>
    public byte Lsp { readonly get => (byte)Bits.Get(Entry.Cdw10, 14, 8); set => Bits.Set(ref Entry.Cdw10, 14, 8, value); }

    /// <summary>Retain Asynchronous Event.</summary>
    public bool Rae { readonly get => Bits.Get(Entry.Cdw10, 15); set => Bits.Set(ref Entry.Cdw10, 15, value); }

    public ushort NumdlZ { readonly get => (ushort)Bits.Get(Entry.Cdw10, 31, 16); set => Bits.Set(ref Entry.Cdw10, 31, 16, value); }

    public ushort Numdu { readonly get => (ushort)Bits.Get(Entry.Cdw11, 15, 0); set => Bits.Set(ref Entry.Cdw11, 15, 0, value); }

    /// <summary>Log specific identifier.</summary>
    public ushort Lsi { readonly get => (ushort)Bits.Get(Entry.Cdw11, 31, 16); set => Bits.Set(ref Entry.Cdw11, 31, 16, value); }

    /// <summary>Bytes into the log page, or an index when <see cref="OffsetIsIndex"/>.</summary>
    public ulong Offset
    {
        readonly get => Bits.Join(Entry.Cdw12, Entry.Cdw13);
        set => Bits.Split(value, out Entry.Cdw12, out Entry.Cdw13);
    }

    /// <summary>UUID index.</summary>
    public byte Uidx { readonly get => (byte)Bits.Get(Entry.Cdw14, 6, 0); set => Bits.Set(ref Entry.Cdw14, 6, 0, value); }

    /// <summary>Offset Type: set, the offset counts entries.</summary>
    public bool OffsetIsIndex { readonly get => Bits.Get(Entry.Cdw14, 23); set => Bits.Set(ref Entry.Cdw14, 23, value); }

    public byte Csi { readonly get => (byte)Bits.Get(Entry.Cdw14, 31, 24); set => Bits.Set(ref Entry.Cdw14, 31, 24, value); }

    /// <summary>Dwords to transfer, 0's based: NUMDU and NUMDL joined.</summary>
    public uint NumberOfDwordsZ
    {
        readonly get => ((uint)Numdu << 16) | NumdlZ;
        set => (Numdu, NumdlZ) = ((ushort)(value >> 16), (ushort)value);
    }
}
