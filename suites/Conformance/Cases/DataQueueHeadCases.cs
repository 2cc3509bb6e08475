using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Feature 21h: head and tail trigger of a data queue, and its wraps (Base 2.3 5.2.26.1.23, 8.1.7).</summary>
[Area("user-data-tracking")]
internal sealed class DataQueueHeadCases : UserDataCase
{
    /// <summary>A head that is none, by every wrong value of a small queue and those beyond it.</summary>
    /// <remarks>A queue that became empty behind slot 0. The walk over legal heads comes through those.</remarks>
    [TestCase(2)]
    [TestCase(5)]
    [TestCase(64)]
    [Covers("LM-UDT-33", "LM-UDT-12")]
    public async CaseTask The_head_of_an_empty_queue_does_not_move(int entries)
    {
        var (host, vf, _) = await StartAsync();
        var queue = await host.MustCreateDataQueueAsync(vf.Id, entries);
        foreach (var head in Enumerable.Range(1, entries + 1).Select(i => (uint)i).Append(0x8000_0000u).Append(uint.MaxValue))
            Check.Refused(head < entries ? "LM-UDT-33" : "LM-UDT-12", $"head[{head}]", await queue.TellHeadAsync(head: head), Status.InvalidField);
        Check.Equal("LM-UDT-33", "cdq", await queue.SettingsAsync(), new DataQueueSettings(0, null), "a refused head was taken");
        Check.Ok("LM-UDT-33", "same", await queue.TellHeadAsync(head: 0), "the head that it has was refused");
    }

    /// <summary>
    /// A walk over the states of a queue, where it begins and how much is in it. In each, every head that names no posted entry is refused
    /// and leaves it where it is, then one that is legal moves it; behind the last entry is legal.
    /// </summary>
    /// <remarks>A head that is told while entries are being posted. The walk never fills the queue, which would end the logging.</remarks>
    [TestCase(4, 12)]
    [TestCase(5, 12)]
    [TestCase(16, 6)]
    [Covers("LM-UDT-32", "LM-UDT-34", "LM-UDT-12", "LM-UDT-29")]
    public async CaseTask A_head_is_a_posted_entry_or_the_end(int entries, int steps)
    {
        var (host, vf, io) = await StartAsync();
        var queue = await host.StartLoggingAsync(vf.Id, entries);
        var posted = (await queue.TakeAsync(1)).Count;
        Check.Hazard("LM-UDT-34", "start", posted == 1, "the first entry");
        for (var (step, head) = (0, 0); step < steps; step++)
        {
            // Short of full, which would end the logging.
            var room = entries - 2 - (posted - head);
            var more = room > 0 ? 1 + (int)Random.Below(room) : 0;
            await TouchAsync(io, posted, more);
            var taken = await queue.TakeAsync(more);
            if (!Check.Equal("LM-UDT-32", $"step[{step}].posted", taken.Count, more, "slots that were freed are not used again")) return;
            posted += more;
            bool IsLegal(int value) => value < entries && Distance(value) <= posted - head;
            int Distance(int value) => (value - (head % entries) + entries) % entries;
            foreach (var value in Enumerable.Range(0, entries + 2).Where(it => !IsLegal(it)))
            {
                var answer = await queue.TellHeadAsync(head: (uint)value);
                Check.Refused(value < entries ? "LM-UDT-34" : "LM-UDT-12", $"step[{step}].head[{value}]", answer, Status.InvalidField);
            }

            Check.Equal("LM-UDT-34", $"step[{step}].kept", (await queue.SettingsAsync()).Head, (uint)(head % entries), "a refused head was taken");
            var next = step % 3 == 2 ? posted : head + (int)Random.Below(posted - head + 1);
            if (!Check.Ok("LM-UDT-32", $"step[{step}].moved", await queue.TellHeadAsync(head: (uint)(next % entries)), "a legal head was refused")) return;
            head = next;
            Check.Equal("LM-UDT-32", $"step[{step}].head", (await queue.SettingsAsync()).Head, (uint)(head % entries), "the head is not where it was put");
        }

        Check.That("LM-UDT-29", "phase", queue.NextPhase == (posted / entries % 2 == 0), "the entries of a pass have the phase of another");
    }

