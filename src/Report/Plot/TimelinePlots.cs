using Conformance.Migration;

namespace Conformance.Report;

/// <summary>One migration over time, a bar a step: the whole move, and where that hides it, the time in which the guest stood still.</summary>
internal static class TimelinePlots
{
    /// <summary>A cut that fills more of the move than this is seen in it.</summary>
    private const double Plain = 0.5;

    private static readonly CycleStep[] s_afterwards = [CycleStep.Verify, CycleStep.Retire];

    public static IEnumerable<Plot> Of(RunRecord run, CombinationRecord it, PlannedCombination? plan)
    {
        if (Typical(it.Result) is not { } cycle) yield break;
        var steps = cycle.Steps.Where(step => !s_afterwards.Contains(step.Step)).ToList();
        if (steps.Count == 0) yield break;
        var (begin, end) = (steps.Min(step => step.BeginNs), steps.Max(step => step.EndNs));
        var stopped = steps.Where(step => step.Step >= CycleStep.StopGuest).ToList();
        (double From, double To)? cut = stopped.Count == 0 ? null : (stopped[0].BeginNs - begin, stopped.Max(step => step.EndNs) - begin);
        const string How = "Steps of the cycle whose guest downtime is the median. Verification comes after and is the suite's own: it is not drawn.";
        yield return Draw(run, it, plan, cycle, steps, begin, "timeline", "the migration, step by step", "time since the first step", cut, How);
        if (cut is not { } span || end == begin || (span.To - span.From) / (end - begin) > Plain) yield break;
        const string Near = "The same cycle from the stop of the guest on; what is read back is the suite's, and counted in no downtime.";
        yield return Draw(run, it, plan, cycle, stopped, stopped[0].BeginNs, "cut", "while the guest stands still", "time since the stop of the guest", null, Near);
    }

    /// <summary>How long the guest stood still by the clock, and how much of that no downtime counts: the suite's own reading back.</summary>
    public static string Stopped(CycleRecord? cycle, double ns) =>
        $"stopped {Human.Time(ns)}{(cycle?.Downtime.ReadBackNs is > 0 and { } own ? $", {Human.Time(own)} of it the suite's" : "")}";

    /// <summary>The cycle of the strip, else the one whose guest downtime is the median, else the first that was completed.</summary>
    public static CycleRecord? Typical(CombinationResult result)
    {
        if (result.Strip is { } strip && result.Cycles.FirstOrDefault(it => it.Number == strip.Cycle && it.Guest == strip.Guest) is { } shown) return shown;
        var sorted = result.Cycles.Where(it => it.Downtime.GuestNs is not null).OrderBy(it => it.Downtime.GuestNs).ToList();
        if (sorted.Count > 0) return sorted[(sorted.Count - 1) / 2];
        return result.Cycles.FirstOrDefault(it => it.Outcome == CycleOutcome.Completed);
    }

    private static Plot Draw(
        RunRecord run, CombinationRecord it, PlannedCombination? plan, CycleRecord cycle, List<StepRecord> steps, long zero, string kind, string title,
        string axis, (double From, double To)? cut, string how)
    {
        var rows = steps.Select(step => step.Step).Distinct().ToList();
        List<Mark> marks = [new BarsMark(Ink.Blue, [.. steps.Select(step => BarOf(step, rows.IndexOf(step.Step), zero))])];
        if (cut is { } span) marks.Add(new BandMark(Ink.Band, $"guest {Stopped(cycle, span.To - span.From)}", span.From, span.To));
        var end = steps.Max(step => step.EndNs) - zero;
        var chart = new Chart
        {
            Name = RunPlots.FileName(it.Name, kind),
            Title = $"{it.Name}: {title}, cycle {cycle.Number}",
            Figures = run.Figures,
            Parameters = $"{cycle.From} to {cycle.To}; {RunPlots.Parameters(run, plan)}",
            // Room for the words of the last bar.
            X = new Axis(axis, new TimeScale(0, end * 1.12)),
            Y = new Axis("", new RowScale([.. rows.Select(Words.Of)])),
            Marks = marks,
            Height = 125 + (rows.Count * 20),
        };
        return new Plot(chart, how);
    }

    private static Bar BarOf(StepRecord step, int row, long zero)
    {
        var took = Human.Time(step.EndNs - step.BeginNs);
        var note = step.Note is { } said ? $": {said}" : "";
        return new Bar(step.BeginNs - zero, step.EndNs - zero, row, took, $"{Words.Of(step.Step)}, {took}{note}");
    }
}
