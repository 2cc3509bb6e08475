using Conformance.Device;
using Conformance.Migration;
using Conformance.Testbed;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>The emulator's command line. What it cannot see: whether an emulator takes it; each boot shows that.</summary>
[TestFixture]
public sealed class BedMachineTests
{
    [Test]
    public void OneSubsystemHasOneSerialNumberAndItsNamespacesOnce()
    {
        var words = Words(new TestbedOptions());
        Assert.That(Devices(words, "nvme,"), Has.Count.EqualTo(2).And.All.Contain("serial=TESTBED0,subsys=subsys0"));
        Assert.That(Devices(words, "nvme-subsys,"), Has.Count.EqualTo(1));
        Assert.That(Devices(words, "nvme-ns,"), Has.Count.EqualTo(2).And.All.Contain("bus=pf0").And.All.Contain("detached=on"));
    }

    [Test]
    public void TwoSubsystemsHaveNamespacesOfOneIdentityEach()
    {
        var words = Words(new TestbedOptions { Subsystems = 2, Namespaces = [Size.MiB(64)], BlockSize = Size.KiB(4) });
        var controllers = Devices(words, "nvme,");
        Assert.That(controllers[0], Does.Contain("serial=TESTBED0,subsys=subsys0,bus=rp0"));
        Assert.That(controllers[1], Does.Contain("serial=TESTBED1,subsys=subsys1,bus=rp1"));
        var namespaces = Devices(words, "nvme-ns,");
        Assert.That(namespaces.Select(it => it.Split(',').Single(part => part.StartsWith("bus=", StringComparison.Ordinal))), Is.EqualTo(new[] { "bus=pf0", "bus=pf1" }));
        Assert.That(namespaces.Select(it => it.Split(',').Single(part => part.StartsWith("uuid=", StringComparison.Ordinal))).Distinct().ToList(), Has.Count.EqualTo(1));
        Assert.That(namespaces, Has.All.Contain("logical_block_size=4096"));
    }

    [Test]
    public void ThePropertiesOfTheProfileAreThoseOfEachController() =>
        Assert.That(Devices(Words(new TestbedOptions { Controller = "hmlms=on,mdts=5" }), "nvme,"), Has.All.EndsWith(",hmlms=on,mdts=5"));

    [Test]
    public void AUsersWordsComeLastAndMayChooseTheAccelerator()
    {
        var accelerated = Words(new TestbedOptions(), "-accel", "kvm");
        Assert.That(accelerated, Does.Not.Contain("tcg,thread=multi").And.Contain("max"), "a processor that exists is left as it is");
        Assert.That(accelerated, Has.None.Contain("mitigations"));
        var words = Words(new TestbedOptions(), "-global", "nvme.hmlms=on");
        Assert.That(words, Does.Contain("tcg,thread=multi").And.Not.Contain("max").And.Some.Contain("erms=off").And.Some.Contain("mitigations=off"));
        Assert.That(words.TakeLast(2), Is.EqualTo(new[] { "-global", "nvme.hmlms=on" }));
    }

    [Test]
    public void EachVirtualFunctionCanHaveFiveQueuesAndVectors([Values(1, 2, 7)] int count)
    {
        var controller = Devices(Words(new TestbedOptions { VirtualFunctions = count }), "nvme,")[0];
        int Property(string name) => int.Parse(controller.Split(',').Single(it => it.StartsWith($"{name}=", StringComparison.Ordinal))[(name.Length + 1)..]);
        Assert.That(Property("sriov_vq_flexible"), Is.AtLeast(5 * count));
        Assert.That(Property("sriov_vi_flexible"), Is.AtLeast(5 * count));
        Assert.That(Property("max_ioqpairs"), Is.AtLeast(Property("sriov_vq_flexible") + 2), "what the emulator asks for");
        Assert.That(Property("msix_qsize"), Is.AtLeast(Property("sriov_vi_flexible") + 1), "likewise");
    }

    private static List<string> Devices(IReadOnlyList<string> words, string kind) =>
        [.. words.Where((word, i) => i > 0 && words[i - 1] == "-device" && word.StartsWith(kind, StringComparison.Ordinal))];

    private static IReadOnlyList<string> Words(TestbedOptions options, params string[] more) => new BedMachine
    {
        Options = options, Emulator = ["qemu"], More = more, Kernel = new Kernel("/boot/vmlinuz", "6", null), Folder = "/tmp/bed", Reports = null,
    }.Words();
}
