using Conformance.Device;
using Conformance.Nvme;
using Conformance.Self.Sim.Logs;
using NUnit.Framework;

namespace Conformance.Self.Sim.Queues;

/// <summary>Abort (Base 2.3 5.2.1): what is aborted at once has no effect, and what is not says so.</summary>
[TestFixture]
internal sealed class AbortTests
{
    private const uint NotPerformed = 1;

    private static readonly SimulatedPairOptions _slow = new()
    {
        Device = new() { Timing = new() { Write = Duration.FromMicroseconds(200) }, Capabilities = new() { AclZ = 1 } },
    };

    [Test]
    public void An_aborted_command_has_no_effect_and_says_that_it_was_aborted() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            var io = await vf.CreateQueues(1);
            var data = vf.Take(4096);
            vf.Memory.Fill(data, 4096, 0x11);
            await vf.Io(io, NvmCommand.Write(1, 5, 0), data);
            vf.Memory.Fill(data, 4096, 0x22);
            var cid = vf.Submit(io, NvmCommand.Write(1, 5, 0), data);
            await rig.World.After(50_000);
            Assert.That((await vf.Must(AdminCommand.Abort(1, cid))).Dw0, Is.Zero);
            var completion = await vf.Next(io);
            Assert.That((completion.Cid, completion.Status), Is.EqualTo((cid, Status.AbortRequested)));
            await vf.Settle();
            Assert.That(io.TryTake(out _), Is.False, "once");
            await vf.Io(io, NvmCommand.Read(1, 5, 0), data);
            Assert.That(vf.Memory.Read(data, 4096).ContainsAnyExcept((byte)0x11), Is.False);
        },
        _slow);

    [Test]
    public void What_is_not_there_is_not_aborted() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            var io = await vf.CreateQueues(1, entries: 16, cqEntries: 2);
            var data = vf.Take(4096);
            var done = (await vf.Io(io, NvmCommand.Write(1, 5, 0), data)).Cid;
            foreach (var (sqid, cid) in new (ushort, ushort)[] { (1, done), (1, 0x7777), (3, 1), (99, 1), (0, 0x7777) })
                Assert.That((await vf.Must(AdminCommand.Abort(sqid, cid))).Dw0, Is.EqualTo(NotPerformed), $"queue {sqid} command {cid}");

            // One completion entry: the second command stays in its queue.
            var (first, second) = (vf.Submit(io, NvmCommand.Write(1, 5, 0), data), vf.Submit(io, NvmCommand.Write(1, 6, 0), data));
            await rig.World.After(50_000);
            Assert.That((await vf.Must(AdminCommand.Abort(1, second))).Dw0, Is.EqualTo(NotPerformed), "not fetched");
            foreach (var cid in new[] { first, second })
            {
                var completion = await vf.Next(io);
                Assert.That((completion.Cid, completion.Status), Is.EqualTo((cid, Status.Success)));
            }
        },
        _slow);

    [Test]
    public void An_event_request_can_be_aborted_and_another_takes_its_place() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var requests = new List<ushort>();
        for (var i = 0; i < 8; i++) requests.Add(await vf.AskForEvent());
        vf.Submit(vf.Admin, AdminCommand.Abort(0, requests[3]));
        CompletionEntry[] both = [await vf.Next(vf.Admin), await vf.Next(vf.Admin)];
        Assert.That(both.Single(entry => entry.Cid == requests[3]).Status, Is.EqualTo(Status.AbortRequested));
        Assert.That(both.Single(entry => entry.Cid != requests[3]).Dw0, Is.Zero);
        await vf.AskForEvent();
        Assert.That((await vf.Do(AdminCommand.AsyncEventRequest())).Status, Is.EqualTo(Status.AerLimitExceeded));
    });

    [Test]
    public void More_aborts_at_once_than_the_limit_are_refused() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            ushort[] cids = [.. Enumerable.Range(0, 3).Select(_ => vf.Submit(vf.Admin, AdminCommand.Abort(1, 1)))];
            var answers = new Dictionary<ushort, Status>();
            for (var i = 0; i < 3; i++)
            {
                var completion = await vf.Next(vf.Admin);
                answers[completion.Cid] = completion.Status;
            }

            Assert.That(cids.Select(cid => answers[cid]), Is.EqualTo(new[] { Status.Success, Status.Success, Status.AbortCommandLimitExceeded }));
            await vf.Must(AdminCommand.Abort(1, 1));
        },
        new() { Device = new() { Timing = new() { Admin = Duration.FromMicroseconds(20) }, Capabilities = new() { AclZ = 1 } } });
}
