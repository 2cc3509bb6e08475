using Conformance.Device;
using Conformance.Migration;

namespace Conformance.Runner.Bundles;

/// <summary>
/// Whether the downtimes of a cycle are those that the instants of its steps give. Each goes from one instant to another, and each of these lies within a step:
/// on the machine's clock a downtime is so held between two bounds, on the virtual clock, where only what is waited for takes time, it is one value. Who
/// invents the steps with it is not found out.
/// </summary>
internal sealed class CycleCheck(PlannedCombination plan, CycleRecord cycle)
{
    /// <summary>An instant, ns of the world's clock: the earliest and the latest that it can be.</summary>
    private readonly record struct Instant(long Earliest, long Latest);

    /// <summary>When the guest was stopped.</summary>
    private Instant Stop => plan.GuestStop switch
    {
        GuestStop.BeforeSuspend => At(CycleStep.StopGuest, isEnd: false),
        GuestStop.AfterSuspend => At(CycleStep.Suspend, isEnd: true),
        _ => At(CycleStep.Save, isEnd: true),
    };

    private Instant Restart => At(CycleStep.RestartGuest, isEnd: false);

    /// <summary>Submission of suspend. Where the guest still runs, its mediator is waited for before.</summary>
    private Instant Suspend => plan.GuestStop == GuestStop.BeforeSuspend ? At(CycleStep.Suspend, isEnd: false) : Within(CycleStep.Suspend);

    /// <summary>Completion of resume.</summary>
    private Instant Resume => At(CycleStep.Resume, isEnd: true);

    private long ReadBack => cycle.Downtime.ReadBackNs ?? 0;

    /// <summary>What does not agree, in a sentence; null where everything does.</summary>
    public string? Contradiction() =>
        (plan.Clock == ClockKind.Virtual && cycle.Taints.Count > 0 ? "it is said to be tainted, which nothing is on the virtual clock" : null)
        ?? OfSteps()
        ?? (cycle.Steps.Any(it => it.Step == CycleStep.RestartGuest) ? OfDowntime(cycle.Downtime) : OfNone(cycle.Downtime));

    /// <summary>What does not agree in a strip that is of this cycle; null where everything does.</summary>
    public string? Contradiction(StripRecord strip)
    {
        if (!IsIn(Stop, strip.StoppedNs) || !IsIn(Restart, strip.RestartedNs)) return "its strip has the guest stopped or restarted outside the steps that do it";
        if (strip.RestartedNs - strip.StoppedNs - ReadBack != cycle.Downtime.OrchestratorNs) return "its strip has the guest stopped for another time than its orchestrator downtime";
        if (strip.BeginNs > cycle.Steps[0].BeginNs) return "its strip begins after it";
        for (var i = 0; i < strip.Completions.Count; i++)
        {
            var begin = strip.BeginNs + (i * strip.WidthNs);
            if (begin >= strip.StoppedNs && begin + strip.WidthNs <= strip.RestartedNs && strip.Completions[i] != 0) return "its strip has commands completed while the guest stood still";
        }

        var phases = cycle.Latency.Phases.Select(it => it.Figures).ToList();
        if (strip.Completions.Sum() > phases.Sum(it => it.N)) return "its strip has more commands than its latencies";
        return strip.LongestNs.Append(0).Max() > phases.Max(it => it.MaxNs ?? 0) ? "its strip has a longer latency than its latencies" : null;
    }

    private string? OfSteps()
    {
        var steps = cycle.Steps;
        var planned = plan.Steps.Where(it => it != CycleStep.ReadBack || plan.ReadBack == ReadBackCycles.Every || cycle.Number == 1).ToList();
        if (!steps.Select(it => it.Step).SequenceEqual(planned.Take(steps.Count))) return "its steps are not those of the plan";
        if (cycle.Outcome == CycleOutcome.Completed && steps.Count != planned.Count) return "it is said to be completed, and was not gone through";
        var now = long.MinValue;
        foreach (var it in steps)
        {
            if (it.BeginNs < now || it.EndNs < it.BeginNs) return $"{Words.Of(it.Step)} begins before what is before it, or ends before it begins";
            now = it.EndNs;
        }

        return null;
    }

