using Conformance.Migration;

namespace Conformance.Report;

/// <summary>The three questions of the suite, each answered in one word and one sentence with its figures.</summary>
internal static class Answers
{
    /// <summary>Areas of requirements that are about blocks and memory; all others are about the controller and its commands.</summary>
    private static readonly string[] s_dataAreas = ["LM-MED", "LM-UDT", "LM-MEM"];

    /// <param name="Verdict">The worst of what was found; skipped where nothing was shown.</param>
    public readonly record struct Answer(string Question, string Word, Verdict Verdict, string Sentence);

    public static IReadOnlyList<Answer> Of(RunRecord run)
    {
        var planned = run.Plan.Combinations.ToDictionary(it => it.Name, StringComparer.Ordinal);
        // What a negative control breaks on purpose says nothing of the device.
        var counted = run.Combinations.Where(it => planned.GetValueOrDefault(it.Name)?.Expect != Expectation.Fail).ToList();
        var cycles = counted.SelectMany(it => it.Result.Cycles).ToList();
        var findings = counted.SelectMany(it => it.AllFindings()).Concat(run.Cases.Where(it => it.Verdict != Verdict.Waived).SelectMany(it => it.Findings)).ToList();
        return
        [
            Judged(run, "Is all state moved and intact?", cycles, [.. findings.Where(it => !IsData(it))], State),
            Judged(run, "Is all data intact?", cycles, [.. findings.Where(IsData)], Data),
            Cost(run, counted),
        ];
    }

    public static bool IsData(Finding it) =>
        s_dataAreas.Any(area => it.Requirement.StartsWith(area, StringComparison.Ordinal)) || it.Path.StartsWith("lba", StringComparison.Ordinal);

    private static Answer Judged(RunRecord run, string question, List<CycleRecord> cycles, List<Finding> findings, Func<List<CycleRecord>, string> said)
    {
        var completed = cycles.Where(it => it.Outcome == CycleOutcome.Completed).ToList();
        var worst = findings.Select(it => it.Verdict).DefaultIfEmpty(Verdict.Pass).Max();
        var against = findings.Where(it => it.Verdict == worst).ToList();
        var what = against.Count == 0 ? "" : $" {against.Count} findings, of {string.Join(", ", against.Select(it => it.Requirement).Distinct().Take(4))}: see below.";
        if (worst.IsNonConformant()) return new(question, "No", worst, $"{said(completed)}{what}");
        if (worst >= Verdict.Inconclusive) return new(question, "Not shown", worst, $"{said(completed)}{what}");
        if (completed.Count > 0) return new(question, worst == Verdict.Pass ? "Yes" : "Yes, with remarks", worst, $"{said(completed)}{what}");
        if (run.Cases.Count == 0) return new(question, "Not shown", Verdict.Skipped, "No migration was completed.");
        var passed = run.Cases.Count(it => it.Verdict == Verdict.Pass);
        return new(
            question, "Nothing against it", worst, $"{passed} of {run.Cases.Count} cases passed; no profile of migrations under load was run beside them.{what}");
    }

    private static string State(List<CycleRecord> cycles)
    {
        var inFlight = cycles.Select(it => it.InFlight).ToTotal();
        var caught = inFlight.Fetched + inFlight.Unfetched + inFlight.Posted;
        var commands = caught is { } n ? $" with {Human.Count(n)} commands in flight at the cut" : "";
        var bytes = cycles.Where(it => it.StateBytes > 0).Select(it => it.StateBytes).DefaultIfEmpty().ToList();
        return $"{Many(cycles.Count, "migration")}{commands}, {Range(bytes.Min(), bytes.Max(), it => Human.Bytes(it))} of state each, held against what the guest saw before.";
    }

    private static string Data(List<CycleRecord> cycles) =>
        $"{Human.Count(cycles.Sum(it => it.BlocksVerified))} blocks were read after {Many(cycles.Count, "migration")} and held against what the guest was told is written.";

    private static Answer Cost(RunRecord run, List<CombinationRecord> counted)
    {
        const string Question = "What did it cost?";
        var downtimes = counted.Select(it => (it.Name, Figures: SampleFigures.Of(it.Result.Cycles, downtime => downtime.GuestNs)))
            .Where(it => it.Figures is not null).OrderBy(it => it.Figures!.Median).ToList();
        if (downtimes.Count == 0) return new(Question, "Not measured", Verdict.Skipped, "No guest downtime was observed.");
        var (least, most) = (downtimes[0], downtimes[^1]);
        var word = Range(least.Figures!.Median, most.Figures!.Median, it => Human.Time(it));
        var sentence = downtimes.Count == 1
            ? $"The guest stood still for {Human.Time(least.Figures.Median)} (median{IntervalOf(least.Figures)}, n={least.Figures.N}; at most {Human.Time(least.Figures.Most)})."
            : $"Median downtime of the guest: from {Human.Time(least.Figures.Median)} ({least.Name}{IntervalOf(least.Figures)}, n={least.Figures.N}) "
              + $"to {Human.Time(most.Figures.Median)} ({most.Name}{IntervalOf(most.Figures)}, n={most.Figures.N}).";
        var doubtful = counted.Count(it => FailureText.Doubts(it).Any());
        var doubts = doubtful == 0 ? "" : $" Samples of {doubtful} of {counted.Count} combinations are tainted or of a load that had not settled: see there.";
        return new(Question, word, doubtful == 0 ? Verdict.Pass : Verdict.Warn, $"{sentence}{doubts}{Throughput(run, counted)} These figures are {run.Figures}.");
    }

    private static string Throughput(RunRecord run, List<CombinationRecord> counted)
    {
        var rates = counted.Select(it => it.Result.Load?.Rate).OfType<double>().Order().ToList();
        var dips = counted.SelectMany(it => it.Result.Cycles).Select(it => it.Throughput.LowestShare).OfType<double>().Order().ToList();
        var window = counted.SelectMany(it => it.Result.Cycles).Select(it => it.Throughput.WindowNs).FirstOrDefault();
        var dip = dips.Count == 0 ? "" : $"; in the lowest {Human.Time(window)} of a move {dips[(dips.Count - 1) / 2] * 100:0} % of the load was carried (median)";
        if (rates.Count == 0) return "";
        var plan = run.Plan.Combinations.FirstOrDefault(it => it.Name == counted[0].Name);
        var word = SuiteCost.ThroughputWord(run, plan) == "throughput" ? "The load" : "Without a model of time, so as a cost of the suite, the load";
        return $" {word} completed {Range(rates[0], rates[^1], it => Human.Count(it))} commands a second, downtime included{dip}.";
    }

    private static string IntervalOf(SampleFigures it) =>
        it is { Low: { } low, High: { } high } ? $", 95 % interval {Human.Time(low)} to {Human.Time(high)}" : ", too few cycles for an interval";

    private static string Range(double low, double high, Func<double, string> said) => said(low) == said(high) ? said(low) : $"{said(low)} to {said(high)}";

    private static string Many(int n, string what) => n == 1 ? $"1 {what}" : $"{n} {what}s";
}
