using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>What a wrong profile is told: the place, what is wrong, and what was probably meant. Places are counted by hand.</summary>
[TestFixture]
public sealed class ProfileErrorTests
{
    private const string Good = """
        device: { sim: {} }
        combinations:
          a: { commands: hmlm, medium: shared }

        """;

    private ProfileFolder _folder = null!;

    [SetUp]
    public void Open() => _folder = new ProfileFolder();

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public void AGoodProfileHasNoErrors() => Assert.That(_folder.Errors(Good), Is.Empty);

    // Keys
    [TestCase(Good + "gest: { queues: 2 }", "p.yaml:4:1: unknown key 'gest'; the nearest is 'guest'")]
    [TestCase(Good + "guest:\n  memory: 1MiB\n  quues: 2", "p.yaml:6:3: unknown key 'quues' in guest; the nearest is 'queues'")]
    [TestCase(Good + "guest: { io_sizes: [4KiB] }", "p.yaml:4:10: unknown key 'io_sizes' in guest; the nearest is 'io-sizes'")]
    [TestCase(Good + "guest: { depth: 1,\n  depth: 2 }", "p.yaml:5:3: duplicate key 'depth'; the first is in line 4")]
    [TestCase("device: { sim: {} }", "p.yaml:1:1: there is no combination and no case, so nothing would be done")]
    [TestCase(Good + "devices: { other: {} }", "p.yaml:4:1: devices are for cases, and there are none: cases")]
    [TestCase(Good + "cases: { order: shuffled }", "p.yaml:4:17: cases.order must be one of listed, seeded, not 'shuffled'; the nearest is 'seeded'")]
    [TestCase(Good + "cases: { timeouts: { suspend: 5 } }",
        "p.yaml:4:31: cases.timeouts.suspend must be a duration with its unit, such as 10us or 1.5ms, not '5'")]
    [TestCase("device: { sim: {} }\ncombinations:\n  a: { medium: shared }",
        "p.yaml:3:6: missing key 'commands' in combinations.a, one of hmlm, vendor-rfc, vfio")]

    // Types
    [TestCase(Good + "guest: 5", "p.yaml:4:8: guest must be a mapping, not '5'")]
    [TestCase(Good + "guest: [5]", "p.yaml:4:8: guest must be a mapping, not a list")]
    [TestCase(Good + "guest: { queues: many }", "p.yaml:4:18: guest.queues must be a whole number, not 'many'")]
    [TestCase(Good + "guest: { queues: 1.5 }", "p.yaml:4:18: guest.queues must be a whole number, not '1.5'")]
    [TestCase(Good + "guest: { queues: [1] }", "p.yaml:4:18: guest.queues must be a whole number, not a list")]
    [TestCase(Good + "guest: { queues: }", "p.yaml:4:10: guest.queues has no value")]
    [TestCase(Good + "guest: { io-sizes: 4KiB }", "p.yaml:4:20: guest.io-sizes must be a list, not '4KiB'")]
    [TestCase(Good + "guest: { io-sizes: [4KiB, x] }",
        "p.yaml:4:27: guest.io-sizes[1] must be a size in bytes, such as 512, 4KiB or 2TiB, not 'x'")]
    [TestCase(Good + "guest: { memory: 16MB }", "p.yaml:4:18: guest.memory must be a size in bytes, such as 512, 4KiB or 2TiB, not '16MB'")]
    [TestCase(Good + "limits: { time: 60 }", "p.yaml:4:17: limits.time must be a duration with its unit, such as 10us or 1.5ms, not '60'")]
    [TestCase("device: { sim: { vendor-rfc: { save-disables: yes } } }\ncombinations: { a: { commands: hmlm, medium: shared } }",
        "p.yaml:1:47: device.sim.vendor-rfc.save-disables must be true or false, not 'yes'")]
    [TestCase("device: { sim: {} }\ncombinations: [a]", "p.yaml:2:15: combinations must be a mapping, not a list")]
    [TestCase(Good + "defaults: 3", "p.yaml:4:11: defaults must be a mapping, with keys of a combination")]

    // Values
    [TestCase(Good + "guest: { depth: 0 }", "p.yaml:4:17: guest.depth must be 1 to 65534, not 0")]
    [TestCase(Good + "guest: { depth: 99999999999999999999 }",
        "p.yaml:4:17: guest.depth must be 0 to 2147483647, not 99999999999999999999")]
    [TestCase(Good + "guest: { io-sizes: [] }", "p.yaml:4:20: guest.io-sizes must have at least 1 of them")]
    [TestCase(Good + "guest: { memory: 4KiB }", "p.yaml:4:18: guest.memory must be 64KiB to 1TiB, not 4KiB")]
    [TestCase(Good + "seed: -1", "p.yaml:4:7: seed must be 0 to 18446744073709551615, not -1")]
    [TestCase(Good + "name: a/b", "p.yaml:4:7: name must match [A-Za-z0-9._-]+, which 'a/b' does not")]
    [TestCase(Good + "clock: vitrual", "p.yaml:4:8: clock must be one of virtual, real, not 'vitrual'; the nearest is 'virtual'")]
    [TestCase(Good + "clock: Virtual", "p.yaml:4:8: clock must be one of virtual, real, not 'Virtual'; the nearest is 'virtual'")]

