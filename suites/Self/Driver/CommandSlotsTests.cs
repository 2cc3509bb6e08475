using Conformance.Driver;
using NUnit.Framework;

namespace Conformance.Self.Driver;

public sealed class CommandSlotsTests
{
    [Test]
    public void An_identifier_comes_back_only_when_all_generations_of_its_slot_were_used([Values(1, 2, 3, 64, 1000)] int count)
    {
        var slots = new CommandSlots(count);
        var lastUse = new Dictionary<ushort, long>();
        for (var i = 0L; i < 200_000; i++)
        {
            Assert.That(slots.TryTake(out var slot, out var cid), Is.True);
            if (lastUse.TryGetValue(cid, out var at) && i - at < 30_000) Assert.Fail($"{cid:X4}h came back after {i - at} commands.");
            if (cid == 0xFFFF) Assert.Fail("FFFFh was given out.");
            lastUse[cid] = i;
            if (slots.Complete(cid, out var same) != CidMatch.Ours || same != slot) Assert.Fail($"{cid:X4}h was not recognised.");
        }
    }

    [Test]
    public void A_doubled_completion_is_recognised_before_and_after_its_slot_is_used_again()
    {
        var slots = new CommandSlots(1);
        slots.TryTake(out _, out var first);
        Assert.That(slots.Complete(first, out _), Is.EqualTo(CidMatch.Ours));
        Assert.That(slots.Complete(first, out _), Is.EqualTo(CidMatch.Doubled));
        slots.TryTake(out _, out var second);
        Assert.That(slots.Complete(first, out _), Is.EqualTo(CidMatch.Doubled));
        Assert.That(slots.InFlight, Is.EqualTo(1), "the new command is still out");
        Assert.That(slots.Complete(second, out _), Is.EqualTo(CidMatch.Ours));
    }

    [Test]
    public void An_identifier_that_was_never_given_out_is_unknown()
    {
        var slots = new CommandSlots(3);
        Assert.That(slots.Complete(0, out _), Is.EqualTo(CidMatch.Unknown), "no command yet");
        Assert.That(slots.Complete(3, out _), Is.EqualTo(CidMatch.Unknown), "no such slot");
        slots.TryTake(out _, out var cid);
        Assert.That(slots.Complete((ushort)(cid + 0x4000), out _), Is.EqualTo(CidMatch.Unknown), "another generation");
    }

    [Test]
    public void Slots_run_out_and_come_back_in_the_order_in_which_they_were_freed()
    {
        var slots = new CommandSlots(3);
        var cids = new ushort[3];
        for (var i = 0; i < 3; i++) slots.TryTake(out _, out cids[i]);
        Assert.That(slots.TryTake(out _, out _), Is.False);
        foreach (var i in new[] { 2, 0, 1 }) slots.Complete(cids[i], out _);
        var again = new List<int>();
        while (slots.TryTake(out var slot, out _)) again.Add(slot);
        Assert.That(again, Is.EqualTo(new[] { 2, 0, 1 }));
    }
}
