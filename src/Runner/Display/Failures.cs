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
            if (!FindingLine.IsTold(it)) continue;
            var findings = it.AllFindings().ToList();
            services.Out.WriteLine();
            services.Out.WriteLine($"{it.Name}: {Words.Of(it.Found)}");
            if (it.NotFound.Count > 0) services.Out.WriteLine($"  it should have been found to break {string.Join(", ", it.NotFound)}, and was not");
            if (it.NotNamed.Count > 0) services.Out.WriteLine($"  it was also found to break {string.Join(", ", it.NotNamed)}, which must-find does not name");
            foreach (var gate in it.GatesBroken.Concat(it.GatesUnmeasured)) services.Out.WriteLine($"  gate: {gate}");
            foreach (var kind in findings.GroupBy(finding => (finding.Verdict, finding.Requirement)).OrderByDescending(it => it.Key.Verdict))
            {
                foreach (var finding in kind.Take(Shown)) services.Out.WriteLine($"  {FindingLine.Of(finding)}");
                if (kind.Count() > Shown) services.Out.WriteLine($"  and {kind.Count() - Shown} more of {kind.Key.Requirement} in run.json");
            }

            services.Out.WriteLine($"  again: {AgainLine.Of(run, it)}");
        }
    }

    /// <summary>Where the figures are not what they were.</summary>
    private static void WriteBaseline(RunRecord run, Services services)
    {
        if (run.Baseline is not { } baseline) return;
        services.Out.WriteLine();
        foreach (var it in baseline.NotComparable) services.Out.WriteLine($"baseline: not comparable: {it}");
        foreach (var it in baseline.Worse) services.Out.WriteLine($"baseline: worse: {it}");
        foreach (var it in baseline.Better) services.Out.WriteLine($"baseline: better, so it guards it no longer: {it}");
        foreach (var it in baseline.Missing) services.Out.WriteLine($"baseline: {it}: in one of the two only");
        services.Out.WriteLine(baseline.IsSame ? "baseline: every figure is as it was" : "baseline accept RUN --reason TEXT takes these figures for the new baseline");
    }

    /// <summary>A line for each case that did not pass, and the command that repeats it.</summary>
    private static void WriteCases(RunRecord run, Services services)
    {
        var failed = run.Cases.Where(it => FindingLine.IsTold(it.Verdict)).ToList();
        if (failed.Count > 0) services.Out.WriteLine();
        foreach (var it in failed)
        {
            var more = it.Findings.Count > 1 ? $" (and {it.Findings.Count - 1} more)" : "";
            var often = it.Runs > 1 ? $" in {it.RunsAsBad} of {it.Runs} runs" : "";
            var worst = it.Findings.OrderByDescending(finding => finding.Verdict).FirstOrDefault();
            var what = it.Reason ?? (worst is null ? "" : FindingLine.Of(worst));
            services.Out.WriteLine($"{it.Id}: {Words.Of(it.Verdict)}{often} on {it.Device}: {what}{more}");
            services.Out.WriteLine($"  again: {AgainLine.Of(run, it)}");
        }
    }

    /// <summary>What is not as waivers and expectations have it.</summary>
    private static void WriteOutOfDate(RunRecord run, Services services)
    {
        if (run.StaleWaivers.Count > 0 || run.Surprises.Count > 0) services.Out.WriteLine();
        foreach (var it in run.StaleWaivers) services.Out.WriteLine($"out of date: {it}");
        foreach (var it in run.Surprises) services.Out.WriteLine($"{(it.IsStale ? "better than expected" : "not as expected")}: {it}");
    }

    public static string LastLine(RunRecord run, string page)
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
        return $"\n{partial}{Words.Of(run.Verdict)}: {string.Join(", ", parts)}, {run.Environment.ElapsedSeconds:0.0} s; {page}";
    }

    /// <summary>The command that repeats one case alone.</summary>
    public static string Again(SessionOptions options, Plan plan, CaseRecord it) =>
        AgainLine.Of(options.Header.ProfilePath, options.Header.Defect, options.Arguments, it.Id, plan.Cases?.SeedOf(it.Repetition) ?? plan.Seed);
}
