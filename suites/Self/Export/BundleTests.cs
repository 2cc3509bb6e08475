using System.IO.Compression;
using System.Security.Cryptography;
using Conformance.Migration;
using Conformance.Runner;
using Conformance.Runner.Bundles;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>
/// Bundles of a small real run on a device with a planted bug: as it was made it verifies, and whatever is changed of it is refused with what and where.
/// What nobody can find out without a signature, a run that is invented from its first observation to its last, is not claimed.
/// </summary>
[TestFixture]
internal sealed class BundleTests
{
    private BundleBench _run = null!;

    [OneTimeSetUp]
    public void Run() => _run = new BundleBench("--defect", "lost-write");

    [OneTimeTearDown]
    public void Close() => _run.Dispose();

    [Test]
    public void ABundleIsVerifiedAsItWasMadeWhateverTheRunShowed()
    {
        Assert.That(_run.Code, Is.EqualTo(ExitCode.NonConformant));
        var path = _run.Bench.PathOf("a.zip");
        Assert.That(_run.Bench.Run("bundle", _run.Folder, "--out", path), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_run.Bench.Run("verify", path), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_run.Bench.Out, Does.EndWith("\nverified\n").And.Match("\njournal +2 runs of cases and 1 combinations are judged again from [1-9]"));
        Assert.That(_run.Files.Keys, Does.Contain("SHA256SUMS").And.Contain("manifest.json").And.Contain("failures/suspend.What_was_fetched_is_complete_when_the_suspend_is.60..1.txt"));
    }

    [Test]
    public void TheSameFolderGivesTheSameBytes()
    {
        var bytes = BundleWriter.Write(_run.Folder, key: null);
        var named = _run.Bench.PathOf("named.zip");
        Assert.That(_run.Bench.Run("bundle", Path.Combine(_run.Folder, "report.html"), "--out", named), Is.EqualTo(ExitCode.Conformant));
        Assert.That(File.ReadAllBytes(named), Is.EqualTo(bytes));
        Assert.That(_run.Bench.Run("bundle", _run.Folder), Is.EqualTo(ExitCode.Conformant));
        Assert.That(File.ReadAllBytes($"{_run.Folder}.zip"), Is.EqualTo(bytes), "beside the folder where nothing else is said");
    }

    [Test]
    public void OneByteChangedInAnyFileIsRefusedByName()
    {
        Assert.That(_run.Files, Has.Count.GreaterThan(8));
        foreach (var name in _run.Files.Keys.Where(name => name != BundleFiles.Sums))
        {
            var told = _run.Verify(files => files[name] = [.. files[name][..^1], (byte)(files[name][^1] ^ 1)], seal: false);
            Assert.That(told, Is.EqualTo((ExitCode.NonConformant, $"refused: hashes: {name} is not as SHA256SUMS lists it: it was changed")));
        }
    }

    [Test]
    public void AFileThatIsExtraOrMissingIsRefusedByName()
    {
        Assert.That(_run.Verify(files => files["failures/more.txt"] = [1], seal: false).Last,
            Is.EqualTo("refused: hashes: failures/more.txt is extra: SHA256SUMS does not list it"));
        Assert.That(_run.Verify(files => files["notes.txt"] = [1]).Last, Is.EqualTo("refused: container: 'notes.txt' is no file of a bundle"));
        Assert.That(_run.Verify(files => files.Remove("samples.csv"), seal: false).Last,
            Is.EqualTo("refused: hashes: samples.csv is listed in SHA256SUMS and missing"));
        Assert.That(_run.Verify(files => files.Remove("samples.csv")).Last, Is.EqualTo("refused: hashes: samples.csv is missing"));
        Assert.That(_run.Verify(files => files.Remove("SHA256SUMS"), seal: false).Last, Is.EqualTo("refused: hashes: SHA256SUMS is missing"));
        Assert.That(_run.Verify(files => files["SHA256SUMS"] = [.. files["SHA256SUMS"], (byte)'\n'], seal: false).Last,
            Does.StartWith("refused: hashes: SHA256SUMS"));
    }

