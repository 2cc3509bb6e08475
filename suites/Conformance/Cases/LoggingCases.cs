using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Track Send, Log User Data Changes: start, stop, suspension, and the entries that mark them (Base 2.3 5.2.28.1.1, NVM Command Set 5.6).</summary>
[Area("user-data-tracking")]
internal sealed class LoggingCases : UserDataCase
{
    private const int Steps = 36;

    /// <summary>Started once: one entry, in the first slot. What was written before is not in it.</summary>
    /// <remarks>Writes in flight while logging is started: they have ended before.</remarks>
    [TestCase(3)]
    [TestCase(64)]
    [Covers("LM-UDT-15", "LM-UDT-42", "LM-UDT-43")]
    public async CaseTask Starting_to_log_posts_one_first_entry(int entries)
    {
        var (host, vf, io) = await StartAsync();
        var queue = await host.MustCreateDataQueueAsync(vf.Id, entries);
        await TouchAsync(io, 0, 2);
        Check.That("LM-UDT-15", "before", Array.TrueForAll(queue.PeekAll(), it => it == default), "an entry was posted before logging was started");
        Check.Ok("LM-UDT-15", "start", await host.LogAsync(queue.Id, LoggingAction.Start), "logging was not started");
        await queue.TakeAsync(1);
        await Lab.WatchAsync();
        var slots = queue.PeekAll();
        var (first, attributes) = (slots[0], slots[0].Attributes);
        Check.Equal("LM-UDT-15", "slot[0]", (attributes.Phase, attributes.Sequence), (true, EntrySequence.First), "the first entry is not phase 1, ESA 001b");
        Check.Equal("LM-UDT-15", "others", slots[1..].Count(it => it != default), 0, "starting posted more than one entry");
        Check.Saw("LM-UDT-15", "lbacir", $"{attributes.Change}");
        CheckForm("slot[0]", [first]);
        if (attributes.Change != LbaChange.None) Check.Saw("LM-UDT-43", "slot[0]", "the first entry names blocks");
        await host.MustLogAsync(queue.Id, LoggingAction.Stop);
        CheckForm("last", await queue.TakeAsync(1));
    }

    /// <summary>Started twice, and by reserved actions: refused, and the log goes on without another mark.</summary>
    /// <remarks>Reserved actions on a suspended controller, and a second start while writes are in flight.</remarks>
    [Test]
    [Covers("LM-UDT-16", "LM-UDT-17", "LM-UDT-26")]
    public async CaseTask A_second_start_and_reserved_actions_are_refused_and_logging_goes_on()
    {
        var (host, vf, io) = await StartAsync();
        var queue = await host.MustCreateDataQueueAsync(vf.Id, 32);
        for (var action = 2; action < 16; action++)
            Check.Refused("LM-UDT-17", $"off.lact[{action}]", await host.LogAsync(queue.Id, (LoggingAction)action), Status.InvalidField);
        Check.That("LM-UDT-17", "off.slots", Array.TrueForAll(queue.PeekAll(), it => it == default), "a refused action posted an entry");
        await host.MustLogAsync(queue.Id, LoggingAction.Start);
        Check.Refused("LM-UDT-16", "start.second", await host.LogAsync(queue.Id, LoggingAction.Start), Status.InvalidControllerDataQueue);
        for (var action = 2; action < 16; action++)
            Check.Refused("LM-UDT-17", $"on.lact[{action}]", await host.LogAsync(queue.Id, (LoggingAction)action), Status.InvalidField);
        await TouchAsync(io, 3);
        await host.MustLogAsync(queue.Id, LoggingAction.Stop);
        var entries = await queue.TakeAsync(3);
        Check.Equal(
            "LM-UDT-26", "marks", Marks(entries), $"{EntrySequence.First} {EntrySequence.LastStopped}", "each mark does not come once for its occasion");
        Check.That("LM-UDT-16", "blocks", CaseDataQueue.BlocksOf(entries).Contains(6), "a refused start ended the logging");
    }

