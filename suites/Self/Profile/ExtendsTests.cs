using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self;

[TestFixture]
public sealed class ExtendsTests
{
    private const string Base = """
        name: base
        device: { sim: { topology: { virtual-functions: 3 } } }
        guest: { queues: 2, io-sizes: [4KiB, 8KiB] }
        combinations:
          a: { commands: hmlm, medium: shared }
          b: { commands: hmlm, medium: local }

        """;

    private ProfileFolder _folder = null!;

    [SetUp]
    public void Open()
    {
        _folder = new ProfileFolder();
        _folder.Write("base.yaml", Base);
    }

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public void MappingsMergeAndListsAreReplaced()
    {
        _folder.Write("p.yaml", """
            extends: base.yaml
            guest: { depth: 4, io-sizes: [64KiB] }
            combinations: { a: { cycles: 9 }, c: { commands: hmlm, medium: local } }
            """);
        var profile = _folder.Load("p.yaml");
        Assert.That(profile.Guest.Queues, Is.EqualTo(2));
        Assert.That(profile.Guest.Depth, Is.EqualTo(4));
        Assert.That(profile.Guest.IoSizes, Is.EqualTo(new[] { Size.KiB(64) }));
        Assert.That(profile.Device.Sim!.Topology.VirtualFunctions, Is.EqualTo(3));
        Assert.That(profile.Combinations.Keys, Is.EqualTo(new[] { "a", "b", "c" }));
        Assert.That(profile.Combinations["a"],
            Is.EqualTo(new Combination { Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Shared, Cycles = 9 }));
    }

    [Test]
    public void ABasesNameIsNotInheritedForTheFileHasOne()
    {
        _folder.Write("p.yaml", "extends: base.yaml");
        Assert.That(_folder.Load("p.yaml").Name, Is.EqualTo("p"));
        Assert.That(_folder.Load("base.yaml").Name, Is.EqualTo("base"));
    }

    [Test]
    public void ABasesCombinationCanBeLeftOut()
    {
        _folder.Write("p.yaml", "extends: base.yaml\ncombinations: { a: ~ }");
        Assert.That(_folder.Load("p.yaml").Combinations.Keys, Is.EqualTo(new[] { "b" }));
    }

    [Test]
    public void BasesAreFoundBesideTheFileThatNamesThemThroughAnyNumberOfSteps()
    {
        _folder.Write("deep/er/p.yaml", "extends: ../middle.yaml\nguest: { depth: 5 }");
        _folder.Write("deep/middle.yaml", "extends: ../base.yaml\nguest: { depth: 4, queues: 3 }");
        var guest = _folder.Load("deep/er/p.yaml").Guest;
        Assert.That((guest.Depth, guest.Queues), Is.EqualTo((5, 3)));
    }

    [Test]
    public void DefaultsHoldForEachCombinationThatDoesNotSayOtherwise()
    {
        _folder.Write("p.yaml", "extends: base.yaml\ndefaults: { cycles: 7, guest-memory: copied }\ncombinations: { b: { cycles: 1 } }");
        var all = _folder.Load("p.yaml").Combinations;
        Assert.That((all["a"].Cycles, all["b"].Cycles), Is.EqualTo((7, 1)));
        Assert.That(all.Values, Has.All.Property(nameof(Combination.GuestMemory)).EqualTo(GuestMemoryKind.Copied));
    }

    [Test]
    public void WhatTheDestinationDoesNotSayItHasFromTheSource()
    {
        _folder.Write("p.yaml", "extends: base.yaml\ndevice: { sim-destination: { identity: { firmware-revision: '2.0' } } }");
        var device = _folder.Load("p.yaml").Device;
        Assert.That(device.SimDestination!.Identity.FirmwareRevision, Is.EqualTo("2.0"));
        Assert.That(device.SimDestination.Topology.VirtualFunctions, Is.EqualTo(3));
        Assert.That(device.Sim!.Identity.FirmwareRevision, Is.EqualTo("1.0"));
    }

    [Test]
    public void AnErrorIsToldInTheFileItComesFrom()
    {
        _folder.Write("base.yaml", Base + "limits: { tme: 1s }");
        Assert.That(
            _folder.Errors("extends: base.yaml\nguest: { quues: 1 }"),
            Is.EqualTo(new[]
            {
                "base.yaml:7:11: unknown key 'tme' in limits; the nearest is 'time'",
                "p.yaml:2:10: unknown key 'quues' in guest; the nearest is 'queues'",
            }));
    }

    [Test]
    public void TwoFilesThatDoNotFitAreToldWhereTheLastWordWasSpoken() =>
        Assert.That(
            _folder.Errors("extends: base.yaml\nguest: { queues: 30 }"),
            Is.EqualTo(new[] { "p.yaml:2:10: a VF of this device has at most 16 I/O queue pairs, not 30" }));