    [TestCase("run.json", "refused: run.json: suspend/With_DUDMQ_the_queue_is_gone(True) is said to be warn, the journal gives pass")]
    [TestCase("verdicts.json", "refused: verdicts.json: suspend/With_DUDMQ_the_queue_is_gone(True) is said to be warn, the journal gives pass")]
    public void AnEditedVerdictIsRefusedAlsoWithItsSumMadeAgain(string name, string reason)
    {
        var told = _run.Verify(files => Edit(files, name, BundleBench.Passing, Verdict.Warn));
        Assert.That(told, Is.EqualTo((ExitCode.NonConformant, reason)));
    }

    [Test]
    public void AVerdictThatIsEditedEverywhereIsNotWhatWasObserved()
    {
        var told = _run.Verify(files =>
        {
            BundleBench.Journal(files, line => line.Case?.Id == BundleBench.Failing ? line with { Case = line.Case with { Verdict = Verdict.Pass } } : line);
            BundleBench.Record(files, run => run with { Cases = [.. run.Cases.Select(it => it.Id == BundleBench.Failing ? it with { Verdict = Verdict.Pass } : it)] });
        });
        Assert.That(told.Last, Does.Match(@"^refused: journal\.jsonl:\d+: suspend/What_was_fetched.*\(60\) is said to be pass, its observations give fail$"));
    }

    [Test]
    public void AFailureThatIsMadeAnEndOfItsCaseIsNotWhatWasObserved()
    {
        var told = _run.Verify(files => BundleBench.Journal(files, line => line.Case?.Id == BundleBench.Failing
            ? line with { Case = line.Case with { Stop = new CaseStop(Verdict.NotSupported, "not here"), Verdict = Verdict.NotSupported, Reason = "not here" } }
            : line));
        Assert.That(told.Last, Does.EndWith("is said to be not-supported, its observations give fail"));
    }

    [Test]
    public void ACaseThatIsRemovedIsMissed()
    {
        static JournalLine? Without(JournalLine line) => line.Case?.Id == BundleBench.Failing ? null : line;
        static RunRecord WithoutCase(RunRecord run) => run with { Cases = [.. run.Cases.Where(it => it.Id != BundleBench.Failing)] };
        const string Missing = $"refused: journal.jsonl: {BundleBench.Failing} is planned and missing";
        Assert.That(_run.Verify(files => BundleBench.Journal(files, Without)).Last, Is.EqualTo(Missing));
        Assert.That(_run.Verify(files => BundleBench.Record(files, WithoutCase)).Last,
            Is.EqualTo($"refused: run.json: {BundleBench.Failing} is missing; the journal has it"));
        Assert.That(
            _run.Verify(files =>
            {
                BundleBench.Journal(files, Without);
                BundleBench.Record(files, WithoutCase);
            }).Last,
            Is.EqualTo(Missing));
        Assert.That(
            _run.Verify(files =>
            {
                BundleBench.Journal(files, Without);
                BundleBench.Record(files, run => WithoutCase(run) with
                {
                    Plan = run.Plan with { Cases = run.Plan.Cases! with { Cases = [.. run.Plan.Cases.Cases.Where(it => it.Id != BundleBench.Failing)] } },
                });
            }).Last,
            Is.EqualTo("refused: journal.jsonl: the plan in run.json is not the one that was run: its hash is another"));
    }

    [Test]
    public void ACaseIsMissedAlsoWhereTheRunIsSaidToHaveEndedWithAFailureThatIsNowhere()
    {
        var told = _run.Verify(files =>
        {
            BundleBench.Journal(files, line => line.Case?.Id == BundleBench.Failing ? null : line);
            BundleBench.Record(files, run => run with
            {
                Cases = [.. run.Cases.Where(it => it.Id != BundleBench.Failing)],
                Environment = run.Environment with { Arguments = [.. run.Environment.Arguments, "--until-fail"] },
            });
        });
        Assert.That(told.Last, Is.EqualTo($"refused: journal.jsonl: {BundleBench.Failing} is planned and missing"));
    }