    /// <summary>Stopped, written, stopped again, started again.</summary>
    /// <remarks>Writes in flight while logging is stopped: they have ended before.</remarks>
    [Test]
    [Covers("LM-UDT-26", "LM-UDT-27", "LM-UDT-28")]
    public async CaseTask Logging_stops_with_a_last_entry_and_starts_with_another_first()
    {
        var (host, vf, io) = await StartAsync();
        var queue = await host.MustCreateDataQueueAsync(vf.Id, 32);
        Check.Ok("LM-UDT-27", "never", await host.LogAsync(queue.Id, LoggingAction.Stop), "stopping what was never started was refused");
        Check.That("LM-UDT-27", "never.slots", Array.TrueForAll(queue.PeekAll(), it => it == default), "stopping what was never started posted an entry");
        await host.MustLogAsync(queue.Id, LoggingAction.Start);
        await TouchAsync(io, 0);
        Check.Ok("LM-UDT-26", "stop", await host.LogAsync(queue.Id, LoggingAction.Stop), "logging was not stopped");
        var first = await queue.TakeAsync(3);
        Check.Equal("LM-UDT-26", "marks", Marks(first), $"{EntrySequence.First} {EntrySequence.LastStopped}", "logging did not end with ESA 010b");
        Check.Equal("LM-UDT-26", "last", LastOf(first), EntrySequence.LastStopped, "the last entry is another");
        await TouchAsync(io, 5, 4);
        Check.Ok("LM-UDT-27", "again", await host.LogAsync(queue.Id, LoggingAction.Stop), "stopping again was refused");
        await Lab.WatchAsync();
        Check.Equal("LM-UDT-26", "later", queue.Take().Count, 0, "entries were posted after the last");
        Check.Ok("LM-UDT-28", "start", await host.LogAsync(queue.Id, LoggingAction.Start), "logging was not started again");
        await TouchAsync(io, 20);
        var second = await queue.TakeAsync(2);
        Check.Equal("LM-UDT-28", "marks", Marks(second), $"{EntrySequence.First}", "logging that is started again does not begin with ESA 001b");
        Check.That(
            "LM-UDT-28", "blocks", CaseDataQueue.BlocksOf(second) is var it && it.Contains(40) && !it.Contains(10),
            "the second log is not of what was written in it");
    }

    /// <summary>A suspended controller: logging does not start, whether or not there is a queue that once logged.</summary>
    /// <remarks>A queue that logs when its controller is suspended: the case of what is lost over a suspension has that.</remarks>
    [TestCase(false)]
    [TestCase(true)]
    [Covers("LM-UDT-39")]
    public async CaseTask Logging_of_a_suspended_controller_does_not_start(bool logged)
    {
        var (host, vf, io) = await StartAsync();
        var queue = await host.MustCreateDataQueueAsync(vf.Id, 16);
        if (logged)
        {
            await host.MustLogAsync(queue.Id, LoggingAction.Start);
            await host.MustLogAsync(queue.Id, LoggingAction.Stop);
            await queue.TakeAsync(2);
        }

        await host.MustSuspendAsync(vf.Id);
        var stood = queue.PeekAll();
        Check.Refused("LM-UDT-39", "start", await host.LogAsync(queue.Id, LoggingAction.Start), Status.ControllerSuspended);
        await Lab.WatchAsync();
        Check.That("LM-UDT-39", "slots", queue.PeekAll().SequenceEqual(stood), "a refused start posted an entry");
        await host.MustResumeAsync(vf.Id);
        await TouchAsync(io, 0);
        await Lab.WatchAsync();
        Check.That("LM-UDT-39", "resumed", queue.PeekAll().SequenceEqual(stood), "logging began at the resume, as if the start had been taken");
    }

