using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;
using Conformance.Sim;
using NUnit.Framework;

namespace Conformance.Self.Driver;

/// <summary>
/// A mediated guest on the simulated pair: its whole life, and a move by the standard's commands with commands outstanding on its admin
/// and I/O queues. What a cycle adds - medium copy, oracles, order of everything - is not seen here.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SimulatedMoveTests : IDisposable
{
    private const ulong GuestBase = 0x10_0000;

    private readonly GuestMemory _memory = new("guest", 4 << 20);
    private readonly AddressSpace _space = new("guest");
    private World _world = null!;
    private SimulatedSide _source = null!;
    private SimulatedSide _destination = null!;
    private NvmeController _sourceHost = null!;
    private NvmeController _destinationHost = null!;
    private ushort _sourceId;
    private ushort _destinationId;
    private GuestFunction _function = null!;
    private NvmeController _guest = null!;

    public void Dispose()
    {
        _source?.Dispose();
        _destination?.Dispose();
        _memory.Dispose();
    }

    private void Run(Func<Task> test, ClockKind clock = ClockKind.Virtual)
    {
        _world = new World(clock, timeLimit: 60_000_000_000, stepLimit: 5_000_000);
        var device = new SimulatedDevice { Timing = new SimulatedTiming { Admin = new Duration(5_000), Read = new Duration(20_000) } };
        var pair = SimulatedPair.Create(_world, new SimulatedPairOptions { Medium = MediumSharing.Shared, Device = device });
        _source = new SimulatedSide(_world, pair.Source);
        _destination = new SimulatedSide(_world, pair.Destination);
        _space.Add(GuestBase, _memory);
        _world.Run(() => BootAsync(test));
    }

    private async Task BootAsync(Func<Task> test)
    {
        await _source.StartAsync();
        await _destination.StartAsync();
        _sourceId = await _source.BringUpAsync(1, _memory, GuestBase);
        _destinationId = await _destination.BringUpAsync(1, _memory, GuestBase);
        _sourceHost = _source.NewHost(1);
        _destinationHost = _destination.NewHost(1);
        SimulatedSide.Ok(await _sourceHost.StartAsync());
        SimulatedSide.Ok(await _destinationHost.StartAsync());
        _function = new GuestFunction(_world, "guest", _sourceHost, _space);
        Assert.That(_function.IncompatibleWith(_destinationHost.Function), Is.Null);
        _guest = new NvmeController(
            _world, _function, new DriverMemory(_space, new PageAllocator(GuestBase, _memory.Length)),
            new NvmeControllerOptions { Events = 2 });
        SimulatedSide.Ok(await _guest.StartAsync());
        await test();
    }

    private async Task<QueuePath> NewPathAsync(ushort qid, ushort vector)
    {
        var (outcome, path) = await _guest.CreateIoPathAsync(new IoQueueSpec(qid, 64, 64) { Vector = vector }, 32);
        SimulatedSide.Ok(outcome);
        return path!;
    }

    /// <summary>Suspend, get state, replay, suspend, set state, take over what the host owns, resume.</summary>
    private async Task MoveAsync(IEnumerable<QueuePath> paths, SimulatedSide from, ushort fromId, SimulatedSide to, ushort toId, NvmeController toHost)
    {
        var mediator = _function.Mediator!;
        mediator.StopTaking();
        Assert.That(await mediator.QuietAsync(_world.Now + 1_000_000_000), Is.True);
        Assert.That((await from.Pf.AdminAsync(MigrationCommand.Suspend(fromId))).IsOk, Is.True);
        // The guest takes what was posted, and rings, before the state is read and not after: from here on it stands still.
        foreach (var path in paths) path.Poll();
        var received = await from.Pf.ReadBytesAsync(MigrationCommand.GetControllerState(fromId, 1, 0, 4096), 4096);
        Assert.That(received.IsOk, Is.True, received.Answer.ToString());
        var length = (int)ControllerState.TryDecode(received.Value, out _)!.Length;
        var host = _function.Save();

        SimulatedSide.Ok(await mediator.ReplayAsync(toHost, host.Admin!));
        Assert.That((await to.Pf.AdminAsync(MigrationCommand.Suspend(toId))).IsOk, Is.True);
        var set = await to.Pf.WriteBytesAsync(
            MigrationCommand.SetControllerState(toId, 1, 0, (uint)length), received.Value.AsMemory(0, length));
        Assert.That(set.IsOk, Is.True, set.ToString());
        _function.MoveTo(toHost, host);
        Assert.That((await to.Pf.AdminAsync(MigrationCommand.Resume(toId))).IsOk, Is.True);
        mediator.Resume();
    }

    [Test]
    public void A_mediated_guest_lives_and_dies_on_the_simulated_device() => Run(async () =>
    {
        for (var life = 0; life < 3; life++)
        {
            Assert.That((await _guest.SetQueueCountAsync(2)).Value, Is.GreaterThanOrEqualTo(2));
            var path = await NewPathAsync(1, 1);
            var buffer = _guest.Memory.Rent(8192);
            buffer.Write(Enumerable.Repeat((byte)(life + 1), 8192).ToArray());
            Assert.That((await path.ExecuteAsync(_world, NvmCommand.Write(1, 8, 1), buffer)).IsOk, Is.True);
            buffer.Clear();
            Assert.That((await path.ExecuteAsync(_world, NvmCommand.Read(1, 8, 1), buffer)).IsOk, Is.True);
            Assert.That(buffer.Read().ContainsAnyExcept((byte)(life + 1)), Is.False);
            _guest.Memory.Return(buffer);
            if (life == 0) SimulatedSide.Ok(await _guest.ShutdownAsync());
            if (life == 1) await _guest.ResetFunctionAsync();
            SimulatedSide.Ok(await _guest.StartAsync());
        }
    });

    [Test]
    public void Io_and_admin_commands_in_flight_survive_moves_there_and_back([Values] ClockKind clock) => Run(async () =>
    {
        await _guest.SetQueueCountAsync(2);
        await _guest.SetFeatureAsync(FeatureId.Arbitration, 3);
        var paths = new[] { await NewPathAsync(1, 1), await NewPathAsync(2, 0) };
        var buffers = Enumerable.Range(0, 200).Select(_ => _guest.Memory.Rent(4096)).ToList();
        for (var i = 0; i < 200; i++)
        {
            buffers[i].Write(Enumerable.Repeat((byte)(i + 1), 4096).ToArray());
            Assert.That((await paths[i % 2].ExecuteAsync(_world, NvmCommand.Write(1, (ulong)i, 0), buffers[i])).IsOk, Is.True);
            buffers[i].Clear();
        }

        var (here, hereId) = ((_source, _sourceHost), _sourceId);
        var (there, thereId) = ((_destination, _destinationHost), _destinationId);
        for (var move = 0; move < 4; move++)
        {
            var reads = Enumerable.Range(0, 200).Select(i => paths[i % 2].Submit(NvmCommand.Read(1, (ulong)i, 0), buffers[i])).ToList();
            var admin = _guest.Admin.Submit(AdminCommand.GetFeatures((byte)FeatureId.Arbitration));
            await _world.After(30_000);
            await MoveAsync(paths, here.Item1, hereId, there.Item1, thereId, there.Item2);
            foreach (var ticket in reads) await _world.Until(ticket.Signal, () => ticket.IsDone);
            await _world.Until(admin.Signal, () => admin.IsDone);
            Assert.That((admin.Status.IsSuccess, admin.Completion.Dw0), Is.EqualTo((true, 3u)), "the setting moved along");
            for (var i = 0; i < 200; i++)
            {
                Assert.That(reads[i].Status.IsSuccess, Is.True);
                Assert.That(buffers[i].Read().ContainsAnyExcept((byte)(i + 1)), Is.False, $"block {i}");
                buffers[i].Clear();
            }

            // The side that was left is set up anew, to be the next destination.
            here.Item2.Forget();
            SimulatedSide.Ok(await here.Item1.Secondaries.BringUpAsync(here.Item2.Function, hereId, 5, 5));
            SimulatedSide.Ok(await here.Item2.StartAsync());
            (here, there, hereId, thereId) = (there, here, thereId, hereId);
        }

        Assert.That(paths.Append(_guest.Admin).SelectMany(p => p.Strays), Is.Empty);
        Assert.That(paths.Append(_guest.Admin).Sum(p => p.Queue.BadHeads), Is.Zero);
        Assert.That(_function.Mediator!.Guest.HeldEvents, Has.Count.EqualTo(2));
    }, clock);
}