    [TestCase("extends: absent.yaml", "p.yaml:1:10: extends 'absent.yaml': no such file")]
    [TestCase("extends: [a]", "p.yaml:1:10: extends must be the path of a profile")]
    [TestCase("extends: p.yaml", "p.yaml:1:10: extends goes in a circle: p.yaml -> p.yaml")]
    public void ABaseThatCannotBeHadIsTold(string yaml, string expected) => Assert.That(_folder.Errors(yaml), Does.Contain(expected));

    [Test]
    public void ACircleOfSeveralFilesIsTold()
    {
        _folder.Write("q.yaml", "extends: r.yaml");
        _folder.Write("r.yaml", "\nextends: p.yaml");
        Assert.That(_folder.Errors("extends: q.yaml"),
            Is.EqualTo(new[] { "r.yaml:2:10: extends goes in a circle: p.yaml -> q.yaml -> r.yaml -> p.yaml" }));
    }

    [Test]
    public void OverridesComeLast()
    {
        _folder.Write("p.yaml", "extends: base.yaml\nseed: 2");
        var profile = _folder.Load(
            "p.yaml",
            "seed=0x10",
            "guest.io-sizes=[4KiB, 16KiB]",
            "combinations.*.cycles=5",
            "combinations.b.cycles=6",
            "guest.mix={read: 100}",
            "name=other");
        Assert.That(profile.Seed, Is.EqualTo(16));
        Assert.That(profile.Guest.IoSizes, Is.EqualTo(new[] { Size.KiB(4), Size.KiB(16) }));
        Assert.That(profile.Guest.Mix, Is.EqualTo(new MixSettings { Read = 100 }));
        Assert.That(profile.Combinations.Values.Select(combination => combination.Cycles), Is.EqualTo(new[] { 5, 6 }));
        Assert.That(profile.Name, Is.EqualTo("other"));
    }

    [TestCase("guest.quues=4", "--set guest.quues=4: unknown key 'quues' in guest; the nearest is 'queues'")]
    [TestCase("guest.queues=x", "--set guest.queues=x: guest.queues must be a whole number, not 'x'")]
    [TestCase("guest.queues=", "--set guest.queues=: guest.queues has no value")]
    [TestCase("guest.queues=30", "--set guest.queues=30: a VF of this device has at most 16 I/O queue pairs, not 30")]
    [TestCase("guest.io-sizes=[4KiB",
        "--set guest.io-sizes=[4KiB: not valid YAML: While parsing a flow sequence, did not find expected ',' or ']'")]
    [TestCase("combinations.aa.cycles=1", "--set combinations.aa.cycles=1: no combination is named 'aa'; the nearest is 'a'")]
    [TestCase("guest.io-sizes[2]=4KiB", "--set guest.io-sizes[2]=4KiB: no entry 'io-sizes[2]': 'io-sizes' has 2, counted from 0")]
    [TestCase("guest.io-size[0]=4KiB", "--set guest.io-size[0]=4KiB: no entry 'io-size[0]': no list 'io-size' is written here; the nearest is 'io-sizes'")]
    [TestCase("device.sim.namespaces[0].blocks=8", "--set device.sim.namespaces[0].blocks=8: no entry 'namespaces[0]': no list 'namespaces' is written here")]
    [TestCase("guest.io-sizes[1]=x", "--set guest.io-sizes[1]=x: guest.io-sizes[1] must be a size in bytes, such as 512, 4KiB or 2TiB, not 'x'")]
    [TestCase("guest", "--set guest: an override is key=value or key.key=value")]
    [TestCase("guest..queues=1", "--set guest..queues=1: an override is key=value or key.key=value")]
    public void AWrongOverrideIsNamedAsSuch(string text, string expected) =>
        Assert.That(_folder.Errors("extends: base.yaml", text), Is.EqualTo(new[] { expected }));

    [Test]
    public void AnEntryOfAListIsNamedByItsPlace()
    {
        _folder.Write("p.yaml", "extends: base.yaml\ndevice: { sim: { namespaces: [{ blocks: 8192 }, { blocks: 4096, block-size: 512 }] } }");
        var profile = _folder.Load("p.yaml", "device.sim.namespaces[1].blocks=1024", "guest.io-sizes[0]=16KiB");
        Assert.That(profile.Device.Sim!.Namespaces.Select(it => (it.Blocks, it.BlockSize)), Is.EqualTo(new[] { (8192L, 4096), (1024L, 512) }));
        Assert.That(profile.Guest.IoSizes, Is.EqualTo(new[] { Size.KiB(16), Size.KiB(8) }));
    }

    [Test]
    public void AnchorsMayBeUsedWithinAFile()
    {
        _folder.Write("p.yaml", "extends: base.yaml\ncombinations: { x: &x { commands: hmlm, medium: shared, cycles: 4 }, y: *x }");
        Assert.That(_folder.Load("p.yaml").Combinations["y"].Cycles, Is.EqualTo(4));
    }
}
