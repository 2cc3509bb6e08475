namespace Conformance.Linux;

/// <summary>Addresses that an IOMMU translates; both ends are part of it. Holes, such as where x86 has its interrupt messages, lie between ranges.</summary>
public readonly record struct IovaRange(ulong First, ulong Last)
{
    public bool Contains(ulong iova, long length) => length > 0 && iova >= First && iova <= Last && (ulong)(length - 1) <= Last - iova;

    public override string ToString() => $"{First:X}h-{Last:X}h";
}

/// <summary>What can be asked of a list of ranges.</summary>
public static class IovaRanges
{
    /// <summary>Below this nothing is put: an address of zero, or near it, is what a fault of a device looks like.</summary>
    public const ulong Lowest = 0x1_0000;

    /// <summary>All of it lies within one range.</summary>
    public static bool Contain(IReadOnlyList<IovaRange> ranges, ulong iova, long length) => ranges.Any(it => it.Contains(iova, length));

    /// <summary>
    /// The addresses that both translate: what a guest's memory needs, which lies at the same place for the function it leaves and the one it goes to.
    /// </summary>
    public static IReadOnlyList<IovaRange> Common(IReadOnlyList<IovaRange> left, IReadOnlyList<IovaRange> right) =>
    [
        .. from a in left
           from b in right
           let first = Math.Max(a.First, b.First)
           let last = Math.Min(a.Last, b.Last)
           where first <= last
           orderby first
           select new IovaRange(first, last),
    ];

    /// <summary>
    /// A place for each of several areas, none over another, each at a multiple of <paramref name="alignment"/>, as low as they go; null where they do
    /// not fit.
    /// </summary>
    public static IReadOnlyList<ulong>? Place(IReadOnlyList<IovaRange> ranges, IReadOnlyList<long> lengths, ulong alignment)
    {
        var places = new List<ulong>();
        var next = Lowest;
        foreach (var length in lengths)
        {
            if (Find(ranges, next, length, alignment) is not { } place) return null;
            places.Add(place);
            next = place + (ulong)length;
        }

        return places;
    }

    private static ulong? Find(IReadOnlyList<IovaRange> ranges, ulong from, long length, ulong alignment)
    {
        foreach (var range in ranges.OrderBy(it => it.First))
        {
            var start = Math.Max(range.First, from);
            var place = start + (alignment - 1);
            if (place < start) continue; // past the end of all addresses
            place &= ~(alignment - 1);
            if (range.Contains(place, length)) return place;
        }

        return null;
    }
}
