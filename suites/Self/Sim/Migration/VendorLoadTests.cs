using System.Buffers.Binary;
using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Migration;

/// <summary>LOAD_DATA on the device: good states make an equal controller, others change nothing. V-n as in <see cref="VendorTests"/>.</summary>
[TestFixture]
internal sealed class VendorLoadTests
{
    private const int HeaderBytes = 24;
    private const int ChecksumOffset = 16;

    private static readonly SimulatedPairOptions _series = MigrationBench.Of(vendor: new());

    /// <summary>A source with two queue pairs, an outstanding request and settings, saved; and a VF that is not enabled.</summary>
    private static void Run(Func<MigrationBench, VendorBench, byte[], RawHost, Task> body, VendorDialect? dialect = null) => MigrationBench.Run(
        async bench =>
        {
            var vendor = new VendorBench(bench.Pf, dialect);
            await bench.AwaitAttributeChange();
            await bench.Vf.CreateQueues(2, vector: 3);
            for (var i = 0; i < 20; i++) await bench.Write((ulong)i);
            await vendor.Suspend();
            var state = await vendor.Save();
            await body(bench, vendor, state, await bench.Rig.OnlineVf(bench.Pf, 2, memory: bench.Vf.Memory));
        },
        dialect is null ? _series : MigrationBench.Of(vendor: dialect));

