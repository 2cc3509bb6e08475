using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Driver;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class NvmeControllerTests : IDisposable
{
    private readonly FakeBench _bench = new();
    private readonly FakeFunction _function;

    public NvmeControllerTests() => _function = _bench.NewFunction();

    public void Dispose() => _bench.Dispose();

    private NvmeController NewController(NvmeControllerOptions? options = null) => new(_bench.World, _function, _bench.Host, options);

    [Test]
    public void Starting_enables_identifies_and_limits_transfers() => _bench.Run(async () =>
    {
        var controller = NewController(new NvmeControllerOptions { Events = 2 });
        Assert.That((await controller.StartAsync()).IsOk, Is.True);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(controller.Status.Rdy, Is.True);
            Assert.That(controller.Identity.Cntlid, Is.EqualTo(7));
            Assert.That(controller.Admin.Capabilities.MaxTransfer, Is.EqualTo(4096 << 5), "MDTS 5");
            Assert.That(controller.Admin.Capabilities.Depth, Is.EqualTo(61), "64 entries, one kept free, two for events");
            Assert.That(_function.IsBusMaster, Is.True);
            Assert.That(_function.MsixControl.Enable, Is.True);
        }
    });

    [Test]
    public void A_controller_that_does_not_become_ready_is_given_up_after_its_own_timeout() => _bench.Run(async () =>
    {
        _function.Controller.NeverReady = true;
        var outcome = await NewController().StartAsync();
        Assert.That(outcome.ToString(), Is.EqualTo("enable: CSTS.RDY is 0 after 1,000 ms"), "(CAP.TO + 1) x 500 ms");
        Assert.That(_bench.World.Now, Is.InRange(1_000_000_000, 1_010_000_000));
    });

    [Test]
    public void A_function_that_is_gone_is_said_to_be() => _bench.Run(async () =>
    {
        var controller = NewController();
        await controller.StartAsync();
        _function.IsPresent = false;
        Assert.That((await controller.EnableAsync()).Reason, Does.Contain("not there"));
        Assert.That((await controller.ShutdownAsync()).Reason, Does.Contain("gone"));
    });

    [Test]
    public void A_page_size_that_the_controller_lacks_is_refused_before_anything_is_written() => _bench.Run(async () =>
    {
        var outcome = await NewController(new NvmeControllerOptions { Mps = 5 }).StartAsync();
        Assert.That(outcome.Reason, Does.Contain("131,072 bytes"));
        Assert.That(_function.Register(Register.Cc), Is.Zero);
    });

    [Test]
    public void Queues_are_aligned_to_a_larger_page() => _bench.Run(async () =>
    {
        var controller = NewController(new NvmeControllerOptions { Mps = 2 });
        Assert.That((await controller.StartAsync()).IsOk, Is.True);
        Assert.That((_function.Register(Register.Asq) | _function.Register(Register.Acq)) % 16384, Is.Zero);
        var (outcome, queue) = await controller.CreateQueuePairAsync(new IoQueueSpec(1, 16, 16));
        Assert.That(outcome.IsOk, Is.True, outcome.ToString());
        Assert.That(_function.Controller.Seen[^1].Command.Prp1 % 16384, Is.Zero);
        Assert.That(queue!.Qid, Is.EqualTo(1));
    });

    [Test]
    public void Shutdown_and_a_second_start_leave_no_memory_behind() => _bench.Run(async () =>
    {
        var controller = NewController();
        await controller.StartAsync();
        for (var round = 0; round < 300; round++)
        {
            var (outcome, _) = await controller.CreateIoPathAsync(new IoQueueSpec(1, 64, 64) { Contiguous = false }, 32);
            Assert.That(outcome.IsOk, Is.True, outcome.ToString());
            Assert.That((await controller.ShutdownAsync()).IsOk, Is.True);
            outcome = await controller.StartAsync();
            Assert.That(outcome.IsOk, Is.True, outcome.ToString());
        }
    });

    [Test]
    public void A_refused_submission_queue_takes_its_completion_queue_away_again() => _bench.Run(async () =>
    {
        var controller = NewController();
        await controller.StartAsync();
        _function.Controller.Refuses[(byte)AdminOpcode.CreateIoSubmissionQueue] = Status.InvalidQueueSize;
        var (outcome, queue) = await controller.CreateQueuePairAsync(new IoQueueSpec(3, 16, 16));
        Assert.That(queue, Is.Null);
        Assert.That(outcome.ToString(), Is.EqualTo("Create I/O Submission Queue 3: Invalid Queue Size (1/02h)"));
        Assert.That(_function.Controller.SeenAdmin.TakeLast(3), Is.EqualTo(new[]
        {
            AdminOpcode.CreateIoCompletionQueue, AdminOpcode.CreateIoSubmissionQueue, AdminOpcode.DeleteIoCompletionQueue,
        }));
        _function.Controller.Refuses.Clear();
        Assert.That((await controller.CreateQueuePairAsync(new IoQueueSpec(3, 16, 16))).Outcome.IsOk, Is.True);
    });

    [Test]
    public void Io_paths_on_shared_queues_and_vectors_all_get_their_answers() => _bench.Run(async () =>
    {
        var controller = NewController();
        await controller.StartAsync();
        var specs = new[]
        {
            new IoQueueSpec(1, 8, 64) { Vector = 1 },
            new IoQueueSpec(2, 8, 8) { SharedCqid = 1 },
            new IoQueueSpec(3, 4, 16) { Vector = 1 },
        };
        var paths = new List<QueuePath>();
        foreach (var spec in specs)
        {
            var (outcome, path) = await controller.CreateIoPathAsync(spec, 15);
            Assert.That(outcome.IsOk, Is.True, outcome.ToString());
            paths.Add(path!);
        }

        var tickets = new List<Ticket>();
        for (var i = 0; i < 300; i++) tickets.Add(paths[i % 3].Submit(NvmCommand.Flush(1)));
        foreach (var ticket in tickets) await _bench.World.Until(ticket.Signal, () => ticket.IsDone);
        Assert.That(tickets.All(t => t.Outcome == TicketOutcome.Completed), Is.True);
        Assert.That(paths.SelectMany(p => p.Strays), Is.Empty);
        foreach (var qid in new ushort[] { 2, 1, 3 }) Assert.That((await controller.DeleteQueuePairAsync(qid)).IsOk, Is.True);
        Assert.That(_function.Controller.IoQueues, Is.Empty);
    });

    [Test]
    public void Without_interrupts_completions_are_found_by_looking() => _bench.Run(async () =>
    {
        var controller = NewController(new NvmeControllerOptions { Interrupts = false, PollInterval = 5_000 });
        Assert.That((await controller.StartAsync()).IsOk, Is.True);
        Assert.That(_function.MsixControl.Enable, Is.False);
        var (_, path) = await controller.CreateIoPathAsync(new IoQueueSpec(1, 8, 8) { Interrupts = false }, 4);
        var answer = await path!.ExecuteAsync(_bench.World, NvmCommand.Flush(1));
        Assert.That(answer.IsOk, Is.True);
        Assert.That(answer.Elapsed, Is.LessThan(10_000));
    });

    [TestCase(0)]
    [TestCase(126)]
    [TestCase(127)]
    [TestCase(128)]
    [TestCase(400)]
    public void All_secondary_controllers_are_found_by_as_many_lists_as_it_takes(int count) => _bench.Run(async () =>
    {
        var controller = NewController();
        await controller.StartAsync();
        var all = Enumerable.Range(0, count)
            .Select(i => new SecondaryControllerEntry { Scid = (ushort)((i * 3) + 1), Vfn = (ushort)(i + 1) })
            .ToList();
        _function.Controller.Secondaries.AddRange(all);
        var list = await new SecondaryControllers(controller).ListAsync();
        Assert.That((list.IsOk, list.Value.SequenceEqual(all)), Is.EqualTo((true, true)));
    });

    [Test]
    public void A_list_that_does_not_go_on_ends() => _bench.Run(async () =>
    {
        var controller = NewController();
        await controller.StartAsync();
        _function.Controller.Secondaries.AddRange(Enumerable.Repeat(new SecondaryControllerEntry { Scid = ushort.MaxValue }, 127));
        Assert.That((await new SecondaryControllers(controller).ListAsync()).Value, Has.Count.EqualTo(127));
    });
}
