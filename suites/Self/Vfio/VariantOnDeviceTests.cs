using Conformance.Device;
using Conformance.Driver;
using Conformance.Migration;
using Conformance.Nvme;
using Conformance.Self.Migration;
using NUnit.Framework;

namespace Conformance.Self.Vfio;

/// <summary>The variant driver over the simulated device, under a guest's load, without a move.</summary>
public sealed class VariantOnDeviceTests
{
    private static void Run(VfioSettings vfio, Func<Bench, VariantDriverModel, Task> test)
    {
        var plan = Plans.Of(new Combination
        {
            Commands = MigrationCommands.Vfio, Vfio = vfio, Medium = MediumSharing.Shared, AdminQueue = AdminQueueKind.Carried,
        });
        var world = new World(ClockKind.Virtual, 600_000_000_000, 50_000_000);
        world.Run(async () =>
        {
            var (outcome, bench) = await Bench.CreateAsync(world, plan, Plans.NewPair(world, plan));
            Assert.That(outcome.IsOk, Is.True, outcome.ToString());
            using (bench)
            {
                var side = bench!.Tenants[0].Source;
                IMigrator dialect = vfio.Over == VfioOver.Hmlm
                    ? new HmlmMigrator(side.Controlling, side.ControllerId, new HmlmOptions())
                    : new VendorMigrator(side.Controlling, side.VfNumber, new VendorOptions());
                var (opened, device) = await VariantDriverModel.OpenAsync(
                    world, side.Function, dialect, new VariantOptions { P2P = vfio.PeerToPeer, PreCopy = vfio.PreCopy, VendorPart = vfio.Over == VfioOver.Hmlm });
                Assert.That(opened.IsOk, Is.True, opened.ToString());
                await test(bench, device!);
            }
        });
    }

    private static IEnumerable<TestCaseData> Kinds() =>
        from over in Enum.GetValues<VfioOver>()
        from peers in new[] { false, true }
        select new TestCaseData(new VfioSettings { Over = over, PeerToPeer = peers, PreCopy = over == VfioOver.Hmlm }).SetArgDisplayNames($"{over} {peers}");

    [TestCaseSource(nameof(Kinds))]
    public void Stopped_and_let_go_a_hundred_times_under_load_each_command_completes_once(VfioSettings vfio) => Run(vfio, async (bench, device) =>
    {
        var (world, tenant) = (bench.World, bench.Tenants[0]);
        var guest = tenant.Guest;
        var rng = new Rng(7);
        guest.Start();
        for (var i = 0; i < 100; i++)
        {
            await world.After(rng.Below(200_000));
            var stop = i % 3 == 0 ? VfioState.StopCopy : VfioState.Stop;
            Assert.That((await device.SetStateAsync(stop)).Result.IsOk, Is.True);
            // The guest rings on: the device must not hear it.
            var (posted, interrupts) = (Posted(guest), guest.Controller.Interrupts);
            var memory = tenant.Source.Ram.Read(0, (int)tenant.Source.Ram.Length).ToArray();
            guest.Stop();
            await world.After(300_000);
            Assert.That((Posted(guest), guest.Controller.Interrupts), Is.EqualTo((posted, interrupts)), $"stop {i}");
            Assert.That(tenant.Source.Ram.Read(0, memory.Length).SequenceEqual(memory), Is.True, $"stop {i}");
            guest.Restart();
            Assert.That((await device.SetStateAsync(VfioState.Running)).Result.IsOk, Is.True);
        }

        Assert.That(await guest.QuiesceAsync(world.Now + 1_000_000_000), Is.True);
        Assert.That(await guest.VerifyAsync(null, world.Now + 60_000_000_000), Is.True);
        Assert.That((guest.Counters.Findings, guest.Counters.Completions), Is.EqualTo((0L, guest.Counters.Submitted)));
        Assert.That(guest.Counters.Completions, Is.GreaterThan(1000));
    });

    private static int Posted(Guest guest) => guest.QueuePairs.Sum(pair => pair.CountPosted());

    [TestCaseSource(nameof(Kinds))]
    public void A_reset_in_every_state_leaves_a_fresh_controller_that_can_be_moved(VfioSettings vfio) => Run(vfio, async (bench, device) =>
    {
        var side = bench.Tenants[0].Source;
        foreach (var state in Enum.GetValues<VfioState>().Where(state => state != VfioState.Error && ArcSearch.Exists(state, device.Flags)))
        {
            var (result, stream) = await device.SetStateAsync(state);
            Assert.That(result.IsOk, Is.True, $"{state}: {result}");
            await device.ResetAsync();
            PciConfig.WriteCommand(side.Function, PciConfig.ReadCommand(side.Function) with { MemorySpace = true });
            Assert.That(new ControllerConfiguration(side.Function.Read32(Register.Cc)).En, Is.False);
            Assert.That((await device.GetStateAsync()).State, Is.EqualTo(VfioState.Running));
            if (stream is not null) Assert.That((await stream.GetPreCopyInfoAsync()).Result.IsOk, Is.False);
            var prepared = await side.PrepareAsync(mediated: false, bench.Plan.Guest.Queues);
            Assert.That(prepared.IsOk, Is.True, prepared.ToString());
            Assert.That((await device.SetStateAsync(VfioState.StopCopy)).Result.IsOk, Is.True, $"after a reset in {state}");
            Assert.That((await device.SetStateAsync(VfioState.Running)).Result.IsOk, Is.True, $"after a reset in {state}");
        }
    });

    [Test]
    public void A_running_device_is_copied_ahead_and_says_when_there_is_more() => Run(new() { PreCopy = true }, async (bench, device) =>
    {
        var guest = bench.Tenants[0].Guest;
        guest.Start();
        var (_, stream) = await device.SetStateAsync(VfioState.PreCopy);
        Assert.That((await VariantBench.ReadAsync(stream!)).Length, Is.GreaterThan(StreamRecordHeader.Size + ControllerStateHeader.Size));
        await bench.World.After(2_000_000_000);
        var (_, info) = await stream!.GetPreCopyInfoAsync();
        Assert.That((info.InitialBytes, info.DirtyBytes > 0), Is.EqualTo((0ul, true)), "its queues have moved on");
        Assert.That((await device.SetStateAsync(VfioState.Running)).Result.IsOk, Is.True);
        Assert.That(await stream.ReadAsync(new byte[1]), Is.EqualTo(-Errno.Enodev));
        Assert.That(await guest.QuiesceAsync(bench.World.Now + 1_000_000_000), Is.True);
        Assert.That(guest.Counters.Findings, Is.Zero);
    });
}
