using Conformance.Nvme;

namespace Conformance.Suite;

/// <summary>One answer of Track Receive: what a controller wrote (Base 2.3 5.2.27).</summary>
/// <param name="Header">As it came.</param>
/// <param name="Changes">Its descriptors.</param>
public sealed record MemoryReport(TrackedMemoryChangesHeader Header, IReadOnlyList<TrackedMemoryChangeDescriptor> Changes)
{
    /// <summary>The 4 KiB pages that the descriptors cover, in their order, as often as they are named.</summary>
    public IEnumerable<ulong> Pages
    {
        get
        {
            var pages = 1UL << Header.Granularity;
            foreach (var change in Changes)
            {
                for (var i = 0UL; i < change.Len * pages; i++) yield return change.Saddr + (i * MemoryGranule);
            }
        }
    }

    private const ulong MemoryGranule = 4096;

    /// <summary>Pages of one descriptor that can be looked at: 4 GiB, far more than a guest of a case has.</summary>
    private const ulong MostPages = 1 << 20;

    /// <summary>Null where the bytes hold fewer descriptors than they announce, or one of more than 4 GiB.</summary>
    public static MemoryReport? TryRead(ReadOnlySpan<byte> bytes)
    {
        if (!TrackedMemoryChanges.TryRead(bytes, out var header, out var changes) || header.Granularity >= 32) return null;
        TrackedMemoryChangeDescriptor[] all = [.. changes];
        return Array.Exists(all, it => (ulong)it.Len << header.Granularity > MostPages) ? null : new MemoryReport(header, all);
    }
}
