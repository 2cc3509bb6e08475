using System.CommandLine;
using System.Text.Json;
using Conformance.Migration;
using Conformance.Report;
using Conformance.Runner.Running;
using Conformance.Suite;

namespace Conformance.Runner.Commands;

/// <summary>The words of <c>run</c>, for those who carry it out here and for those who have it carried out elsewhere.</summary>
internal sealed class RunArguments
{
    private readonly ProfileArguments _profile = new();

    private readonly Option<string?> _out = new("--out")
    {
        Description = "The folder of this run's report; default reports/NAME-TIME.", HelpName = "DIR",
    };

    private readonly Option<string?> _defect = new("--defect")
    {
        Description = "Plant this bug in the simulated device; the run must then exit 1 (see list).", HelpName = "NAME",
    };

    private readonly Option<int?> _repeat = new("--repeat") { Description = "Run each case so often, with other random numbers each time.", HelpName = "N" };

    private readonly Option<bool> _untilFail = new("--until-fail") { Description = "Run the cases again and again until one fails, or --repeat times." };

    private readonly Option<string?> _resume = new("--resume") { Description = "Go on with a run that was ended before its end, in its folder.", HelpName = "RUN" };

    private readonly Option<string?> _rerun = new("--rerun-failed") { Description = "Run what failed in an earlier run, and only that.", HelpName = "RUN" };

    private readonly Option<string?> _waivers = CreateWaivers();

    private readonly Option<string?> _expect = new("--expect")
    {
        Description = "The expected.json of an earlier run: what is as it says is no failure, and what is better is one.", HelpName = "FILE",
    };

    private readonly Option<string?> _baseline = new("--baseline")
    {
        Description = "Figures that must be reached exactly, made by baseline set; default what the profile says (gates.baseline).", HelpName = "FILE",
    };

    private readonly Option<bool> _trace = new("--trace")
    {
        Description = "Write every command, register access, DMA and interrupt of each case and combination to traces/ (see inspect).",
    };

    private readonly Option<bool> _bare = new("--bare")
    {
        Description = "Leave run.json and the journal only, and do not measure the suite's own cost: for who starts many runs (see compare --ab).",
    };

    private readonly Option<int?> _jobs = new("--jobs")
    {
        Description = "Processes that run cases at once; default two where there are cores and cases for them.", HelpName = "N",
    };

    private readonly Option<string[]> _allowDataLoss = CreateAllowDataLoss();

    public static Option<string[]> CreateAllowDataLoss() => new("--allow-data-loss")
    {
        Description = "Real devices only: what is on the device of this serial number may be lost.", HelpName = "SERIAL",
    };

    public static Option<string?> CreateWaivers() => new("--waivers")
    {
        Description = "Failures that are known and excused; default suites/Conformance/waivers.yaml.", HelpName = "FILE",
    };

    public void AddTo(Command command)
    {
        _profile.AddTo(command, needsProfile: false);
        foreach (var option in (Option[])[_allowDataLoss, _out, _defect, _repeat, _untilFail, _resume, _rerun, _waivers, _expect, _baseline, _trace, _bare, _jobs])
            command.Add(option);
    }

    /// <summary>What they ask.</summary>
    /// <param name="parsed">The words.</param>
    /// <param name="arguments">The same as the user typed them.</param>
    /// <param name="services">Where it is told what is wrong.</param>
    /// <returns>The request; or null, which was told, and what the program then ends with.</returns>
    /// <exception cref="UsageException">They ask what cannot be.</exception>
    public (RunRequest? Request, ExitCode Otherwise) Read(ParseResult parsed, IReadOnlyList<string> arguments, Services services)
    {
        var resumed = parsed.GetValue(_resume);
        var (asked, seed, earlier) = Asked(parsed, resumed, parsed.GetValue(_rerun), services);
        if (asked is not { } header)
        {
            services.Error.WriteLine($"nothing failed in {parsed.GetValue(_rerun)}, so nothing ran");
            return (null, ExitCode.Inconclusive);
        }

        if (resumed is null && parsed.GetValue(_defect) is { } planted) header = header with { Defect = Known(planted, services) };
        if (parsed.GetValue(_repeat) is { } times) header = header with { Repeat = times };
        var excused = Waivers(parsed.GetValue(_waivers), services);
        var expected = Expected(parsed.GetValue(_expect));
        var suite = _profile.Suite(parsed);
        if (excused is not { } waived || ProfileArguments.Read(header, seed, suite, services) is not { } plan) return (null, ExitCode.Usage);
        if (resumed is not null && plan.ProfileHash != header.ProfileHash)
            throw new UsageException($"--resume {resumed}: {header.ProfilePath} is no longer the profile of that run");
        if (plan.Combinations.Count == 0 && plan.Cases is not { Cases.Count: > 0 })
        {
            services.Error.WriteLine("nothing was selected, so nothing ran");
            return (null, ExitCode.Inconclusive);
        }

        return (
            new RunRequest
            {
                Errand = new Errand
                {
                    Plan = plan,
                    Header = header,
                    Arguments = arguments,
                    AllowDataLoss = parsed.GetValue(_allowDataLoss) ?? [],
                    Jobs = parsed.GetValue(_jobs),
                    UntilFail = parsed.GetValue(_untilFail),
                    Trace = parsed.GetValue(_trace),
                    IsBare = parsed.GetValue(_bare),
                },
                Waivers = waived,
                Expected = expected,
                Out = parsed.GetValue(_out),
                Resumed = resumed,
                Earlier = earlier,
                Baseline = parsed.GetValue(_baseline),
                Suite = suite,
            },
            ExitCode.Conformant);
    }

    /// <summary>What is to be run: as the words say, as an interrupted run was told, or what failed in an earlier one.</summary>
    private (RunHeader? Header, ulong? Seed, IReadOnlyList<JournalLine> Earlier) Asked(
        ParseResult parsed, string? resume, string? rerun, Services services)
    {
        var named = _profile.Asked(parsed, services);
        if (resume is null && rerun is null)
            return named is null ? throw new UsageException("a profile is needed: a path, or a name that list shows") : (named, _profile.Seed(parsed), []);
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
}
