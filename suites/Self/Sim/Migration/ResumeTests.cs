using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Migration;

/// <summary>Resume of Migration Send (Base 2.3 5.2.17.1.2): the RES assertions of the reference.</summary>
[TestFixture]
internal sealed class ResumeTests
{
    [Test]
    public void RES_01_A_resumed_controller_is_not_suspended() => MigrationBench.Run(async bench =>
    {
        await bench.Suspend();
        await bench.Resume();
        Assert.That(await bench.IsSuspended(), Is.False);
    });

    [Test]
    public void RES_02_What_was_submitted_meanwhile_completes_without_a_doorbell() => MigrationBench.Run(async bench =>
    {
        var second = await bench.Vf.CreateQueues(2);
        await bench.Suspend();
        var one = bench.Vf.Submit(bench.Io, bench.WithData(NvmCommand.Write(1, 9, 0)));
        var two = bench.Vf.Submit(second, NvmCommand.Flush(1));
        await bench.Resume();
        Assert.That((await bench.Vf.Next(bench.Io)).Cid, Is.EqualTo(one));
        Assert.That((await bench.Vf.Next(second)).Cid, Is.EqualTo(two));
    });

    [Test]
    public void RES_03_V54_A_running_controller_is_not_resumed() => MigrationBench.Run(async bench =>
    {
        await bench.Expect(Status.ControllerNotSuspended, MigrationCommand.Resume(bench.C));
        await bench.Pf.Must(MigrationCommand.Suspend(bench.C, SuspendType.Notification));
        await bench.Expect(Status.ControllerNotSuspended, MigrationCommand.Resume(bench.C));
    });

    [Test]
    public void RES_04_A_controller_that_never_ran_is_not_resumed() => MigrationBench.Run(async bench =>
    {
        var other = await bench.Other(enable: false, suspend: false);
        await bench.Expect(Status.ControllerNotSuspended, MigrationCommand.Resume(other.Controller.Id));
    });

    [Test]
    public void RES_05_06_A_state_that_is_not_whole_holds_the_resume_up() => MigrationBench.Run(async bench =>
    {
        await bench.Suspend();
        var state = (await bench.Receive()).Bytes;
        var other = (await bench.Other()).Controller.Id;
        Assert.That(await bench.Set(other, state[..64], 0, SequenceIndicator.First), Is.EqualTo(Status.Success));
        await bench.Expect(Status.CommandSequenceError, MigrationCommand.Resume(other));
        Assert.That(await bench.IsSuspended(other), "still");
        Assert.That(await bench.Set(other, state[64..], 64, SequenceIndicator.Last), Is.EqualTo(Status.Success));
        await bench.Pf.Must(MigrationCommand.Resume(other));
        Assert.That(await bench.IsSuspended(other), Is.False);
    });

    [Test]
    public void RES_07_A_kept_queue_goes_on_with_a_first_entry() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench);
        await bench.Suspend();
        queue.Take();
        await bench.Resume();
        await bench.Write(3);
        Assert.That(queue.Take().Select(e => e.Attributes.Sequence), Is.EqualTo(new[] { EntrySequence.First, EntrySequence.Middle }));
    });

    [Test]
    public void RES_08_V67_A_cancelled_source_goes_on_as_it_was() => MigrationBench.Run(
        async bench =>
        {
            await bench.Write(1);
            MigrationBench.Burst(bench.Io, 6, i => bench.WithData(NvmCommand.Write(1, (ulong)i, 0)));
            await bench.Rig.World.After(10_000);
            await bench.Suspend();
            var before = (await bench.Receive()).Bytes;
            await bench.Resume();
            await bench.Suspend();
            Assert.That((await bench.Receive()).Bytes, Is.EqualTo(before));
            await bench.Resume();
            for (var i = 0; i < 6; i++) Assert.That((await bench.Vf.Next(bench.Io)).Cid, Is.EqualTo(1000 + i));
            await bench.Write(2);
        },
        MigrationBench.Of(timing: new() { Write = Duration.FromMicroseconds(100) }));

    [Test]
    public void RES_09_No_such_controller_is_resumed() => MigrationBench.Run(async bench =>
    {
        await bench.Expect(Status.InvalidControllerIdentifier, MigrationCommand.Resume(77));
        await bench.Expect(Status.InvalidControllerIdentifier, MigrationCommand.Resume(bench.Pf.Controller.Id));
    });

    [Test]
    public void RES_10_Requests_for_events_are_answered_again() => MigrationBench.Run(async bench =>
    {
        var cid = await bench.AwaitAttributeChange();
        await bench.Suspend();
        await bench.Resume();
        await bench.ChangeAttribute();
        Assert.That((await bench.Vf.Next(bench.Vf.Admin)).Cid, Is.EqualTo(cid));
    });

    [Test]
    public void RES_11_A_long_suspend_brings_no_completion_twice() => MigrationBench.Run(
        async bench =>
        {
            MigrationBench.Burst(bench.Io, 4, i => bench.WithData(NvmCommand.Write(1, (ulong)i, 0)));
            await bench.Rig.World.After(10_000);
            await bench.Suspend();
            await bench.Rig.World.After(10_000_000_000);
            await bench.Resume();
            for (var i = 0; i < 4; i++) Assert.That((await bench.Vf.Next(bench.Io)).Cid, Is.EqualTo(1000 + i));
            await bench.Vf.Settle();
            Assert.That(bench.Io.TryTake(out _), Is.False);
        },
        MigrationBench.Of(timing: new() { Write = Duration.FromMilliseconds(5) }));
}
