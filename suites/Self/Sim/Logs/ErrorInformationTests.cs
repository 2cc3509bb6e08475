using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Logs;

/// <summary>The Error Information log: an entry for each failed command, newest first.</summary>
[TestFixture]
internal sealed class ErrorInformationTests
{
    [Test]
    public void A_failed_command_leaves_an_entry_and_says_so_by_More() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var io = await vf.CreateQueues(3);
        Assert.That((await vf.Log<ErrorInformationEntry>(LogId.ErrorInformation)).Ecnt, Is.Zero);

        var data = vf.Take(8192);
        var failed = await vf.Io(io, NvmCommand.Read(1, 65535, 1), data);
        Assert.That(failed.StatusField.More, Is.True);
        var entry = await vf.Log<ErrorInformationEntry>(LogId.ErrorInformation);
        Assert.That((entry.Ecnt, entry.Sqid, entry.Cid), Is.EqualTo((1ul, (ushort)3, failed.Cid)));
        Assert.That(entry.Sts.Status, Is.EqualTo(Status.LbaOutOfRange));
        Assert.That((entry.Sts.Dnr, entry.Sts.More), Is.EqualTo((failed.StatusField.Dnr, true)));
        Assert.That((entry.Lba, entry.Nsid), Is.EqualTo((65535ul, 1u)));
        Assert.That((entry.Pel.Byte, entry.Pel.Bit), Is.EqualTo(((byte)40, (byte)0)), "SLBA");
        Assert.That((entry.Lpver, entry.Opc, entry.Csi), Is.EqualTo(((byte)1, (byte)NvmOpcode.Read, CommandSetIdentifier.Nvm)));

        failed = await vf.Do(new SubmissionEntry { Opcode = 0x7F });
        var two = await vf.Log(LogId.ErrorInformation, 128);
        entry = Wire.Read<ErrorInformationEntry>(two);
        Assert.That((entry.Ecnt, entry.Sqid, entry.Cid, entry.Opc), Is.EqualTo((2ul, (ushort)0, failed.Cid, (byte)0x7F)));
        Assert.That(entry.Sts.Status, Is.EqualTo(Status.InvalidOpcode));
        Assert.That(Wire.Read<ErrorInformationEntry>(two.AsSpan(64)).Ecnt, Is.EqualTo(1), "the older one follows");

        var good = await vf.Io(io, NvmCommand.Read(1, 0, 0), data);
        Assert.That(good.StatusField.More, Is.False);
    });

    [Test]
    public void The_oldest_entries_make_room_and_the_count_goes_on() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            for (var i = 0; i < 11; i++) await vf.Do(new SubmissionEntry { Opcode = 0x7F });
            var page = await vf.Log(LogId.ErrorInformation, 512);
            for (var age = 0; age < 8; age++)
            {
                var entry = Wire.Read<ErrorInformationEntry>(page.AsSpan(age * 64));
                Assert.That(entry.Ecnt, Is.EqualTo(age < 4 ? 11ul - (ulong)age : 0), $"entry {age}");
            }

            // A reset empties the log; the count is for life.
            await vf.Disable();
            await vf.Enable();
            Assert.That((await vf.Log<ErrorInformationEntry>(LogId.ErrorInformation)).Ecnt, Is.Zero);
            await vf.Do(new SubmissionEntry { Opcode = 0x7F });
            Assert.That((await vf.Log<ErrorInformationEntry>(LogId.ErrorInformation)).Ecnt, Is.EqualTo(12));
        },
        new SimulatedPairOptions { Device = new() { Capabilities = new() { ElpeZ = 3 } } });

    [Test]
    public void An_aborted_command_is_no_error() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            var io = await vf.CreateQueues(1);
            var cid = vf.Submit(io, NvmCommand.Flush(1));
            await vf.Settle();
            await vf.Must(AdminCommand.Abort(1, cid));
            var aborted = await vf.Next(io);
            Assert.That((aborted.Status, aborted.StatusField.More), Is.EqualTo((Status.AbortRequested, false)));
            Assert.That((await vf.Log<ErrorInformationEntry>(LogId.ErrorInformation)).Ecnt, Is.Zero);
        },
        new SimulatedPairOptions { Device = new() { Timing = new() { Flush = Duration.FromMilliseconds(5) } } });

    [Test]
    public void An_error_that_is_no_command_s_names_none() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        vf.Function.Write32(Register.SqTailDoorbell(2, 0), 1);
        await vf.Settle();
        var entry = await vf.Log<ErrorInformationEntry>(LogId.ErrorInformation);
        Assert.That((entry.Ecnt, entry.Sqid, entry.Cid, entry.Pel.Raw), Is.EqualTo((1ul, (ushort)0xFFFF, (ushort)0xFFFF, (ushort)0xFFFF)));
        Assert.That(entry.Lpver, Is.EqualTo(1));
    });
}