    [Test]
    public void APictureThatIsDrawnOtherwiseOrFromElsewhereIsRefused()
    {
        var picture = _run.Files.Keys.First(name => name.StartsWith("plots/", StringComparison.Ordinal) && name.EndsWith(".svg", StringComparison.Ordinal));
        Assert.That(_run.Verify(files => BundleBench.Replace(files, picture, "</svg>", "<text>9</text></svg>")).Last,
            Does.StartWith($"refused: {picture}: it is not what this suite makes of the journal"));
        Assert.That(_run.Verify(files => files.Remove(picture)).Last, Is.EqualTo($"refused: {picture}: it is missing; the journal gives it"));
        Assert.That(_run.Verify(files => files["plots/other.svg"] = files[picture]).Last, Is.EqualTo("refused: plots/other.svg: the journal gives no such picture"));
        Assert.That(_run.Verify(files => files["plots/other.png"] = files[picture]).Last, Is.EqualTo("refused: plots/other.png: the journal gives no such picture"));
    }

    [TestCase("states/other.cycle-1-guest-1.bin")]
    [TestCase("failures/suspend.Other.1.txt")]
    [TestCase("traces/other.1.tsv")]
    public void EvidenceIsOfWhatWasRun(string name) =>
        Assert.That(_run.Verify(files => files[name] = [1, 2, 3]).Last, Is.EqualTo($"refused: {name}: it is of no case or combination of the run"));

    [Test]
    public void ACaseThatIsAddedIsNoticed()
    {
        var told = _run.Verify(files =>
        {
            var more = false;
            BundleBench.Journal(files, line => line.Case?.Id == BundleBench.Passing && (more = true) ? line with { Case = line.Case with { Id = "suspend/Other" } } : line);
            Assert.That(more, Is.True);
        });
        Assert.That(told.Last, Does.EndWith("suspend/Other was run and is not in the plan"));
    }

    [Test]
    public void AFindingThatIsTakenFromACombinationIsStillInItsObservations()
    {
        var told = _run.Verify(files => BundleBench.Journal(files, line => line.Combination is { } it
            ? line with { Combination = it with { Result = it.Result with { Findings = [], Cycles = [.. it.Result.Cycles.Select(cycle => cycle with { Findings = [] })] } } }
            : line));
        Assert.That(told.Last, Does.EndWith(": first has other findings than its observations give"));
        told = _run.Verify(files => BundleBench.Journal(files, line => line.Combination is null ? line : line with { Observations = "" }));
        Assert.That(told.Last, Does.Match(": first has [0-9]+ cycles and not one observation$"));
    }

    [Test]
    public void AFigureThatIsEditedIsNotThatOfTheCycle()
    {
        static RunRecord Faster(RunRecord run) => run with
        {
            Combinations = [.. run.Combinations.Select(it => it with
            {
                Result = it.Result with { Cycles = [.. it.Result.Cycles.Select(cycle => cycle with { Downtime = cycle.Downtime with { GuestNs = 1 } })] },
            })],
        };
        Assert.That(_run.Verify(files => BundleBench.Record(files, Faster)).Last,
            Is.EqualTo("refused: run.json: first: its cycles or figures are not as the journal gives them"));
        Assert.That(
            _run.Verify(files => BundleBench.Record(files, run => run with { Figures = "MEASURED" })).Last,
            Does.StartWith("refused: run.json: it is not what this suite makes of the journal: line 3 is '\"figures\": \"MEASURED\",', and should be '\"figures\": \"SIMULATED\",'"));
        Assert.That(_run.Verify(files => BundleBench.Replace(files, "samples.csv", "SIMULATED", "MEASURED")).Last, Does.StartWith("refused: samples.csv: "));
        Assert.That(_run.Verify(files => BundleBench.Replace(files, "report.html", "SIMULATED", "MEASURED")).Last, Does.StartWith("refused: report.html: "));
        Assert.That(_run.Verify(files => BundleBench.Replace(files, "manifest.json", "virtual", "real")).Last,
            Does.StartWith("refused: manifest.json: it is not what run.json says: "));
    }

    private static TestCaseData Edit(string what, Func<CycleRecord, CycleRecord> change, string reason) => new TestCaseData(change, reason).SetArgDisplayNames(what);

    private static CycleRecord Downtime(CycleRecord it, Func<DowntimeRecord, DowntimeRecord> change) => it with { Downtime = change(it.Downtime) };

    private static CycleRecord Steps(CycleRecord it, Func<StepRecord, StepRecord> change) => it with { Steps = [.. it.Steps.Select(change)] };