    /// <summary>Writes up to the suspend, in flight at it, put into the queue during it, and after the resume: none is missing.</summary>
    /// <remarks>How many of eight writes are in flight at the Suspend: three moments are tried, and a quick device has ended them by each.</remarks>
    [Test]
    [Covers("LM-UDT-41", "LM-UDT-18")]
    public async CaseTask Nothing_is_lost_over_a_suspension([Values(0, 2_000, 20_000)] int moment)
    {
        const int inFlight = 8;
        var (host, vf, io) = await StartAsync();
        var queue = await host.StartLoggingAsync(vf.Id, 64);
        await TouchAsync(io, 0);
        io.Burst(inFlight, i => NvmCommand.WriteZeroes(1, 100 + (2 * (ulong)i), 0));
        await World.After(moment);
        await host.MustSuspendAsync(vf.Id);
        io.Submit(NvmCommand.WriteZeroes(1, 200, 0));
        await Lab.WatchAsync();
        var before = queue.Take();
        Check.Equal(
            "LM-UDT-41", "suspended.marks", Marks(before), $"{EntrySequence.First} {EntrySequence.LastSuspended}",
            "the log does not end with ESA 011b at the suspend");
        Check.Equal("LM-UDT-41", "suspended.last", LastOf(before), EntrySequence.LastSuspended, "an entry follows the last");
        await host.MustResumeAsync(vf.Id);
        if (!await io.ReachesAsync(1 + inFlight + 1)) throw CaseEnd.Inconclusive("set-up: Write Zeroes: no answer in time");
        io.Submit(NvmCommand.WriteZeroes(1, 300, 0));
        await io.ReachesAsync(1 + inFlight + 2);
        await host.MustLogAsync(queue.Id, LoggingAction.Stop);
        var after = await queue.TakeAsync(4);
        Check.Equal(
            "LM-UDT-41", "resumed.marks", Marks(after), $"{EntrySequence.First} {EntrySequence.LastStopped}",
            "the log does not begin with ESA 001b at the resume");
        Check.Equal("LM-UDT-41", "resumed.first", FirstOf(after), EntrySequence.First, "an entry precedes the first");
        var blocks = CaseDataQueue.BlocksOf(before.Concat(after));
        ulong[] written = [0, .. Enumerable.Range(0, inFlight).Select(i => 100 + (2 * (ulong)i)), 200, 300];
        Check.Equal("LM-UDT-41", "missing", string.Join(' ', written.Where(it => !blocks.Contains(it))), "", "changes around the suspension are missing");
        Check.Equal(
            "LM-UDT-18", "before.missing",
            string.Join(' ', written[..^2].Where(it => !CaseDataQueue.BlocksOf(before).Contains(it) && !CaseDataQueue.BlocksOf(after).Contains(it))), "",
            "writes are missing");
    }

