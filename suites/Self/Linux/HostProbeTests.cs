using Conformance.Linux;
using Conformance.Nvme;
using Conformance.Runner;
using Conformance.Runner.Commands;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>What <c>probe</c> says of a machine, on trees that are not there.</summary>
[TestFixture]
public sealed class HostProbeTests
{
    private FakeKernel _kernel = null!;

    [SetUp]
    public void Create()
    {
        _kernel = FakeKernel.Create();
        _kernel.Put("/proc/sys/kernel/osrelease", "6.12.0");
        _kernel.Put("/dev/vfio/vfio", "");
    }

    [TearDown]
    public void Remove() => _kernel.Dispose();

    [Test]
    public void Both_ways_are_possible_where_nothing_is_missing()
    {
        var functions = Probe().Functions();
        Assert.That(functions.Select(it => (it.Address, it.Serial, it.Node)), Is.EqualTo(new[] { (FakeKernel.PfA, "SN0", "/dev/nvme0"), (FakeKernel.PfB, "SN1", "/dev/nvme1") }));
        Assert.That(functions[0].Levels.Select(it => it.Missing.Count == 0), Is.EqualTo(new[] { true, true, false }));
        Assert.That(functions[0].Levels[2].Missing[0].What, Does.Contain("vfio_pci:v00001B36d00000010"));
    }

    [Test]
    public void What_is_missing_is_told_with_the_command_that_helps()
    {
        _kernel.Put($"{KernelTree.PciDevices}/{FakeKernel.PfA}/sriov_numvfs", "2");
        _kernel.Put("/proc/swaps", "/dev/nvme1n1 partition");
        var functions = Probe().Functions();
        Assert.That(functions[0].Levels[0].Missing.Select(it => it.Command), Has.Member($"echo 0 > {KernelTree.PciDevices}/{FakeKernel.PfA}/sriov_numvfs"));
        Assert.That(functions[0].InUse, Is.Empty);
        Assert.That(functions[0].Levels[0].Missing.Select(it => it.What), Has.Member("a device that nobody uses: /dev/nvme1n1 is swap"), "its subsystem's disks are its own");
        Assert.That(functions[1].InUse, Is.EqualTo(new[] { "/dev/nvme1n1 is swap" }));
        Assert.That(functions[1].Levels.All(it => it.Missing.Count > 0), "one in use is not to be had in any way");
    }

    [Test]
    public void A_variant_driver_is_found_by_its_alias_and_asked_for_unless_it_is_loaded()
    {
        _kernel.Put("/lib/modules/6.12.0/modules.alias", "alias vfio_pci:v00001B36d00000010sv*sd*bc*sc*i* nvme_vfio_pci");
        Assert.That(Probe().Functions()[0].Levels[2].Missing.Select(it => it.Command), Is.EqualTo(new[] { "modprobe nvme_vfio_pci" }));
        _kernel.Put($"{KernelTree.PciDrivers}/nvme-vfio-pci/bind", "");
        Assert.That(Probe().Functions()[0].Levels[2].Missing, Is.Empty);
    }

    /// <summary>VFs have an identity of their own, which is whose driver is looked for.</summary>
    [Test]
    public void A_variant_driver_is_one_of_the_VFs()
    {
        _kernel.Put($"{KernelTree.PciDevices}/{FakeKernel.PfA}/sriov_vf_device", "11");
        _kernel.Put("/lib/modules/6.12.0/modules.alias", "alias vfio_pci:v00001B36d00000011sv*sd*bc*sc*i* nvme_vfio_pci");
        Assert.That(Probe().Functions()[0].Levels[2].Missing.Select(it => it.Command), Is.EqualTo(new[] { "modprobe nvme_vfio_pci" }));
        Assert.That(Probe().Functions()[1].Levels[2].Missing[0].What, Does.Contain("vfio_pci:v00001B36d00000010"));
    }

    [Test]
    public void What_a_device_offers_is_its_own_word()
    {
        var identity = new IdentifyController { Oacs = new() { HostManagedLiveMigration = true }, Trattr = new() { UserDataChanges = true } };
        var offers = new HostProbe(_kernel, _ => identity, _ => null, _ => false).Functions()[0].Offers;
        Assert.That(offers[0], Does.StartWith("Host Managed Live Migration (OACS bit 11): yes"));
        Assert.That(offers[1], Is.EqualTo("user data tracking yes, memory tracking no (TRATTR)"));
        Assert.That(Probe().Functions()[0].Offers, Is.EqualTo(new[] { "it could not be asked (Identify Controller): run as root" }));
    }

    [Test]
    public void The_command_prints_it_and_ends_with_69_where_nothing_is_to_be_had()
    {
        using var told = new StringWriter();
        var services = new Services
        {
            Out = told, Error = told, IsTerminal = false, Time = TimeProvider.System, Root = ".", Defects = Composition.Defects, Bench = Composition.Bench,
        };
        Assert.That(ProbeCommand.Run(Probe(), services), Is.EqualTo(ExitCode.Conformant));
        Assert.That(told.ToString(), Does.Contain("0000:01:00.0  Model, serial SN0, /dev/nvme0, 0 of 4 VFs enabled").And.Contain("level 2: possible"));
        _kernel.Put($"{KernelTree.PciDevices}/{FakeKernel.PfA}/sriov_numvfs", "2");
        _kernel.Put($"{KernelTree.PciDevices}/{FakeKernel.PfB}/sriov_numvfs", "2");
        Assert.That(ProbeCommand.Run(Probe(), services), Is.EqualTo(ExitCode.Unavailable));
    }

    private HostProbe Probe() => new(_kernel, _ => null, _ => null, _ => false);
}
