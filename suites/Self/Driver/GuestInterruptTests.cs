using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Driver;

/// <summary>MSI-X and PCI Command as the guest sees them, while the function behind it changes.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class GuestInterruptTests : IDisposable
{
    private readonly FakeBench _bench = new();
    private readonly FakeFunction _source;
    private readonly FakeFunction _destination;

    public GuestInterruptTests()
    {
        _source = _bench.NewFunction("source");
        _destination = _bench.NewFunction("destination");
    }

    public void Dispose() => _bench.Dispose();

    [Test]
    public void What_the_guest_writes_into_its_table_it_reads_back_and_the_device_has_it()
    {
        var guest = new GuestFunction("guest", _source);
        var table = MsixTable.Find(guest)!;
        var entry = new MsixTableEntry { Address = 0xFEE0_1000_0000_0010, Data = 0x4321 };
        table.Write(3, entry);
        table.Control = new MsixControl { Enable = true };
        Assert.That((table.Read(3), MsixTable.Find(_source)!.Read(3)), Is.EqualTo((entry, entry)));
        Assert.That(_source.MsixControl.Enable, Is.True);
        Assert.That(table.Read(2).Control.Masked, Is.True);
        Assert.That(table.Count, Is.EqualTo(FakeFunction.Vectors));
    }

    [Test]
    public void A_carried_guest_moves_with_table_masks_command_and_bindings()
    {
        var guest = new GuestFunction("guest", _source);
        var signals = Enumerable.Range(0, 3).Select(_ => new Signal(_bench.World)).ToList();
        for (var vector = 0; vector < 3; vector++) guest.BindInterrupt(vector, signals[vector]);
        var table = MsixTable.Find(guest)!;
        table.Mask(1, true);
        PciConfig.Enable(guest);
        _source.Raise(1);
        Assert.That(table.IsPending(1), Is.True);

        var state = guest.Save();
        guest.MoveTo(_destination, state);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((state.Bound, state.Pending), Is.EqualTo((new[] { 0, 1, 2 }, new[] { 1 })));
            Assert.That(_destination.IsBusMaster, Is.True);
            Assert.That((_destination.IsMasked(0), _destination.IsMasked(1), _destination.IsMasked(3)), Is.EqualTo((false, true, true)));
            Assert.That(table.IsPending(1), Is.True, "pending moved along");
            Assert.That((_source.IsBound(0), _destination.IsBound(0)), Is.EqualTo((false, true)));
        }

        _destination.Raise(0);
        Assert.That(signals.Select(s => s.Count), Is.EqualTo(new[] { 1L, 0, 0 }));
        table.Mask(1, false);
        Assert.That(signals.Select(s => s.Count), Is.EqualTo(new[] { 1L, 1, 0 }), "sent once unmasked");
        Assert.That(table.IsPending(1), Is.False);
    }

    [Test]
    public void The_function_mask_holds_interrupts_of_every_vector([Values] bool mediated) => _bench.Run(async () =>
    {
        var host = new NvmeController(_bench.World, _source, _bench.Host);
        await host.StartAsync();
        var guest = mediated ? new GuestFunction(_bench.World, "guest", host, _bench.GuestSpace) : new GuestFunction("guest", _source);
        var signal = new Signal(_bench.World);
        guest.BindInterrupt(2, signal);
        var table = MsixTable.Find(guest)!;
        table.Control = table.Control with { Enable = true, FunctionMask = true };
        _source.Raise(2);
        Assert.That((signal.Count, table.IsPending(2)), Is.EqualTo((0L, true)));
        table.Control = table.Control with { FunctionMask = false };
        Assert.That((signal.Count, table.IsPending(2)), Is.EqualTo((1L, false)));
        Assert.That(table.Read(2).Control.Masked, Is.False, "the guest's own mask bit never changed");
    });

    [Test]
    public void A_mediated_guest_masks_its_admin_vector_and_the_host_works_on() => _bench.Run(async () =>
    {
        var host = new NvmeController(_bench.World, _source, _bench.Host);
        await host.StartAsync();
        var function = new GuestFunction(_bench.World, "guest", host, _bench.GuestSpace);
        var guest = new NvmeController(_bench.World, function, _bench.Guest);
        Assert.That((await guest.StartAsync()).IsOk, Is.True);
        var table = MsixTable.Find(function)!;
        table.Mask(0, true);
        var ticket = guest.Admin.Submit(AdminCommand.KeepAlive());
        await _bench.World.After(1_000_000);
        Assert.That((ticket.IsDone, table.IsPending(0), guest.Admin.Queue.CountPosted()), Is.EqualTo((false, true, 1)));
        Assert.That((await host.AdminAsync(AdminCommand.KeepAlive())).IsOk, Is.True);
        table.Mask(0, false);
        await _bench.World.Until(ticket.Signal, () => ticket.IsDone);
    });

    [Test]
    public void An_io_queue_on_vector_0_shares_it_with_the_admin_queue() => _bench.Run(async () =>
    {
        var host = new NvmeController(_bench.World, _source, _bench.Host);
        await host.StartAsync();
        var guest = new NvmeController(
            _bench.World, new GuestFunction(_bench.World, "guest", host, _bench.GuestSpace), _bench.Guest);
        await guest.StartAsync();
        var (outcome, path) = await guest.CreateIoPathAsync(new IoQueueSpec(1, 8, 8), 4);
        Assert.That(outcome.IsOk, Is.True, outcome.ToString());
        for (var i = 0; i < 20; i++) Assert.That((await path!.ExecuteAsync(_bench.World, NvmCommand.Flush(1))).IsOk, Is.True);
    });

    [Test]
    public void Without_the_bus_a_mediated_guest_is_not_served() => _bench.Run(async () =>
    {
        var host = new NvmeController(_bench.World, _source, _bench.Host);
        await host.StartAsync();
        var function = new GuestFunction(_bench.World, "guest", host, _bench.GuestSpace);
        var guest = new NvmeController(_bench.World, function, _bench.Guest);
        await guest.StartAsync();
        PciConfig.SetBusMaster(function, false);
        Assert.That(_source.IsBusMaster, Is.False);
        var ticket = guest.Admin.Submit(AdminCommand.KeepAlive());
        await _bench.World.After(1_000_000);
        Assert.That(ticket.IsDone, Is.False);
        PciConfig.SetBusMaster(function, true);
        await _bench.World.Until(ticket.Signal, () => ticket.IsDone);
    });

    [Test]
    public void Four_bytes_over_command_and_status_reach_each_its_own()
    {
        var guest = new GuestFunction("guest", _source);
        guest.WriteConfig(PciHeader.CommandOffset, 4, 0x0000_0006);
        Assert.That(guest.ReadConfig(PciHeader.CommandOffset, 4), Is.EqualTo(0x0010_0006), "status has its capability list bit");
        guest.WriteConfig(PciHeader.CommandOffset, 1, 0x02);
        Assert.That(guest.ReadConfig(PciHeader.CommandOffset, 1), Is.EqualTo(0x02));
        Assert.That(_source.IsBusMaster, Is.False);
    }
}