    /// <summary>Entry after entry through several passes: each in the slot that follows, with the phase of its pass, and no other slot touched.</summary>
    /// <remarks>One entry at a time, each taken before the next: several that are posted over the wrap together.</remarks>
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(7)]
    [TestCase(32)]
    [Covers("LM-UDT-29", "LM-UDT-32")]
    public async CaseTask The_phase_turns_with_each_pass(int entries)
    {
        var (host, vf, io) = await StartAsync();
        var queue = await host.StartLoggingAsync(vf.Id, entries);
        await queue.TakeAsync(1);
        await queue.MustTellHeadAsync();
        for (var i = 1; i <= (3 * entries) + 1; i++)
        {
            var before = queue.PeekAll();
            await TouchAsync(io, i);
            var taken = await queue.TakeAsync(1);
            var (slot, phase) = (i % entries, i / entries % 2 == 0);
            if (!Check.Equal(
                "LM-UDT-29", $"entry[{i}]", (taken.Count, queue.Peek(slot).Attributes.Phase), (1, phase),
                "an entry is not in its slot with the phase of its pass"))
                return;
            var after = queue.PeekAll();
            before[slot] = after[slot];
            Check.That("LM-UDT-32", $"entry[{i}].others", before.SequenceEqual(after), "posting an entry wrote to another slot");
            await queue.MustTellHeadAsync();
        }
    }

    /// <summary>
    /// A queue that nobody empties, of every size from the smallest: it holds what it can, its last entry says that it became full, and then
    /// nothing comes, whatever is written; one event. Room does not bring logging back, a start does, where it stands.
    /// </summary>
    /// <remarks>Many writes in flight at the moment when the queue becomes full: they come one by one.</remarks>
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(9)]
    [TestCase(64)]
    [Covers("LM-UDT-30", "LM-UDT-31")]
    public async CaseTask A_queue_that_nobody_empties_says_that_it_is_full_and_overwrites_nothing(int entries)
    {
        var (host, vf, io) = await StartAsync();
        host.TakeEvents();
        var queue = await host.MustCreateDataQueueAsync(vf.Id, entries);
        var start = await host.LogAsync(queue.Id, LoggingAction.Start);
        // One slot: the first entry is the last.
        if (entries == 2 && !start.IsOk) throw CaseEnd.NotSupported("a data queue of two slots");
        Lab.Must("Track Send, start logging", start);
        await TouchAsync(io, 0, entries - 2);
        await queue.TakeAsync(entries - 1);
        var full = queue.PeekAll();
        Check.Equal("LM-UDT-30", "last.esa", full[entries - 2].Attributes.Sequence, EntrySequence.LastFull, "the entry that filled the queue does not say so");
        Check.Equal("LM-UDT-30", "free", full[entries - 1], default, "the slot that stays empty was written");
        Check.Equal(
            "LM-UDT-30", "others", full[..(entries - 2)].Count(it => it.Attributes.Sequence == EntrySequence.LastFull), 0,
            "a queue with room says that it is full");
        var named = CaseDataQueue.BlocksOf(full);
        Check.That(
            "LM-UDT-30", "blocks", Enumerable.Range(0, entries - 2).All(i => named.Contains(2 * (ulong)i)), "a change before the queue was full is missing");
        var events = await host.NextEventsAsync();
        await TouchAsync(io, entries, 2 * entries);
        await Lab.WatchAsync();
        Check.That("LM-UDT-30", "slots", queue.PeekAll().SequenceEqual(full), "a full queue was written");
        var expected = OneShotEvent.OfQueue(OneShotInformation.ControllerDataQueueFull, queue.Id);
        Check.Equal(
            "LM-UDT-30", "events", string.Join(", ", events.Concat(host.TakeEvents())), $"{expected}", "not exactly one event tells that the queue is full");

        await queue.MustTellHeadAsync();
        await TouchAsync(io, 0, 3);
        await Lab.WatchAsync();
        Check.That("LM-UDT-31", "slots", queue.PeekAll().SequenceEqual(full), "logging came back by itself when there was room");
        if (entries < 4) return;
        await host.MustLogAsync(queue.Id, LoggingAction.Start);
        await TouchAsync(io, 7);
        var again = await queue.TakeAsync(2);
        Check.Equal("LM-UDT-31", "again", Marks(again), $"{EntrySequence.First}", "logging that was started again does not begin with a first entry");
        Check.That("LM-UDT-31", "again.blocks", CaseDataQueue.BlocksOf(again).Contains(14), "a change after logging was started again is missing");
    }

    /// <summary>
    /// A trigger at each slot of a queue, armed while the queue is empty: the event comes with the entry of that slot, neither before nor in
    /// the passes after it, and reads as off from then on.
    /// </summary>
    /// <remarks>A trigger at a slot that is filled already, and one that is set while entries are being posted.</remarks>
    [Test]
    [Covers("LM-UDT-35")]
    public async CaseTask A_tail_trigger_reports_its_slot_and_then_no_more([Values(0, 1, 2, 4, 6, 7)] int slot)
    {
        const int entries = 8;
        var (host, vf, io) = await StartAsync();
        host.TakeEvents();
        var queue = await host.StartLoggingAsync(vf.Id, entries);
        await queue.TakeAsync(1);
        await queue.MustTellHeadAsync(trigger: (uint)slot);
        Check.Equal("LM-UDT-35", "armed", await queue.SettingsAsync(), new DataQueueSettings(1, (uint)slot), "a trigger that was set does not read back");
        var reported = new List<string>();
        for (var i = 1; i < 2 * entries; i++)
        {
            var settings = await queue.SettingsAsync();
            await TouchAsync(io, i);
            await queue.TakeAsync(1);
            var here = i % entries == slot && reported.Count == 0;
            var events = here ? await host.NextEventsAsync() : host.TakeEvents();
            reported.AddRange(events.Select(it => $"slot {i % entries}: {it}"));
            Check.Equal("LM-UDT-35", $"entry[{i}].events", events.Count, here ? 1 : 0, "an event came with another slot than the trigger's");
            Check.Equal(
                "LM-UDT-35", $"entry[{i}].trigger", settings.Trigger, i <= FirstPass(slot) ? (uint)slot : null,
                "a trigger is off before its slot or on behind it");
            // Setting the feature would arm or disarm; the head has to move in between, so that it does both as it is now.
            await queue.MustTellHeadAsync((await queue.SettingsAsync()).Trigger);
        }

        var tail = OneShotEvent.OfQueue(OneShotInformation.ControllerDataQueueTailPointer, queue.Id);
        Check.Equal("LM-UDT-35", "reported", string.Join(", ", reported), $"slot {slot}: {tail}", "not exactly one event names the queue");
        static int FirstPass(int slot) => slot == 0 ? entries : slot;
    }

    /// <summary>Triggers at slots that there are not; the trigger that is armed stays, and fires.</summary>
    /// <remarks>Four triggers, all beyond the end. A second event that follows the first at some distance is missed.</remarks>
    [Test]
    [Covers("LM-UDT-36", "LM-UDT-35")]
    public async CaseTask A_trigger_outside_the_queue_is_refused_and_the_armed_one_stays()
    {
        const int entries = 8;
        var (host, vf, io) = await StartAsync();
        host.TakeEvents();
        var queue = await host.StartLoggingAsync(vf.Id, entries);
        await queue.TakeAsync(1);
        await queue.MustTellHeadAsync(trigger: 2);
        foreach (var trigger in (uint[])[entries, entries + 1, 0x7FFF_FFFF, uint.MaxValue])
            Check.Refused("LM-UDT-36", $"trigger[{trigger}]", await queue.TellHeadAsync(trigger), Status.InvalidField);
        Check.Equal("LM-UDT-36", "cdq", await queue.SettingsAsync(), new DataQueueSettings(1, 2), "a refused trigger changed the one that was armed");
        await TouchAsync(io, 0, 2);
        Check.Equal("LM-UDT-35", "events", (await host.NextEventsAsync()).Count, 1, "the armed trigger did not report");
    }

    /// <summary>
    /// The event is due while nobody asks for events. Setting the feature takes it back; where it is not set, the same event waits and is
    /// reported at once to who asks.
    /// </summary>
    /// <remarks>The event that a queue became full: whether it is taken back, too. One event waits, of one queue.</remarks>
    [TestCase(true)]
    [TestCase(false)]
    [Covers("LM-UDT-37", "LM-UDT-35")]
    public async CaseTask A_tail_event_that_waits_is_taken_back_by_setting_the_feature(bool set)
    {
        var host = await Lab.StartAsync();
        await host.NeedUserDataTrackingAsync();
        await host.RestartWithoutEventsAsync();
        var vf = await host.BringUpAsync();
        var io = await vf.CreateQueueAsync();
        var queue = await host.StartLoggingAsync(vf.Id, 8);
        await queue.TakeAsync(1);
        await queue.MustTellHeadAsync(trigger: 1);
        await TouchAsync(io, 0);
        Check.Hazard("LM-UDT-37", "posted", (await queue.TakeAsync(1)).Count == 1, "an entry in the trigger's slot");
        if (set) await queue.MustTellHeadAsync();
        host.Pf.Admin.HoldEvents(1);
        await Lab.WatchAsync();
        var events = host.TakeEvents();
        if (set) Check.Equal("LM-UDT-37", "events", events.Count, 0, "an event that was taken back was reported");
        else Check.Equal(
            "LM-UDT-37", "events", string.Join(", ", events), $"{OneShotEvent.OfQueue(OneShotInformation.ControllerDataQueueTailPointer, queue.Id)}",
            "an event was not kept for who asks later");
        Check.Equal("LM-UDT-35", "trigger", (await queue.SettingsAsync()).Trigger, null, "a trigger is on behind its slot");
    }

    /// <summary>The feature with Save, and what it says of itself.</summary>
    /// <remarks>What Get Features tells of its capabilities (SEL 011b), which should say the same: it is not asked.</remarks>
    [Test]
    [Covers("LM-UDT-38")]
    public async CaseTask The_feature_of_a_queue_cannot_be_saved()
    {
        var (host, vf, io) = await StartAsync();
        var queue = await host.StartLoggingAsync(vf.Id, 8);
        await TouchAsync(io, 0);
        await queue.TakeAsync(2);
        var save = MigrationCommand.SetControllerDataQueue(queue.Id, 1, 4);
        save.Cdw10 |= 1u << 31;
        Check.Refused("LM-UDT-38", "sv", await host.AdminAsync(save), Status.FeatureNotSaveable);
        Check.Equal("LM-UDT-38", "cdq", await queue.SettingsAsync(), new DataQueueSettings(0, null), "a refused setting was taken");
    }
}