    /// <summary>The same bytes with another payload, as a host that knows the format would seal them.</summary>
    private static byte[] Reseal(byte[] state)
    {
        var hash = 2166136261u;
        for (var i = 0; i < state.Length; i++)
        {
            if (i is >= ChecksumOffset and < ChecksumOffset + 4) continue;
            hash = unchecked((hash ^ state[i]) * 16777619);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(state.AsSpan(ChecksumOffset), hash);
        return state;
    }

    /// <summary>Not loaded, not enabled, without queues, and able to take a good state.</summary>
    private static async Task IsUntouched(MigrationBench bench, RawHost other)
    {
        Assert.That(other.Function.Read32(Register.Csts) & 3, Is.Zero);
        Assert.That(other.Function.Read32(Register.Cc), Is.Zero);
        var state = await bench.State(other.Controller.Id);
        Assert.That(state.SubmissionQueues.Length + state.CompletionQueues.Length, Is.Zero);
        Assert.That(await bench.IsSuspended(other.Controller.Id), Is.False);
    }

    [Test]
    public void V45_66_What_is_loaded_saves_as_the_same_bytes_in_another_slot() => Run(async (bench, vendor, state, other) =>
    {
        await vendor.Suspend(2);
        Assert.That(await vendor.Load(state, 2), Is.EqualTo(Status.Success));
        Assert.That(await vendor.Save(2), Is.EqualTo(state));
        Assert.That(other.Function.Read32(Register.Csts) & 1, Is.Zero, "disabled by SAVE");
    });

    [Test]
    public void V57_58_59_The_destination_goes_on_where_the_source_stopped() => MigrationBench.Run(
        async bench =>
        {
            var vendor = new VendorBench(bench.Pf);
            var aers = new List<ushort> { await bench.AwaitAttributeChange() };
            for (var i = 0; i < 2; i++) aers.Add(bench.Vf.Submit(bench.Vf.Admin, AdminCommand.AsyncEventRequest()));
            await bench.Vf.Settle();
            await bench.ChangeAttribute();
            Assert.That((await bench.Vf.Next(bench.Vf.Admin)).Cid, Is.EqualTo(aers[0]));
            await vendor.Suspend();
            var waiting = bench.Vf.Submit(bench.Io, NvmCommand.Flush(1));
            var state = await vendor.Save();

            var pf = await bench.Rig.Pf(bench.Rig.Pair.Destination);
            var there = new VendorBench(pf);
            var other = await bench.Rig.OnlineVf(pf, 3, memory: bench.Vf.Memory);
            await there.Suspend(3);
            Assert.That(await there.Load(state, 3), Is.EqualTo(Status.Success));
            bench.Io.Function = bench.Vf.Admin.Function = other.Function;
            await bench.Vf.Settle();
            Assert.That(bench.Io.TryTake(out _), Is.False, "not before RESUME");
            await there.Resume(3);
            Assert.That((await bench.Vf.Next(bench.Io)).Cid, Is.EqualTo(waiting));
            foreach (var cid in aers.Skip(1))
            {
                bench.Vf.Submit(bench.Vf.Admin, AdminCommand.Abort(0, cid));
                var both = new[] { await bench.Vf.Next(bench.Vf.Admin), await bench.Vf.Next(bench.Vf.Admin) };
                Assert.That(both.Single(entry => entry.Cid == cid).Status, Is.EqualTo(Status.AbortRequested), "still outstanding");
            }
        },
        _series);

    [Test]
    public void V59_An_event_that_was_not_reported_is_reported_once_on_the_destination() => MigrationBench.Run(
        async bench =>
        {
            var vendor = new VendorBench(bench.Pf);
            await bench.Vf.Must(AdminCommand.SetFeatures((byte)FeatureId.AsynchronousEventConfiguration, 0x100));
            await vendor.Suspend();
            await bench.ChangeAttribute();
            var state = await vendor.Save();
            var other = await bench.Rig.OnlineVf(bench.Pf, 2, memory: bench.Vf.Memory);
            Assert.That(await vendor.Load(state, 2), Is.EqualTo(Status.Success));
            await vendor.Resume(2);
            bench.Vf.Admin.Function = other.Function;
            var aer = bench.Vf.Submit(bench.Vf.Admin, AdminCommand.AsyncEventRequest());
            Assert.That((await bench.Vf.Next(bench.Vf.Admin)).Cid, Is.EqualTo(aer));
            bench.Vf.Submit(bench.Vf.Admin, AdminCommand.AsyncEventRequest());
            await bench.Vf.Settle();
            Assert.That(bench.Vf.Admin.TryTake(out _), Is.False);
        },
        _series);

    [Test]
    public void V46_Only_the_size_that_was_saved_is_taken() => Run(async (bench, vendor, state, other) =>
    {
        foreach (var size in new uint[] { (uint)state.Length - 1, (uint)state.Length + 1, 0, 1, HeaderBytes, uint.MaxValue })
        {
            Assert.That(await vendor.Load(state, 2, size), Is.EqualTo(Status.InvalidField), $"{size} bytes");
            await IsUntouched(bench, other);
        }

        Assert.That(await vendor.Load(state, 2), Is.EqualTo(Status.Success));
    });

    [Test]
    public void V47_A_truncated_state_is_refused_at_every_length() => Run(async (bench, vendor, state, other) =>
    {
        for (var length = 1; length < state.Length; length += length < 256 ? 1 : 61)
        {
            Assert.That(await vendor.Load(state[..length], 2), Is.EqualTo(Status.InvalidField));
            // Also one whose header was made to agree.
            if (length <= HeaderBytes) continue;
            var agreeing = state[..length];
            BinaryPrimitives.WriteInt32LittleEndian(agreeing.AsSpan(8), length);
            BinaryPrimitives.WriteInt32LittleEndian(agreeing.AsSpan(12), length - HeaderBytes);
            Assert.That(await vendor.Load(Reseal(agreeing), 2), Is.Not.EqualTo(Status.Success));
        }

        await IsUntouched(bench, other);
        Assert.That(await vendor.Load(state, 2), Is.EqualTo(Status.Success));
    });

    [Test]
    public void V48_No_damaged_bit_is_overlooked() => Run(async (bench, vendor, state, other) =>
    {
        var random = new Random(5);
        for (var i = 0; i < 600; i++)
        {
            var bad = (byte[])state.Clone();
            bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            Assert.That(await vendor.Load(bad, 2), Is.EqualTo(Status.InvalidField));
        }

        await IsUntouched(bench, other);
    });

    [Test]
    public void V48_49_Mutated_states_that_are_agreeingwell_break_nothing_but_their_own_VF() => Run(async (bench, vendor, state, other) =>
    {
        var random = new Random(6);
        var taken = 0;
        for (var i = 0; i < 1000; i++)
        {
            var bad = (byte[])state.Clone();
            for (var flips = 1 + random.Next(4); flips > 0; flips--)
                bad[HeaderBytes + random.Next(bad.Length - HeaderBytes)] = (byte)random.Next(256);
            var status = await vendor.Load(Reseal(bad), 2);
            if (!status.IsSuccess) continue;
            taken++;
            await vendor.Resume(2);
            await bench.Rig.World.After(100_000);
            await other.Function.ResetAsync();
            other.Function.WriteConfig(PciHeader.CommandOffset, 2, 6);
        }

        Assert.That(taken, Is.InRange(1, 999), "the test saw both");
        Assert.That(bench.Pf.Function.Read32(Register.Csts) & 3, Is.EqualTo(1), "the PF is well");
        Assert.That(bench.Pf.Space.Faults, Is.Empty);
        Assert.That(await vendor.Load(state, 2), Is.EqualTo(Status.Success), "V-53: healed by a reset");
    });

    [TestCase(VendorLoadPrecondition.SuspendedOrDisabled, true, true, false)]
    [TestCase(VendorLoadPrecondition.Suspended, false, true, false)]
    [TestCase(VendorLoadPrecondition.None, true, true, true)]
    public void V50_52_What_a_load_asks_of_the_VF_is_the_dialect_s(
        VendorLoadPrecondition precondition, bool disabled, bool suspended, bool running) => Run(
        async (bench, vendor, state, other) =>
        {
            await IsAccepted(disabled, "never enabled, after a reset");
            await other.Function.ResetAsync();
            await vendor.Suspend(2);
            await IsAccepted(suspended, "suspended");
            await other.Function.ResetAsync();
            var enabled = new RawHost(bench.Rig.World, bench.Pf.Bus, other.Function, bench.Rig.NewMemory());
            await enabled.Connect();
            await enabled.Enable();
            await enabled.CreateQueues(1);
            await IsAccepted(running, "running, with queues");
            if (!running) await enabled.Must(AdminCommand.GetFeatures((byte)FeatureId.Arbitration));

            async Task IsAccepted(bool accepted, string what) =>
                Assert.That(await vendor.Load(state, 2), Is.EqualTo(accepted ? Status.Success : Status.CommandSequenceError), what);
        },
        new VendorDialect { LoadPrecondition = precondition });

    [Test]
    public void V51_A_load_that_is_refused_leaves_a_running_VF_running() => Run(
        async (bench, vendor, state, other) =>
        {
            var enabled = new RawHost(bench.Rig.World, bench.Pf.Bus, other.Function, bench.Rig.NewMemory());
            await enabled.Connect();
            await enabled.Enable();
            var io = await enabled.CreateQueues(1);
            // Well sealed, but the first queue's size is none.
            var bad = (byte[])state.Clone();
            bad.AsSpan(HeaderBytes + 56 + 8, 2).Clear();
            Assert.That(await vendor.Load(Reseal(bad), 2), Is.Not.EqualTo(Status.Success));
            Assert.That((await enabled.Io(io, NvmCommand.Flush(1))).Status, Is.EqualTo(Status.Success));
        },
        new VendorDialect { LoadPrecondition = VendorLoadPrecondition.None });

    [Test]
    public void V53_A_bad_load_then_a_reset_then_a_good_one_works() => Run(async (bench, vendor, state, other) =>
    {
        var bad = (byte[])state.Clone();
        bad[100] ^= 1;
        Assert.That(await vendor.Load(bad, 2), Is.EqualTo(Status.InvalidField));
        await other.Function.ResetAsync();
        await other.Function.AttachAsync(other.Space);
        other.Function.WriteConfig(PciHeader.CommandOffset, 2, 6);
        Assert.That(await vendor.Load(state, 2), Is.EqualTo(Status.Success));
        await vendor.Resume(2);
        bench.Io.Function = bench.Vf.Admin.Function = other.Function;
        await bench.Vf.Must(AdminCommand.GetFeatures((byte)FeatureId.Arbitration));
    });

    [Test]
    public void Another_dialect_of_the_same_shape_works_by_its_own_numbers()
    {
        var dialect = new VendorDialect
        {
            QueryOpcode = 0xE0, SuspendOpcode = 0xE4, ResumeOpcode = 0xE8, SaveOpcode = 0xEE, LoadOpcode = 0xF1, FirstVfIndex = 0, SizeUnit = 64,
            FreezePoint = VendorFreezePoint.Suspend, CapabilityOffset = 4000, CapabilityValue = 0xA5, SaveDisables = false,
        };
        MigrationBench.Run(
            async bench =>
            {
                var vendor = new VendorBench(bench.Pf, dialect);
                await bench.Pf.Must(AdminCommand.Identify((byte)Cns.IdentifyController), bench.Page);
                Assert.That(bench.Pf.Memory.Read(bench.Page, 4096)[4000], Is.EqualTo(0xA5));
                await bench.Write(1);
                await vendor.Suspend(0);
                var state = await vendor.Save(0);
                Assert.That(state.Length % 64, Is.Zero);
                Assert.That(bench.Vf.Function.Read32(Register.Csts) & 1, Is.EqualTo(1), "SAVE does not disable");
                var other = await bench.Rig.OnlineVf(bench.Pf, 2, memory: bench.Vf.Memory);
                Assert.That(await vendor.Load(state, 1), Is.EqualTo(Status.Success));
                await vendor.Resume(1);
                bench.Io.Function = bench.Vf.Admin.Function = other.Function;
                await bench.Write(2);
            },
            MigrationBench.Of(vendor: dialect));
    }
}
