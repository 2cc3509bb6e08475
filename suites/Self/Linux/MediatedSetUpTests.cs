using Conformance.Device;
using Conformance.Linux;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Linux;

/// <summary>Devices that the kernel makes out of nothing: what is missing is told, each is noted before it is made, and what was made is taken away.</summary>
public sealed class MediatedSetUpTests
{
    private const string Types = "/sys/class/mdev_bus/mtty/mdev_supported_types/mtty-2";
    private FakeKernel _kernel = null!;
    private string _record = "";

    [SetUp]
    public void Begin()
    {
        _kernel = FakeKernel.Create();
        _record = Path.Combine(Directory.CreateTempSubdirectory("mediated").FullName, "undo.jsonl");
    }

    [TearDown]
    public void End()
    {
        _kernel.Dispose();
        Directory.Delete(Path.GetDirectoryName(_record)!, recursive: true);
    }

    [Test]
    public void Without_the_driver_it_says_what_would_help() =>
        Assert.That(SetUp().Obstacles(), Has.One.Contains("no driver makes mtty-2: modprobe mtty"));

    [Test]
    public void Where_too_few_are_left_it_says_how_many_are_needed()
    {
        _kernel.Put($"{Types}/create", "");
        _kernel.Put($"{Types}/available_instances", "3");
        Assert.That(SetUp().Obstacles(), Is.EqualTo(new[] { $"{Types}/available_instances is 3, and 4 are needed" }));
    }

    [Test]
    public void What_was_made_is_taken_away_the_last_first()
    {
        _kernel.Put($"{Types}/create", "");
        _kernel.Put($"{Types}/available_instances", "12");
        Assert.That(SetUp().Obstacles(), Is.Empty);
        using var record = UndoRecord.Begin(_record, "boot");
        SetUp().Run(record);
        Assert.That(_kernel.Read($"{Types}/create"), Is.EqualTo($"{MediatedDevices.IdOf(4)}"));
        var folders = Enumerable.Range(1, MediatedDevices.Count).Select(it => $"{MediatedSetUp.Devices}/{MediatedDevices.IdOf(it)}").ToList();
        // The third was not made: the run ended between its note and the making.
        foreach (var folder in folders.Where((_, i) => i != 2)) _kernel.Put($"{folder}/remove", "");
        var told = new List<string>();
        Assert.That(new Undo(_kernel, new DeviceReach(_kernel), "boot").Run(record, it => told.Add(it.Where)), Is.Empty);
        Assert.That(told, Is.EqualTo(Enumerable.Reverse(folders)));
        Assert.That(folders.Select(it => _kernel.Read($"{it}/remove")), Is.EqualTo(new[] { "1", "1", null, "1" }));
    }

    /// <summary>Another boot knows nothing of them.</summary>
    [Test]
    public void At_the_next_boot_there_is_nothing_to_take_away()
    {
        var folder = $"{MediatedSetUp.Devices}/{MediatedDevices.IdOf(1)}";
        _kernel.Put($"{folder}/remove", "");
        using var record = UndoRecord.Begin(_record, "boot");
        record.Add(new Change { Kind = ChangeKind.Made, Where = folder, After = "mtty-2" });
        Assert.That(new Undo(_kernel, new DeviceReach(_kernel), "another").Run(record), Is.Empty);
        Assert.That(_kernel.Read($"{folder}/remove"), Is.Empty);
    }

    [TestCase("clock: virtual\ndevice: { mediated: {} }\ncases: {}", "clock must be real")]
    [TestCase("clock: real\ndevice: { mediated: {}, sim: {} }\ncases: {}", "device is either sim or mediated")]
    [TestCase("clock: real\ndevice: { mediated: { type: vfio } }\ncases: {}", "device.mediated.type must match mtty-[12]")]
    [TestCase(
        "clock: real\ndevice: { mediated: {} }\ncombinations: { a: { commands: vfio, medium: shared } }",
        "mtty-2 is no NVMe controller: device.mediated has cases, and no combinations")]
    public void A_profile_of_them_is_held_against_itself(string text, string expected) =>
        Assert.That(ProfileFile.Load("p.yaml", read: _ => text).Errors.Select(it => it.ToString()), Has.Some.Contains(expected));

    private MediatedSetUp SetUp() => new(_kernel, new MediatedDevices());
}
