using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Migration;

/// <summary>
/// SUSPEND, QUERY_DATA_SIZE, SAVE_DATA and RESUME of the December 2022 series on the device; V-n is item n of the reference's list
/// (section 9).
/// </summary>
[TestFixture]
internal sealed class VendorTests
{
    private static readonly SimulatedPairOptions _series = Of(new());

    private static SimulatedPairOptions Of(VendorDialect dialect, SimulatedTiming? timing = null) =>
        MigrationBench.Of(vendor: dialect, timing: timing);

    private static SimulatedTiming Slow => new() { Read = Duration.FromMilliseconds(1), Write = Duration.FromMilliseconds(1) };

    private static void Run(Func<MigrationBench, VendorBench, Task> body, SimulatedPairOptions? options = null)
    {
        options ??= _series;
        MigrationBench.Run(bench => body(bench, new VendorBench(bench.Pf, options.Device.VendorRfc)), options);
    }

    [Test]
    public void V1_Identify_says_what_the_PF_has([Values] bool supported) => MigrationBench.Run(
        async bench =>
        {
            await bench.Pf.Must(AdminCommand.Identify((byte)Cns.IdentifyController), bench.Page);
            Assert.That(bench.Pf.Memory.Read(bench.Page, 4096)[3072], Is.EqualTo(supported ? 1 : 0));
            await bench.Vf.Must(AdminCommand.Identify((byte)Cns.IdentifyController), bench.Data);
            Assert.That(bench.Vf.Memory.Read(bench.Data, 4096)[3072], Is.Zero);
            foreach (var command in new VendorBench(bench.Pf).All(1))
            {
                var status = (await bench.Pf.Do(command with { Cdw10 = 9 })).Status;
                Assert.That(status, Is.EqualTo(supported ? Status.InvalidField : Status.InvalidOpcode));
            }
        },
        supported ? _series : null);

    [Test]
    public void V9_On_a_VF_s_own_queue_the_commands_do_nothing([Values] bool refused) => Run(
        async (bench, vendor) =>
        {
            await bench.Write(1);
            foreach (var command in vendor.All(1))
            {
                Assert.That((await bench.Vf.Do(command)).Status, Is.EqualTo(refused ? Status.InvalidOpcode : Status.Success));
                await bench.Write(2);
            }
        },
        Of(new() { RefusedOnVf = refused }));

    [Test]
    public void V10_12_An_index_names_one_VF_and_the_others_go_on([Values((ushort)1, (ushort)5)] ushort first) => Run(
        async (bench, vendor) =>
        {
            var other = await bench.Rig.Vf(bench.Pf, 2);
            var io = await other.CreateQueues(1);
            await vendor.Suspend((ushort)(first + 1));
            await bench.Write(1);
            other.Submit(io, NvmCommand.Flush(1));
            await other.Settle();
            Assert.That(io.TryTake(out _), Is.False);
            await vendor.Resume((ushort)(first + 1));
            await other.Next(io);
        },
        Of(new() { FirstVfIndex = first }));

    [TestCase((ushort)0)]
    [TestCase((ushort)5)]
    [TestCase((ushort)0xFFFF)]
    public void V8_11_An_index_of_no_VF_is_refused(ushort index) => Run(async (bench, vendor) =>
    {
        foreach (var command in vendor.All(index)) Assert.That((await bench.Pf.Do(command)).Status, Is.EqualTo(Status.InvalidField));
        await bench.Write(1);
        var io = await bench.Pf.CreateQueues(1);
        Assert.That((await bench.Pf.Io(io, NvmCommand.Flush(1))).Status, Is.EqualTo(Status.Success));
    });