    private static IEnumerable<TestCaseData> Edits()
    {
        yield return Edit("guest and orchestrator", it => Downtime(it, d => d with { GuestNs = 1_630, OrchestratorNs = 1_270 }), "orchestrator downtime is 1270 ns, and its steps give [0-9]+ ns");
        yield return Edit("guest", it => Downtime(it, d => d with { GuestNs = d.OrchestratorNs - 1 }), "guest downtime is [0-9]+ ns, and its steps give at least [0-9]+ ns");
        yield return Edit("suspended", it => Downtime(it, d => d with { SuspendedNs = d.SuspendedNs - 1 }), "suspended is [0-9]+ ns, and its steps give [0-9]+ ns");
        yield return Edit("none", it => Downtime(it, _ => new DowntimeRecord()), "the guest was restarted, and no orchestrator downtime is told");
        yield return Edit(
            "read back", it => Downtime(it, d => new DowntimeRecord { GuestNs = 2, OrchestratorNs = 1, SuspendedNs = 1, DeviceNs = 1, ReadBackNs = d.OrchestratorNs + (d.ReadBackNs ?? 0) - 1 }),
            "reading back took [0-9]+ ns, and its step [0-9]+ ns");
        yield return Edit("tainted", it => it with { Taints = [Taint.StolenTime] }, "it is said to be tainted, which nothing is on the virtual clock");
        yield return Edit("a step earlier", it => Steps(it, step => step.Step == CycleStep.Resume ? step with { BeginNs = step.BeginNs - 1 } : step), "resume begins before what is before it, or ends before it begins");
        yield return Edit("a step less", it => it with { Steps = [.. it.Steps.SkipLast(1)] }, "it is said to be completed, and was not gone through");
        yield return Edit("another step", it => it with { Steps = [.. it.Steps.Where(step => step.Step != CycleStep.Drain)] }, "its steps are not those of the plan");
        yield return Edit("latency", it => it with { Latency = it.Latency with { Before = it.Latency.Before with { MedianNs = it.Latency.Before.MaxNs + 1 } } },
            "latency, before: p50 is [0-9]+ ns, below what is before it or over the most");
    }

    [TestCaseSource(nameof(Edits))]
    public void AFigureOfACycleThatIsEditedEverywhereIsNotWhatTheCycleGives(Func<CycleRecord, CycleRecord> change, string reason)
    {
        var told = _run.Verify(files => BundleBench.Result(files, it => it with { Cycles = [it.Cycles[0], change(it.Cycles[1])] }));
        Assert.That(told.Code, Is.EqualTo(ExitCode.NonConformant));
        Assert.That(told.Last, Does.Match($"^refused: journal\\.jsonl:[0-9]+: first: cycle 2(, guest 1)?: {reason}$"));
    }

    private static TestCaseData OfAll(string what, Func<CombinationResult, CombinationResult> change, string reason) => new TestCaseData(change, reason).SetArgDisplayNames(what);

    private static IEnumerable<TestCaseData> EditsOfAll()
    {
        static LatencyRecord Before(CombinationResult it, Func<LatencyFigures, LatencyFigures> change) => it.Latency! with { Before = change(it.Latency!.Before) };
        yield return OfAll("n", it => it with { Latency = Before(it, one => one with { N = one.N + 1 }) }, "latency, before: its buckets hold [0-9]+ commands, and it is of [0-9]+");
        yield return OfAll("median", it => it with { Latency = Before(it, one => one with { MedianNs = one.MedianNs - 1 }) }, "latency, before: p50 is [0-9]+ ns, and its buckets give [0-9]+ ns");
        yield return OfAll("slowest left out", it => it with { Latency = Before(it, one => LatencyFigures.Of(Fastest(one), spread: true)) },
            "latency, before: it is of 1 commands, those of its cycles are [0-9]+");
        yield return OfAll("load", it => it with { Load = it.Load! with { Commands = 1 } }, "its load is 1 commands, and its cycles have the latency of [0-9]+");
        yield return OfAll("load's time", it => it with { Load = it.Load! with { Ns = it.WorldNs + 1 } }, "its load ran [0-9]+ ns, and all of it [0-9]+ ns");
        yield return OfAll("another cycle's strip", it => it with { Strip = it.Strip! with { Cycle = 3 - it.Strip.Cycle } }, "its strip is of cycle [12], and the one in the middle is cycle [12]");
        yield return OfAll("strip", it => it with { Strip = it.Strip! with { RestartedNs = it.Strip.RestartedNs - 1 } }, "cycle [12]: its strip has the guest stopped or restarted outside the steps that do it");
        yield return OfAll("blackout", it => it with { Strip = it.Strip! with { Completions = [.. it.Strip.Completions.Select(_ => 1L)] } }, "cycle [12]: its strip has commands completed while the guest stood still");
    }

