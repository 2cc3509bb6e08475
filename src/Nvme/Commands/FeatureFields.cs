namespace Conformance.Nvme;

/// <summary>Set Features (09h). Dwords 11, 12, 13 and 15 belong to the feature.</summary>
public record struct SetFeaturesFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    public byte Fid { readonly get => (byte)Bits.Get(Entry.Cdw10, 7, 0); set => Bits.Set(ref Entry.Cdw10, 7, 0, value); }

    /// <summary>SV: the value outlives resets and power cycles.</summary>
    public bool Save { readonly get => Bits.Get(Entry.Cdw10, 31); set => Bits.Set(ref Entry.Cdw10, 31, value); }

    /// <summary>UUID index.</summary>
    public byte Uidx { readonly get => (byte)Bits.Get(Entry.Cdw14, 6, 0); set => Bits.Set(ref Entry.Cdw14, 6, 0, value); }
}

/// <summary>Get Features (0Ah). Dword 11 belongs to the feature.</summary>
public record struct GetFeaturesFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    public byte Fid { readonly get => (byte)Bits.Get(Entry.Cdw10, 7, 0); set => Bits.Set(ref Entry.Cdw10, 7, 0, value); }

    /// <summary>SEL: 0 current, 1 default, 2 saved, 3 supported capabilities.</summary>
    public byte Select { readonly get => (byte)Bits.Get(Entry.Cdw10, 10, 8); set => Bits.Set(ref Entry.Cdw10, 10, 8, value); }

    /// <summary>UUID index.</summary>
    public byte Uidx { readonly get => (byte)Bits.Get(Entry.Cdw14, 6, 0); set => Bits.Set(ref Entry.Cdw14, 6, 0, value); }
}
