namespace Conformance.Nvme;

/// <summary>Read, Write, Compare, Write Zeroes, Write Uncorrectable and Verify: the layout they share.</summary>
public record struct LbaFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>Starting LBA.</summary>
    public ulong Slba
    {
        readonly get => Bits.Join(Entry.Cdw10, Entry.Cdw11);
        set => Bits.Split(value, out Entry.Cdw10, out Entry.Cdw11);
    }

    /// <summary>Number of logical blocks, 0's based.</summary>
    public ushort NlbZ { readonly get => (ushort)Bits.Get(Entry.Cdw12, 15, 0); set => Bits.Set(ref Entry.Cdw12, 15, 0, value); }

    /// <summary>DTYPE.</summary>
    public byte DirectiveType { readonly get => (byte)Bits.Get(Entry.Cdw12, 23, 20); set => Bits.Set(ref Entry.Cdw12, 23, 20, value); }

    /// <summary>Storage tag check.</summary>
    public bool Stc { readonly get => Bits.Get(Entry.Cdw12, 24); set => Bits.Set(ref Entry.Cdw12, 24, value); }

    /// <summary>Write Zeroes only: deallocate.</summary>
    public bool Deac { readonly get => Bits.Get(Entry.Cdw12, 25); set => Bits.Set(ref Entry.Cdw12, 25, value); }

    /// <summary>PRACT, then the checks of guard, application tag, reference tag.</summary>
    public byte Prinfo { readonly get => (byte)Bits.Get(Entry.Cdw12, 29, 26); set => Bits.Set(ref Entry.Cdw12, 29, 26, value); }

    public bool PrchkRef { readonly get => Bits.Get(Entry.Cdw12, 26); set => Bits.Set(ref Entry.Cdw12, 26, value); }

    public bool PrchkApp { readonly get => Bits.Get(Entry.Cdw12, 27); set => Bits.Set(ref Entry.Cdw12, 27, value); }

    public bool PrchkGuard { readonly get => Bits.Get(Entry.Cdw12, 28); set => Bits.Set(ref Entry.Cdw12, 28, value); }

    public bool Pract { readonly get => Bits.Get(Entry.Cdw12, 29); set => Bits.Set(ref Entry.Cdw12, 29, value); }

    /// <summary>Force unit access.</summary>
    public bool Fua { readonly get => Bits.Get(Entry.Cdw12, 30); set => Bits.Set(ref Entry.Cdw12, 30, value); }

    /// <summary>Limited retry.</summary>
    public bool Lr { readonly get => Bits.Get(Entry.Cdw12, 31); set => Bits.Set(ref Entry.Cdw12, 31, value); }

    public byte Dsm { readonly get => (byte)Bits.Get(Entry.Cdw13, 7, 0); set => Bits.Set(ref Entry.Cdw13, 7, 0, value); }

    /// <summary>DSPEC.</summary>
    public ushort DirectiveSpecific
    {
        readonly get => (ushort)Bits.Get(Entry.Cdw13, 31, 16);
        set => Bits.Set(ref Entry.Cdw13, 31, 16, value);
    }

    /// <summary>Initial, or for reads expected initial, logical block reference tag; low part of a storage tag.</summary>
    public uint Ilbrt { readonly get => Entry.Cdw14; set => Entry.Cdw14 = value; }

    /// <summary>Logical block application tag.</summary>
    public ushort Lbat { readonly get => (ushort)Bits.Get(Entry.Cdw15, 15, 0); set => Bits.Set(ref Entry.Cdw15, 15, 0, value); }

    /// <summary>Its mask.</summary>
    public ushort Lbatm { readonly get => (ushort)Bits.Get(Entry.Cdw15, 31, 16); set => Bits.Set(ref Entry.Cdw15, 31, 16, value); }
}