    [TestCaseSource(nameof(EditsOfAll))]
    public void WhatIsToldOfTheLoadOfAllCyclesIsWhatTheyGive(Func<CombinationResult, CombinationResult> change, string reason)
    {
        var told = _run.Verify(files => BundleBench.Result(files, change));
        Assert.That(told.Last, Does.Match($"^refused: journal\\.jsonl:[0-9]+: first: {reason}$"));
    }

    private static Histogram Fastest(LatencyFigures it)
    {
        var one = new Histogram();
        one.Add(it.Buckets![0]);
        return one;
    }

    [TestCase("journal.jsonl", "refused: journal.jsonl:1: it is empty")]
    [TestCase("run.json", "refused: record: it cannot be read: ")]
    [TestCase("verdicts.json", "refused: verdict file: it cannot be read: ")]
    public void AFileThatIsNoneOfItsKindIsRefused(string name, string reason) =>
        Assert.That(_run.Verify(files => files[name] = "[{"u8.ToArray()).Last, Does.StartWith(reason));

    [Test]
    public void WhatTheSuiteCostsIsAsTheJournalHasIt()
    {
        using var run = new BundleBench("--only", BundleBench.Combination, "--set", "clock=real");
        Assert.That(run.Verify(_ => { }), Is.EqualTo((ExitCode.Conformant, "verified")));
        static SuiteCostRecord Cheap(SuiteCostRecord it) => it with { GuestDowntimeNs = 1, OrchestratorDowntimeNs = 1 };
        Assert.That(run.Verify(files => BundleBench.Record(files, it => it with { Costs = [.. it.Costs.Select(Cheap)] })).Last,
            Is.EqualTo("refused: run.json: what the suite itself costs is not as the journal gives it"));
        Assert.That(run.Verify(files => BundleBench.Record(files, it => it with { Costs = [] })).Last, Does.EndWith("what the suite itself costs is not as the journal gives it"));
        string Refused(Func<SuiteCostRecord, SuiteCostRecord?> change) => run.Verify(files =>
        {
            BundleBench.Journal(files, line => line.Cost is { } it ? change(it) is { } other ? line with { Cost = other } : null : line);
            BundleBench.Record(files, it => it with { Costs = [.. it.Costs.Select(change).OfType<SuiteCostRecord>()] });
        }).Last;
        Assert.That(Refused(_ => null), Is.EqualTo("refused: journal.jsonl: what the suite itself costs in moves as those of first is missing"));
        Assert.That(Refused(it => it with { Combinations = ["second"] }), Does.Match("jsonl:[0-9]+: what the suite itself costs is told of second, of which the plan has no time on the machine's clock$"));
        Assert.That(Refused(it => it with { Combinations = ["first", "first"] }), Does.Match("jsonl:[0-9]+: what the suite itself costs is told of first twice$"));
        Assert.That(Refused(it => it with { Steps = [] }), Does.Match("jsonl:[0-9]+: what the suite itself costs is not of the steps of first$"));
    }

    [Test]
    public void OnTheMachinesClockADowntimeIsWithinTheBoundsOfItsSteps()
    {
        using var run = new BundleBench("--only", BundleBench.Combination, "--set", "clock=real");
        string Edited(Func<DowntimeRecord, DowntimeRecord> change) => run.Verify(files => BundleBench.Result(files, it => it with { Cycles = [it.Cycles[0], Downtime(it.Cycles[1], change)] })).Last;
        Assert.That(Edited(it => it with { GuestNs = 2, OrchestratorNs = 1 }), Does.Match("first: cycle 2: orchestrator downtime is 1 ns, and its steps give at least [0-9]+ ns$"));
        Assert.That(Edited(it => it with { SuspendedNs = it.OrchestratorNs + 1 }), Does.Match("first: cycle 2: suspended is [0-9]+ ns, (longer than the guest stood still|and its steps give at most [0-9]+ ns)$"));
        Assert.That(Edited(it => it with { DeviceNs = 1 }), Does.Match("first: cycle 2: device downtime is 1 ns, and its steps give at least [0-9]+ ns$"));
        Assert.That(Edited(it => it with { GuestNs = null }), Does.EndWith("first: cycle 2: no guest downtime is told, and commands were answered after the restart"));
    }

