using Conformance.Nvme;
using Conformance.Self.Sim.Logs;
using NUnit.Framework;

namespace Conformance.Self.Sim.Queues;

/// <summary>
/// In which order commands are taken from several submission queues (Base 2.3 3.4.4), seen in the one completion queue that they share:
/// without programmed latency a command completes as it is fetched.
/// </summary>
[TestFixture]
internal sealed class ArbitrationTests
{
    private const uint Weighted = 0x0046_0801;
    private const byte Urgent = 0;
    private const byte High = 1;
    private const byte Medium = 2;
    private const byte Low = 3;

    [TestCase(0, "123123123123")]
    [TestCase(1, "112233112233")]
    [TestCase(2, "111122223333")]
    [TestCase(7, "111122223333")]
    public void Round_robin_takes_a_burst_from_each(int exponent, string expected) => Order(
        0x0046_0001, (uint)exponent, [(Low, 4), (Urgent, 4), (High, 4)], expected);

    [Test]
    public void A_queue_with_less_than_a_burst_passes_its_turn_on() => Order(0x0046_0001, 2, [(0, 1), (0, 6), (0, 2)], "122223322");

    // HPW 3, MPW 1, LPW 0: four, two and one command a round.
    [Test]
    public void Urgent_comes_first_and_the_others_share_by_weight() => Order(
        Weighted, 0x0301_0000, [(Low, 3), (Medium, 4), (High, 8), (Urgent, 3)], "444" + "3333" + "22" + "1" + "3333" + "22" + "1" + "1");

    [Test]
    public void Two_queues_of_one_priority_take_turns_over_the_rounds() => Order(
        Weighted, 0, [(High, 3), (High, 3), (Low, 6)], "1323132313" + "23");

    [Test]
    public void A_burst_ends_with_the_credits_of_its_priority() => Order(
        Weighted, 0x0200_0003, [(High, 4), (High, 4), (Low, 2)], "111" + "3" + "122" + "3" + "22");

    [Test]
    public void Priorities_mean_nothing_to_round_robin_and_urgent_ones_take_turns_too() => Order(
        Weighted, 0, [(Urgent, 2), (Urgent, 2), (High, 1)], "12123");

    [Test]
    public void The_admin_queue_goes_before_all_in_weighted_round_robin() => Rig.Run(async rig =>
    {
        var (vf, queues) = await Open(rig, Weighted, [(Urgent, 4), (High, 4)]);
        foreach (var queue in queues) Fill(queue, 4);
        await vf.Must(AdminCommand.DeleteIoSq(2));
        Assert.That(Drain(queues[0]), Is.EqualTo("1111"), "the command to delete queue 2 was taken before those in it");
    });

    private static void Order(uint cc, uint arbitration, (byte Priority, int Commands)[] load, string expected) => Rig.Run(async rig =>
    {
        var (vf, queues) = await Open(rig, cc, load);
        await vf.SetFeature(FeatureId.Arbitration, arbitration);
        for (var i = 0; i < load.Length; i++) Fill(queues[i], load[i].Commands);
        await vf.Settle();
        Assert.That(Drain(queues[0]), Is.EqualTo(expected));
    });

    /// <summary>Submission queues 1 to n of a VF, all with completion queue 1.</summary>
    private static async Task<(RawHost Vf, RawQueue[] Queues)> Open(Rig rig, uint cc, (byte Priority, int Commands)[] load)
    {
        var vf = await rig.OnlineVf(await rig.Pf(rig.Pair.Source));
        await vf.Enable(cc);
        var cq = vf.Take(4096);
        await vf.Must(AdminCommand.CreateIoCq(1, 63, 0) with { Prp1 = vf.Iova(cq) });
        var queues = new RawQueue[load.Length];
        for (var i = 0; i < load.Length; i++)
        {
            queues[i] = new RawQueue(vf.Function, vf.Memory, vf.Base, (ushort)(i + 1), vf.Take(4096), 16, cq, 64);
            await vf.Must(AdminCommand.CreateIoSq((ushort)(i + 1), 15, 1, load[i].Priority) with { Prp1 = queues[i].SqIova });
        }

        return (vf, queues);
    }

    private static void Fill(RawQueue queue, int commands)
    {
        for (var i = 0; i < commands; i++) queue.Put(NvmCommand.Flush(1) with { Cid = (ushort)i });
        queue.Ring();
    }

    private static string Drain(RawQueue queue)
    {
        var seen = "";
        while (queue.TryTake(out var entry)) seen += entry.SqId;
        return seen;
    }
}
