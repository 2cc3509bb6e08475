using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>ESA, Entry Sequence Attribute: where an entry stands in a logging sequence. Unknown ones are values.</summary>
public enum EntrySequence : byte
{
    Middle = 0b000,

    /// <summary>First since logging started or the controller resumed.</summary>
    First = 0b001,

    /// <summary>Last: the host stopped logging.</summary>
    LastStopped = 0b010,

    /// <summary>Last: the controller is suspended.</summary>
    LastSuspended = 0b011,

    /// <summary>Last: the queue became full and logging has stopped.</summary>
    LastFull = 0b111,
}

/// <summary>LBACIR, LBA Change Information Reported: what an entry says changed. Unknown ones are values.</summary>
public enum LbaChange : byte
{
    /// <summary>The blocks of SLBA and NLB.</summary>
    Range = 0b00,

    /// <summary>All logical blocks of the namespace.</summary>
    Namespace = 0b01,

    /// <summary>The entry names no blocks.</summary>
    None = 0b10,
}

/// <summary>LBAMQA, byte 31 of an entry (NVM Command Set 5.6).</summary>
public readonly record struct LbaMigrationQueueAttributes(byte Raw)
{
    /// <summary>CDQP, the phase: 1 in the first pass over the queue, inverted with every wrap.</summary>
    public bool Phase { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>ESA.</summary>
    public EntrySequence Sequence { get => (EntrySequence)Bits.Get(Raw, 3, 1); init => Raw = (byte)Bits.With(Raw, 3, 1, (byte)value); }

    public bool Reserved => Bits.Get(Raw, 4);

    /// <summary>DLBA: the blocks were deallocated, not modified.</summary>
    public bool Deallocated { get => Bits.Get(Raw, 5); init => Raw = (byte)Bits.With(Raw, 5, value); }

    /// <summary>LBACIR.</summary>
    public LbaChange Change { get => (LbaChange)Bits.Get(Raw, 7, 6); init => Raw = (byte)Bits.With(Raw, 7, 6, (byte)value); }
}

/// <summary>LBA Migration Queue Entry Type 0, 32 bytes (NVM Command Set 5.6). The last byte holds the phase; write it last.</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public record struct LbaMigrationQueueEntry
{
    public const int Size = 32;

    /// <summary>Offset of <see cref="Attributes"/>, with the phase in bit 0.</summary>
    public const int AttributesOffset = 31;

    /// <summary>LBAMQF of this format in the NVM command set's Identify Controller.</summary>
    public const byte Format = 0;

    /// <summary>0 when the entry names no blocks.</summary>
    public uint Nsid;

    /// <summary>Number of logical blocks, 0's based; 0 when the entry names no blocks.</summary>
    public uint NlbZ;

    /// <summary>0 unless the entry names a range.</summary>
    public ulong Slba;
    public ulong Reserved16;
    public uint Reserved24;
    public ushort Reserved28;
    public byte Reserved30;
    public LbaMigrationQueueAttributes Attributes;

    /// <summary>A changed range.</summary>
    public static LbaMigrationQueueEntry Range(
        uint nsid, ulong slba, uint nlbZ, bool phase, bool deallocated = false, EntrySequence sequence = EntrySequence.Middle) =>
        new()
        {
            Nsid = nsid, NlbZ = nlbZ, Slba = slba,
            Attributes = new() { Phase = phase, Sequence = sequence, Deallocated = deallocated, Change = LbaChange.Range },
        };

    /// <summary>An entry that only marks the start or the end of a sequence.</summary>
    public static LbaMigrationQueueEntry Mark(EntrySequence sequence, bool phase) =>
        new() { Attributes = new() { Phase = phase, Sequence = sequence, Change = LbaChange.None } };

    /// <summary>All blocks of a namespace changed. ESA 000b demands a range, so the entry must be a first or a last one.</summary>
    public static LbaMigrationQueueEntry WholeNamespace(uint nsid, EntrySequence sequence, bool phase) =>
        new() { Nsid = nsid, Attributes = new() { Phase = phase, Sequence = sequence, Change = LbaChange.Namespace } };
}
