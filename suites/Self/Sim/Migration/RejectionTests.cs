using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Migration;

/// <summary>Commands that are refused for what stands in them: the REJ assertions of the reference.</summary>
[TestFixture]
internal sealed class RejectionTests
{
    private static readonly SimulatedPairOptions _strict = MigrationBench.Of(ambiguities: new() { StrictReserved = ReservedFields.All });

    /// <summary>One good command of each kind.</summary>
    private static SubmissionEntry[] Commands(MigrationBench bench) =>
    [
        MigrationCommand.Suspend(bench.C), MigrationCommand.Resume(bench.C), MigrationCommand.SetControllerState(bench.C, 1, 0, 104),
        MigrationCommand.GetControllerState(bench.C, 1, 0, 104), MigrationCommand.CreateUserDataMigrationQueue(bench.C, 16),
        MigrationCommand.DeleteControllerDataQueue(1), MigrationCommand.LogUserDataChanges(1, LoggingAction.Start),
        MigrationCommand.TrackMemory(bench.C, false), MigrationCommand.TrackedMemory(bench.C, 64),
    ];

    [Test]
    public void REJ_01_02_Unknown_selections_are_refused() => MigrationBench.Run(async bench =>
    {
        for (var select = 3; select < 256; select += select < 8 ? 1 : 31)
        {
            var send = new MigrationSendFields(MigrationCommand.Suspend(bench.C)) { Select = (MigrationSendSelect)select }.Entry;
            await bench.Expect(Status.InvalidField, send);
        }

        for (var select = 1; select < 256; select += 50)
        {
            var receive = MigrationCommand.GetControllerState(bench.C, 1, 0, 64);
            receive.Cdw10 |= (uint)select;
            await bench.Expect(Status.InvalidField, receive, bench.Page);
        }

        Assert.That(await bench.IsSuspended(), Is.False);
    });

    [Test]
    public void REJ_03_V26_Unknown_suspend_types_are_refused() => MigrationBench.Run(async bench =>
    {
        foreach (var type in new byte[] { 2, 3, 0x7F, 0xFF })
            await bench.Expect(Status.InvalidField, MigrationCommand.Suspend(bench.C, (SuspendType)type));
        Assert.That(await bench.IsSuspended(), Is.False);
    });

    [Test]
    public void REJ_04_16_Controllers_that_are_not_there_are_not_suspended() => MigrationBench.Run(async bench =>
    {
        foreach (var cntlid in new ushort[] { 0, 77, 0xFFFF })
            await bench.Expect(Status.InvalidControllerIdentifier, MigrationCommand.Suspend(cntlid));
    });

    [Test]
    public void REJ_05_A_namespace_identifier_is_refused() => MigrationBench.Run(async bench =>
    {
        foreach (var command in Commands(bench))
        {
            await bench.Expect(Status.InvalidField, command with { Nsid = 1 }, bench.Page);
            await bench.Expect(Status.InvalidField, command with { Nsid = 0xFFFF_FFFF }, bench.Page);
        }

        Assert.That(await bench.IsSuspended(), Is.False);
    });

    [Test]
    public void REJ_06_V5_Neither_a_migratable_controller_nor_one_without_support_has_the_commands([Values] bool supported) =>
        MigrationBench.Run(
            async bench =>
            {
                foreach (var command in Commands(bench))
                {
                    Assert.That((await bench.Vf.Do(command, bench.Data)).Status, Is.EqualTo(Status.InvalidOpcode));
                    if (!supported) await bench.Expect(Status.InvalidOpcode, command, bench.Page);
                }
            },
            MigrationBench.Of(new() { Supported = supported }));

    // Command of the list, dword, reserved bit.
    [TestCase(0, 10, 8)]
    [TestCase(0, 10, 16)]
    [TestCase(0, 11, 24)]
    [TestCase(0, 11, 30)]
    [TestCase(0, 14, 0, Description = "REJ-07: UIDX while UUIDs are not selected")]
    [TestCase(0, 14, 7)]
    [TestCase(1, 11, 16)]
    [TestCase(1, 10, 31)]
    [TestCase(2, 10, 18)]
    [TestCase(2, 14, 31)]
    [TestCase(3, 10, 24)]
    [TestCase(3, 14, 9)]
    [TestCase(4, 10, 24)]
    [TestCase(4, 11, 1)]
    [TestCase(5, 11, 16)]
    [TestCase(6, 10, 20)]
    [TestCase(6, 11, 16)]
    [TestCase(7, 10, 17)]
    [TestCase(7, 12, 0)]
    [TestCase(8, 10, 8)]
    [TestCase(8, 11, 31)]
    public void REJ_07_17_A_reserved_bit_is_ignored_or_refused_as_the_knob_says(int command, int dword, int bit)
    {
        Status lenient = default;
        MigrationBench.Run(async bench => lenient = (await Send(bench, with: true)).Status);
        MigrationBench.Run(async bench => Assert.That((await Send(bench, with: false)).Status, Is.EqualTo(lenient), "ignored"));
        MigrationBench.Run(async bench => Assert.That((await Send(bench, with: true)).Status, Is.EqualTo(Status.InvalidField)), _strict);
        MigrationBench.Run(async bench => Assert.That((await Send(bench, with: false)).Status, Is.EqualTo(lenient), "not set"), _strict);

        async Task<CompletionEntry> Send(MigrationBench bench, bool with)
        {
            // What the command needs to succeed.
            if (command is 1 or 2) await bench.Suspend();
            if (command is 5 or 6) await DataQueueReader.Create(bench, start: false);
            var entry = Commands(bench)[command];
            if (with && dword == 10) entry.Cdw10 |= 1u << bit;
            if (with && dword == 11) entry.Cdw11 |= 1u << bit;
            if (with && dword == 12) entry.Cdw12 |= 1u << bit;
            if (with && dword == 14) entry.Cdw14 |= 1u << bit;
            return await bench.Pf.Do(entry, bench.Page);
        }
    }

