using System.Text.Json;
using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self;

[TestFixture]
public sealed class PlanTests
{
    private const string Yaml = """
        device: { sim: { vendor-rfc: {}, migration: { vendor-state: { supported: true } } } }
        combinations:
          mediated: { commands: hmlm, medium: local }
          carried: { commands: hmlm, admin-queue: carried, medium: shared, guest-memory: copied, clock: real }
          vendor: { commands: vendor-rfc, medium: local, dirty: host-noted, vfs: 2, to-vf: 3 }

        """;

    private ProfileFolder _folder = null!;

    [SetUp]
    public void Open() => _folder = new ProfileFolder();

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public void WhatIsLeftOpenIsDecided()
    {
        var plan = Planned(Yaml);
        Assert.That(plan.Combinations.Select(it => it.AdminQueue),
            Is.EqualTo(new[] { AdminQueueKind.Mediated, AdminQueueKind.Carried, AdminQueueKind.Carried }));
        Assert.That(plan.Combinations.Select(it => it.Dirty),
            Is.EqualTo(new DirtySource?[] { DirtySource.Tracked, null, DirtySource.HostNoted }));
        Assert.That(plan.Combinations.Select(it => it.Clock), Is.EqualTo(new[] { ClockKind.Virtual, ClockKind.Real, ClockKind.Virtual }));
        Assert.That(plan.Combinations.Select(it => it.Pair.Medium),
            Is.EqualTo(new[] { MediumSharing.Local, MediumSharing.Shared, MediumSharing.Local }));
    }

    [Test]
    public void NeedsAreNamed()
    {
        var needs = Planned(Yaml).Combinations.Select(it => string.Join("; ", it.Needs));
        Assert.That(needs, Is.EqualTo(new[]
        {
            "host managed live migration; user data tracking; a namespace that both functions reach; 1 VF with 1 I/O queue pairs",
            "host managed live migration; vendor part of the state with the admin queue; memory tracking; 1 VF with 1 I/O queue pairs",
            "vendor commands; a namespace that both functions reach; 4 VF with 1 I/O queue pairs",
        }));
    }

    [Test]
    public void StepsAreThoseOfTheCombination()
    {
        var plan = Planned(Yaml);
        Assert.That(plan.Combinations[0].Steps, Does.Contain(CycleStep.BulkCopy).And.Contain(CycleStep.StartTracking));
        Assert.That(plan.Combinations[1].Steps, Does.Not.Contain(CycleStep.BulkCopy).And.Contain(CycleStep.StartTracking));
        Assert.That(plan.Combinations, Has.All.Property(nameof(PlannedCombination.Steps)).Ordered);
    }

    [Test]
    public void BehindVfioIsOneOfTheOtherTwo()
    {
        var plan = Planned(Yaml + """
              over-hmlm: { commands: vfio, medium: shared, vfio: { pre-copy: true } }
              over-vendor: { commands: vfio, medium: shared, vfio: { over: vendor-rfc } }
            """);
        var (hmlm, vendor) = (plan.Combinations[^2], plan.Combinations[^1]);
        Assert.That((hmlm.Dialect, hmlm.AdminQueue), Is.EqualTo((MigrationCommands.Hmlm, AdminQueueKind.Mediated)));
        Assert.That((vendor.Dialect, vendor.AdminQueue), Is.EqualTo((MigrationCommands.VendorRfc, AdminQueueKind.Carried)));
        Assert.That((hmlm.Needs[0], vendor.Needs[0]), Is.EqualTo(("host managed live migration", "vendor commands")));
        Assert.That(hmlm.Steps, Does.Contain(CycleStep.Rounds).And.Not.Contain(CycleStep.StartTracking));
        Assert.That(vendor.Steps, Does.Not.Contain(CycleStep.Rounds));
        Assert.That(plan.Combinations[0].Vfio, Is.Null);
    }

    [Test]
    public void EveryStepMakesOneCombinationOfEachStepThatHappens()
    {
        var plan = Planned(Yaml + "defaults: { cancel-after: every-step }");
        var names = plan.Combinations.Select(it => it.Name).ToList();
        Assert.That(names, Is.Unique.And.Contains("mediated/cancel-after-bulk-copy").And.Contains("vendor/cancel-after-save"));
        Assert.That(names, Has.None.EqualTo("carried/cancel-after-bulk-copy").And.None.EndsWith("resume"));
        Assert.That(plan.Combinations, Has.All.Property(nameof(PlannedCombination.CancelAfter)).Not.Null);
    }