    [Test]
    public void V17_Reserved_fields_are_treated_alike_on_all_five([Values] bool strict) => Run(
        async (bench, vendor) =>
        {
            for (var i = 0; i < 5; i++)
            {
                Assert.That((await bench.Pf.Do(vendor.All(1)[i] with { Nsid = 1 })).Status, Is.EqualTo(Status.InvalidField));
                foreach (var (cdw10, cdw12, cdw15) in new[] { (0x1_0000u, 0u, 0u), (0u, 1u, 0u), (0u, 0u, 0x8000_0000u) })
                {
                    var command = vendor.All(1)[i];
                    command = command with { Cdw10 = command.Cdw10 | cdw10, Cdw12 = cdw12, Cdw15 = cdw15 };
                    var status = (await bench.Pf.Do(command)).Status;
                    // The buffer holds no state: a load is refused for that then.
                    var accepted = i == 3 ? Status.InvalidField : Status.Success;
                    if (i == 4 && cdw10 == 0 && !strict) accepted = Status.CommandSequenceError;
                    Assert.That(status, Is.EqualTo(strict ? Status.InvalidField : accepted), $"command {i}");
                }
            }
        },
        MigrationBench.Of(
            vendor: new(), ambiguities: new() { StrictReserved = strict ? ReservedFields.All : ReservedFields.CodedOnly }));

    [Test]
    public void V18_A_suspended_VF_fetches_nothing([Values] VendorFreezePoint freezePoint) => Run(
        async (bench, vendor) =>
        {
            await vendor.Suspend();
            var fetched = bench.Vf.Truth.Fetched;
            bench.Vf.Submit(bench.Io, NvmCommand.Flush(1));
            var admin = bench.Vf.Submit(bench.Vf.Admin, AdminCommand.GetFeatures((byte)FeatureId.Arbitration));
            await bench.Rig.World.After(1_000_000_000);
            Assert.That(bench.Vf.Truth.Fetched, Is.EqualTo(fetched));
            await vendor.Resume();
            await bench.Vf.Next(bench.Io);
            Assert.That((await bench.Vf.Next(bench.Vf.Admin)).Cid, Is.EqualTo(admin), "V-28: without another doorbell");
        },
        Of(new() { FreezePoint = freezePoint }));

    [Test]
    public void V19_20_21_Commands_in_flight_complete_before_the_freezing_command_and_nothing_moves_after_it(
        [Values] VendorFreezePoint freezePoint) => Run(
        async (bench, vendor) =>
        {
            MigrationBench.Burst(bench.Io, 8, i => bench.WithData(NvmCommand.Read(1, (ulong)i, 0)));
            await bench.Rig.World.After(10_000);
            await vendor.Suspend();
            var drainsAtSave = freezePoint == VendorFreezePoint.Save;
            Assert.That(bench.Io.Peek(0).Phase, Is.EqualTo(!drainsAtSave));
            await vendor.Save();
            Assert.That(Enumerable.Range(0, 8).All(slot => bench.Io.Peek(slot).Phase), "all completed");
            var (written, interrupts) = (bench.Vf.Truth.LastWriteAt, bench.Vf.Truth.Interrupts);
            bench.Vf.Submit(bench.Io, NvmCommand.Flush(1));
            await bench.Rig.World.After(1_000_000_000);
            Assert.That((bench.Vf.Truth.LastWriteAt, bench.Vf.Truth.Interrupts), Is.EqualTo((written, interrupts)));
        },
        Of(new() { FreezePoint = freezePoint }, Slow));

    [Test]
    public void V23_Every_completion_is_announced_before_the_freeze() => Run(
        async (bench, vendor) =>
        {
            var signal = new Signal(bench.Rig.World);
            bench.Vf.Function.BindInterrupt(2, signal);
            var io = await bench.Vf.CreateQueues(2, vector: 2);
            await bench.Vf.Must(AdminCommand.SetFeatures((byte)FeatureId.InterruptCoalescing, 0xFF0F)); // holds back for 25.5 ms
            MigrationBench.Burst(io, 4, _ => NvmCommand.Flush(1));
            await bench.Vf.Settle();
            Assert.That(signal.Count, Is.Zero, "held back");
            await vendor.Suspend();
            await vendor.Save();
            Assert.That(signal.Count, Is.EqualTo(1));
        });

