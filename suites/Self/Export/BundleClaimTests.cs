using System.Text;
using System.Text.Json;
using Conformance.Migration;
using Conformance.Runner;
using Conformance.Runner.Bundles;
using Conformance.Runner.Running;
using Conformance.Suite;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>
/// What a bundle claims of a device, and what excuses it. The run that claims is made by hand, an observation for each requirement of each must-pass
/// case: that such a run can be invented shows what a bundle does not prove.
/// </summary>
[TestFixture]
internal sealed class BundleClaimTests
{
    private const string Waivers = """
        waivers:
          - cases: suspend/What_was_fetched*
            reason: it is known
            link: https://example.org/issue/1
            owner: a person
            expires: 2025-01-31

        """;

    private readonly CaseCatalogue _catalogue = CaseCatalogue.Load();

    [Test]
    public void AClaimOfConformanceIsVerifiedWhereAllMustPassCasesRan()
    {
        var (run, lines) = Claim(MustPass.Frozen);
        Assert.That(run.Conformance!.Claim, Is.EqualTo("conformant"));
        Assert.That(Verify(run, lines), Is.EqualTo($"must-pass: conformant; {MustPass.Frozen.Count} of {MustPass.Frozen.Count} were run"));
    }

    [Test]
    public void AClaimWithOneMustPassCaseRemovedEverywhereIsRefused()
    {
        var (whole, _) = Claim(MustPass.Frozen);
        var removed = MustPass.Frozen[17];
        // Plan, its hash in the journal, journal, record and all that is made of it agree; only the claim is left as it was.
        var (run, lines) = Claim([.. MustPass.Frozen.Where(it => it != removed)]);
        Assert.That(run.Conformance!.Claim, Is.EqualTo("not judged"));
        Assert.That(
            Verify(run with { Conformance = whole.Conformance }, lines),
            Is.EqualTo($"mustpass.txt: the run claims that the device conforms, and does not show it: 1 of {MustPass.Frozen.Count} must-pass cases were not run, the first {removed}"));
    }

    [Test]
    public void AClaimOfACaseThatLookedAtLessThanItMustIsRefused()
    {
        var id = MustPass.Frozen[17];
        var (run, lines) = Claim(MustPass.Frozen);
        var less = lines.Select(line => line.Case?.Id == id ? line with { Case = line.Case with { Covers = [] } } : line).ToList();
        Assert.That(Verify(run, less),
            Does.Match($"^journal.jsonl:\\d+: {System.Text.RegularExpressions.Regex.Escape(id)} is to look at .+, and is said to look at $"));
    }

    [Test]
    public void AWaiverMustHaveHeldOnTheDayOfTheRun()
    {
        using var bench = new TestBench();
        using var run = new BundleBench("--defect", "lost-write", "--waivers", bench.Write("waivers.yaml", Waivers), "--skip", BundleBench.Combination);
        Assert.That(run.Code, Is.EqualTo(ExitCode.Conformant));
        Assert.That(run.Verify(_ => { }), Is.EqualTo((ExitCode.Conformant, "verified")));
        Assert.That(
            run.Verify(files => BundleBench.Replace(files, "waivers.yaml", "2025-01-31", "2025-01-01")).Last,
            Is.EqualTo($"refused: waivers.yaml: {BundleBench.Failing} is waived, and its waiver expired on 2025-01-01, before the run of 2025-01-02"));
        Assert.That(
            run.Verify(files => files["waivers.yaml"] = "waivers: []\n"u8.ToArray()).Last,
            Is.EqualTo($"refused: waivers.yaml: {BundleBench.Failing} is waived, and no waiver names it"));
        Assert.That(run.Verify(files => BundleBench.Replace(files, "waivers.yaml", "link:", "lnk:")).Last,
            Does.StartWith("refused: waivers.yaml: waivers.yaml:"));
    }

    [Test]
    public void ARunWasHeldAgainstWhatItWasExpectedToShow()
    {
        using var bench = new TestBench();
        var expected = bench.Write("expected.json", $$"""{ "profile": "small", "cases": { "{{BundleBench.Failing}}": "fail" }, "combinations": {} }""");
        using var run = new BundleBench("--defect", "lost-write", "--expect", expected, "--skip", BundleBench.Combination);
        Assert.That(run.Code, Is.EqualTo(ExitCode.Conformant));
        Assert.That(run.Verify(_ => { }), Is.EqualTo((ExitCode.Conformant, "verified")));
        Assert.That(run.Verify(files => files.Remove("expectations.json")).Last,
            Is.EqualTo("refused: run.json: its exit code is said to be 0, the journal gives 1"));
    }

