using Conformance.Defects;
using Conformance.Device;
using Conformance.Migration;
using Conformance.Sim;

namespace Conformance.Self.Migration;

/// <summary>Small combinations on a simulated pair that takes its time: what the tests of this folder run.</summary>
internal static class Plans
{
    public static readonly SimulatedTiming Timing = new()
    {
        Admin = Microseconds(2), Read = Microseconds(60), Write = Microseconds(20), Flush = Microseconds(50), OtherIo = Microseconds(30),
        PerKibibyte = new Duration(100), Suspend = Microseconds(10), Resume = Microseconds(10), SaveState = Microseconds(20), LoadState = Microseconds(20),
    };

    public static readonly SimulatedDevice Device = new()
    {
        Timing = Timing,
        VendorRfc = new VendorDialect(),
        Migration = new SimulatedMigration { VendorState = new VendorState { Supported = true } },
        // Fewer than the guest has in flight, so that some are not fetched at the cut.
        Capabilities = new SimulatedCapabilities { CommandsAtOnce = 10 },
    };

    public static readonly GuestSettings Guest = new() { Memory = Size.MiB(1), Queues = 2, Depth = 8, IoSizes = [Size.KiB(4), Size.KiB(16)] };

    public static Duration Microseconds(int value) => Duration.FromMicroseconds(value);

    public static PlannedCombination Of(Combination combination, SimulatedDevice? device = null, GuestSettings? guest = null, ulong seed = 1, SimulatedNamespace? ns = null)
    {
        device ??= Device;
        var profile = new Profile
        {
            Name = "test",
            Seed = seed,
            Device = new DeviceUnderTest
            {
                Sim = device with { Namespaces = [.. Enumerable.Repeat((ns ?? new SimulatedNamespace()) with { Blocks = 1024 }, combination.Vfs + combination.Neighbours)] },
            },
            Guest = guest ?? Guest,
            Dwell = new DwellSettings { Before = Microseconds(300), After = Microseconds(300) },
            Combinations = new OrderedDictionary<string, Combination> { ["only"] = combination },
        };
        return Plan.Of(profile).Combinations.Single();
    }

    public static CombinationResult Run(Combination combination, SimulatedDevice? device = null, GuestSettings? guest = null) =>
        Run(Of(combination, device, guest));

    public static CombinationResult Run(PlannedCombination plan) => new CombinationRun(plan, NewPair).Execute(CancellationToken.None);

    /// <summary>On a device with a planted bug.</summary>
    public static CombinationResult Run(PlannedCombination plan, Defect defect) =>
        new CombinationRun(plan, (world, it) => PairOf(defect.CreatePair(world, it.Pair), it)).Execute(CancellationToken.None);

    public static PairUnderTest NewPair(World world, PlannedCombination plan) => PairOf(SimulatedPair.Create(world, plan.Pair), plan);

    public static PairUnderTest PairOf(SimulatedPair pair, PlannedCombination plan)
    {
        var destination = plan.Hosts == HostCount.One ? pair.Source : pair.Destination;
        return new PairUnderTest
        {
            SourceBus = pair.Source, SourcePf = pair.Source.PhysicalFunctions[0].Requester, DestinationBus = destination,
            DestinationPf = destination.PhysicalFunctions[0].Requester, Description = "simulated", Simulated = true, Fresh = true,
        };
    }

    /// <summary>Everything that was found, of the whole and of each cycle.</summary>
    public static IReadOnlyList<Finding> Findings(this CombinationResult result) =>
        [.. result.Findings, .. result.Cycles.SelectMany(cycle => cycle.Findings)];
}
