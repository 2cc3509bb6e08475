using System.Text.Json;
using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Driver;

/// <summary>A guest whose admin queue is mediated, at home and on the move between two functions.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class MediatedGuestTests : IDisposable
{
    private readonly FakeBench _bench = new();
    private readonly FakeFunction _source;
    private readonly FakeFunction _destination;
    private readonly NvmeController _sourceHost;
    private readonly NvmeController _destinationHost;
    private GuestFunction _guestFunction = null!;
    private NvmeController _guest = null!;

    public MediatedGuestTests()
    {
        _source = _bench.NewFunction("source");
        _destination = _bench.NewFunction("destination");
        _sourceHost = new NvmeController(_bench.World, _source, _bench.Host);
        _destinationHost = new NvmeController(_bench.World, _destination, _bench.Host);
    }

    private World World => _bench.World;

    private Mediator Mediator => _guestFunction.Mediator!;

    public void Dispose() => _bench.Dispose();

    /// <summary>Both hosts up, the guest booted on the source with its own driver.</summary>
    private void Run(Func<Task> test, MediatorOptions? options = null, NvmeControllerOptions? guestOptions = null) => _bench.Run(async () =>
    {
        Assert.That((await _sourceHost.StartAsync()).IsOk && (await _destinationHost.StartAsync()).IsOk, Is.True);
        _guestFunction = new GuestFunction(World, "guest", _sourceHost, _bench.GuestSpace, options);
        _guest = new NvmeController(
            World, _guestFunction, _bench.Guest, guestOptions ?? new NvmeControllerOptions { AdminSqEntries = 8, AdminCqEntries = 6 });
        var outcome = await _guest.StartAsync();
        Assert.That(outcome.IsOk, Is.True, outcome.ToString());
        await test();
    });

    /// <summary>The steps of a move as far as they concern the host; the device's own state is not this suite's matter.</summary>
    private async Task<HostState> MoveAsync()
    {
        Mediator.StopTaking();
        Assert.That(await Mediator.QuietAsync(World.Now + 10_000_000), Is.True);
        return await MoveUnquietAsync();
    }

    /// <summary>A second move, to a source that was set up anew.</summary>
    private async Task MoveBackAsync()
    {
        _sourceHost.Forget();
        Assert.That((await _sourceHost.StartAsync()).IsOk, Is.True);
        Mediator.StopTaking();
        Assert.That(await Mediator.QuietAsync(World.Now + 10_000_000), Is.True);
        var state = _guestFunction.Save();
        Assert.That((await Mediator.ReplayAsync(_sourceHost, state.Admin!)).IsOk, Is.True);
        _guestFunction.MoveTo(_sourceHost, state);
        Mediator.Resume();
    }

    private async Task<HostState> MoveUnquietAsync()
    {
        var saved = _guestFunction.Save();
        var state = JsonSerializer.Deserialize<HostState>(JsonSerializer.Serialize(saved))!;
        var replayed = await Mediator.ReplayAsync(_destinationHost, state.Admin!);
        Assert.That(replayed.IsOk, Is.True, replayed.ToString());
        _guestFunction.MoveTo(_destinationHost, state);
        Mediator.Resume();
        return state;
    }

    [Test]
    public void A_guest_lives_its_whole_life_without_seeing_the_hosts_queue() => Run(async () =>
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_guest.Identity.Cntlid, Is.EqualTo(7), "Identify passes");
            Assert.That(_guest.Status.Rdy, Is.True);
            Assert.That(_guestFunction.Read64(Register.Asq), Is.InRange(FakeBench.GuestBase, FakeBench.HostWindow - 1));
            Assert.That(_source.Register(Register.Asq + 4), Is.EqualTo(1), "the device has the host's");
        }

        var count = await _guest.SetQueueCountAsync(2);
        Assert.That((count.IsOk, count.Value), Is.EqualTo((true, 2)));
        var (outcome, path) = await _guest.CreateIoPathAsync(new IoQueueSpec(1, 16, 16) { Vector = 1 }, 8);
        Assert.That(outcome.IsOk, Is.True, outcome.ToString());
        Assert.That((await path!.ExecuteAsync(World, NvmCommand.Flush(1))).IsOk, Is.True);
        Assert.That((await _guest.ShutdownAsync()).IsOk, Is.True);
        Assert.That((await _guest.DisableAsync()).IsOk, Is.True);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_guest.Status.Rdy, Is.False);
            Assert.That(_source.Controller.IoQueues, Is.Empty, "the guest's queues are gone from the device");
            Assert.That(_sourceHost.Status.Rdy, Is.True, "the host's is back");
        }

        Assert.That((await _guest.StartAsync()).IsOk, Is.True);
        for (var i = 0; i < 100; i++) Assert.That((await _guest.AdminAsync(AdminCommand.KeepAlive())).IsOk, Is.True);
        Assert.That(_guest.Admin.Strays, Is.Empty);
    });

    [Test]
    public void Commands_that_reach_beyond_the_guest_never_reach_the_device() => Run(async () =>
    {
        _source.Controller.Seen.Clear();
        foreach (var opcode in MediatorOptions.DefaultRefusedOpcodes.Order())
        {
            var answer = await _guest.AdminAsync(new SubmissionEntry { Opcode = opcode });
            Assert.That((answer.Status, answer.Completion.StatusField.Dnr), Is.EqualTo((Status.InvalidOpcode, true)), $"{opcode:X2}h");
        }

        Assert.That(_source.Controller.Seen.Where(s => s.Command.Opcode != (byte)AdminOpcode.AsynchronousEventRequest), Is.Empty);
    });

    [Test]
    public void Data_pointers_identifiers_and_status_pass_as_they_are() => Run(async () =>
    {
        var buffer = _bench.Guest.Rent(5000);
        var answer = await _guest.AdminAsync(new SubmissionEntry { Opcode = FakeController.ReadPattern, Cdw10 = 5000 }, buffer);
        Assert.That(answer.Completion.Dw0, Is.EqualTo(5000));
        Assert.That(buffer.Read()[..5000].SequenceEqual(Enumerable.Range(0, 5000).Select(i => (byte)(i % 251)).ToArray()), Is.True);
        _source.Controller.Refuses[(byte)AdminOpcode.GetLogPage] = Status.InvalidLogPage;
        Assert.That((await _guest.AdminAsync(AdminCommand.GetLogPage(0x77, 512))).Status, Is.EqualTo(Status.InvalidLogPage));
    });

    [Test]
    public void The_guests_admin_queue_wraps_with_its_own_head_and_phase() => Run(async () =>
    {
        var tickets = Enumerable.Range(0, 200).Select(_ => _guest.Admin.Submit(AdminCommand.KeepAlive())).ToList();
        foreach (var ticket in tickets) await World.Until(ticket.Signal, () => ticket.IsDone);
        Assert.That(tickets.All(t => t.Outcome == TicketOutcome.Completed), Is.True);
        var queue = _guest.Admin.Queue;
        Assert.That((queue.BadHeads, queue.CountPosted(), queue.CountUnfetched()), Is.EqualTo((0L, 0, 0)));
    });

    [Test]
    public void Completions_wait_for_room_in_the_guests_queue() => Run(async () =>
    {
        // The guest's own driver is set aside: this queue pair polls when the test says so.
        _guestFunction.BindInterrupt(0, null);
        var memory = _bench.Guest;
        await _guest.DisableAsync();
        var (asq, acq) = (memory.Pages.Rent(4096), memory.Pages.Rent(4096));
        _guestFunction.Write32(Register.Aqa, new AdminQueueAttributes { AsqsZ = 15, AcqsZ = 3 }.Raw);
        _guestFunction.Write64(Register.Asq, asq);
        _guestFunction.Write64(Register.Acq, acq);
        var pair = new QueuePair(_guestFunction, memory.Space, 0, asq, 16, acq, 4, 4);
        _guestFunction.Write32(Register.Cc, new ControllerConfiguration { En = true, Iosqes = 6, Iocqes = 4 }.Raw);
        await World.After(1_000_000);
        for (ushort cid = 0; cid < 10; cid++) pair.TryPut(AdminCommand.KeepAlive() with { Cid = cid });
        pair.Ring();
        var sink = new Collector();
        while (sink.Cids.Count < 10)
        {
            await World.After(1_000_000);
            Assert.That(pair.CountPosted(), Is.InRange(1, 3));
            pair.Poll(sink, 2);
        }

        Assert.That(sink.Cids, Is.EqualTo(Enumerable.Range(0, 10).Select(i => (ushort)i)));
    });

    [Test]
    public void Events_go_to_the_guests_requests_and_wait_where_there_is_none() => Run(async () =>
    {
        await World.After(100_000);
        _source.Controller.ReportEvent(0x0001_0002);
        await World.After(100_000);
        _guest.Admin.HoldEvents(2);
        await World.After(100_000);
        Assert.That(_guest.Admin.Events!.TryTake(out var first), Is.True);
        Assert.That(first.Dw0, Is.EqualTo(0x0001_0002));
        await World.After(100_000);
        Assert.That(Mediator.Guest.HeldEvents, Has.Count.EqualTo(2));
        _source.Controller.ReportEvent(5);
        await World.After(100_000);
        Assert.That(_guest.Admin.Events!.TryTake(out var second) && second.Dw0 == 5, Is.True);
    });

    [Test]
    public void One_event_request_too_many_is_refused_as_the_device_would() => Run(async () =>
    {
        var requests = Enumerable.Range(0, 5).Select(_ => _guest.Admin.Submit(AdminCommand.AsyncEventRequest())).ToList();
        await World.After(1_000_000);
        var refused = requests.Where(r => r.IsDone).Select(r => r.Status);
        Assert.That(refused, Is.EqualTo(new[] { Status.AerLimitExceeded }), "AERL is 3, 0's based");
    });

    [Test]
    public void Abort_finds_the_guests_command_by_the_guests_identifier() => Run(async () =>
    {
        _source.Controller.Holding = true;
        var victim = _guest.Admin.Submit(AdminCommand.GetLogPage(2, 512));
        var bystander = _guest.Admin.Submit(AdminCommand.KeepAlive());
        var request = _guest.Admin.Submit(AdminCommand.AsyncEventRequest());
        await World.After(100_000);
        _guest.Admin.TryGetCid(victim, out var cid);
        _guest.Admin.TryGetCid(request, out var requestCid);
        var abort = _guest.Admin.Submit(AdminCommand.Abort(0, cid));
        var abortRequest = _guest.Admin.Submit(AdminCommand.Abort(0, requestCid));
        await World.After(100_000);
        Assert.That((abortRequest.Status, abortRequest.Completion.Dw0), Is.EqualTo((Status.Success, 0u)));
        Assert.That(request.Status, Is.EqualTo(Status.AbortRequested));
        var running = _source.Controller.Seen[^1].Command;
        Assert.That((AdminOpcode)running.Opcode, Is.EqualTo(AdminOpcode.Abort));
        var target = _source.Controller.Seen.Single(s => (AdminOpcode)s.Command.Opcode == AdminOpcode.GetLogPage).Command;
        Assert.That(new AbortFields(running).Cid, Is.EqualTo(target.Cid), "translated to the host's identifier");
        _source.Controller.Holding = false;
        _source.Controller.Wake();
        await World.Until(abort.Signal, () => abort.IsDone && bystander.IsDone && victim.IsDone);
        Assert.That(bystander.Status.IsSuccess, Is.True);
        var gone = await _guest.AdminAsync(AdminCommand.Abort(0, 0x3FFF));
        Assert.That((gone.IsOk, gone.Completion.Dw0), Is.EqualTo((true, 1u)), "nothing to abort");
    });

    [Test]
    public void A_wrong_admin_doorbell_is_an_error_event() => Run(async () =>
    {
        _guest.Admin.HoldEvents(1);
        await World.After(100_000);
        _guest.Admin.Queue.RingRaw(8);
        await World.After(100_000);
        Assert.That(_guest.Admin.Events!.TryTake(out var reported), Is.True);
        Assert.That(reported.Dw0, Is.EqualTo(0x0001_0100), "error status, invalid doorbell value, log page 01h");
        Assert.That((await _guest.AdminAsync(AdminCommand.KeepAlive())).IsOk, Is.True);
    });

    [Test]
    public void An_admin_queue_outside_the_guests_memory_is_fatal_until_reset() => Run(async () =>
    {
        await _guest.DisableAsync();
        _guestFunction.Write64(Register.Asq, FakeBench.HostWindow);
        _guestFunction.Write32(Register.Cc, new ControllerConfiguration { En = true, Iosqes = 6, Iocqes = 4 }.Raw);
        await World.After(1_000_000);
        Assert.That((_guest.Status.Rdy, _guest.Status.Cfs), Is.EqualTo((false, true)));
        Assert.That((await _guest.StartAsync()).IsOk, Is.True);
    });

    [Test]
    public void A_function_reset_resets_the_guests_view_and_gives_the_host_its_queue_back([Values] bool byConfig) => Run(async () =>
    {
        if (byConfig)
        {
            var express = PciConfig.FindCapability(_guestFunction, CapabilityId.PciExpress);
            var initiate = new DeviceControl { InitiateFunctionLevelReset = true };
            _guestFunction.WriteConfig(express + PcieCapability.DeviceControlOffset, 2, initiate.Raw);
            await World.After(1_000_000_000);
            _guest.Forget();
        }
        else
        {
            await _guest.ResetFunctionAsync();
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(_source.FunctionResets, Is.EqualTo(2), "one at construction");
            Assert.That((_guestFunction.Read32(Register.Cc), _guestFunction.Read64(Register.Asq)), Is.EqualTo((0u, 0ul)));
            Assert.That(PciConfig.ReadCommand(_guestFunction).BusMaster, Is.False);
            Assert.That(_sourceHost.Status.Rdy, Is.True);
        }

        Assert.That((await _guest.StartAsync()).IsOk, Is.True);
    });

    [Test]
    public void A_moved_guest_goes_on_with_its_queue_settings_and_interrupts() => Run(async () =>
    {
        await _guest.SetQueueCountAsync(2);
        await _guest.SetFeatureAsync(FeatureId.Arbitration, 0x01020303);
        await _guest.SetFeatureAsync(FeatureId.InterruptVectorConfiguration, 0x10001);
        await _guest.SetFeatureAsync(FeatureId.Arbitration, 0x07);
        _guest.Admin.HoldEvents(2);
        await World.After(100_000);
        var signal = new Signal(World);
        _guest.BindVector(2, signal);
        _destination.Controller.Seen.Clear();

        var state = await MoveAsync();

        Assert.That(state.Admin!.Settings.Select(s => s.Fid), Is.EqualTo(new[]
        {
            FeatureId.NumberOfQueues, FeatureId.InterruptVectorConfiguration, FeatureId.Arbitration,
        }));
        Assert.That(_destination.Controller.Features[FeatureId.Arbitration], Is.EqualTo(7));
        Assert.That(_destination.Controller.SeenAdmin.Count(o => o == AdminOpcode.SetFeatures), Is.EqualTo(3), "only what the guest set");
        var seen = _source.Controller.Seen.Count;
        for (var i = 0; i < 50; i++) Assert.That((await _guest.AdminAsync(AdminCommand.KeepAlive())).IsOk, Is.True);
        Assert.That(_source.Controller.Seen, Has.Count.EqualTo(seen), "the source is left alone");
        _destination.Raise(2);
        Assert.That(signal.Count, Is.EqualTo(1));
        Assert.That((_source.IsBound(2), _destination.IsBound(2)), Is.EqualTo((false, true)));
        _destination.Controller.ReportEvent(9);
        await World.After(100_000);
        Assert.That(_guest.Admin.Events!.TryTake(out var reported) && reported.Dw0 == 9, Is.True, "requests moved along");
    });

    [Test]
    public void An_event_that_nobody_had_asked_for_moves_along() => Run(async () =>
    {
        await World.After(100_000);
        _source.Controller.ReportEvent(0x33);
        await World.After(100_000);
        await MoveAsync();
        _guest.Admin.HoldEvents(1);
        await World.After(100_000);
        Assert.That(_guest.Admin.Events!.TryTake(out var reported) && reported.Dw0 == 0x33, Is.True);
    });

    [Test]
    public void Commands_the_source_never_fetched_are_issued_once_on_the_destination_and_fetched_ones_never() => Run(async () =>
    {
        // Two are fetched and answered; then the device stalls, as a suspended one does.
        Assert.That((await _guest.AdminAsync(AdminCommand.KeepAlive())).IsOk, Is.True);
        _source.Controller.Stalled = true;
        var late = Enumerable.Range(1, 3).Select(i => _guest.Admin.Submit(AdminCommand.KeepAlive() with { Cdw10 = (uint)i })).ToList();
        await World.After(100_000);
        Mediator.StopTaking();
        Assert.That(await Mediator.QuietAsync(World.Now + 1_000_000), Is.False, "the device does not fetch");
        var untaken = _guest.Admin.Submit(AdminCommand.KeepAlive() with { Cdw10 = 4 });
        _destination.Controller.Seen.Clear();

        var state = await MoveUnquietAsync();

        Assert.That(state.Admin!.Unfetched, Has.Count.EqualTo(3));
        Assert.That(state.Admin.Unanswered, Is.Empty);
        late.Add(untaken);
        foreach (var ticket in late) await World.Until(ticket.Signal, () => ticket.IsDone);
        var issued = _destination.Controller.Seen
            .Where(s => (AdminOpcode)s.Command.Opcode == AdminOpcode.KeepAlive)
            .Select(s => s.Command.Cdw10);
        Assert.That(issued, Is.EqualTo(new uint[] { 1, 2, 3, 4 }));
        Assert.That(_guest.Admin.Strays, Is.Empty);
    });

    [Test]
    public void A_command_that_was_fetched_and_lost_is_named_and_not_issued_again() => Run(async () =>
    {
        _source.Controller.Latency = 50_000_000;
        var lost = _guest.Admin.Submit(AdminCommand.KeepAlive() with { Cdw10 = 1 });
        await World.After(100_000);
        // A later command's completion carries the head that proves the fetch.
        _source.Controller.Latency = 1_000;
        Assert.That((await _guest.AdminAsync(AdminCommand.KeepAlive() with { Cdw10 = 2 })).IsOk, Is.True);
        _source.Controller.Holding = true;
        Mediator.StopTaking();
        _guest.Admin.TryGetCid(lost, out var cid);
        _destination.Controller.Seen.Clear();
        var state = await MoveUnquietAsync();
        Assert.That((state.Admin!.Unfetched.Count, state.Admin.Unanswered[0]), Is.EqualTo((0, cid)));
        await World.After(1_000_000);
        Assert.That(_destination.Controller.SeenAdmin, Has.No.Member(AdminOpcode.KeepAlive));
    });

    [Test]
    public void After_a_cancelled_move_nothing_is_issued_again() => Run(async () =>
    {
        _source.Controller.Stalled = true;
        var pending = _guest.Admin.Submit(AdminCommand.KeepAlive() with { Cdw10 = 1 });
        await World.After(100_000);
        Mediator.StopTaking();
        _ = _guestFunction.Save();
        Mediator.Resume();
        _source.Controller.Stalled = false;
        _source.Controller.Wake();
        await World.Until(pending.Signal, () => pending.IsDone);
        Assert.That((await _guest.AdminAsync(AdminCommand.KeepAlive())).IsOk, Is.True);
        Assert.That(_source.Controller.SeenAdmin.Count(o => o == AdminOpcode.KeepAlive), Is.EqualTo(2));
        Assert.That(_guest.Admin.Strays, Is.Empty);
    });

    [Test]
    public void Back_on_the_source_before_the_destination_ran_nothing_is_issued_again() => Run(async () =>
    {
        _source.Controller.Stalled = true;
        var pending = _guest.Admin.Submit(AdminCommand.KeepAlive() with { Cdw10 = 1 });
        await World.After(100_000);
        Mediator.StopTaking();
        var state = _guestFunction.Save();
        Assert.That((await Mediator.ReplayAsync(_destinationHost, state.Admin!)).IsOk, Is.True);
        _guestFunction.MoveTo(_destinationHost, state);
        _guestFunction.MoveTo(_sourceHost, state);
        Mediator.Resume();
        _source.Controller.Stalled = false;
        _source.Controller.Wake();
        await World.Until(pending.Signal, () => pending.IsDone);
        Assert.That((await _guest.AdminAsync(AdminCommand.KeepAlive())).IsOk, Is.True);
        Assert.That(_source.Controller.SeenAdmin.Count(o => o == AdminOpcode.KeepAlive), Is.EqualTo(2));
        Assert.That(_destination.Controller.SeenAdmin, Has.No.Member(AdminOpcode.KeepAlive));
        await MoveAsync();
        await MoveBackAsync();
        Assert.That((await _guest.AdminAsync(AdminCommand.KeepAlive())).IsOk, Is.True, "there and back");
    });

    [Test]
    public void Saving_writes_no_memory_and_what_was_not_posted_is_posted_on_the_destination() => Run(async () =>
    {
        _source.Controller.Holding = true;
        var last = _guest.Admin.Submit(AdminCommand.KeepAlive());
        await World.After(100_000);
        Mediator.StopTaking();
        // The answer is in the host's queue, its interrupt held back, as when the device answers just before its freeze point.
        var hosts = MsixTable.Find(_source)!;
        hosts.Mask(0, true);
        _source.Controller.Holding = false;
        _source.Controller.Wake();
        _source.Controller.ReportEvent(0x44);
        await World.After(100_000);
        var posted = _guest.Admin.Queue.CountPosted();
        var state = await MoveUnquietAsync();
        Assert.That((posted, state.Admin!.Finished.Count, state.Admin.PendingEvents[0].Dw0), Is.EqualTo((0, 1, 0x44u)));
        await World.Until(last.Signal, () => last.IsDone);
        Assert.That(_destination.Controller.SeenAdmin, Has.No.Member(AdminOpcode.KeepAlive));
    });

    [Test]
    public void A_destination_on_which_the_guest_would_not_find_its_things_is_named() => Run(() =>
    {
        Assert.That(_guestFunction.IncompatibleWith(_destination), Is.Null);
        _destination.Register(Register.Cap) -= 1;
        Assert.That(_guestFunction.IncompatibleWith(_destination), Is.EqualTo("queue entries: CAP.MQES 63 here, 62 there"));
        _destination.Register(Register.Cap + 4) |= 1;
        Assert.That(_guestFunction.IncompatibleWith(_destination), Does.StartWith("doorbell stride"));
        return Task.CompletedTask;
    });

    [Test]
    public void While_not_taking_commands_stay_in_the_guests_queue() => Run(async () =>
    {
        Mediator.StopTaking();
        var ticket = _guest.Admin.Submit(AdminCommand.KeepAlive());
        await World.After(1_000_000);
        Assert.That((ticket.IsDone, Mediator.Guest.Unfetched), Is.EqualTo((false, 1)));
        Mediator.Resume();
        await World.Until(ticket.Signal, () => ticket.IsDone);
    });

    [Test]
    public void A_destination_that_grants_fewer_queues_is_refused() => Run(async () =>
    {
        await _guest.SetQueueCountAsync(2);
        Mediator.StopTaking();
        var state = _guestFunction.Save();
        _destination.Controller.Refuses[(byte)AdminOpcode.SetFeatures] = Status.CommandSequenceError;
        var outcome = await Mediator.ReplayAsync(_destinationHost, state.Admin!);
        Assert.That(outcome.ToString(), Is.EqualTo("replay feature 07h: Command Sequence Error (0/0Ch)"));
    });

    [Test]
    public void A_page_size_of_the_guests_choice_reaches_both_devices() => Run(async () =>
    {
        Assert.That(_sourceHost.Configuration.Mps, Is.EqualTo(2));
        Assert.That(_guest.Configuration, Is.EqualTo(_sourceHost.Configuration));
        await MoveAsync();
        Assert.That(_destinationHost.Configuration.Mps, Is.EqualTo(2));
        Assert.That((await _guest.AdminAsync(AdminCommand.KeepAlive())).IsOk, Is.True);
    }, guestOptions: new NvmeControllerOptions { Mps = 2 });

    [Test]
    public void A_planted_defect_replaces_one_step_and_shows() => Run(async () =>
    {
        await _guest.SetFeatureAsync(FeatureId.Arbitration, 5);
        await MoveAsync();
        Assert.That(_destination.Controller.Features.ContainsKey(FeatureId.Arbitration), Is.False);
    }, new MediatorOptions { Steps = new MediatorSteps { Replay = new ForgetfulReplay() } });

    private sealed class ForgetfulReplay : ReplayStep
    {
        public override ValueTask<Outcome> RunAsync(NvmeController destination, IReadOnlyList<FeatureSetting> settings, long now) =>
            base.RunAsync(destination, [.. settings.Skip(1)], now);
    }

    private sealed class Collector : ICompletionSink
    {
        public List<ushort> Cids { get; } = [];

        public void Completed(QueuePair queue, in CompletionEntry entry) => Cids.Add(entry.Cid);
    }
}