    [TestCase("device: { sim: { topology: { virtual-functions: 1025 } } }\ncombinations: { a: { commands: hmlm, medium: shared } }",
        "p.yaml:1:49: device.sim.topology.virtual-functions must be 0 to 1024, not 1025")]
    [TestCase("device: { sim: { namespaces: [{ block-size: 1000 }] } }\ncombinations: { a: { commands: hmlm, medium: shared } }",
        "p.yaml:1:33: block-size must be 512 or 4096, not 1000", true)]
    [TestCase("device: { sim: { namespaces: [{ metadata-size: 8 }] } }\ncombinations: { a: { commands: hmlm, medium: shared } }",
        "p.yaml:1:33: the guest has no metadata of its own: metadata-size must be 0, or 8 with a protection-type, for combinations", true)]
    [TestCase("device: { sim: { namespaces: [{ metadata-size: 64, protection-type: 1 }] } }\ncombinations: { a: { commands: hmlm, medium: shared } }",
        "p.yaml:1:33: the guest has no metadata of its own: metadata-size must be 0, or 8 with a protection-type, for combinations", true)]

    // Not YAML, or not a profile
    [TestCase("", "p.yaml:1:1: a profile is a mapping of keys to values; there is none here")]
    [TestCase("just text", "p.yaml:1:1: a profile is a mapping of keys to values; there is none here")]
    [TestCase("a: [1, 2", "p.yaml:2:1: not valid YAML: While parsing a flow sequence, did not find expected ',' or ']'")]
    [TestCase("a: *nowhere", "p.yaml:1:4: not valid YAML: nothing is named &nowhere")]
    [TestCase(Good + "--- \nb: 1", "p.yaml:4:1: a profile is one document; a second one begins here")]
    [TestCase("? [a]\n: 1", "p.yaml:1:3: not valid YAML: a key must be a plain word")]
    public void EachMistakeIsToldWithItsPlace(string yaml, string expected, bool amongOthers = false) =>
        Assert.That(_folder.Errors(yaml), amongOthers ? Does.Contain(expected) : Is.EqualTo(new[] { expected }));

    [Test]
    public void AllMistakesAreToldAtOnceInTheirOrder() =>
        Assert.That(
            _folder.Errors("""
                clock: no
                device: { sim: { fault: 1 } }
                combinations: { a: { commands: hmlm, medium: shred } }
                guest: { depth: 0 }
                """),
            Is.EqualTo(new[]
            {
                "p.yaml:1:8: clock must be one of virtual, real, not 'no'; the nearest is 'real'",
                "p.yaml:2:18: unknown key 'fault' in device.sim; the nearest is 'faults'",
                "p.yaml:3:46: combinations.a.medium must be one of local, shared, not 'shred'; the nearest is 'shared'",
                "p.yaml:4:17: guest.depth must be 1 to 65534, not 0",
            }));

    [Test]
    public void AFileThatIsNotThereIsTold() =>
        Assert.That(ProfileFile.Load(_folder.PathOf("absent.yaml")).Errors.Select(_folder.Plain),
            Is.EqualTo(new[] { "absent.yaml: no such file" }));

    [Test]
    public void DeepNestingIsRefusedAndDoesNotOverflow() =>
        Assert.That(
            _folder.Errors("a: " + new string('[', 100_000)), Is.EqualTo(new[] { "p.yaml:1:67: not valid YAML: nested too deeply" }));

    [Test]
    public void ADefaultThatIsWrongIsToldOnce() =>
        Assert.That(
            _folder.Errors("""
                device: { sim: {} }
                defaults: { cycles: 0 }
                combinations:
                  a: { commands: hmlm, medium: shared }
                  b: { commands: hmlm, medium: shared }
                """),
            Is.EqualTo(new[] { "p.yaml:2:21: combinations.a.cycles must be 1 to 1000000, not 0" }));

