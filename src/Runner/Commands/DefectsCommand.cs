using System.CommandLine;
using Conformance.Migration;
using Conformance.Runner.Running;
using Conformance.Suite;

namespace Conformance.Runner.Commands;

/// <summary><c>defects</c>: the suite judged by bugs that are planted in the simulated device.</summary>
internal static class DefectsCommand
{
    private const string ProfileName = "conformance";

    public static Command Create(Services services)
    {
        var command = new ExampleCommand("defects", "Run the cases on every planted bug: each must be caught by a case that names the requirement it breaks.", """
            ./run.sh defects
            ./run.sh defects --only 'lost-*'
            ./run.sh defects --all                    on each all cases: the whole matrix, which takes its time
            """);
        var only = new Option<string[]>("--only") { Description = "Only the bugs of this name; * stands for any text.", HelpName = "NAME" };
        var all = new Option<bool>("--all") { Description = "On each all cases, not only those that cover the requirement it breaks." };
        var seed = new Option<ulong?>("--seed") { Description = "Take this seed instead of the profile's.", HelpName = "N" };
        var outFolder = new Option<string?>("--out") { Description = "The folder of the kill matrix; default reports/defects-TIME.", HelpName = "DIR" };
        var jobs = new Option<int?>("--jobs") { Description = "Processes that run cases at once; default one for each core, two at most.", HelpName = "N" };
        foreach (var option in (Option[])[only, all, seed, outFolder, jobs]) command.Add(option);
        command.SetAction(parsed =>
        {
            var chosen = Chosen(parsed.GetValue(only) ?? [], services);
            if (chosen.Count == 0)
            {
                services.Error.WriteLine("nothing was selected, so nothing ran");
                return (int)ExitCode.Inconclusive;
            }

            var header = new RunHeader
            {
                ProfilePath = Shipped.Find(ProfileName, services.Root), ProfileHash = "", Seed = 0, Set = [], Only = [], Skip = [], Defect = null,
            };
            if (ProfileArguments.Read(header, parsed.GetValue(seed), suite: null, services) is not { Cases: { } plan }) return (int)ExitCode.Usage;
            var folder = RunFolder.Create(parsed.GetValue(outFolder), "defects", services);
            var run = new DefectRun(plan, services, Math.Max(1, parsed.GetValue(jobs) ?? Math.Min(Environment.ProcessorCount, 2)));
            return (int)run.Run(chosen, covering: !parsed.GetValue(all), folder);
        });
        return command;
    }

    private static List<PlantedDefect> Chosen(string[] patterns, Services services)
    {
        foreach (var pattern in patterns.Where(pattern => !services.Defects.Keys.Any(name => CaseGlob.Matches(pattern, name))))
        {
            if (!CaseGlob.IsPattern(pattern)) throw new UsageException($"--only {pattern}: {CaseGlob.Unmatched(pattern, "defect", services.Defects.Keys)}");
            services.Error.WriteLine($"--only {pattern}: it matches no defect");
        }

        var requirements = RequirementCatalogue.Shipped;
        string Identifier(string named) => (requirements.Find(named) ?? requirements.FindByAssertion(named))?.Id ?? named;
        return
        [
            .. from it in services.Defects
               where patterns.Length == 0 || patterns.Any(pattern => CaseGlob.Matches(pattern, it.Key))
               select new PlantedDefect(it.Key, it.Value, Identifier(services.Breaks[it.Key])),
        ];
    }
}