    /// <summary>A guest that was not restarted on the destination had no downtime.</summary>
    private static string? OfNone(DowntimeRecord it) =>
        Downtimes.All.FirstOrDefault(one => one.Of(it) is not null) is { Name: { } name } ? $"its {name} is told, and the guest was not restarted" : null;

    private string? OfDowntime(DowntimeRecord it)
    {
        // A step that failed may have failed before it came to that.
        if (it.OrchestratorNs is not { } orchestrator) return cycle.Outcome == CycleOutcome.Completed ? "the guest was restarted, and no orchestrator downtime is told" : OfNone(it);
        var step = cycle.TimeOf(CycleStep.ReadBack) ?? 0;
        if (ReadBack != step) return $"reading back took {ReadBack} ns, and its step {step} ns";
        var (end, isOver) = (cycle.Steps[^1].EndNs, cycle.Outcome == CycleOutcome.Completed);
        var answered = new Instant(Restart.Earliest, isOver ? end : long.MaxValue);
        // The source may be silent long before it is suspended, and not after; what does otherwise is found, and its downtime is what it makes of it.
        var silent = new Instant(long.MinValue, cycle.Findings.Count > 0 ? long.MaxValue : At(CycleStep.Drain, isEnd: true).Latest);
        var fetched = new Instant(At(CycleStep.Resume, isEnd: false).Earliest, isOver ? end : long.MaxValue);
        return Held("orchestrator downtime", orchestrator, Stop, Restart)
            ?? Held("suspended", it.SuspendedNs, Suspend, Resume)
            ?? (plan.GuestStop == GuestStop.BeforeSuspend && it.SuspendedNs > orchestrator ? $"suspended is {it.SuspendedNs} ns, longer than the guest stood still" : null)
            ?? Held("guest downtime", it.GuestNs, Stop, answered)
            ?? (it.GuestNs < orchestrator ? $"guest downtime is {it.GuestNs} ns, and orchestrator downtime, which it contains, {orchestrator} ns" : null)
            ?? (it.GuestNs is null && cycle.Findings.Count == 0 && cycle.Latency.After.N > 0 ? "no guest downtime is told, and commands were answered after the restart" : null)
            ?? Held("device downtime", it.DeviceNs, silent, fetched);
    }

    /// <summary>Why a downtime is not what goes from one instant to the other, the reading back left out; null where it is, or was not observed.</summary>
    private string? Held(string name, long? told, Instant from, Instant to)
    {
        if (told is not { } ns) return name == "suspended" ? "suspended is not told" : null;
        var (least, most) = (Less(to.Earliest, from.Latest), Less(to.Latest, from.Earliest));
        if (ns >= least && ns <= most) return null;
        return $"{name} is {ns} ns, and its steps give {(least == most ? $"{least} ns" : ns < least ? $"at least {least} ns" : $"at most {most} ns")}";
    }

    /// <summary>The time between, the reading back left out; of what is not bounded none.</summary>
    private long Less(long to, long from) =>
        from == long.MaxValue ? long.MinValue : to == long.MaxValue || from == long.MinValue ? long.MaxValue : to - from - ReadBack;

    private static bool IsIn(Instant instant, long ns) => ns >= instant.Earliest && ns <= instant.Latest;

    /// <summary>The begin or the end of a step, with what the suite does between it and the instant: on the virtual clock that takes no time.</summary>
    private Instant At(CycleStep step, bool isEnd)
    {
        var within = Within(step);
        return plan.Clock == ClockKind.Real ? within : isEnd ? within with { Earliest = within.Latest } : within with { Latest = within.Earliest };
    }

    private Instant Within(CycleStep step)
    {
        var it = cycle.Steps.First(one => one.Step == step);
        return new Instant(it.BeginNs, it.EndNs);
    }
}
