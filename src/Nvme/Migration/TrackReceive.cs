namespace Conformance.Nvme;

/// <summary>What Track Receive does. Unknown ones are values.</summary>
public enum TrackReceiveSelect : byte
{
    TrackedMemoryChanges = 0,
}

/// <summary>Track Receive (3Eh; Base 2.3 5.2.27), Tracked Memory Changes. The data is <see cref="TrackedMemoryChanges"/>.</summary>
public record struct TrackReceiveFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>SEL.</summary>
    public TrackReceiveSelect Select
    {
        readonly get => (TrackReceiveSelect)Bits.Get(Entry.Cdw10, 7, 0);
        set => Bits.Set(ref Entry.Cdw10, 7, 0, (byte)value);
    }

    /// <summary>The tracked controller.</summary>
    public ushort Cntlid { readonly get => (ushort)Bits.Get(Entry.Cdw11, 15, 0); set => Bits.Set(ref Entry.Cdw11, 15, 0, value); }

    /// <summary>NUMDL, 0's based.</summary>
    public uint NumberOfDwordsZ { readonly get => Entry.Cdw12; set => Entry.Cdw12 = value; }
}
