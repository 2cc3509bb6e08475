using Conformance.Device;
using Conformance.Driver;

namespace Conformance.Migration;

/// <summary>What the parts of one cycle have in common: who moves, from where to where, and where observations go.</summary>
internal sealed class CycleContext(Bench bench, Tenant tenant, Checks checks)
{
    public Bench Bench { get; } = bench;

    public Tenant Tenant { get; } = tenant;

    public Checks Checks { get; } = checks;

    public World World => Bench.World;

    public PlannedCombination Plan => Bench.Plan;

    public Side Source => Tenant.Source;

    public Side Destination => Tenant.Destination;

    public Guest Guest => Tenant.Guest;

    public GuestChanges Changes { get; } = new(tenant.Guest);

    /// <summary>Of the source; from the compatibility check on.</summary>
    public MigratorAbilities Abilities { get; set; } = MigratorAbilities.None;

    /// <summary>ns, absolute: until when a thing that begins now is waited for.</summary>
    public long Deadline => World.Now + Source.Controlling.CommandTimeout;
}

/// <summary>Ends a cycle before its last step; caught by the cycle itself, which then rolls back. Never leaves it.</summary>
internal sealed class CycleEnd(CycleOutcome outcome, string reason, Verdict verdict = Verdict.Fail) : Exception(reason)
{
    public CycleOutcome Outcome { get; } = outcome;

    public Verdict Verdict { get; } = verdict;

    /// <summary>Ends the cycle unless a request was carried out.</summary>
    public static void Unless(Outcome outcome)
    {
        if (!outcome.IsOk) throw new CycleEnd(CycleOutcome.Failed, outcome.ToString(), outcome.IsUnknown ? Verdict.Timeout : Verdict.Fail);
    }
}
