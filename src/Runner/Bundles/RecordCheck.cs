using System.Text;
using System.Text.Json;
using Conformance.Migration;
using Conformance.Runner.Running;
using Conformance.Suite;

namespace Conformance.Runner.Bundles;

/// <summary>What a run's files say, against what is made again of its journal: verdicts one by one, then each file byte by byte.</summary>
internal sealed class RecordCheck(RunRecord run, IReadOnlyDictionary<string, byte[]> files, JournalCheck journal, CaseCatalogue catalogue)
{
    private RunRecord? _again;
    private SortedDictionary<string, byte[]>? _forms;

    /// <summary>As the journal gives it.</summary>
    private RunRecord Again => _again ??= new Judgement
    {
        Plan = run.Plan,
        Environment = run.Environment,
        Defect = run.Defect,
        Cases = journal.Cases,
        Combinations = journal.Combinations,
        Waivers = WaiversOf(files),
        Expected = files.TryGetValue(RunFolder.ExpectationsFile, out var json) ? JsonSerializer.Deserialize(json, MigrationJson.Default.ExpectedResults) : null,
        Known = run.Plan.Cases is null ? [] : [.. catalogue.Cases.Select(it => it.Id).Union(run.Plan.Cases.Cases.Select(it => it.Id), StringComparer.Ordinal)],
        OwnSuite = run.Conformance is not null,
        Signal = run.Interrupted ? Signal() : null,
        Baseline = files.TryGetValue(RunFolder.BaselineFile, out var held) ? JsonSerializer.Deserialize(held, MigrationJson.Default.HeldBaseline) : null,
        Costs = journal.Costs,
    }.Record();

    /// <summary>Whoever is excused is so by a waiver that held on the day of the run.</summary>
    public string Waivers()
    {
        const int Shown = 8;
        const string Check = RunFolder.WaiversFile;
        var waivers = WaiversOf(files);
        var day = DateOnly.FromDateTime(run.Environment.Started.UtcDateTime);
        var excused = run.Cases.Where(it => it.Verdict == Verdict.Waived).ToList();
        foreach (var it in excused)
        {
            var named = waivers.Where(waiver => CaseGlob.Matches(waiver.Cases, it.Id)).ToList();
            if (named.Count == 0) throw new RefusedException(Check, $"{it.Id} is waived, and no waiver names it");
            if (named.TrueForAll(waiver => waiver.HasExpired(day)))
                throw new RefusedException(Check, $"{it.Id} is waived, and its waiver expired on {named[0].Expires}, before the run of {day:yyyy-MM-dd}");
        }

        // Whoever made the bundle wrote them: who reads it is to see what they excuse.
        var which = excused.Count == 0 ? "" : $": {string.Join(", ", excused.Take(Shown).Select(it => it.Id))}{(excused.Count > Shown ? $" and {excused.Count - Shown} more" : "")}";
        return $"{excused.Count} cases are waived, by waivers of the bundle's own that held on {day:yyyy-MM-dd}{which}";
    }

    /// <summary>Who claims that a device conforms has run all that is frozen as must-pass.</summary>
    public string MustPassed()
    {
        if (run.Conformance is not { } claim) return "the run makes no claim of conformance";
        var given = Again.Conformance!;
        if (claim.Claim == "conformant" && given.Claim != "conformant")
        {
            var first = given.NotRun.Concat(given.NotPassed).FirstOrDefault();
            var why = first is null ? given.Why : $"{given.Why}, the first {first}";
            throw new RefusedException(MustPass.FileName, $"the run claims that the device conforms, and does not show it: {why}");
        }

        return $"{claim}; {given.MustPass - given.NotRun.Count} of {given.MustPass} were run";
    }

    /// <summary>run.json, verdict by verdict and then whole.</summary>
    public string Record()
    {
        const string Check = RunForms.Run;
        Compare(Check, run.Cases.Select(it => (it.Id, it.Verdict)), Again.Cases.Select(it => (it.Id, it.Verdict)));
        Compare(Check, run.Combinations.Select(it => (it.Name, it.Verdict)), Again.Combinations.Select(it => (it.Name, it.Verdict)));
        foreach (var (said, given) in run.Cases.Zip(Again.Cases))
        {
            if (Text(said) != Text(given)) throw new RefusedException(Check, $"{said.Id} is not as the journal gives it");
        }

        foreach (var (said, given) in run.Combinations.Zip(Again.Combinations))
        {
            if (Text(said) != Text(given)) throw new RefusedException(Check, $"{said.Name}: its cycles or figures are not as the journal gives them");
        }

        if (!run.Costs.Select(Text).SequenceEqual(Again.Costs.Select(Text))) throw new RefusedException(Check, "what the suite itself costs is not as the journal gives it");
        if (run.Verdict != Again.Verdict)
            throw new RefusedException(Check, $"the run is said to be {Words.Of(run.Verdict)}, the journal gives {Words.Of(Again.Verdict)}");
        if (run.ExitCode != Again.ExitCode)
            throw new RefusedException(Check, $"its exit code is said to be {run.ExitCode}, the journal gives {Again.ExitCode}");
        Whole(Check);
        return $"{Words.Of(run.Verdict)}: every verdict and requirement is what the journal gives, every figure the one that stands there";
    }