    [Test]
    public void ASeedBelongsToACombinationsNameNotToItsPosition()
    {
        var all = Planned(Yaml);
        var alone = Planned(Yaml + "# the others left out\n", "combinations.mediated=~", "combinations.carried=~");
        Assert.That(alone.Combinations.Single().Seed, Is.EqualTo(all.Combinations[2].Seed));
        Assert.That(all.Combinations.Select(it => it.Seed), Is.Unique);
        Assert.That(Planned(Yaml, "seed=2").Combinations[0].Seed, Is.Not.EqualTo(all.Combinations[0].Seed));
    }

    [Test]
    public void TheHashIsOfWhatHoldsNotOfHowItIsWritten()
    {
        var plan = Planned(Yaml);
        Assert.That(plan.ProfileHash, Does.Match("^[0-9a-f]{64}$"));
        Assert.That(Planned("# a remark\n" + Yaml + "guest: { queues: 1 }").ProfileHash, Is.EqualTo(plan.ProfileHash));
        Assert.That(Planned(Yaml, "guest.queues=2").ProfileHash, Is.Not.EqualTo(plan.ProfileHash));
        Assert.That(Planned(Yaml, "device.sim.timing.read=1us").ProfileHash, Is.Not.EqualTo(plan.ProfileHash));
    }

    /// <summary>
    /// What figures are compared by: neither a default that is spelled out, nor what no cycle sees, makes them those of another profile; so none that a later
    /// build adds does.
    /// </summary>
    [TestCase(true, "guest.depth=16")]
    [TestCase(true, "guest.mix.read=50", "guest.mix.write=40", "guest.mix.write-zeroes=4", "guest.mix.deallocate=4", "guest.mix.flush=2")]
    [TestCase(true, "device.sim.timing.read=0", "device.sim.namespaces=[{ blocks: 65536 }]")]
    [TestCase(true, "combinations.*.cycles=1", "dwell={}")]
    [TestCase(true, "gates.guest-downtime=1ms", "gates.tainted=3", "gates.baseline=other.json")]
    [TestCase(true, "testbed.memory=3GiB", "cases={}", "seed=9")]
    [TestCase(false, "guest.depth=15")]
    [TestCase(false, "guest.mix.read=49", "guest.mix.write=41", "guest.mix.write-zeroes=4", "guest.mix.deallocate=4", "guest.mix.flush=2")]
    [TestCase(false, "device.sim.timing.read=1us")]
    [TestCase(false, "device.sim.namespaces=[{ blocks: 65535 }]")]
    [TestCase(false, "combinations.vendor.cycles=2")]
    [TestCase(false, "combinations.vendor.vfs=1")]
    [TestCase(false, "combinations.vendor=~")]
    [TestCase(false, "clock=real")]
    public void FiguresAreOfWhatAProfileSaysBesidesItsDefaults(bool isSame, params string[] overrides) =>
        Assert.That(Planned(Yaml, overrides).FiguresHash == Planned(Yaml).FiguresHash, Is.EqualTo(isSame));

    [Test]
    public void WhatAProfileDoesNotSayIsInNoHash()
    {
        _folder.Write("p.yaml", Yaml);
        Assert.That(FiguresHash.TextOf(_folder.Load("p.yaml")), Is.EqualTo(
            """{"name":"","seed":0,"device":{"sim":{"migration":{"vendor-state":{"supported":true}},"vendor-rfc":{}}},"combinations":{"mediated":{"commands":"hmlm","medium":"local"}"""
            + ""","carried":{"commands":"hmlm","medium":"shared","admin-queue":"carried","guest-memory":"copied","clock":"real"}"""
            + ""","vendor":{"commands":"vendor-rfc","medium":"local","vfs":2,"to-vf":3,"dirty":"host-noted"}}}"""));
    }

    [Test]
    public void APlanIsStoredAndReadBackWhole()
    {
        var plan = Planned(Yaml, "combinations.*.cancel-after=every-step");
        var json = JsonSerializer.Serialize(plan, MigrationJson.Default.Plan);
        var back = JsonSerializer.Deserialize(json, MigrationJson.Default.Plan)!;
        Assert.That(JsonSerializer.Serialize(back, MigrationJson.Default.Plan), Is.EqualTo(json));
        Assert.That(json, Does.Contain("\"guest-stop\": \"before-suspend\"").And.Contain("\"memory\": \"16MiB\""));
    }

    private Plan Planned(string yaml, params string[] overrides)
    {
        _folder.Write("p.yaml", yaml);
        return Plan.Of(_folder.Load("p.yaml", overrides));
    }
}