    [Test]
    public void V24_A_second_suspend_changes_nothing([Values] VendorFreezePoint freezePoint) => Run(
        async (bench, vendor) =>
        {
            await vendor.Suspend();
            await vendor.Suspend();
            await vendor.Resume();
            await bench.Write(1);
        },
        Of(new() { FreezePoint = freezePoint }));

    [Test]
    public void V31_33_The_size_grows_with_the_queues_and_stays_while_suspended() => Run(async (bench, vendor) =>
    {
        var last = await vendor.Query();
        for (ushort qid = 2; qid <= 4; qid++)
        {
            await bench.Vf.CreateQueues(qid);
            var size = await vendor.Query();
            Assert.That(size, Is.GreaterThan(last));
            last = size;
        }

        await vendor.Suspend();
        for (var i = 0; i < 100; i++) Assert.That(await vendor.Query(), Is.EqualTo(last));
        Assert.That(await vendor.Save(), Has.Length.EqualTo(last));
    });

    [Test]
    public void V32_33_The_size_holds_whatever_completes_between_query_and_save([Values(1, 512)] int unit) => Run(
        async (bench, vendor) =>
        {
            // An event request, a queue that is being deleted, and an event while the size is known already.
            bench.Vf.Submit(bench.Vf.Admin, AdminCommand.AsyncEventRequest());
            var two = await bench.Vf.CreateQueues(2);
            MigrationBench.Burst(two, 4, i => bench.WithData(NvmCommand.Read(1, (ulong)i, 0)));
            bench.Vf.Submit(bench.Vf.Admin, AdminCommand.DeleteIoSq(2));
            await bench.Rig.World.After(10_000);
            await vendor.Suspend();
            var size = await vendor.Query();
            await bench.ChangeAttribute();
            var (status, state) = await vendor.TrySave(size);
            Assert.That(status, Is.EqualTo(Status.Success));
            Assert.That(state.AsSpan(size - 64).ToArray(), Has.Some.Not.EqualTo((byte)0xD9));
            Assert.That(await vendor.Load(state), Is.EqualTo(Status.Success), "all of it was written");
        },
        Of(new() { SizeUnit = unit }, Slow));

    [Test]
    public void V34_A_running_VF_is_not_saved() => Run(async (bench, vendor) =>
    {
        Assert.That((await vendor.TrySave(await vendor.Query())).Status, Is.EqualTo(Status.CommandSequenceError));
        await bench.Write(1);
    });

    [Test]
    public void V35_A_second_save_gives_the_same_bytes([Values] bool disables) => Run(
        async (bench, vendor) =>
        {
            await bench.Write(1);
            await vendor.Suspend();
            var first = await vendor.Save();
            Assert.That(await vendor.Save(), Is.EqualTo(first));
        },
        Of(new() { SaveDisables = disables }));

    [Test]
    public void V36_A_save_that_does_not_reach_the_host_leaves_the_VF_resumable([Values] bool again) => Run(async (bench, vendor) =>
    {
        await bench.Write(1);
        await vendor.Suspend();
        var save = vendor.Commands.SaveData(1) with { Prp1 = bench.Pf.Iova(bench.Page) + 4096 - 64, Prp2 = 0xDEAD_0000 };
        Assert.That((await bench.Pf.Do(save)).Status, Is.EqualTo(Status.DataTransferError));
        if (again) await vendor.Save();
        await vendor.Resume();
        await bench.Write(2);
    });

