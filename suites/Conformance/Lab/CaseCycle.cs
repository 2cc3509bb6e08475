using Conformance.Device;
using Conformance.Migration;

namespace Conformance.Suite;

/// <summary>
/// Whole cycles with a guest under load, as a profile asks for them, on the device of the case: in a world of their own, which is as long as
/// that of the case. What a cycle finds stands under rows of the reference; <see cref="Of"/> gives those of a requirement.
/// </summary>
public sealed class CaseCycle
{
    private CaseCycle(CombinationResult result) => Result = result;

    public CombinationResult Result { get; }

    public IReadOnlyList<CycleRecord> Cycles => Result.Cycles;

    /// <summary>Everything that was found, of each cycle and of all.</summary>
    public IEnumerable<Finding> Findings => Result.Findings.Concat(Result.Cycles.SelectMany(it => it.Findings));

    /// <summary>Runs a combination.</summary>
    /// <param name="lab">Of the case; it has not started anything.</param>
    /// <param name="combination">What to do.</param>
    /// <param name="queues">I/O queue pairs of the guest.</param>
    /// <param name="depth">Commands in flight on each.</param>
    public static CaseCycle Run(Lab lab, Combination combination, int queues = 2, int depth = 8)
    {
        var profile = new Profile
        {
            Name = "case",
            Clock = lab.World.Clock,
            Limits = lab.Settings.Limits,
            Device = new DeviceUnderTest(),
            Guest = new GuestSettings { Memory = Size.MiB(2), Queues = queues, Depth = depth, Region = Size.MiB(2) },
            Dwell = new DwellSettings { Before = Duration.FromMicroseconds(500), After = Duration.FromMicroseconds(500) },
            Combinations = new OrderedDictionary<string, Combination> { ["case"] = combination },
        };
        var plan = Plan.CombinationsOf(profile).Single();
        var run = new CombinationRun(plan, (world, it) => lab.NewPair(world, it.Medium));
        var cycle = new CaseCycle(run.Execute(CancellationToken.None));
        var missing = cycle.Findings.FirstOrDefault(it => it.Verdict == Verdict.NotSupported && it.Path == "bench");
        if (missing is not null) throw CaseEnd.NotSupported(missing.What);
        return cycle;
    }

    /// <summary>What was found of a requirement.</summary>
    public IReadOnlyList<Finding> Of(string requirement) =>
        [.. Findings.Where(it => it.Requirement == requirement || RequirementCatalogue.Shipped.FindByAssertion(it.Requirement)?.Id == requirement)];

    /// <summary>As a person reads them.</summary>
    public static string Text(IEnumerable<Finding> findings) => string.Join("; ", findings.Select(it => $"{it.Requirement} {it.Path}: {it.What}"));
}
