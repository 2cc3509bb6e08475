using System.CommandLine;
using Conformance.Migration;
using Conformance.Runner.Display;
using Conformance.Runner.Running;

namespace Conformance.Runner.Commands;

/// <summary><c>run</c>: carries out a profile and leaves <c>reports/RUN/</c>.</summary>
internal static class RunCommand
{
    public static Command Create(Services services, IReadOnlyList<string> arguments)
    {
        const string About = "Run a profile: migrate, verify, measure, and leave run.json, verdicts.json and report.html.";
        var command = new ExampleCommand("run", About, """
            ./run.sh run smoke
            ./run.sh run profiles/local-medium.yaml --seed 7 --out /tmp/run
            ./run.sh run smoke --only 'mediated-*' --set 'combinations.*.cycles=20'
            """);
        var profile = new ProfileArguments();
        var outFolder = new Option<string?>("--out")
        {
            Description = "The folder of this run's report; default reports/NAME-TIME.", HelpName = "DIR",
        };
        var defect = new Option<string?>("--defect")
        {
            Description = "Plant this bug in the simulated device; the run must then exit 1 (see list).", HelpName = "NAME",
        };
        profile.AddTo(command);
        command.Add(outFolder);
        command.Add(defect);
        command.SetAction(parsed =>
        {
            if (profile.Read(parsed, services, out var path) is not { } plan) return (int)ExitCode.Usage;
            var planted = parsed.GetValue(defect);
            if (planted is not null && !services.Defects.ContainsKey(planted))
            {
                var nearest = Nearest.To(planted, services.Defects.Keys);
                var hint = nearest is null ? "" : $"; the nearest is '{nearest}'";
                throw new UsageException($"--defect {planted}: there is no such defect{hint}");
            }

            var folder = RunFolder.Create(parsed.GetValue(outFolder), plan.Name, services);
            return (int)Run(new Session(plan, path, planted, arguments, folder), services);
        });
        return command;
    }

    private static ExitCode Run(Session session, Services services)
    {
        var record = session.Run(services);
        var page = session.Folder.Write(record);
        RunTable.Write(record, services);
        Failures.Write(record, services);
        services.Out.WriteLine(Failures.LastLine(record, page));
        return (ExitCode)record.ExitCode;
    }
}
