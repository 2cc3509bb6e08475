using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim;

/// <summary>The device end to end: one VF that reads and writes, and moves. What it cannot see is how another driver would do it.</summary>
[TestFixture]
internal sealed class ThinSliceTests
{
    [Test]
    public void PF_is_enabled_and_identifies_itself() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        var page = pf.Take(4096);
        await pf.Must(AdminCommand.Identify((byte)Cns.IdentifyController), page);
        var identify = pf.Memory.Load<IdentifyController>(page);
        Assert.That(identify.Mn.ToString(), Is.EqualTo("Simulated NVM Subsystem"));
        Assert.That(identify.Oacs.HostManagedLiveMigration, Is.True);
        Assert.That(identify.Hmpre, Is.Zero);
    });

    [Test]
    public void What_a_VF_wrote_it_reads_back() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        var vf = await rig.Vf(pf);
        var io = await vf.CreateQueues(1);
        var (data, back) = (vf.Take(8192), vf.Take(8192));
        var bytes = new byte[8192];
        new Random(7).NextBytes(bytes);
        vf.Memory.Write(data, bytes);
        Assert.That((await vf.Io(io, NvmCommand.Write(1, 10, 1), data)).Status, Is.EqualTo(Status.Success));
        Assert.That((await vf.Io(io, NvmCommand.Flush(1))).Status, Is.EqualTo(Status.Success));
        Assert.That((await vf.Io(io, NvmCommand.Read(1, 10, 1), back)).Status, Is.EqualTo(Status.Success));
        Assert.That(vf.Memory.Read(back, 8192).SequenceEqual(bytes));
    });

    [Test]
    public void A_controller_moves_and_its_waiting_command_completes_on_the_destination() => Rig.Run(
        async rig =>
        {
            var (source, destination) = (await rig.Pf(rig.Pair.Source), await rig.Pf(rig.Pair.Destination));
            var memory = rig.NewMemory();
            var vf = await rig.Vf(source, memory: memory);
            var io = await vf.CreateQueues(1);
            var data = vf.Take(4096);
            memory.Fill(data, 4096, 0x5A);
            for (var i = 0; i < 20; i++)
                Assert.That((await vf.Io(io, NvmCommand.Write(1, (ulong)i, 0), data)).Status, Is.EqualTo(Status.Success));

            await source.Must(MigrationCommand.Suspend(vf.Controller.Id));
            memory.Fill(data, 4096, 0xA5);
            var waiting = vf.Submit(io, NvmCommand.Write(1, 5, 0), data);
            await vf.Settle();
            Assert.That(io.TryTake(out _), Is.False);

            var state = source.Take(4096);
            var received = await source.Must(MigrationCommand.GetControllerState(vf.Controller.Id, 1, 0, 4096), state);
            Assert.That(received.Dw0, Is.EqualTo(1));
            var decoded = ControllerState.TryDecode(source.Memory.Read(state, 4096), out _)!;
            Assert.That(decoded.SubmissionQueues.Single().TailPointer, Is.EqualTo(5));

            // Mediated: the host owns the admin queue, in a window of its own; the guest's memory is where it was.
            var other = await rig.OnlineVf(destination, iova: 0x8_0000_0000);
            other.Space.Map(new DmaMapping(vf.Base, memory, 0, memory.Length, DmaAccess.ReadWrite));
            await other.Enable();
            await destination.Must(MigrationCommand.Suspend(other.Controller.Id));
            var piece = destination.Take(4096);
            destination.Memory.Write(piece, source.Memory.Read(state, 104));
            await destination.Must(MigrationCommand.SetControllerState(other.Controller.Id, 1, 0, 104), piece);
            io.Function = other.Function;
            await destination.Must(MigrationCommand.Resume(other.Controller.Id));

            var completion = await vf.Next(io);
            Assert.That(completion.Cid, Is.EqualTo(waiting));
            Assert.That(completion.Status, Is.EqualTo(Status.Success));
            Assert.That((await vf.Io(io, NvmCommand.Read(1, 5, 0), data)).Status, Is.EqualTo(Status.Success));
            Assert.That(memory.Read(data, 4096).ContainsAnyExcept((byte)0xA5), Is.False);
            Assert.That(vf.Truth.LastFetchAt, Is.LessThan(vf.Truth.SuspendedAt));
        },
        new SimulatedPairOptions { Medium = MediumSharing.Shared });
}