    [Test]
    public void V37_A_state_above_MDTS_is_refused_whole() => Run(
        async (bench, vendor) =>
        {
            await bench.Write(1);
            await vendor.Suspend();
            Assert.That(await vendor.Query(), Is.GreaterThan(4096));
            Assert.That((await vendor.TrySave(0)).Status, Is.EqualTo(Status.InvalidField));
            await vendor.Resume();
            await bench.Write(2);
        },
        new SimulatedPairOptions
        {
            Device = new()
            {
                VendorRfc = new(), Capabilities = new() { Mdts = 1 }, Migration = new() { VendorState = new() { Padding = 8000 } },
            },
        });

    [Test]
    public void V60_61_Settings_and_registers_come_back([Values] bool load) => Run(async (bench, vendor) =>
    {
        int[] registers = [Register.Cc, Register.Aqa, Register.Asq, Register.Asq + 4, Register.Acq, Register.Acq + 4, Register.Csts, Register.Intms];
        bench.Vf.Function.Write32(Register.Intms, 0x5);
        await bench.Vf.Must(AdminCommand.SetFeatures((byte)FeatureId.InterruptCoalescing, 0x0302));
        var before = registers.Select(r => bench.Vf.Function.Read32(r)).ToArray();
        await vendor.Suspend();
        var state = await vendor.Save();
        Assert.That(bench.Vf.Function.Read32(Register.Csts) & 1, Is.Zero, "disabled");
        if (load) Assert.That(await vendor.Load(state), Is.EqualTo(Status.Success));
        await vendor.Resume();
        Assert.That(registers.Select(r => bench.Vf.Function.Read32(r)), Is.EqualTo(before));
        Assert.That((await bench.Vf.Must(AdminCommand.GetFeatures((byte)FeatureId.InterruptCoalescing))).Dw0, Is.EqualTo(0x0302));
    });

    [Test]
    public void V67_A_suspend_is_cancelled_without_a_trace([Values] VendorFreezePoint freezePoint) => Run(
        async (bench, vendor) =>
        {
            MigrationBench.Burst(bench.Io, 6, i => bench.WithData(NvmCommand.Write(1, (ulong)i, 0)));
            await bench.Rig.World.After(10_000);
            await vendor.Suspend();
            await vendor.Resume();
            for (var i = 0; i < 6; i++) Assert.That((await bench.Vf.Next(bench.Io)).Cid, Is.EqualTo(1000 + i));
            await bench.Write(9);
        },
        Of(new() { FreezePoint = freezePoint }, Slow));

    [Test]
    public void V68_A_saved_source_resumes_or_loads_its_own_state_and_resumes(
        [Values] bool load, [Values] bool disables, [Values] VendorLoadPrecondition precondition) => Run(
        async (bench, vendor) =>
        {
            var aer = await bench.AwaitAttributeChange();
            await bench.Write(3);
            await vendor.Suspend();
            var state = await vendor.Save();
            var waiting = disables ? (ushort)0 : bench.Vf.Submit(bench.Io, NvmCommand.Flush(1));
            if (load) Assert.That(await vendor.Load(state), Is.EqualTo(Status.Success));
            await vendor.Resume();
            if (!disables && !load) Assert.That((await bench.Vf.Next(bench.Io)).Cid, Is.EqualTo(waiting));
            // What was loaded is the state of before: the doorbell is rung again.
            if (!disables && load) bench.Io.Ring();
            if (!disables && load) Assert.That((await bench.Vf.Next(bench.Io)).Cid, Is.EqualTo(waiting));
            await bench.Write(4);
            await bench.ChangeAttribute();
            Assert.That((await bench.Vf.Next(bench.Vf.Admin)).Cid, Is.EqualTo(aer));
        },
        Of(new() { SaveDisables = disables, LoadPrecondition = precondition }));

    [Test]
    public void V68_Where_a_saved_source_does_not_resume_it_must_be_loaded() => Run(
        async (bench, vendor) =>
        {
            await vendor.Suspend();
            var state = await vendor.Save();
            Assert.That((await bench.Pf.Do(vendor.Commands.Resume(1))).Status, Is.EqualTo(Status.CommandSequenceError));
            Assert.That(await vendor.Load(state), Is.EqualTo(Status.Success));
            await vendor.Resume();
            await bench.Write(1);
        },
        Of(new() { ResumeAfterSave = false }));