    [Test]
    public void ARunThatWasKilledAndGoneOnWithVerifiesWithMoreRepetitionsToo()
    {
        using var run = new BundleBench("--skip", BundleBench.Combination);
        var journal = Path.Combine(run.Folder, "journal.jsonl");
        var lines = File.ReadAllLines(journal);
        File.WriteAllText(journal, $"{string.Join('\n', lines[..2])}\n{lines[2][..40]}");
        Assert.That(run.Bench.Run("run", "--resume", run.Folder, "--jobs", "1", "--repeat", "2"), Is.EqualTo(ExitCode.Conformant));
        Assert.That(RunJournal.Read(run.Folder).Header.Repeat, Is.EqualTo(2));
        Assert.That(run.Bench.Run("bundle", run.Folder, "--out", run.Bench.PathOf("b.zip")), Is.EqualTo(ExitCode.Conformant));
        Assert.That(run.Bench.Run("verify", run.Bench.PathOf("b.zip")), Is.EqualTo(ExitCode.Conformant), run.Bench.Out);
        Assert.That(run.Bench.Out, Does.Match("journal +4 runs of cases .*, 1 lines were cut off\n"));
    }

    [Test]
    public void ARepetitionThatIsTakenAwayIsMissed()
    {
        using var run = new BundleBench("--skip", BundleBench.Combination, "--repeat", "2");
        var told = run.Verify(files => BundleBench.Journal(files, line => line.Case is { Id: BundleBench.Passing, Repetition: 2 } ? null : line));
        Assert.That(told.Last, Is.EqualTo($"refused: journal.jsonl: {BundleBench.Passing} is planned and missing: repetition 2 of 2"));
        told = run.Verify(files => BundleBench.Journal(files, line => line.Case is { Id: BundleBench.Passing } it ? line with { Case = it with { Repetition = 1 } } : line));
        Assert.That(told.Last, Is.EqualTo($"refused: journal.jsonl: {BundleBench.Passing} has repetition 1 twice"));
    }

    /// <summary>A run of these cases, each observation as it should be.</summary>
    private (RunRecord Run, IReadOnlyList<JournalLine> Lines) Claim(IReadOnlyList<string> ids)
    {
        using var bench = new TestBench();
        var profile = ProfileFile.Load(bench.Write("profiles/claim.yaml", "device: { sim: {} }\ncases: {}\n"), [], () => _catalogue.Cases.Select(it => it.Name)).Profile!;
        var plan = Plan.Of(profile, () => _catalogue.Cases.Select(it => it.Name));
        plan = plan with { Cases = plan.Cases! with { Cases = [.. plan.Cases.Cases.Where(it => ids.Contains(it.Id))] } };
        var header = new RunHeader
        {
            ProfilePath = "claim.yaml", ProfileHash = plan.ProfileHash, Seed = plan.Seed, Set = [], Only = [], Skip = [], Defect = null, PlanHash = plan.Hash(),
        };
        var cases = plan.Cases.Cases.Select(it => Good(_catalogue.Find(it.Id)!)).ToList();
        var record = new Judgement
        {
            Plan = plan, Environment = SampleRun.Whole().Environment, Defect = null, Cases = cases, Combinations = [], Known = [.. _catalogue.Cases.Select(it => it.Id)],
        }.Record();
        return (record, [new JournalLine { Run = header }, .. cases.Select(it => new JournalLine { Case = it, Observations = JournalLine.TextOf(it.Journal) })]);
    }

    private static CaseRecord Good(CaseInfo info)
    {
        var journal = new Journal();
        foreach (var id in info.Covers) journal.Add(new Observation(null, null, id, "here", "1", Relation.Same, "1", Verdict.Fail, null));
        return CaseRecord.Judge(info.Id, "sim", info.Covers, journal, stop: null) with { Identity = new DeviceIdentity(0x1DE5, "invented", "1") };
    }

    /// <summary>Why the bundle of a run and its journal is refused, or what it says of must-pass.</summary>
    private string Verify(RunRecord run, IReadOnlyList<JournalLine> lines)
    {
        var files = new SortedDictionary<string, byte[]>(RunForms.Of(run).Where(it => BundleFiles.IsKnown(it.Key)).ToDictionary(), StringComparer.Ordinal)
        {
            [RunFolder.WaiversFile] = Encoding.UTF8.GetBytes(WaiverFile.ShippedText),
            [BundleFiles.Manifest] = BundleManifest.Of(run).ToBytes(),
            [RunJournal.FileName] = Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => JsonSerializer.Serialize(line, MigrationJson.Line.JournalLine) + "\n"))),
        };
        BundleWriter.Seal(files, key: null);
        var told = new List<string>();
        try
        {
            Verifier.Verify(files, key: null, _catalogue, (name, what) => told.Add($"{name}: {what}"));
        }
        catch (RefusedException e)
        {
            return e.Message;
        }

        return told.Find(line => line.StartsWith("must-pass: ", StringComparison.Ordinal))!;
    }
}
