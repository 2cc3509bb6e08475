using Conformance.Migration;
using Conformance.Runner.Running;
using NUnit.Framework;

namespace Conformance.Self;

[TestFixture]
public sealed class ShippedProfilesTests
{
    private static string Folder => Path.Combine(Repository.Root, "profiles");

    private static IEnumerable<string> Names =>
        Directory.GetFiles(Folder, "*.yaml").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Names))]
    public void EveryShippedProfileIsValidAndCanBePlanned(string name)
    {
        var result = ProfileFile.Load(Path.Combine(Folder, name));
        Assert.That(result.Errors, Is.Empty);
        Assert.That(result.Profile!.Combinations.Count > 0 || result.Profile.Cases is not null);
        Assert.That(result.Profile!.Name, Is.EqualTo(Path.GetFileNameWithoutExtension(name)));
    }

    [TestCaseSource(nameof(Names))]
    public void EveryShippedProfileNamesItsSchemaThenSaysWhatItIsFor(string name)
    {
        var lines = File.ReadAllLines(Path.Combine(Folder, name));
        Assert.That(lines[0], Is.EqualTo("# yaml-language-server: $schema=schema.json"));
        Assert.That(lines[1], Does.Match("^# [A-Z].{20,}"));
    }

    /// <summary>
    /// A baseline is of one profile: who changes what its figures depend on accepts them anew. A key that is added with a default is no such change.
    /// </summary>
    [TestCaseSource(nameof(Names))]
    public void EveryShippedBaselineIsOfTheProfileThatNamesIt(string name)
    {
        var plan = Plan.Of(ProfileFile.Load(Path.Combine(Folder, name)).Profile!);
        foreach (var path in plan.Combinations.Select(it => it.Gates.Baseline).OfType<string>().Distinct())
        {
            var held = BaselineFile.Read(BaselineFile.Find(path, Repository.Root));
            Assert.That(held.Fingerprint.ProfileHash, Is.EqualTo(plan.FiguresHash), $"./run.sh run {name}, then ./run.sh baseline accept RUN --reason TEXT");
        }
    }

    /// <summary>And its figures are those of this suite: whoever changes them on purpose accepts them anew.</summary>
    [Test]
    public void TheShippedBaselineHolds()
    {
        var plan = Plan.Of(ProfileFile.Load(Path.Combine(Folder, "ci-gate.yaml")).Profile!);
        var held = BaselineFile.Read(BaselineFile.Find(plan.Combinations[0].Gates.Baseline!, Repository.Root));
        var bench = Conformance.Runner.Composition.Bench(null);
        var run = Report.SampleRun.Of() with
        {
            Plan = plan,
            Combinations = [.. plan.Combinations.Select(it => CombinationRecord.Of(it, bench(it, new Progress<CombinationProgress>(), CancellationToken.None)))],
        };
        var result = held.Against(run);
        var told = string.Join("; ", Conformance.Report.FailureText.Of(result));
        Assert.That(result.IsSame, $"./run.sh run ci-gate, then ./run.sh baseline accept RUN --reason TEXT: {told}");
    }

    [Test]
    public void SmokeHasEveryCombinationThatTheSimulatedPairCanDo()
    {
        var plan = Plan.Of(ProfileFile.Load(Path.Combine(Folder, "smoke.yaml")).Profile!);
        var hmlm = from combination in plan.Combinations
                   where combination.Commands == MigrationCommands.Hmlm
                   select (combination.AdminQueue, combination.Medium, combination.GuestMemory);
        var vendor = from combination in plan.Combinations
                     where combination.Commands == MigrationCommands.VendorRfc
                     select combination.Medium;
        Assert.That(hmlm.Distinct().Count(), Is.EqualTo(8));
        Assert.That(vendor.Distinct().Count(), Is.EqualTo(2));
    }

    [Test]
    public void SoakIsAThousandMigrationsThereAndBack()
    {
        var plan = Plan.Of(ProfileFile.Load(Path.Combine(Folder, "soak.yaml")).Profile!);
        Assert.That(plan.Combinations.Sum(combination => combination.Cycles), Is.EqualTo(1000));
        Assert.That(plan.Combinations, Has.All.Property(nameof(PlannedCombination.Route)).EqualTo(Route.ThereAndBack));
        Assert.That(plan.Combinations[0].Guest,
            Has.Property(nameof(GuestSettings.Queues)).EqualTo(4).And.Property(nameof(GuestSettings.Depth)).EqualTo(16));
    }

    private static IEnumerable<TestCaseData> Controls() =>
        from name in Names
        from combination in Plan.Of(ProfileFile.Load(Path.Combine(Folder, name)).Profile!).Combinations
        where combination.Expect == Expectation.Fail
        select new TestCaseData(combination).SetArgDisplayNames(name, combination.Name);

    [TestCaseSource(nameof(Controls))]
    public void EveryNegativeControlFailsAsWhatItIsAndInNothingElse(PlannedCombination combination)
    {
        var record = CombinationRecord.Of(combination, Migration.Plans.Run(combination));
        Assert.That(record.Found, Is.EqualTo(Verdict.Fail));
        Assert.That((record.Verdict, record.UnexpectedPass), Is.EqualTo((Verdict.Pass, false)), string.Join(", ", record.NotFound));
    }

    [Test]
    public void TheSchemaOnDiskIsTheOneThatTheTypesMake() =>
        Assert.That(File.ReadAllText(Path.Combine(Folder, "schema.json")),
            Is.EqualTo(ProfileSchema.Write()), "./run.sh schema > profiles/schema.json");
}
