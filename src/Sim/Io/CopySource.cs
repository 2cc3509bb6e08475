using System.Runtime.InteropServices;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>One source range of a Copy, whichever format its descriptor has.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Start">Blocks of the ranges before it.</param>
/// <param name="Nsid">Where its blocks are.</param>
/// <param name="Slba">The first of them.</param>
/// <param name="Blocks">How many, a plain count.</param>
/// <param name="Tags">Expected when they are read.</param>
internal readonly record struct CopySource(int Index, long Start, uint Nsid, ulong Slba, uint Blocks, ProtectionTags Tags)
{
    public long End => Start + Blocks;

    /// <summary>Descriptor formats 2h and 3h: each range names its namespace.</summary>
    public static bool NamesNamespaces(byte format) => format is 2 or 3;

    /// <summary>Bytes of a descriptor.</summary>
    public static int SizeOf(byte format) => (format & 1) == 0 ? CopyRange.Size : CopyRangeLong.Size;

    /// <summary>The first range, of descriptors that have been fetched.</summary>
    public static CopySource First(CommandContext command, ReadOnlySpan<byte> descriptors) => At(command, descriptors, 0, 0);

    /// <summary>The range after this one; it must not be the last.</summary>
    public CopySource Next(CommandContext command, ReadOnlySpan<byte> descriptors) => At(command, descriptors, Index + 1, End);

    /// <summary>The range that holds a block, counted over all ranges.</summary>
    public static CopySource Holding(CommandContext command, ReadOnlySpan<byte> descriptors, long block)
    {
        var source = First(command, descriptors);
        while (source.End <= block) source = source.Next(command, descriptors);
        return source;
    }

    /// <summary>Whether it has a block in common with a range of the same namespace.</summary>
    public bool Overlaps(ulong slba, ulong blocks) => Slba < slba + blocks && slba < Slba + Blocks;

    private static CopySource At(CommandContext command, ReadOnlySpan<byte> descriptors, int index, long start)
    {
        var format = new CopyFields(command.Entry).DescriptorFormat;
        var nsid = command.Entry.Nsid;
        if ((format & 1) == 0)
        {
            ref readonly var range = ref MemoryMarshal.Cast<byte, CopyRange>(descriptors)[index];
            var tags = new ProtectionTags(range.Elbat, range.Elbatm, range.Eilbrt);
            return new(index, start, NamesNamespaces(format) ? range.Snsid : nsid, range.Slba, range.NlbZ + 1u, tags);
        }

        // With a 16-bit guard the reference tag is the low part of the longer field.
        ref readonly var wide = ref MemoryMarshal.Cast<byte, CopyRangeLong>(descriptors)[index];
        return new(
            index, start, NamesNamespaces(format) ? wide.Snsid : nsid, wide.Slba, wide.NlbZ + 1u,
            new ProtectionTags(wide.Elbat, wide.Elbatm, wide.Elbt.Low));
    }
}