    [Test]
    public void REJ_08_A_UUID_index_beyond_the_list_is_refused() => MigrationBench.Run(
        async bench =>
        {
            var receive = MigrationCommand.GetControllerState(bench.C, 1, 0, 104);
            await bench.Expect(Status.Success, receive with { Cdw14 = 0 }, bench.Page);
            await bench.Expect(Status.Success, receive with { Cdw14 = 1 }, bench.Page);
            await bench.Expect(Status.InvalidField, receive with { Cdw14 = 2 }, bench.Page);
            await bench.Expect(Status.InvalidField, receive with { Cdw14 = 0x7F }, bench.Page);
            await bench.Expect(Status.InvalidField, MigrationCommand.Suspend(bench.C) with { Cdw14 = 2 });
            Assert.That(await bench.IsSuspended(), Is.False);
        },
        MigrationBench.Of(new() { UuidSelection = true }));

    [Test]
    public void REJ_13_An_SGL_is_refused() => MigrationBench.Run(async bench =>
    {
        var receive = MigrationCommand.GetControllerState(bench.C, 1, 0, 104);
        receive.Dword0 = receive.Dword0 with { Psdt = 1 };
        await bench.Expect(Status.InvalidField, receive with { Sgl1 = SglDescriptor.DataBlock(bench.Pf.Iova(bench.Page), 104) });
    });

    [Test]
    public void REJ_14_A_state_that_cannot_be_read_leaves_nothing_behind() => MigrationBench.Run(async bench =>
    {
        await bench.Suspend();
        var state = (await bench.Receive()).Bytes;
        var other = (await bench.Other()).Controller.Id;
        var entire = MigrationCommand.SetControllerState(other, 1, 0, (uint)state.Length);
        await bench.Expect(Status.DataTransferError, entire with { Prp1 = 0xDEAD_0000 });
        Assert.That((await bench.State(other)).SubmissionQueues, Is.Empty);

        // The fault in the middle of a sequence ends the sequence.
        await bench.Set(other, state[..64], 0, SequenceIndicator.First);
        var last = MigrationCommand.SetControllerState(other, 1, 0, (uint)(state.Length - 64), 64, SequenceIndicator.Last);
        await bench.Expect(Status.DataTransferError, last with { Prp1 = 0xDEAD_0000 });
        Assert.That((await bench.State(other)).SubmissionQueues, Is.Empty);
        Assert.That(await bench.Set(other, state[64..], 64, SequenceIndicator.Last), Is.EqualTo(Status.CommandSequenceError));
        Assert.That(await bench.Set(other, state), Is.EqualTo(Status.Success));
    });

    [Test]
    public void REJ_15_An_abort_leaves_a_suspend_that_has_begun_alone() => MigrationBench.Run(
        async bench =>
        {
            MigrationBench.Burst(bench.Io, 4, i => bench.WithData(NvmCommand.Read(1, (ulong)i, 0)));
            await bench.Rig.World.After(10_000);
            var suspend = bench.Pf.Submit(bench.Pf.Admin, MigrationCommand.Suspend(bench.C));
            await bench.Rig.World.After(10_000);
            var abort = bench.Pf.Submit(bench.Pf.Admin, AdminCommand.Abort(0, suspend));
            var first = await bench.Pf.Next(bench.Pf.Admin);
            Assert.That((first.Cid, first.Status, first.Dw0), Is.EqualTo((abort, Status.Success, 1u)), "not aborted");
            var second = await bench.Pf.Next(bench.Pf.Admin);
            Assert.That((second.Cid, second.Status), Is.EqualTo((suspend, Status.Success)));
            Assert.That(await bench.IsSuspended());
        },
        MigrationBench.Of(timing: new() { Read = Duration.FromMilliseconds(1) }));

    [Test]
    public void REJ_18_Of_two_errors_one_is_told() => MigrationBench.Run(async bench =>
    {
        var both = await bench.Pf.Do(MigrationCommand.GetControllerState(77, 9, 0, 104), bench.Page);
        Assert.That(both.Status, Is.EqualTo(Status.InvalidControllerIdentifier).Or.EqualTo(Status.InvalidField));
    });
}