    /// <summary>verdicts.json likewise.</summary>
    public string VerdictFile()
    {
        const string Check = RunForms.Verdicts;
        var told = JsonSerializer.Deserialize(files[Check], MigrationJson.Default.VerdictFile)!;
        Compare(Check, told.Cases.Select(it => (it.Id, it.Verdict)), Again.Cases.Select(it => (it.Id, it.Verdict)));
        Compare(Check, told.Combinations.Select(it => (it.Name, it.Verdict)), Again.Combinations.Select(it => (it.Name, it.Verdict)));
        Whole(Check);
        return "as the journal gives it";
    }

    /// <summary>What is made of the record alone, made again.</summary>
    public string Forms()
    {
        Whole(RunForms.Samples);
        Whole(RunForms.Page);
        // Pictures as SVG; a PNG is some converter's.
        List<string> pictures = [.. _forms!.Keys.Where(name => RunForms.IsForPeople(name) && name != RunForms.Page)];
        foreach (var name in pictures)
        {
            if (!files.ContainsKey(name)) throw new RefusedException(name, "it is missing; the journal gives it");
            Whole(name);
        }

        if (files.Keys.FirstOrDefault(name => RunForms.IsForPeople(name) && name.EndsWith(".svg", StringComparison.Ordinal) && !_forms.ContainsKey(name)) is { } other)
            throw new RefusedException(other, "the journal gives no such picture");
        // A converter's picture is judged by nobody, but it is of one that is.
        if (files.Keys.FirstOrDefault(name => RunForms.IsForPeople(name) && name != RunForms.Page && !_forms.ContainsKey(Path.ChangeExtension(name, ".svg"))) is { } stray)
            throw new RefusedException(stray, "the journal gives no such picture");
        return $"{RunForms.Samples}, {RunForms.Page} and {pictures.Count} pictures are made again, byte by byte";
    }

    /// <summary>What was kept of the device cannot be made again, but it is of what was run.</summary>
    public string Evidence()
    {
        var kept = files.Keys.Where(RunFolder.IsEvidence).ToList();
        return kept.Find(name => !RunFolder.IsEvidenceOf(run, name)) is { } stray
            ? throw new RefusedException(stray, "it is of no case or combination of the run")
            : $"{kept.Count} states, traces and records of failures are of cases and combinations of the run; their content stands for itself";
    }

    /// <summary>manifest.json.</summary>
    public string Manifest()
    {
        if (FirstDifference(files[BundleFiles.Manifest], BundleManifest.Of(run).ToBytes()) is { } place)
            throw new RefusedException(BundleFiles.Manifest, $"it is not what {RunForms.Run} says: {place}");
        return $"suite {run.Environment.Commit ?? "of an unknown commit"}, profile {run.Plan.Name}, seed {run.Plan.Seed}, {run.Figures}";
    }

    private static IReadOnlyList<Waiver> WaiversOf(IReadOnlyDictionary<string, byte[]> files)
    {
        var (waivers, errors) = WaiverFile.Read(Encoding.UTF8.GetString(files[RunFolder.WaiversFile]), RunFolder.WaiversFile);
        return errors.Count == 0 ? waivers : throw new RefusedException(RunFolder.WaiversFile, $"{errors[0]}");
    }

    private ExitCode Signal() => (ExitCode)run.ExitCode is ExitCode.Interrupted or ExitCode.Terminated
        ? (ExitCode)run.ExitCode
        : throw new RefusedException(RunForms.Run, $"the run is said to have been interrupted, and to have exited with {run.ExitCode}");

    private static void Compare(string check, IEnumerable<(string Name, Verdict Verdict)> told, IEnumerable<(string Name, Verdict Verdict)> given)
    {
        var (said, known) = (told.ToList(), given.ToList());
        foreach (var (name, verdict) in known)
        {
            var found = said.FindIndex(it => it.Name == name);
            if (found < 0) throw new RefusedException(check, $"{name} is missing; the journal has it");
            if (said[found].Verdict != verdict)
                throw new RefusedException(check, $"{name} is said to be {Words.Of(said[found].Verdict)}, the journal gives {Words.Of(verdict)}");
        }

        if (said.Find(it => !known.Exists(one => one.Name == it.Name)) is { Name: { } extra })
            throw new RefusedException(check, $"{extra} is told of, and is not in the journal");
    }

    private void Whole(string name)
    {
        if (FirstDifference(files[name], (_forms ??= RunForms.Of(Again))[name]) is { } place)
        {
            var suite = run.Environment.Commit ?? "of an unknown commit";
            throw new RefusedException(name, $"it is not what this suite makes of the journal: {place} (the run is of suite {suite})");
        }
    }

    /// <summary>Null where both are the same.</summary>
    private static string? FirstDifference(byte[] told, byte[] given)
    {
        const int longest = 60;
        if (told.AsSpan().SequenceEqual(given)) return null;
        var (left, right) = (Encoding.UTF8.GetString(told).Split('\n'), Encoding.UTF8.GetString(given).Split('\n'));
        var at = left.Zip(right).TakeWhile(it => it.First == it.Second).Count();
        string Line(string[] lines) => at < lines.Length ? $"'{lines[at].Trim()[..Math.Min(longest, lines[at].Trim().Length)]}'" : "its end";
        return $"line {at + 1} is {Line(left)}, and should be {Line(right)}";
    }

    private static string Text(CaseRecord it) => JsonSerializer.Serialize(it, MigrationJson.Line.CaseRecord);

    private static string Text(SuiteCostRecord it) => JsonSerializer.Serialize(it, MigrationJson.Line.SuiteCostRecord);

    private static string Text(CombinationRecord it) => JsonSerializer.Serialize(it, MigrationJson.Line.CombinationRecord);
}
