using System.CommandLine;
using Conformance.Migration;
using Conformance.Runner.Display;
using Conformance.Runner.Real;
using Conformance.Runner.Running;

namespace Conformance.Runner.Commands;

/// <summary><c>run</c>: carries out a profile and leaves <c>reports/RUN/</c>.</summary>
internal static class RunCommand
{
    public static Command Create(Services services, IReadOnlyList<string> arguments)
    {
        const string About = "Run a profile: cases, migrations, measurements; leaves run.json, verdicts.json, journal.jsonl, report.html and plots.";
        var command = new ExampleCommand("run", About, """
            ./run.sh run smoke
            ./run.sh run conformance --only 'suspend/*' --skip '*silence*'
            ./run.sh run profiles/local-medium.yaml --seed 7 --out /tmp/run
            ./run.sh run smoke --only 'mediated-*' --set 'combinations.*.cycles=20'
            ./run.sh run conformance --repeat 100 --until-fail
            ./run.sh run --resume reports/conformance-20250102-030405
            ./run.sh run conformance --expect known/expected.json --waivers known/waivers.yaml
            ./run.sh run --rerun-failed reports/conformance-20250102-030405
            """);
        var words = new RunArguments();
        words.AddTo(command);
        command.SetAction(parsed =>
        {
            var (asked, otherwise) = words.Read(parsed, arguments, services);
            if (asked is not { } request) return (int)otherwise;
            var errand = request.Errand;
            using var signals = HeldSignals.During(errand.Plan, services);
            using var real = RealSession.Begin(errand.Plan, errand.AllowDataLoss, signals?.In(services) ?? services);
            var plan = real?.Plan ?? errand.Plan;
            var folder = request.Resumed is { } resumed ? RunFolder.Existing(resumed) : RunFolder.Create(request.Out, plan.Name, services);
            var session = request.Session(plan, folder, services);
            var carried = session.Carry(real?.Services ?? services);
            var code = Conclude(session, carried, SuiteBuild.Of(services), services);
            return (int)(real?.GiveBack() == false ? ExitCode.HarnessFailed : code);
        });
        return command;
    }

    /// <summary>Judges what was carried out, leaves the report and tells it.</summary>
    /// <param name="session">Has what was shown.</param>
    /// <param name="carried">How it was.</param>
    /// <param name="suite">That ran it.</param>
    /// <param name="services">Where it is told.</param>
    public static ExitCode Conclude(Session session, Carried carried, SuiteBuild suite, Services services)
    {
        var record = session.Judge(carried with { Environment = suite.In(carried.Environment) }, services);
        var page = session.IsBare ? session.Folder.WriteRecord(record) : session.Folder.Write(record);
        if (!session.IsBare)
        {
            CaseTable.Write(record, services);
            RunTable.Write(record, services);
            Failures.Write(record, services);
            GitHubActions.Write(record, services);
        }

        services.Out.WriteLine(Failures.LastLine(record, page, session.IsHeldToExpected));
        return (ExitCode)record.ExitCode;
    }
}
