using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;
using Conformance.Sim;
using NUnit.Framework;

namespace Conformance.Self.Driver;

/// <summary>What a primary controller's driver does for virtual functions, on the simulated subsystem.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class VirtualizationTests : IDisposable
{
    private readonly World _world = new(ClockKind.Virtual, timeLimit: 600_000_000_000, stepLimit: 5_000_000);
    private readonly GuestMemory _guest = new("guest", 4 << 20);
    private SimulatedSide _side = null!;

    public void Dispose()
    {
        _guest.Dispose();
        _side?.Dispose();
    }

    private void Run(Func<Task> test, SimulatedDevice? device = null)
    {
        var pair = SimulatedPair.Create(_world, new SimulatedPairOptions { Device = device ?? new SimulatedDevice() });
        _side = new SimulatedSide(_world, pair.Source);
        _world.Run(async () =>
        {
            await _side.StartAsync();
            await test();
        });
    }

    [Test]
    public void Virtual_functions_appear_where_the_capability_says_and_go_again() => Run(async () =>
    {
        Assert.That(_side.Vfs.Select(f => f.Requester), Is.EqualTo(new[] { _side.Sriov.RequesterOf(1), _side.Sriov.RequesterOf(2) }));
        Assert.That((await _side.Sriov.EnableAsync(_side.Bus, 1)).Outcome.Reason, Does.Contain("enabled already"));
        await _side.Sriov.DisableAsync();
        Assert.That((_side.Sriov.NumVfs, _side.Bus.Find(_side.Vfs[0].Requester)), Is.EqualTo((0, (IFunction?)null)));
        var (outcome, _) = await _side.Sriov.EnableAsync(_side.Bus, 99);
        Assert.That(outcome.ToString(), Is.EqualTo("enable VFs: 99 VFs asked for, TotalVFs is 4"));
    });

    [Test]
    public void A_secondary_controller_comes_online_with_the_resources_it_was_given() => Run(async () =>
    {
        var controller = await _side.BringUpAsync(1, _guest, 0x10_0000);
        var (_, entry) = await _side.Secondaries.FindAsync(1);
        Assert.That((entry.Scid, entry.Scs.Online, entry.Nvq, entry.Nvi), Is.EqualTo((controller, true, (ushort)5, (ushort)5)));
        Assert.That(MsixTable.Find(_side.Vfs[0])!.Count, Is.EqualTo(5), "the reset made the table follow");
        SimulatedSide.Ok(await _side.NewHost(1).StartAsync());
    });

    [Test]
    public void The_step_that_was_refused_is_named_with_its_status() => Run(async () =>
    {
        var (_, entry) = await _side.Secondaries.FindAsync(1);
        var outcome = await _side.Secondaries.BringUpAsync(_side.Vfs[0], entry.Scid, 1000, 5);
        Assert.That(outcome.ToString(), Is.EqualTo(
            $"assign 1000 VQ resources to controller {entry.Scid}: Invalid Number of Controller Resources (1/21h)"));
        SimulatedSide.Ok(await _side.Secondaries.OfflineAsync(entry.Scid));
        Assert.That((await _side.Secondaries.OnlineAsync(entry.Scid)).Status, Is.EqualTo(Status.InvalidSecondaryControllerState));
        Assert.That((await _side.Secondaries.OfflineAsync(0x7777)).Status, Is.EqualTo(Status.InvalidControllerIdentifier));
        Assert.That((await _side.Secondaries.FindAsync(77)).Outcome.Reason, Does.Contain("no entry for VF 77"));
    });

    [Test]
    public void A_namespace_lives_from_create_to_delete() => Run(async () =>
    {
        var (created, nsid) = await _side.Namespaces.CreateAsync(new NamespaceManagementData { Nsze = 1024, Ncap = 1024 });
        if (created.Status == Status.InvalidOpcode) Assert.Ignore("The simulated device has no Namespace Management.");
        SimulatedSide.Ok(created);
        var own = _side.Pf.Identity.Cntlid;
        Assert.That((await _side.Namespaces.ListAsync()).Value, Has.No.Member(nsid));
        Assert.That((await _side.Namespaces.ListAsync(allocated: true)).Value, Has.Member(nsid));
        SimulatedSide.Ok(await _side.Namespaces.AttachAsync(nsid, own));
        Assert.That((await _side.Namespaces.ListAsync()).Value, Has.Member(nsid));
        Assert.That((await _side.Namespaces.AttachAsync(nsid, own)).Status, Is.EqualTo(Status.NamespaceAlreadyAttached));
        SimulatedSide.Ok(await _side.Namespaces.DetachAsync(nsid, own));
        SimulatedSide.Ok(await _side.Namespaces.DeleteAsync(nsid));
        Assert.That((await _side.Namespaces.ListAsync(allocated: true)).Value, Has.No.Member(nsid));
    });

    [Test]
    public void A_namespace_is_detached_and_attached_again() => Run(async () =>
    {
        var own = _side.Pf.Identity.Cntlid;
        SimulatedSide.Ok(await _side.Namespaces.DetachAsync(1, own));
        Assert.That((await _side.Namespaces.ListAsync()).Value, Is.Empty);
        Assert.That((await _side.Namespaces.DetachAsync(1, own)).Status, Is.EqualTo(Status.NamespaceNotAttached));
        SimulatedSide.Ok(await _side.Namespaces.AttachAsync(1, own));
        Assert.That((await _side.Namespaces.ListAsync()).Value, Is.EqualTo(new[] { 1u }));
        Assert.That((await _side.Namespaces.AttachAsync(1, own)).Status, Is.EqualTo(Status.NamespaceAlreadyAttached));
    });

    [Test]
    public void Queues_in_scattered_pages_and_shared_ones_carry_io_on_the_simulated_device() => Run(async () =>
    {
        Assert.That((await _side.Pf.SetQueueCountAsync(3)).IsOk, Is.True);
        var specs = new[]
        {
            new IoQueueSpec(1, 300, 600) { Contiguous = false, Vector = 1 },
            new IoQueueSpec(2, 16, 16) { SharedCqid = 1 },
            new IoQueueSpec(3, 4, 32) { Vector = 1, Priority = 2 },
        };
        var buffer = _side.Pf.Memory.Rent(65536);
        foreach (var spec in specs)
        {
            var (outcome, path) = await _side.Pf.CreateIoPathAsync(spec, 20);
            SimulatedSide.Ok(outcome);
            for (var i = 0; i < 700; i++)
            {
                var answer = await path!.ExecuteAsync(_world, NvmCommand.Read(1, (ulong)i, 7), buffer.Slice(0, 8 * 4096));
                Assert.That(answer.IsOk, Is.True, answer.ToString());
            }

            Assert.That((path!.Strays.Count, path.Queue.BadHeads), Is.EqualTo((0, 0L)));
        }
    });

    [Test]
    public void Every_kind_of_data_pointer_brings_the_same_bytes([Values] DataPointerKind kind) => Run(async () =>
    {
        using var memory = new GuestMemory("VF", 4 << 20);
        await _side.BringUpAsync(1, memory, 0x10_0000);
        var space = new AddressSpace("VF");
        space.Add(0x10_0000, memory);
        var vf = new NvmeController(
            _world, _side.Vfs[0], new DriverMemory(space, new PageAllocator(0x10_0000, memory.Length)),
            new NvmeControllerOptions { DataPointers = kind });
        SimulatedSide.Ok(await vf.StartAsync());
        await vf.SetQueueCountAsync(1);
        var (outcome, path) = await vf.CreateIoPathAsync(new IoQueueSpec(1, 16, 16) { Vector = 1 }, 8);
        SimulatedSide.Ok(outcome);
        var written = vf.Memory.Rent(16 * 4096);
        var bytes = Enumerable.Range(0, written.Length).Select(i => (byte)(i * 7 % 253)).ToArray();
        written.Write(bytes);
        var read = vf.Memory.Rent(16 * 4096);
        Assert.That((await path!.ExecuteAsync(_world, NvmCommand.Write(1, 3, 15), written)).IsOk, Is.True);
        Assert.That((await path!.ExecuteAsync(_world, NvmCommand.Read(1, 3, 15), read)).IsOk, Is.True);
        Assert.That(read.Read().SequenceEqual(bytes), Is.True);
    });
}
