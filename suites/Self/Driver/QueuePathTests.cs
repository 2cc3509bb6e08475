using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Driver;

/// <summary>Command paths over a fake controller that the test can hold, stall and make lie.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class QueuePathTests : IDisposable
{
    private readonly FakeBench _bench = new();
    private readonly FakeFunction _function;
    private readonly NvmeController _controller;

    public QueuePathTests()
    {
        _function = _bench.NewFunction();
        _controller = NewController();
    }

    public void Dispose() => _bench.Dispose();

    private NvmeController NewController(NvmeControllerOptions? options = null) => new(_bench.World, _function, _bench.Host, options);

    private void Run(Func<Task> test) => _bench.Run(async () =>
    {
        var outcome = await _controller.StartAsync();
        Assert.That(outcome.IsOk, Is.True, outcome.ToString());
        await test();
    });

    private SubmissionEntry Pattern(int bytes) => new() { Opcode = FakeController.ReadPattern, Cdw10 = (uint)bytes };

    [Test]
    public void Commands_above_the_depth_wait_and_go_out_in_order() => Run(async () =>
    {
        var path = _controller.Admin;
        _function.Controller.Seen.Clear();
        var tickets = Enumerable.Range(0, 500).Select(i => path.Submit(AdminCommand.KeepAlive() with { Cdw10 = (uint)i })).ToList();
        Assert.That(path.WaitingCount, Is.EqualTo(500 - path.Capabilities.Depth));
        foreach (var ticket in tickets)
        {
            await _bench.World.Until(ticket.Signal, () => ticket.IsDone);
            Assert.That(ticket.Status.IsSuccess, Is.True);
            path.Release(ticket);
        }

        Assert.That(_function.Controller.Seen.Select(s => s.Command.Cdw10), Is.EqualTo(Enumerable.Range(0, 500).Select(i => (uint)i)));
        Assert.That(path.Strays, Is.Empty);
        Assert.That(path.InFlightCount, Is.Zero);
    });

    [Test]
    public void Data_arrives_whatever_its_length_and_offset(
        [Values(4, 4092, 4096, 4100, 8192, 8196, 69632, 131072)] int bytes, [Values(0, 4, 2048, 4092)] int offset) => Run(async () =>
    {
        var buffer = _bench.Host.At(_bench.Host.Pages.Rent(bytes + offset) + (ulong)offset, bytes);
        var answer = await _controller.AdminAsync(Pattern(bytes), buffer);
        Assert.That(answer.IsOk, Is.True, answer.ToString());
        Assert.That(buffer.Read().SequenceEqual(Enumerable.Range(0, bytes).Select(i => (byte)(i % 251)).ToArray()), Is.True);
    });

    [TestCase(2, 0)]
    [TestCase(3, 1)]
    [TestCase(513, 1)]
    [TestCase(514, 2)]
    [TestCase(1024, 2)]
    [TestCase(1025, 3)]
    public void A_transfer_takes_as_many_list_pages_as_its_pages_need(int pages, int lists)
    {
        var pointers = new DataPointers(_bench.Host, 4096);
        var entry = default(SubmissionEntry);
        var used = new ulong[8];
        Assert.That(pointers.Build(ref entry, 0x20_0000, pages * 4096, DataPointerKind.Prp, used), Is.EqualTo(lists));
        Assert.That(pointers.MaxListPages(pages * 4096, DataPointerKind.Prp), Is.GreaterThanOrEqualTo(lists));
        var listed = new List<ulong> { entry.Prp1 };
        if (lists == 0) listed.Add(entry.Prp2);
        else Assert.That(entry.Prp2, Is.EqualTo(used[0]));
        for (var at = entry.Prp2; lists > 0 && listed.Count < pages;)
        {
            var value = _bench.All.Load<ulong>(at);
            if (at % 4096 == 4088 && listed.Count < pages - 1) at = value;
            else
            {
                listed.Add(value);
                at += 8;
            }
        }

        Assert.That(listed, Is.EqualTo(Enumerable.Range(0, pages).Select(i => 0x20_0000ul + ((ulong)i * 4096))));
    }

    [TestCase(1, 1)]
    [TestCase(256, 1)]
    [TestCase(257, 2)]
    [TestCase(511, 2)]
    [TestCase(512, 3)]
    public void Segments_name_every_byte_once(int pages, int segments)
    {
        var pointers = new DataPointers(_bench.Host, 4096);
        var entry = default(SubmissionEntry);
        var used = new ulong[8];
        var length = (pages * 4096) - 1000;
        Assert.That(pointers.Build(ref entry, 0x20_0000 + 1000, length, DataPointerKind.SglSegments, used), Is.EqualTo(segments));
        Assert.That(entry.Dword0.Psdt, Is.EqualTo(1));
        var next = 0x20_0000ul + 1000;
        var pointer = entry.Sgl1;
        while (true)
        {
            SglDescriptor? following = null;
            for (var i = 0u; i < pointer.Length / 16; i++)
            {
                var descriptor = _bench.All.Load<SglDescriptor>(pointer.Address + (i * 16));
                if (descriptor.Type == SglType.DataBlock)
                {
                    Assert.That(descriptor.Address, Is.EqualTo(next));
                    next += descriptor.Length;
                }
                else
                {
                    Assert.That(i, Is.EqualTo((pointer.Length / 16) - 1), "a pointer stands last");
                    following = descriptor;
                }
            }

            Assert.That(pointer.Type, Is.EqualTo(following is null ? SglType.LastSegment : SglType.Segment));
            if (following is not { } more) break;
            pointer = more;
        }

        Assert.That(next, Is.EqualTo(0x20_0000ul + 1000 + (ulong)length));
    }

    [Test]
    public void With_no_buffer_the_data_pointer_goes_out_as_given() => Run(async () =>
    {
        await _controller.AdminAsync(AdminCommand.KeepAlive() with { Prp1 = 0x1234_5000, Prp2 = 0x42, Mptr = 7 });
        var seen = _function.Controller.Seen[^1].Command;
        Assert.That((seen.Prp1, seen.Prp2, seen.Mptr), Is.EqualTo((0x1234_5000ul, 0x42ul, 7ul)));
    });

    [Test]
    public void A_doubled_completion_is_a_stray_and_answers_nobody_else() => Run(async () =>
    {
        _function.Controller.AnswerTwice = true;
        Assert.That((await _controller.AdminAsync(AdminCommand.KeepAlive())).IsOk, Is.True);
        for (var i = 0; i < 200; i++) Assert.That((await _controller.AdminAsync(AdminCommand.KeepAlive())).IsOk, Is.True);
        Assert.That(_controller.Admin.Strays.Select(s => s.Match), Is.EqualTo(new[] { CidMatch.Doubled }));
    });

    [Test]
    public void A_completion_for_nobody_is_a_stray() => Run(async () =>
    {
        _function.Controller.PostStray(0x7FC0);
        await _bench.World.After(1_000_000);
        Assert.That(_controller.Admin.Strays.Select(s => (s.Match, s.Entry.Cid)), Is.EqualTo(new[] { (CidMatch.Unknown, (ushort)0x7FC0) }));
    });

    [Test]
    public void A_missed_deadline_pins_the_buffer_and_ends_the_path() => Run(async () =>
    {
        var world = _bench.World;
        var path = _controller.Admin;
        var buffer = _bench.Host.Rent(4096);
        _function.Controller.Holding = true;
        var answer = await path.ExecuteAsync(world, Pattern(4096), buffer, deadline: world.Now + 5_000_000);
        Assert.That(answer.Outcome, Is.EqualTo(TicketOutcome.Unknown));
        Assert.That(path.Pinned, Is.EqualTo(new[] { buffer }));
        var refused = path.Submit(AdminCommand.KeepAlive());
        Assert.That(refused.Outcome, Is.EqualTo(TicketOutcome.Unknown));
        var fetched = _function.Controller.Seen.Count;

        _function.Controller.Holding = false;
        _function.Controller.Wake();
        await world.After(1_000_000);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(path.Pinned, Is.Empty, "the answer came after all");
            Assert.That(_function.Controller.Seen, Has.Count.EqualTo(fetched), "a dead path sends nothing");
            Assert.That(path.Strays, Is.Empty);
            Assert.That(path.IsDead, Is.True);
        }
    });

    [Test]
    public void Waiting_commands_of_a_dead_path_are_unknown_and_never_sent() => Run(async () =>
    {
        var path = _controller.Admin;
        _function.Controller.Holding = true;
        var tickets = Enumerable.Range(0, 100).Select(_ => path.Submit(AdminCommand.KeepAlive())).ToList();
        path.Abandon(tickets[0]);
        Assert.That(tickets.Count(t => t.Outcome == TicketOutcome.Unknown), Is.EqualTo(1 + 100 - path.Capabilities.Depth));
        Assert.That(tickets[1].IsDone, Is.False, "in the device: its answer may still come");
        _function.Controller.Holding = false;
        _function.Controller.Wake();
        await _bench.World.Until(tickets[1].Signal, () => tickets[1].IsDone);
        Assert.That(tickets[1].Outcome, Is.EqualTo(TicketOutcome.Completed));
    });

    [Test]
    public void Released_tickets_are_used_again_and_a_released_pending_one_is_kept() => Run(async () =>
    {
        var path = _controller.Admin;
        var pending = path.Submit(AdminCommand.KeepAlive());
        path.Release(pending);
        var other = path.Submit(AdminCommand.KeepAlive());
        Assert.That(other, Is.Not.SameAs(pending));
        await _bench.World.Until(other.Signal, () => other.IsDone);
        Assert.That(path.Submit(AdminCommand.KeepAlive()), Is.SameAs(pending), "its answer came: it is free");
    });

    [Test]
    public void After_warm_up_a_command_allocates_nothing_in_the_driver() => Run(async () =>
    {
        var path = _controller.Admin;
        var buffer = _bench.Host.Rent(65536);
        var tickets = new Ticket[64];
        long Submitted()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < tickets.Length; i++) tickets[i] = path.Submit(AdminCommand.KeepAlive(), buffer);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        var allocated = 0L;
        for (var round = 0; round < 5; round++)
        {
            _function.Doorbells.Clear(); // the fake's record must not grow within what is measured
            allocated = Submitted();
            foreach (var ticket in tickets)
            {
                await _bench.World.Until(ticket.Signal, ticket, static t => ((Ticket)t).IsDone);
                path.Release(ticket);
            }
        }

        Assert.That(allocated, Is.Zero);
    });

    [Test]
    public void Events_are_reported_in_order_and_armed_again() => Run(async () =>
    {
        var path = _controller.Admin;
        path.HoldEvents(3);
        await _bench.World.After(100_000);
        Assert.That(_function.Controller.EventsHeld, Is.EqualTo(3));
        for (var i = 0u; i < 10; i++)
        {
            Assert.That(_function.Controller.ReportEvent(i, i + 100), Is.True);
            await _bench.World.After(100_000);
        }

        var events = path.Events!;
        for (var i = 0u; i < 10; i++)
        {
            Assert.That(events.TryTake(out var reported), Is.True);
            Assert.That((reported.Dw0, reported.Dw1), Is.EqualTo((i, i + 100)));
        }

        Assert.That(events.TryTake(out _), Is.False);
        Assert.That(_function.Controller.EventsHeld, Is.EqualTo(3));
    });

    [Test]
    public void Whether_a_command_was_fetched_follows_the_reported_head() => Run(async () =>
    {
        var path = _controller.Admin;
        _function.Controller.Stalled = true;
        var first = path.Submit(AdminCommand.KeepAlive());
        await _bench.World.After(100_000);
        Assert.That(path.WasFetched(first), Is.False);
        _function.Controller.Stalled = false;
        _function.Controller.Wake();
        await _bench.World.Until(first.Signal, () => first.IsDone);
        Assert.That(path.WasFetched(first), Is.True);
    });
}
