using System.CommandLine;
using System.Text.Json;
using Conformance.Migration;
using Conformance.Runner.Display;
using Conformance.Runner.Running;
using Conformance.Suite;

namespace Conformance.Runner.Commands;

/// <summary><c>list</c>: what can be run, and what is asked of a device.</summary>
internal static class ListCommand
{
    public static Command Create(Services services)
    {
        var command = new ExampleCommand(
            "list", "List profiles and defects; or the cases; or the requirements, with what looks at each and what nothing looks at.", """
            ./run.sh list
            ./run.sh list --cases 'suspend/*'
            ./run.sh list --requirements
            ./run.sh list --requirements --run reports/conformance-20250102-030405
            ./run.sh list --must-pass > suites/Conformance/mustpass.txt
            """);
        var cases = new Option<string?>("--cases")
        {
            Description = "The cases, or those of this name.", HelpName = "NAME", Arity = ArgumentArity.ZeroOrOne,
        };
        var requirements = new Option<bool>("--requirements") { Description = "Every requirement with what looks at it." };
        var run = new Option<string?>("--run") { Description = "With --requirements: the verdicts of this run.", HelpName = "RUN" };
        var mustPass = new Option<bool>("--must-pass") { Description = "What mustpass.txt would be now." };
        foreach (var option in (Option[])[cases, requirements, run, mustPass]) command.Add(option);
        command.SetAction(parsed =>
        {
            if (parsed.GetResult(cases) is not null) return (int)WriteCases(parsed.GetValue(cases) ?? "*", services);
            if (parsed.GetValue(requirements)) WriteRequirements(parsed.GetValue(run), services);
            else if (parsed.GetValue(mustPass)) services.Out.Write(MustPass.Write(services.Cases(null), RequirementCatalogue.Shipped));
            else WriteAll(services);
            return (int)ExitCode.Conformant;
        });
        return command;
    }

    private static void WriteAll(Services services)
    {
        services.Out.WriteLine("Profiles:");
        foreach (var (name, description) in Shipped.All(services.Root)) Write(services, name, description);
        services.Out.WriteLine();
        services.Out.WriteLine("Defects (run PROFILE --defect NAME):");
        foreach (var (name, description) in services.Defects) Write(services, name, description);
        if (services.Defects.Count == 0) services.Out.WriteLine("  none");
    }

    private static ExitCode WriteCases(string pattern, Services services)
    {
        var all = services.Cases(null).Cases;
        var chosen = all.Where(it => CaseGlob.Matches(pattern, it.Id)).ToList();
        if (chosen.Count == 0) throw new UsageException($"--cases {pattern}: {CaseGlob.Unmatched(pattern, "case", all.Select(it => it.Id))}");
        foreach (var it in chosen) services.Out.WriteLine($"{it.Id}  {string.Join(' ', it.Covers)}");
        return ExitCode.Conformant;
    }

    private static void WriteRequirements(string? run, Services services)
    {
        var requirements = run is null ? Planned(services) : Seen(run);
        foreach (var it in requirements)
        {
            var seen = it.Verdict is null ? it.StatusReason is null ? "NOTHING LOOKS AT IT" : $"no case: {it.Status}: {it.StatusReason}"
                : run is null ? $"{it.By.Count} cases" : $"{Words.Of(it.Verdict.Value)} by {it.By.Count}";
            services.Out.WriteLine($"{it.Id,-13} {it.Level,-16} {seen}");
        }

        services.Out.WriteLine();
        CoverageTable.Write("area", requirements.GroupBy(it => it.Area), services, verdicts: run is not null);
        services.Out.WriteLine();
        CoverageTable.Write("level", requirements.GroupBy(it => it.Level), services, verdicts: run is not null);
    }

    /// <summary>What would be looked at if all cases were run.</summary>
    private static IReadOnlyList<RequirementRecord> Planned(Services services) => Coverage.Of(
        RequirementCatalogue.Shipped,
        services.Cases(null).Cases.Select(it => CaseRecord.Without(it.Id, Verdict.Skipped, "not run") with { Covers = it.Covers }), []);

    private static IReadOnlyList<RequirementRecord> Seen(string run)
    {
        var path = Path.Combine(run, "run.json");
        if (!File.Exists(path)) throw new UsageException($"--run {run}: there is no run.json");
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), MigrationJson.Default.RunRecord)!.Requirements is { Count: > 0 } requirements
                ? requirements
                : throw new UsageException($"--run {run}: that run had no cases");
        }
        catch (JsonException e)
        {
            throw new UsageException($"{path}: not the record of a run: {e.Message}");
        }
    }

    private static void Write(Services services, string name, string description) =>
        services.Out.WriteLine($"  {name,-24} {FirstSentence(description)}");

    /// <summary>A dot within a word, that of CSTS.RDY, ends nothing.</summary>
    private static string FirstSentence(string text)
    {
        for (var i = 0; i < text.Length - 1; i++)
        {
            if (text[i] is '.' or '?' && char.IsWhiteSpace(text[i + 1])) return text[..(i + 1)];
        }

        return text;
    }
}
