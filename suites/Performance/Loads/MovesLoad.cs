using Conformance.Device;
using Conformance.Migration;
using Conformance.Sim;

namespace Conformance.Performance;

/// <summary>What a move of several virtual functions at once took.</summary>
/// <param name="Elapsed">ns from the beginning of the first cycle to the end of the last.</param>
/// <param name="LongestDowntime">ns, of any guest.</param>
internal readonly record struct Moved(long Elapsed, long LongestDowntime);

/// <summary>Moves of virtual functions with guests that do I/O, each step of the device taking 1 ms.</summary>
internal static class MovesLoad
{
    public static Moved Run(int vfs, ClockKind clock)
    {
        var step = Duration.FromMilliseconds(1);
        var device = new SimulatedDevice
        {
            Topology = new SimulatedTopology { VirtualFunctions = vfs },
            Namespaces = [.. Enumerable.Repeat(new SimulatedNamespace { Blocks = 1024 }, vfs)],
            Timing = new SimulatedTiming
            {
                Read = Duration.FromMicroseconds(80), Write = Duration.FromMicroseconds(20), Suspend = step, Resume = step, SaveState = step, LoadState = step,
            },
        };
        var profile = new Profile
        {
            Name = "moves",
            Clock = clock,
            Device = new DeviceUnderTest { Sim = device },
            Guest = new GuestSettings { Memory = Size.MiB(1), Depth = 8, Mode = LoadMode.Open, Rate = 2000, Mix = new MixSettings { Read = 70, Write = 30 } },
            Dwell = new DwellSettings { Before = step, After = step },
            Combinations = new OrderedDictionary<string, Combination>
            {
                ["moves"] = new Combination { Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Shared, Vfs = vfs },
            },
        };
        var result = new CombinationRun(Plan.Of(profile).Combinations.Single(), NewPair).Execute(CancellationToken.None);
        var bad = result.Findings.Concat(result.Cycles.SelectMany(cycle => cycle.Findings)).FirstOrDefault();
        if (bad is not null || result.Cycles.Count != vfs) throw new InvalidOperationException($"{result.Cycles.Count} of {vfs} functions moved; {bad}");
        return new Moved(
            result.Cycles.Max(cycle => cycle.Steps[^1].EndNs) - result.Cycles.Min(cycle => cycle.Steps[0].BeginNs),
            result.Cycles.Max(cycle => cycle.Downtime.GuestNs ?? throw new InvalidOperationException("A guest did not come back.")));
    }

    private static PairUnderTest NewPair(World world, PlannedCombination plan)
    {
        var pair = SimulatedPair.Create(world, plan.Pair);
        return new PairUnderTest
        {
            SourceBus = pair.Source, SourcePf = pair.Source.PhysicalFunctions[0].Requester, DestinationBus = pair.Destination,
            DestinationPf = pair.Destination.PhysicalFunctions[0].Requester, Description = "simulated", Simulated = true, Fresh = true,
        };
    }
}
