using Conformance.Migration;

namespace Conformance.Runner.Display;

/// <summary>At the end once more what is wrong, each with the line that repeats it.</summary>
internal static class Failures
{
    /// <summary>Findings shown of one requirement in one combination; the record has all.</summary>
    private const int Shown = 3;

    public static void Write(RunRecord run, Services services)
    {
        foreach (var it in run.Combinations)
        {
            var findings = it.AllFindings().ToList();
            if (findings.Count == 0 && it.GatesBroken.Count == 0 && it.GatesUnmeasured.Count == 0 && !it.UnexpectedPass) continue;
            // A negative control that was noticed needs no explanation.
            if (it.Verdict == Verdict.Pass && it.Found.IsNonConformant() && it.GatesBroken.Count == 0) continue;
            services.Out.WriteLine();
            services.Out.WriteLine($"{it.Name}: {Words.Of(it.Found)}");
            if (it.NotFound.Count > 0) services.Out.WriteLine($"  it should have been found to break {string.Join(", ", it.NotFound)}, and was not");
            foreach (var gate in it.GatesBroken.Concat(it.GatesUnmeasured)) services.Out.WriteLine($"  gate: {gate}");
            foreach (var kind in findings.GroupBy(finding => (finding.Verdict, finding.Requirement)).OrderByDescending(it => it.Key.Verdict))
            {
                foreach (var finding in kind.Take(Shown)) services.Out.WriteLine($"  {Line(finding)}");
                if (kind.Count() > Shown) services.Out.WriteLine($"  and {kind.Count() - Shown} more of {kind.Key.Requirement} in run.json");
            }

            services.Out.WriteLine($"  again: {Again(run, it)}");
        }
    }

    public static string LastLine(RunRecord run, string page)
    {
        var cycles = run.Combinations.Sum(it => it.Result.Cycles.Count);
        var blocks = run.Combinations.Sum(it => it.Result.Cycles.Sum(cycle => cycle.BlocksVerified));
        var left = run.Plan.Combinations.Count - run.Combinations.Count;
        var partial = run.Interrupted ? $"interrupted, {left} of {run.Plan.Combinations.Count} combinations not begun; " : "";
        return $"\n{partial}{Words.Of(run.Verdict)}: {run.Combinations.Count} combinations, {cycles} cycles, {blocks} blocks verified, "
            + $"{run.Environment.ElapsedSeconds:0.0} s; {page}";
    }

    /// <summary>The command that repeats one combination alone.</summary>
    private static string Again(RunRecord run, CombinationRecord it)
    {
        List<string> kept = ["./run.sh", "run", run.Environment.ProfilePath, "--seed", run.Plan.Seed.ToString(), "--only", it.Name];
        if (run.Defect is not null) kept.AddRange(["--defect", run.Defect]);
        var arguments = run.Environment.Arguments;
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--set" && i + 1 < arguments.Count) kept.AddRange(["--set", arguments[i + 1]]);
            else if (arguments[i].StartsWith("--set=", StringComparison.Ordinal)) kept.Add(arguments[i]);
        }

        return string.Join(' ', kept.Select(Quoted));
    }

    private static string Line(Finding finding)
    {
        var cycle = finding.Cycle is { } number ? $" in cycle {number}" : "";
        var values = finding.Observed is null && finding.Expected is null
            ? ""
            : $" (observed {finding.Observed ?? "nothing"}, expected {finding.Expected ?? "nothing"})";
        return $"{Words.Of(finding.Verdict)}{cycle}: {finding.Requirement}: {finding.Path}: {finding.What}{values}";
    }

    private static string Quoted(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '=' or ':' or ',')
            ? word
            : $"'{word.Replace("'", "'\\''")}'";
}