    // Parts that do not fit each other
    [TestCase("guest: { mix: { read: 50 } }", "", "p.yaml:3:10: the percentages of mix must sum to 100, not 50")]
    [TestCase("guest: { mode: open }", "", "p.yaml:3:10: an open loop needs its rate, commands per second")]
    [TestCase("guest: { rate: 5 }", "", "p.yaml:3:10: rate belongs to mode: open")]
    [TestCase("guest: { region: 1TiB }", "", "p.yaml:3:10: region is more than the namespace, which has 256MiB")]
    [TestCase("guest: { io-sizes: [512] }", "", "p.yaml:3:10: io-sizes must be multiples of the block size 4096, which 512B is not")]
    [TestCase("guest: { io-sizes: [2MiB] }", "",
        "p.yaml:3:10: io-sizes must not exceed the device's largest transfer of 1MiB, which 2MiB does")]
    [TestCase("guest: { queues: 17 }", "", "p.yaml:3:10: a VF of this device has at most 16 I/O queue pairs, not 17")]
    [TestCase("guest: { depth: 1024 }", "", "p.yaml:3:10: a queue of this device takes at most 1023 commands, not 1024")]
    [TestCase("guest: { depth: 8, entries: 8 }", "", "p.yaml:3:20: entries must be more than depth, which is 8")]
    [TestCase("guest: { entries: 1025 }", "", "p.yaml:3:10: a queue of this device has at most 1024 entries, not 1025")]
    [TestCase("guest: { events: 9 }", "", "p.yaml:3:10: this device takes at most 8 event requests, not 9")]
    [TestCase("guest: { memory: 64KiB }", "",
        "p.yaml:3:10: memory must be at least 200KiB for 1 queue pairs of depth 16 and commands of 4KiB")]
    [TestCase("copy: { state-chunk: 6 }", "", "p.yaml:3:9: state-chunk must be a multiple of 4")]
    [TestCase("copy: { chunk: 1KiB }", "", "p.yaml:3:9: chunk must be a multiple of the block size 4096")]
    [TestCase("", "admin-queue: carried",
        "p.yaml:2:54: admin-queue: carried needs a vendor part of the state that holds it: "
        + "device.sim.migration.vendor-state with supported and admin-queue true")]
    [TestCase("", "dirty: tracked", "p.yaml:2:54: dirty belongs to medium: local; a shared medium is not copied")]
    [TestCase("", "cancel-after-save: resume", "p.yaml:2:54: cancel-after-save belongs to commands: vendor-rfc")]
    [TestCase("", "cancel-after: suspend, break-at: save", "p.yaml:2:77: a cycle is either cancelled or broken: cancel-after or break-at")]
    [TestCase("", "cancel-after: verify", "p.yaml:2:54: cancel-after must be a step before resume, the commit point, not verify")]
    [TestCase("", "break-at: verify", "p.yaml:2:54: break-at must be resume or a step before it, not verify")]
    [TestCase("", "cancel-after: bulk-copy", "p.yaml:2:54: cancel-after: the step bulk-copy is not part of such a migration")]
    [TestCase("", "vfio: {}", "p.yaml:2:54: vfio belongs to commands: vfio")]
    [TestCase("", "from-vf: 4, vfs: 2", "p.yaml:2:54: from-vf: VF 5 is needed, and the device has 4")]
    public void PartsThatDoNotFitAreToldWithTheirPlace(string section, string keys, string expected)
    {
        var errors = _folder.Errors($$"""
            device: { sim: {} }
            combinations: { a: { commands: hmlm, medium: shared, {{keys}} } }
            {{section}}
            """);
        Assert.That(errors, Does.Contain(expected));
    }

