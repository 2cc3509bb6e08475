using System.CommandLine;
using System.Text.Json;
using Conformance.Migration;
using Conformance.Report;
using Conformance.Runner.Display;
using Conformance.Runner.Real;
using Conformance.Runner.Running;
using Conformance.Suite;

namespace Conformance.Runner.Commands;

/// <summary><c>run</c>: carries out a profile and leaves <c>reports/RUN/</c>.</summary>
internal static class RunCommand
{
    /// <summary>Of a run whose record another process makes something of.</summary>
    public const string RecordOption = "--record";

    public const string BareOption = "--bare";

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
        var profile = new ProfileArguments();
        var outFolder = new Option<string?>("--out")
        {
            Description = "The folder of this run's report; default reports/NAME-TIME.", HelpName = "DIR",
        };
        var defect = new Option<string?>("--defect")
        {
            Description = "Plant this bug in the simulated device; the run must then exit 1 (see list).", HelpName = "NAME",
        };
        var repeat = new Option<int?>("--repeat") { Description = "Run each case so often, with other random numbers each time.", HelpName = "N" };
        var untilFail = new Option<bool>("--until-fail") { Description = "Run the cases again and again until one fails, or --repeat times." };
        var resume = new Option<string?>("--resume") { Description = "Go on with a run that was ended before its end, in its folder.", HelpName = "RUN" };
        var rerun = new Option<string?>("--rerun-failed") { Description = "Run what failed in an earlier run, and only that.", HelpName = "RUN" };
        var waivers = new Option<string?>("--waivers") { Description = "Failures that are known and excused; default suites/Conformance/waivers.yaml.", HelpName = "FILE" };
        var expect = new Option<string?>("--expect")
        {
            Description = "The expected.json of an earlier run: what is as it says is no failure, and what is better is one.", HelpName = "FILE",
        };
        var baseline = new Option<string?>("--baseline")
        {
            Description = "Figures that must be reached exactly, made by baseline set; default what the profile says (gates.baseline).", HelpName = "FILE",
        };
        var trace = new Option<bool>("--trace") { Description = "Write every command, register access, DMA and interrupt of each case and combination to traces/ (see inspect)." };
        var bare = new Option<bool>(BareOption)
        {
            Description = "Leave run.json and the journal only, and do not measure the suite's own cost: for who starts many runs (see compare --ab).",
        };
        var left = new Option<bool>(RecordOption) { Description = "Leave the record to whoever started this, who makes all else of it and tells it.", Hidden = true };
        var jobs = new Option<int?>("--jobs") { Description = "Processes that run cases at once; default two where there are cores and cases for them.", HelpName = "N" };
        var allowDataLoss = new Option<string[]>("--allow-data-loss")
        {
            Description = "Real devices only: what is on the device of this serial number may be lost.", HelpName = "SERIAL",
        };
        profile.AddTo(command, needsProfile: false);
        foreach (var option in (Option[])[allowDataLoss, outFolder, defect, repeat, untilFail, resume, rerun, waivers, expect, baseline, trace, bare, left, jobs]) command.Add(option);
        command.SetAction(parsed =>
        {
            var resumed = parsed.GetValue(resume);
            var (asked, seed, earlier) = Asked(profile, parsed, resumed, parsed.GetValue(rerun), services);
            if (asked is not { } header)
            {
                services.Error.WriteLine($"nothing failed in {parsed.GetValue(rerun)}, so nothing ran");
                return (int)ExitCode.Inconclusive;
            }

            if (resumed is null && parsed.GetValue(defect) is { } planted) header = header with { Defect = Known(planted, services) };
            if (parsed.GetValue(repeat) is { } times) header = header with { Repeat = times };
            var excused = Waivers(parsed.GetValue(waivers), services);
            var expected = Expected(parsed.GetValue(expect));
            if (excused is not { } waived || ProfileArguments.Read(header, seed, profile.Suite(parsed), services) is not { } plan) return (int)ExitCode.Usage;
            if (resumed is not null && plan.ProfileHash != header.ProfileHash)
                throw new UsageException($"--resume {resumed}: {header.ProfilePath} is no longer the profile of that run");
            if (plan.Combinations.Count == 0 && plan.Cases is not { Cases.Count: > 0 })
            {
                services.Error.WriteLine("nothing was selected, so nothing ran");
                return (int)ExitCode.Inconclusive;
            }

            // From the first change to the last that is taken back nothing ends this process but its own end.
            using var signals = plan.Real is null && plan.Mediated is null ? null : new HeldSignals(services.Error);
            var own = signals is null || services.Signals is not null ? services : services with { Signals = signals.Listen };
            using var real = RealSession.Begin(plan, parsed.GetValue(allowDataLoss) ?? [], own);
            plan = real?.Plan ?? plan;
            var planHash = plan.Hash();
            var folder = resumed is null ? RunFolder.Create(parsed.GetValue(outFolder), plan.Name, services) : RunFolder.Existing(resumed);
            var held = BaselineFile.Of(parsed.GetValue(baseline), plan, services);
            var options = new SessionOptions
            {
                Header = header with { ProfileHash = plan.ProfileHash, Seed = plan.Seed, PlanHash = planHash },
                HeaderIsKept = resumed is not null && header.PlanHash == planHash,
                Arguments = arguments,
                Suite = profile.Suite(parsed),
                // A function is one process's at a time.
                Jobs = real is null ? Math.Max(1, parsed.GetValue(jobs) ?? Processes(plan.Cases)) : 1,
                UntilFail = parsed.GetValue(untilFail),
                Waivers = waived.List,
                Trace = parsed.GetValue(trace),
                Expected = expected,
                Baseline = held,
                Earlier = earlier,
                IsBare = parsed.GetValue(bare),
                IsLeft = parsed.GetValue(left),
            };
            folder.KeepAsked(waived.Text, expected, held);
            var code = Run(new Session(plan, options, folder), real?.Services ?? services);
            return (int)(real?.GiveBack() == false ? ExitCode.HarnessFailed : code);
        });
        return command;
    }

    /// <summary>A second process is worth its start only where there is much to do.</summary>
    private static int Processes(CasePlan? plan)
    {
        const int few = 40;
        return (long)(plan?.Cases.Count ?? 0) * (plan?.Repeat ?? 0) <= few ? 1 : Math.Min(Environment.ProcessorCount, 2);
    }

    /// <summary>What is to be run: as the words say, as an interrupted run was told, or what failed in an earlier one.</summary>
    private static (RunHeader? Header, ulong? Seed, IReadOnlyList<JournalLine> Earlier) Asked(
        ProfileArguments profile, ParseResult parsed, string? resume, string? rerun, Services services)
    {
        var named = profile.Asked(parsed, services);
        if (resume is null && rerun is null)
            return named is null ? throw new UsageException("a profile is needed: a path, or a name that list shows") : (named, profile.Seed(parsed), []);
        var option = resume is null ? "--rerun-failed" : "--resume";
        if (named is not null) throw new UsageException($"{option} knows its profile; leave PROFILE out");
        if (resume is not null && rerun is not null) throw new UsageException("--resume goes on with a run, --rerun-failed begins one; take one of them");
        var (header, lines) = RunJournal.Read(resume ?? rerun!);
        if (resume is not null) return (header, header.Seed, lines);
        // Of a run without a failure nothing is run again; without a name in the list, all would be.
        var failed = lines.Select(Failed).OfType<string>().Distinct().ToList();
        return (failed.Count == 0 ? null : header with { Only = failed, Skip = [] }, header.Seed, []);
    }

    /// <summary>Null where the file is wrong, which has then been told.</summary>
    private static (string Text, IReadOnlyList<Waiver> List)? Waivers(string? path, Services services)
    {
        if (path is null) return (WaiverFile.ShippedText, WaiverFile.Shipped);
        var text = TextOf("--waivers", path);
        var (waivers, errors) = WaiverFile.Read(text, path);
        foreach (var error in errors) services.Error.WriteLine(error);
        return errors.Count == 0 ? (text, waivers) : null;
    }

    private static ExpectedResults? Expected(string? path)
    {
        if (path is null) return null;
        try
        {
            return JsonSerializer.Deserialize(TextOf("--expect", path), MigrationJson.Default.ExpectedResults);
        }
        catch (JsonException)
        {
            throw new UsageException($"--expect {path}: not the expected.json of a run");
        }
    }

    private static string TextOf(string option, string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{option} {path}: {(e is FileNotFoundException or DirectoryNotFoundException ? "no such file" : e.Message)}");
        }
    }

    private static string? Failed(JournalLine line) => line switch
    {
        { Case: { } it } when FailureText.Counts(it.Verdict) => it.Id,
        { Combination: { } it } when FailureText.Counts(it.Verdict) || it.UnexpectedPass || it.GatesBroken.Count > 0 => it.Name,
        _ => null,
    };

    private static string Known(string defect, Services services)
    {
        if (services.Defects.ContainsKey(defect)) return defect;
        var hint = Nearest.To(defect, services.Defects.Keys) is { } nearest ? $"; the nearest is '{nearest}'" : "";
        throw new UsageException($"--defect {defect}: there is no such defect{hint}");
    }

    private static ExitCode Run(Session session, Services services)
    {
        var record = session.Run(services);
        if (session.IsBare)
        {
            services.Out.WriteLine(Failures.LastLine(record, session.Folder.WriteRecord(record), session.IsHeldToExpected));
            return (ExitCode)record.ExitCode;
        }

        if (session.IsLeft) session.Folder.WriteRecord(record);
        else Tell(record, session.Folder, session.IsHeldToExpected, services);
        return (ExitCode)record.ExitCode;
    }

    /// <summary>Writes a record in all its forms, and tells a person what came out.</summary>
    public static void Tell(RunRecord record, RunFolder folder, bool isHeldToExpected, Services services)
    {
        var page = folder.Write(record);
        CaseTable.Write(record, services);
        RunTable.Write(record, services);
        Failures.Write(record, services);
        GitHubActions.Write(record, services);
        services.Out.WriteLine(Failures.LastLine(record, page, isHeldToExpected));
    }
}
