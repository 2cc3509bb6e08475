using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Resets;

/// <summary>Every reset in the middle of a migration: what is the VF's goes with it, what is the management controller's with that one.</summary>
[TestFixture]
internal sealed class HalfMigrationTests
{
    [Test]
    public void Suspend_and_half_a_state_are_gone_and_tracking_stays_with_who_asked([Values] Way way) => ResetBench.Run(async bench =>
    {
        var (pf, c) = (bench.Pf, bench.C);
        var cdq = (ushort)(await pf.Must(MigrationCommand.CreateUserDataMigrationQueue(c, 16), pf.Take(4096))).Dw0;
        await pf.Must(MigrationCommand.LogUserDataChanges(cdq, LoggingAction.Start));
        var ranges = new byte[TrackMemoryChanges.Length(1)];
        TrackMemoryChanges.Write(ranges, 0, [new() { Saddr = bench.Vf.Base, Len = 16 }]);
        var page = pf.Take(4096);
        pf.Memory.Write(page, ranges);
        await pf.Must(MigrationCommand.TrackMemory(c, start: true), page);
        bench.Burst();
        await pf.Must(MigrationCommand.Suspend(c));
        await pf.Must(MigrationCommand.SetControllerState(c, 1, 0, 64, sequence: SequenceIndicator.First), page);
        bench.Burst(4);

        await bench.Do(way);
        await bench.IsSilent();
        await bench.BringBack(way);
        var last = MigrationCommand.SetControllerState(c, 1, 0, 64, 64, SequenceIndicator.Last);
        Assert.That((await pf.Do(MigrationCommand.Resume(c))).Status, Is.EqualTo(Status.ControllerNotSuspended));
        Assert.That((await pf.Do(last, page)).Status, Is.EqualTo(Status.CommandSequenceError));
        var isKept = !ResetBench.HitsPrimary(way);
        var feature = AdminCommand.GetFeatures((byte)FeatureId.ControllerDataQueue, cdw11: cdq);
        Assert.That((await pf.Do(feature, page)).Status, Is.EqualTo(isKept ? Status.Success : Status.InvalidControllerDataQueue), "RST-04, RST-05");
        var report = await pf.Do(MigrationCommand.TrackedMemory(c, 4096), page);
        Assert.That(report.Status, Is.EqualTo(isKept ? Status.Success : Status.InvalidControllerIdentifier), "RST-04");
        await bench.Works();
    });

    [Test]
    public void A_state_that_was_loaded_and_not_resumed_leaves_no_queues([Values] Way way) => ResetBench.Run(async bench =>
    {
        var (pf, c) = (bench.Pf, bench.C);
        var page = pf.Take(4096);
        await pf.Must(MigrationCommand.Suspend(c));
        await pf.Must(MigrationCommand.GetControllerState(c, 1, 0, 4096), page);
        Assert.That(ControllerState.TryDecode(pf.Memory.Read(page, 4096), out _)!.SubmissionQueues, Has.Length.EqualTo(1));
        await pf.Must(MigrationCommand.Resume(c));
        await bench.Do(Way.ControllerReset);
        bench.Vf.Forget();
        await bench.Vf.Enable();
        await pf.Must(MigrationCommand.Suspend(c));
        const int OneQueuePair = 104;
        await pf.Must(MigrationCommand.SetControllerState(c, 1, 0, OneQueuePair), page);

        await bench.Do(way);
        await bench.IsSilent();
        await bench.BringBack(way); // which creates the queues again
        Assert.That((await pf.Do(MigrationCommand.Resume(c))).Status, Is.EqualTo(Status.ControllerNotSuspended));
        await bench.Works();
    });
}
