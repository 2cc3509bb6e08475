using Conformance.Device;
using NUnit.Framework;

namespace Conformance.Self.Vfio;

/// <summary>
/// The state table of the product against what the uAPI says in words, searched breadth first. What it cannot see: a mistake in the arcs
/// themselves that was made in both places; the counts of legal pairs, compiled from the kernel's own function, stand against that.
/// </summary>
public sealed class VfioArcTests
{
    private const VfioMigrationFlags All = VfioMigrationFlags.StopCopy | VfioMigrationFlags.P2P | VfioMigrationFlags.PreCopy;

    private static IEnumerable<VfioState> States => Enum.GetValues<VfioState>();

    [TestCase(VfioMigrationFlags.StopCopy, 12)]
    [TestCase(VfioMigrationFlags.StopCopy | VfioMigrationFlags.P2P, 20)]
    [TestCase(VfioMigrationFlags.StopCopy | VfioMigrationFlags.PreCopy, 19)]
    [TestCase(All, 40)]
    public void Every_pair_goes_the_way_that_a_search_finds(VfioMigrationFlags flags, int legal)
    {
        var found = 0;
        foreach (var from in States)
        {
            foreach (var to in States)
            {
                var expected = ArcSearch.Path(from, to, flags);
                Assert.That(VfioArcs.Path(from, to, flags), Is.EqualTo(expected), $"{from} to {to}");
                if (from != to && expected.Count > 0) found++;
            }
        }

        Assert.That(found, Is.EqualTo(legal));
    }

    [TestCase(VfioState.PreCopy, VfioState.StopCopy, "PreCopy PreCopyP2P StopCopy")]
    [TestCase(VfioState.Resuming, VfioState.PreCopy, "Resuming Stop RunningP2P Running PreCopy")]
    [TestCase(VfioState.PreCopy, VfioState.Resuming, "PreCopy Running RunningP2P Stop Resuming")]
    [TestCase(VfioState.StopCopy, VfioState.Running, "StopCopy Stop RunningP2P Running")]
    [TestCase(VfioState.StopCopy, VfioState.PreCopy, "")]
    [TestCase(VfioState.Running, VfioState.Error, "")]
    [TestCase(VfioState.Error, VfioState.Running, "")]
    public void Some_ways_as_the_kernel_goes_them(VfioState from, VfioState to, string path) =>
        Assert.That(string.Join(' ', VfioArcs.Path(from, to, All)), Is.EqualTo(path));

    [Test]
    public void Numbers_that_are_no_states_are_refused([Values(8, 0xFFFF, -1, 0xABCD)] int number) =>
        Assert.That(VfioArcs.TryNext(VfioState.Running, (VfioState)number, All, out _), Is.False);
}

/// <summary>
/// The protocol once more, by its rules and not by its table: basic arcs, the shortest way, no saving state between, but PRE_COPY_P2P from
/// PRE_COPY to STOP_COPY; nothing leads back from STOP_COPY to copying ahead, nor into or out of ERROR.
/// </summary>
internal static class ArcSearch
{
    private static readonly (VfioState From, VfioState To)[] s_arcs =
    [
        (VfioState.Running, VfioState.RunningP2P), (VfioState.RunningP2P, VfioState.Running),
        (VfioState.RunningP2P, VfioState.Stop), (VfioState.Stop, VfioState.RunningP2P),
        (VfioState.Stop, VfioState.StopCopy), (VfioState.StopCopy, VfioState.Stop),
        (VfioState.Stop, VfioState.Resuming), (VfioState.Resuming, VfioState.Stop),
        (VfioState.Running, VfioState.PreCopy), (VfioState.PreCopy, VfioState.Running),
        (VfioState.RunningP2P, VfioState.PreCopyP2P), (VfioState.PreCopyP2P, VfioState.RunningP2P),
        (VfioState.PreCopy, VfioState.PreCopyP2P), (VfioState.PreCopyP2P, VfioState.PreCopy),
        (VfioState.PreCopyP2P, VfioState.StopCopy),
    ];

    private static readonly (VfioState From, VfioState To)[] s_withoutP2P =
    [
        (VfioState.Running, VfioState.Stop), (VfioState.Stop, VfioState.Running), (VfioState.PreCopy, VfioState.StopCopy),
    ];

    /// <summary>A session begins with the last arc of such a way.</summary>
    public static bool BeginsSession(IReadOnlyList<VfioState> path) => path.Count > 1 && (path[^2], path[^1]) is
        (VfioState.Stop, VfioState.StopCopy or VfioState.Resuming) or (VfioState.Running, VfioState.PreCopy) or (VfioState.RunningP2P, VfioState.PreCopyP2P);

    public static bool Exists(VfioState state, VfioMigrationFlags flags) => state switch
    {
        VfioState.RunningP2P => flags.HasFlag(VfioMigrationFlags.P2P),
        VfioState.PreCopy => flags.HasFlag(VfioMigrationFlags.PreCopy),
        VfioState.PreCopyP2P => flags.HasFlag(VfioMigrationFlags.PreCopy | VfioMigrationFlags.P2P),
        _ => true,
    };

    public static IReadOnlyList<VfioState> Path(VfioState from, VfioState to, VfioMigrationFlags flags)
    {
        if (!Exists(from, flags) || !Exists(to, flags)) return [];
        if (from == to) return [from];
        if (from == VfioState.StopCopy && to is VfioState.PreCopy or VfioState.PreCopyP2P) return [];
        var arcs = flags.HasFlag(VfioMigrationFlags.P2P) ? s_arcs : [.. s_arcs, .. s_withoutP2P];
        var ways = new Queue<List<VfioState>>([[from]]);
        while (ways.TryDequeue(out var way))
        {
            foreach (var (begin, end) in arcs)
            {
                if (begin != way[^1] || way.Contains(end) || !Exists(end, flags)) continue;
                if (end == to) return [.. way, end];
                var sameSession = end == VfioState.PreCopyP2P && from == VfioState.PreCopy && to == VfioState.StopCopy;
                if (end is VfioState.StopCopy or VfioState.PreCopy || (end == VfioState.PreCopyP2P && !sameSession)) continue;
                ways.Enqueue([.. way, end]);
            }
        }

        return [];
    }
}