    /// <summary>
    /// A walk over start, stop, suspend, resume and writes in any order. After each step the marks so far are those that the steps so far
    /// ask for, neither more nor fewer, and what was written while it logged is there.
    /// </summary>
    /// <remarks>Steps that overlap: each write has ended before the next step. Resets are not among the steps.</remarks>
    [Test]
    [Covers("LM-UDT-26", "LM-UDT-28", "LM-UDT-41", "LM-UDT-16", "LM-UDT-39", "LM-UDT-44", "LM-UDT-42", "LM-UDT-43")]
    public async CaseTask The_marks_are_those_of_the_steps_whatever_their_order([Range(0, 4)] int seed)
    {
        var (host, vf, io) = await StartAsync();
        var queue = await host.MustCreateDataQueueAsync(vf.Id, 16);
        var random = new Device.Rng(Device.Rng.Derive(Random.Next(), (ulong)seed));
        var (logging, suspended, written) = (false, false, 0);
        var (expected, seen) = (new List<EntrySequence>(), new List<LbaMigrationQueueEntry>());
        var due = new List<ulong>();
        // Every walk ends with a start, another, a write, a stop and a suspend, so that each requirement is looked at.
        int[] ending = [0, 1, 4, 2, 3];
        for (var step = 0; step < Steps + ending.Length; step++)
        {
            var action = step < Steps ? (int)random.Below(6) : ending[step - Steps];
            var path = $"step[{step}]";
            if (step == Steps && suspended) await ResumeAsync();
            switch (action)
            {
                case 0 when suspended && !logging:
                    Check.Refused("LM-UDT-39", $"{path}.start", await host.LogAsync(queue.Id, LoggingAction.Start), Status.ControllerSuspended);
                    break;
                case 0 or 1 when logging && !suspended:
                    Check.Refused("LM-UDT-16", $"{path}.start", await host.LogAsync(queue.Id, LoggingAction.Start), Status.InvalidControllerDataQueue);
                    break;
                case 0 or 1 when !suspended:
                    if (!Check.Ok("LM-UDT-28", $"{path}.start", await host.LogAsync(queue.Id, LoggingAction.Start), "logging was not started")) return;
                    expected.Add(EntrySequence.First);
                    logging = true;
                    break;
                case 2 when suspended:
                    // A5: where stopping is accepted the entry that says suspended was the last.
                    var stop = await host.LogAsync(queue.Id, LoggingAction.Stop);
                    Check.Saw("LM-UDT-26", $"{path}.stop", $"{stop.Status}");
                    logging &= !stop.IsOk;
                    break;
                case 2:
                    if (!Check.Ok("LM-UDT-26", $"{path}.stop", await host.LogAsync(queue.Id, LoggingAction.Stop), "logging was not stopped")) return;
                    if (logging) expected.Add(EntrySequence.LastStopped);
                    logging = false;
                    break;
                case 3 when suspended:
                    await ResumeAsync();
                    break;
                case 3:
                    await host.MustSuspendAsync(vf.Id);
                    if (logging) expected.Add(EntrySequence.LastSuspended);
                    suspended = true;
                    break;
                case 4 or 5 when !suspended:
                    await TouchAsync(io, written);
                    if (logging) due.Add(2 * (ulong)written);
                    written++;
                    break;
            }

            await Lab.ReachesAsync(() => Drain() >= expected.Count, 1_000_000);
            var marks = string.Join(' ', seen.Select(it => it.Attributes.Sequence).Where(it => it != EntrySequence.Middle));
            var id = suspended ? "LM-UDT-41" : "LM-UDT-26";
            if (!Check.Equal(id, $"{path}.marks", marks, string.Join(' ', expected), $"the marks after step {step} are not those of the steps")) return;
            await queue.MustTellHeadAsync();
        }

        if (suspended) await ResumeAsync();
        if (logging) Check.Refused("LM-UDT-16", "end.start", await host.LogAsync(queue.Id, LoggingAction.Start), Status.InvalidControllerDataQueue);
        await host.MustLogAsync(queue.Id, LoggingAction.Stop);
        await host.MustSuspendAsync(vf.Id);
        Check.Refused("LM-UDT-39", "end.suspended", await host.LogAsync(queue.Id, LoggingAction.Start), Status.ControllerSuspended);
        await Lab.WatchAsync();
        Drain();
        var blocks = CaseDataQueue.BlocksOf(seen);
        Check.Equal("LM-UDT-41", "missing", string.Join(' ', due.Where(it => !blocks.Contains(it))), "", "changes are missing");
        CheckForm("walk", seen);
        Check.Hazard("LM-UDT-44", "walk", seen.Exists(it => it.Attributes.Sequence == EntrySequence.Middle), "a change that was logged");
        Check.Hazard("LM-UDT-43", "walk", seen.Exists(it => it.Attributes.Change == LbaChange.None), "an entry without blocks");
        return;

        int Drain()
        {
            seen.AddRange(queue.Take());
            return seen.Count(it => it.Attributes.Sequence != EntrySequence.Middle);
        }

        async ValueTask ResumeAsync()
        {
            await host.MustResumeAsync(vf.Id);
            if (logging) expected.Add(EntrySequence.First);
            suspended = false;
        }
    }
}