    [TestCase("topology: { virtual-functions: 1024, vf-stride: 100 }", 30, "topology: functions beyond requester identifier FFFFh")]
    [TestCase("topology: { vf-stride: 0 }", 30, "topology.vf-stride must be 1 or more")]
    [TestCase("topology: { first-controller-id: 65535 }", 30, "topology: controllers beyond identifier FFEFh")]
    [TestCase("resources: { primary-vectors: 2000, flexible-vectors: 100 }", 54, "resources: more than 2048 vectors")]
    [TestCase("resources: { flexible-queues: 0, secondary-private: 1 }", 51, "resources.secondary-private must be 2 or more")]
    [TestCase("capabilities: { mps-min: 5 }", 34, "capabilities.mps-min must not be above mps-max")]
    [TestCase("capabilities: { maximum-namespaces: 1 }, namespaces: [{}, {}]", 59, "namespaces: more than capabilities.maximum-namespaces")]
    [TestCase("namespaces: [{ protection-type: 1 }]", 33, "namespaces[0]: protection information needs 8 bytes of metadata")]
    [TestCase("namespaces: [{}, { capacity: 70000 }]", 37, "namespaces[1].capacity must not be above blocks")]
    [TestCase("timing: { function-reset: 101ms }", 28, "timing.function-reset must be at most 100 ms")]
    [TestCase("migration: { maximum-granularity: 31 }", 31, "migration.maximum-granularity must be at most 30")]
    [TestCase("migration: { minimum-granularity: 10 }", 31, "migration.minimum-granularity must not be above maximum-granularity")]
    [TestCase("local-memory: { buffer: { bytes: 5000 } }", 44, "local-memory.buffer.bytes must be whole 4 KiB, at most 1 GiB")]
    [TestCase("local-memory: { buffer: { submission-queues: false } }", 44, "local-memory.buffer: lists need submission-queues")]
    [TestCase("local-memory: { region: { bytes: 12288 } }", 44, "local-memory.region.bytes must be a power of two of 4 KiB to 1 GiB")]
    [TestCase("vendor-rfc: { save-opcode: 128 }", 32, "vendor-rfc.save-opcode must be C0h to FFh")]
    [TestCase("vendor-rfc: { save-opcode: 196 }", 32, "vendor-rfc.save-opcode must not be C4h, which query-opcode is")]
    [TestCase("vendor-rfc: { size-unit: 0 }", 32, "vendor-rfc.size-unit must be 1 to 4096")]
    [TestCase("vendor-rfc: { capability-offset: 5000 }", 32, "vendor-rfc.capability-offset must be 3072 to 4095")]
    public void ADeviceThatCannotBeIsToldWithItsPlace(string keys, int column, string expected)
    {
        const string combinations = "combinations: { a: { commands: hmlm, medium: shared } }";
        Assert.That(_folder.Errors($"device: {{ sim: {{ {keys} }} }}\n{combinations}"), Does.Contain($"p.yaml:1:{column}: device.sim.{expected}"));
        Assert.That(
            _folder.Errors($"device:\n  sim: {{}}\n  sim-destination: {{ {keys} }}\n{combinations}"),
            Has.Some.StartsWith("p.yaml:3:").And.EndsWith($": device.sim-destination.{expected}"));
        Assert.That(
            _folder.Errors($"device: {{ sim: {{}} }}\ncases: {{}}\ndevices: {{ other: {{ {keys} }} }}"),
            Has.Some.StartsWith("p.yaml:3:").And.EndsWith($": devices.other.{expected}"));
    }

    [TestCase("medium: local", "p.yaml:2:20: vfio reports no changed blocks; with medium: local, dirty must be host-noted or copy-while-suspended")]
    [TestCase("medium: local, dirty: tracked",
        "p.yaml:2:53: vfio reports no changed blocks; with medium: local, dirty must be host-noted or copy-while-suspended")]
    [TestCase("medium: shared, vfio: { over: vendor-rfc, pre-copy: true }",
        "p.yaml:2:80: over vendor-rfc the state can be read only once it is stopped; pre-copy needs over: hmlm")]
    [TestCase("medium: shared, vfio: { arc: as-posted }", "p.yaml:2:62: the series has these arcs over vendor-rfc, and without peer-to-peer")]
    [TestCase("medium: shared, vfio: { over: vendor-rfc }, cancel-after-save: impossible",
        "p.yaml:2:82: a VFIO device in STOP can always go back to RUNNING; impossible is not possible")]
    [TestCase("medium: shared, vfio: { over: vendor-rfc }, guest-memory: copied", "p.yaml:2:82: vendor-rfc tracks no memory; guest-memory must be same")]
    public void WhatIsBehindVfioCannotDoMoreThanItsCommandSet(string keys, string expected) =>
        Assert.That(
            _folder.Errors($$"""
                device: { sim: { vendor-rfc: {} } }
                combinations: { a: { commands: vfio, {{keys}} } }
                """),
            Is.EqualTo(new[] { expected }));

    [TestCase("admin-queue: mediated, medium: shared",
        "p.yaml:2:44: vendor-rfc carries the admin queue in its state; it cannot be mediated")]
    [TestCase("medium: local",
        "p.yaml:2:20: vendor-rfc tracks no user data; with medium: local, dirty must be host-noted or copy-while-suspended")]
    [TestCase("dirty: tracked, medium: local",
        "p.yaml:2:44: vendor-rfc tracks no user data; with medium: local, dirty must be host-noted or copy-while-suspended")]
    [TestCase("guest-memory: copied, medium: shared", "p.yaml:2:44: vendor-rfc tracks no memory; guest-memory must be same")]
    public void VendorCommandsCannotDoWhatTheyHaveNoCommandFor(string keys, string expected) =>
        Assert.That(
            _folder.Errors($$"""
                device: { sim: { vendor-rfc: {} } }
                combinations: { a: { commands: vendor-rfc, {{keys}} } }
                """),
            Is.EqualTo(new[] { expected }));
}
