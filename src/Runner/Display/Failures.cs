using Conformance.Migration;
using Conformance.Report;
using Conformance.Runner.Running;

namespace Conformance.Runner.Display;

/// <summary>At the end once more what is wrong, each with the line that repeats it.</summary>
internal static class Failures
{
    /// <summary>Findings shown of one requirement in one combination; the record has all.</summary>
    private const int Shown = 3;

    public static void Write(RunRecord run, Services services)
    {
        WriteCases(run, services);
        WriteOutOfDate(run, services);
        WriteBaseline(run, services);
        foreach (var it in run.Combinations)
        {
            if (!FailureText.Counts(it)) continue;
            var findings = it.AllFindings().ToList();
            services.Out.WriteLine();
            services.Out.WriteLine($"{it.Name}: {Words.Of(it.Found)}");
            foreach (var remark in FailureText.Remarks(it)) services.Out.WriteLine($"  {remark}");
            foreach (var kind in findings.GroupBy(finding => (finding.Verdict, finding.Requirement)).OrderByDescending(it => it.Key.Verdict))
            {
                foreach (var finding in kind.Take(Shown)) services.Out.WriteLine($"  {FailureText.Of(finding)}");
                if (kind.Count() > Shown) services.Out.WriteLine($"  and {kind.Count() - Shown} more of {kind.Key.Requirement} in run.json");
            }

            services.Out.WriteLine($"  again: {Reproduce.Of(run, it)}");
        }
    }

    /// <summary>Where the figures are not what they were.</summary>
    private static void WriteBaseline(RunRecord run, Services services)
    {
        if (run.Baseline is not { } baseline) return;
        services.Out.WriteLine();
        foreach (var it in FailureText.Of(baseline)) services.Out.WriteLine($"baseline: {it}");
        if (baseline.IsSame) services.Out.WriteLine("baseline: every figure is as it was");
        else if (baseline.Moved.Any()) services.Out.WriteLine("baseline accept RUN --reason TEXT takes these figures for the new baseline");
    }

    /// <summary>A line for each case that did not pass, and the command that repeats it.</summary>
    private static void WriteCases(RunRecord run, Services services)
    {
        var failed = run.Cases.Where(it => FailureText.Counts(it.Verdict)).ToList();
        if (failed.Count > 0) services.Out.WriteLine();
        foreach (var it in failed)
        {
            var often = it.Runs > 1 ? $" in {it.RunsAsBad} of {it.Runs} runs" : "";
            services.Out.WriteLine($"{it.Id}: {Words.Of(it.Verdict)}{often} on {it.Device}: {FailureText.Of(it)}");
            services.Out.WriteLine($"  again: {Reproduce.Of(run, it)}");
        }
    }

    /// <summary>What is not as waivers and expectations have it.</summary>
    private static void WriteOutOfDate(RunRecord run, Services services)
    {
        if (run.StaleWaivers.Count > 0 || run.Surprises.Count > 0) services.Out.WriteLine();
        foreach (var it in run.StaleWaivers) services.Out.WriteLine($"out of date: {it}");
        foreach (var it in run.Surprises) services.Out.WriteLine($"{(it.IsStale ? "better than expected" : "not as expected")}: {it}");
    }

    /// <param name="run">What the last line is of.</param>
    /// <param name="page">Where its report is.</param>
    /// <param name="expected">It was held against expected results: where they are met, that is what its last line says.</param>
    public static string LastLine(RunRecord run, string page, bool expected = false)
    {
        var cycles = run.Combinations.Sum(it => it.Result.Cycles.Count);
        var blocks = run.Combinations.Sum(it => it.Result.Cycles.Sum(cycle => cycle.BlocksVerified));
        var left = run.Plan.Combinations.Count - run.Combinations.Count;
        var partial = run.Interrupted ? $"interrupted, {left} of {run.Plan.Combinations.Count} combinations not begun; " : "";
        var parts = new List<string>();
        if (run.Plan.Cases is { } cases)
        {
            parts.Add($"{run.Cases.Count} cases");
            if (run.Conformance is { } claim) partial = $"conformance: {claim}\n";
            var notBegun = cases.Cases.Count - run.Cases.Count;
            if (run.Interrupted && notBegun > 0) partial += $"interrupted, {notBegun} of {cases.Cases.Count} cases and {left} of {run.Plan.Combinations.Count} combinations not begun; ";
        }

        if (run.Plan.Combinations.Count > 0 || run.Plan.Cases is null) parts.Add($"{run.Combinations.Count} combinations, {cycles} cycles, {blocks} blocks verified");
        var isMet = expected && run is { ExitCode: (int)ExitCode.Conformant, Surprises.Count: 0 };
        return $"\n{partial}{(isMet ? AsExpected(run) : $"{Headline.Of(run)}: {string.Join(", ", parts)}")}, {run.Environment.ElapsedSeconds:0.0} s; {page}";
    }

    /// <summary>How many passed, are not supported, and deviate as it is known that they do, these with the requirements that they break.</summary>
    private static string AsExpected(RunRecord run)
    {
        var results = run.Cases.Select(it => (Name: it.Id, it.Verdict, it.Findings))
            .Concat(run.Combinations.Select(it => (it.Name, it.Verdict, Findings: (IReadOnlyList<Finding>)[.. it.AllFindings()]))).ToList();
        var deviating = results.Where(it => it.Verdict > Verdict.Warn).ToList();
        // What hung or died found nothing to name a requirement by.
        var named = deviating.SelectMany(it => it.Findings.Where(found => found.Verdict > Verdict.Warn).Select(found => found.Requirement).DefaultIfEmpty(it.Name))
            .Distinct().Order(StringComparer.Ordinal);
        int Count(Verdict verdict) => results.Count(it => it.Verdict == verdict);
        List<string> parts = [$"{Count(Verdict.Pass)} passed", $"{Count(Verdict.NotSupported)} not supported"];
        foreach (var verdict in (Verdict[])[Verdict.Warn, Verdict.Waived, Verdict.Skipped])
        {
            if (Count(verdict) is > 0 and var count) parts.Add($"{count} {Words.Of(verdict)}");
        }

        if (deviating.Count > 0) parts.Add($"{deviating.Count} known deviation{(deviating.Count == 1 ? "" : "s")} ({string.Join(", ", named)})");
        return $"as expected: {string.Join(", ", parts)}";
    }

    /// <summary>The command that repeats one case alone.</summary>
    public static string Again(SessionOptions options, Plan plan, CaseRecord it) =>
        Reproduce.Line(options.Header.ProfilePath, options.Header.Defect, options.Arguments, it.Id, plan.Cases?.SeedOf(it.Repetition) ?? plan.Seed);
}