    [Test]
    public void ASignatureIsOfOneKeyAndOfWhatWasSigned()
    {
        using var mine = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var (own, mineOnly, others) = (_run.Bench.PathOf("own.pem"), _run.Bench.PathOf("mine.pem"), _run.Bench.PathOf("other.pem"));
        File.WriteAllText(own, mine.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(mineOnly, mine.ExportSubjectPublicKeyInfoPem());
        File.WriteAllText(others, other.ExportSubjectPublicKeyInfoPem());
        var signed = _run.Bench.PathOf("signed.zip");
        Assert.That(_run.Bench.Run("bundle", _run.Folder, "--out", signed, "--key", own), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_run.Bench.Run("verify", signed), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_run.Bench.Out, Does.Contain($"valid, by the key with SHA-256 {BundleKey.Fingerprint(mine)}; whose key that is"));
        Assert.That(_run.Bench.Run("verify", signed, "--key", mineOnly), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_run.Bench.Run("verify", signed, "--key", others), Is.EqualTo(ExitCode.NonConformant));
        Assert.That(_run.Bench.Out, Does.Contain("refused: signature: it is signed with another key"));

        Assert.That(_run.Verify(_ => { }, true, "--key", mineOnly).Last,
            Is.EqualTo("refused: signature: it is not signed, and a key was given that it must be signed with"));
        var files = BundleReader.Read(File.ReadAllBytes(signed), BundleLimits.Default)!;
        var changed = new SortedDictionary<string, byte[]>(files.ToDictionary(), StringComparer.Ordinal) { ["waivers.yaml"] = "waivers: []\n"u8.ToArray() };
        BundleWriter.Seal(changed, key: null);
        Assert.That(_run.Verify(BundleWriter.Zip(changed)).Last,
            Is.EqualTo("refused: signature: SHA256SUMS.sig is not the signature of SHA256SUMS by SHA256SUMS.pub"));
        changed.Remove(BundleFiles.PublicKey);
        Assert.That(_run.Verify(BundleWriter.Zip(changed)).Last, Is.EqualTo("refused: signature: SHA256SUMS.pub is missing beside the other"));
    }

    [TestCase("../x")]
    [TestCase("/etc/x")]
    [TestCase("failures/../../x")]
    [TestCase("failures\\x")]
    [TestCase("failures/.x")]
    [TestCase("failures/a/b")]
    [TestCase("failures/")]
    [TestCase("failures/a\u001b[2J")]
    public void ANameThatLeadsElsewhereIsRefusedAndNothingIsWritten(string name)
    {
        var told = _run.Verify(files => files[name] = [1]);
        Assert.That(told.Code, Is.EqualTo(ExitCode.NonConformant));
        Assert.That(told.Last, Does.StartWith("refused: container: '").And.EndWith("' is no file of a bundle").And.Not.Contain("\u001b"));
        Assert.That(_run.Bench.PathOf("x"), Does.Not.Exist);
    }

    [Test]
    public void ANameThatIsThereTwiceIsRefused()
    {
        var twice = BundleWriter.Zip(_run.Files.Append(new KeyValuePair<string, byte[]>("run.json", [1])));
        Assert.That(_run.Verify(twice).Last, Is.EqualTo("refused: container: run.json is there twice"));
    }

    /// <summary>Bytes before the directory that no file has, with the directory's place put right; or another name before a file than in the directory.</summary>
    [TestCase(true)]
    [TestCase(false)]
    public void WhatAnotherReaderCouldSeeIsRefused(bool between)
    {
        var bundle = BundleWriter.Zip(_run.Files);
        var changed = bundle.ToArray();
        if (between)
        {
            var end = bundle.Length - 22;
            var directory = (int)BitConverter.ToUInt32(bundle, end + 16);
            changed = [.. bundle[..directory], .. "not vouched for"u8, .. bundle[directory..]];
            BitConverter.GetBytes(directory + 15).CopyTo(changed, changed.Length - 22 + 16);
        }
        else changed[changed.AsSpan().IndexOf("run.json"u8)] = (byte)'R';

        Assert.That(_run.Verify(bundle).Last, Does.Not.StartWith("refused"));
        Assert.That(_run.Verify(changed).Last, Does.StartWith("refused: container: it is not packed as a bundle is"));
    }

    [TestCase(50_000, 100_000, 10_000_000, "failures/big.txt is larger than a bundle can hold")]
    [TestCase(50_000, 10_000_000, 1_000_000, "is larger than a bundle can hold")]
    [TestCase(3, 10_000_000, 10_000_000, "files are more than a bundle can hold")]
    public void WhatGrowsBeyondAllBoundsIsLeftPacked(int files, long one, long all, string reason)
    {
        var bomb = BundleWriter.Zip([new("SHA256SUMS", [1]), new("failures/big.txt", new byte[2_000_000]), new("manifest.json", [1]), new("run.json", [1])]);
        Assert.That(bomb, Has.Length.LessThan(10_000), "it grows");
        Assert.That(() => BundleReader.Read(bomb, new BundleLimits(files, one, all)), Throws.TypeOf<RefusedException>().With.Message.Contains(reason));
        // The archive may lie about the size: then what comes out is counted.
        using var archive = new ZipArchive(new MemoryStream(bomb));
        var size = BitConverter.GetBytes((uint)archive.GetEntry("failures/big.txt")!.Length);
        var lying = bomb.ToArray();
        for (var at = 0; (at = lying.AsSpan().IndexOf(size)) >= 0;) lying[at + 2] = 0;
        Assert.That(Unpacked(lying, new BundleLimits(files, one, all)), Is.LessThanOrEqualTo(Math.Min(one, all)));
    }

    [Test]
    public void WhatIsNoBundleIsOneLineAndExits64()
    {
        Assert.That(_run.Verify("no zip"u8.ToArray()), Is.EqualTo((ExitCode.Usage, $"{_run.Bench.PathOf("changed.zip")}: not a bundle")));
        Assert.That(_run.Verify(BundleWriter.Zip([new("a.txt", [1])])).Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(_run.Verify([]).Code, Is.EqualTo(ExitCode.Usage));
        foreach (var words in (string[][])
            [["verify", "absent.zip"], ["verify", _run.Folder], ["verify"], ["bundle", "absent"], ["bundle", _run.Bench.PathOf("profiles")],
             ["bundle", _run.Folder, "--key", _run.Bench.PathOf("profiles/small.yaml")], ["bundle", _run.Folder, "--key", "absent.pem"]])
        {
            Assert.That(_run.Bench.Run(words), Is.EqualTo(ExitCode.Usage), string.Join(' ', words));
            Assert.That(_run.Bench.Error.TrimEnd('\n').Split('\n'), Has.Length.LessThanOrEqualTo(2));
            Assert.That(_run.Bench.Out, Is.Empty);
        }
    }

    /// <summary>Bytes that were unpacked of a bundle; 0 where it is refused.</summary>
    private static long Unpacked(byte[] bundle, BundleLimits limits)
    {
        try
        {
            return BundleReader.Read(bundle, limits)!.Values.Sum(it => it.LongLength);
        }
        catch (RefusedException)
        {
            return 0;
        }
    }

    /// <summary>One verdict, in one file that is otherwise left as it is.</summary>
    private static void Edit(SortedDictionary<string, byte[]> files, string name, string id, Verdict verdict)
    {
        var text = System.Text.Encoding.UTF8.GetString(files[name]);
        // In run.json the plan and the coverage name the case as well; its record is the one with a device below.
        var at = text.IndexOf($"\"id\": \"{id}\",\n      \"device\"", StringComparison.Ordinal);
        var word = text.IndexOf("\"verdict\": \"pass\"", at, StringComparison.Ordinal);
        Assert.That((at, word), Is.Not.EqualTo((-1, -1)));
        files[name] = System.Text.Encoding.UTF8.GetBytes($"{text[..word]}\"verdict\": \"{Words.Of(verdict)}\"{text[(word + "\"verdict\": \"pass\"".Length)..]}");
    }
}