    [Test]
    public void V68_An_event_after_the_save_is_reported_when_the_source_goes_on() => Run(async (bench, vendor) =>
    {
        var aer = await bench.AwaitAttributeChange();
        await vendor.Suspend();
        await vendor.Save();
        await bench.ChangeAttribute();
        await bench.Vf.Settle();
        Assert.That(bench.Vf.Admin.TryTake(out _), Is.False);
        await vendor.Resume();
        Assert.That((await bench.Vf.Next(bench.Vf.Admin)).Cid, Is.EqualTo(aer));
    });

    [TestCase("suspend")]
    [TestCase("query")]
    [TestCase("save")]
    [TestCase("load")]
    public void V69_A_reset_after_any_step_ends_it_and_a_second_attempt_works(string after) => Run(async (bench, vendor) =>
    {
        await vendor.Suspend();
        if (after != "suspend") await vendor.Query();
        var state = after is "save" or "load" ? await vendor.Save() : [];
        if (after == "load") Assert.That(await vendor.Load(state), Is.EqualTo(Status.Success));
        await bench.Vf.Function.ResetAsync();
        Assert.That((await bench.Pf.Do(vendor.Commands.Resume(1))).Status, Is.EqualTo(Status.CommandSequenceError), "nothing to resume");
        Assert.That((await vendor.TrySave(0)).Status, Is.EqualTo(Status.CommandSequenceError));
        var vf = new RawHost(bench.Rig.World, bench.Pf.Bus, bench.Vf.Function, bench.Rig.NewMemory());
        await vf.Connect();
        await vf.Enable();
        var io = await vf.CreateQueues(1);
        await vf.Io(io, NvmCommand.Flush(1));
        await vendor.Suspend();
        await vendor.Save();
        await vendor.Resume();
        await vf.Io(io, NvmCommand.Flush(1));
    });

    [Test]
    public void V69_A_reset_while_save_drains_fails_the_save() => Run(
        async (bench, vendor) =>
        {
            MigrationBench.Burst(bench.Io, 4, i => bench.WithData(NvmCommand.Read(1, (ulong)i, 0)));
            await bench.Rig.World.After(10_000);
            await vendor.Suspend();
            bench.Pf.Submit(bench.Pf.Admin, vendor.All(1)[2]);
            await bench.Rig.World.After(10_000);
            bench.Vf.Function.Write32(Register.Cc, 0);
            Assert.That((await bench.Pf.Next(bench.Pf.Admin)).Status, Is.EqualTo(Status.CommandSequenceError));
        },
        Of(new(), Slow));

    [Test]
    public void V73_An_illegal_order_has_its_status_and_no_effect() => Run(async (bench, vendor) =>
    {
        Assert.That((await bench.Pf.Do(vendor.Commands.Resume(1))).Status, Is.EqualTo(Status.CommandSequenceError), "RESUME of a running VF");
        await vendor.Suspend();
        var state = await vendor.Save();
        await vendor.Resume();
        Assert.That((await vendor.TrySave(0)).Status, Is.EqualTo(Status.CommandSequenceError), "SAVE after RESUME");
        Assert.That(await vendor.Load(state), Is.EqualTo(Status.CommandSequenceError), "V-50: LOAD of a running VF");
        await bench.Write(1);

        // The destination: QUERY before anything, RESUME before LOAD.
        var other = await bench.Rig.OnlineVf(bench.Pf, 2);
        Assert.That(await vendor.Query(2), Is.GreaterThan(0));
        Assert.That((await bench.Pf.Do(vendor.Commands.Resume(2))).Status, Is.EqualTo(Status.CommandSequenceError));
        await vendor.Suspend(2);
        await vendor.Resume(2);
        await other.Enable();
    });
}
