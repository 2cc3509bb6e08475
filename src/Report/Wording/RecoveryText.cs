using Conformance.Migration;

namespace Conformance.Report;

/// <summary>When a load is again what it was before the move, in a sentence.</summary>
public static class RecoveryText
{
    /// <summary>Null where the guest was not watched for a window after its moves, so that nothing can be said.</summary>
    public static string? Of(CombinationRecord it, PlannedCombination? plan)
    {
        if (plan is null || plan.Dwell.After.Nanoseconds < plan.Dwell.RecoveryWindow.Nanoseconds) return null;
        // Without a rate before there is none to come back to: a guest that did not move, or had nothing to do.
        var cycles = Tainted.Free(it.Result.Cycles).Where(cycle => cycle.Throughput.BeforePerSecond is not null).ToList();
        if (cycles.Count == 0) return null;
        var what = plan.Guest.Mode == LoadMode.Open ? "of what is asked" : "of the throughput before";
        var windows = $"in windows of {plan.Dwell.RecoveryWindow}";
        var never = cycles.Count(cycle => cycle.Throughput.RecoveryNs is null);
        var lasting = $"in {never} of {cycles.Count} cycles not back at 95 % {what} within {plan.Dwell.After}";
        if (SampleFigures.Of(cycles.Select(cycle => cycle.Throughput.RecoveryNs)) is not { } figures) return $"{lasting}, {windows}";
        var when = figures.Most == 0 ? $"at once ({figures.N} cycles)" : $"after {Human.Time(figures.Median)} (median of {figures.N}, most {Human.Time(figures.Most)})";
        return $"back at 95 % {what} {when}, {windows}{(never == 0 ? "" : $"; {lasting}")}";
    }
}
