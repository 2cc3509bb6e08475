using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Vfio;

/// <summary>
/// The variant driver's state machine over a fake device: each pair of states, each command failing in each way, reset in each state. What
/// they cannot see: what the commands do to a real controller; whole cycles show that.
/// </summary>
public sealed class VariantArcTests
{
    private static IEnumerable<TestCaseData> Kinds => VariantBench.Kinds.Select(kind =>
        new TestCaseData(kind.DrainsAtSave, kind.Options).SetArgDisplayNames($"{(kind.DrainsAtSave ? "drains at save" : "drains at suspend")} {kind.Options.P2P} {kind.Options.PreCopy}"));

    private static IEnumerable<VfioState> StatesOf(VfioMigrationFlags flags) => Enum.GetValues<VfioState>().Where(state => ArcSearch.Exists(state, flags));

    /// <summary>In these the device runs, in all others it has stopped and drained.</summary>
    private static bool Runs(VfioState state) => state is VfioState.Running or VfioState.PreCopy;

    private static void AssertIsAsClaimed(VariantBench bench, VfioState state, string what)
    {
        Assert.That(bench.Dialect.Misused, Is.Empty, what);
        if (state == VfioState.Error) return;
        Assert.That((bench.Dialect.Runs, bench.Dialect.IsDrained), Is.EqualTo((Runs(state), !Runs(state))), $"{what}: in {state}");
    }

    [TestCaseSource(nameof(Kinds))]
    public void Every_legal_pair_ends_where_it_was_asked_to_and_every_other_changes_nothing(bool drainsAtSave, VariantOptions options) => VariantBench.Run(async world =>
    {
        var flags = (await VariantBench.NewAsync(world, drainsAtSave, options)).Device.Flags;
        foreach (var from in StatesOf(flags))
        {
            foreach (var to in Enum.GetValues<VfioState>().Append((VfioState)8).Append((VfioState)0xABCD))
            {
                var bench = await VariantBench.NewAsync(world, drainsAtSave, options);
                await bench.ReachAsync(world, from);
                var what = $"{from} to {to}";
                var asked = bench.Dialect.Asked.Count;
                var path = Enum.IsDefined(to) ? ArcSearch.Path(from, to, flags) : [];
                var (result, stream) = await bench.Device.SetStateAsync(to);
                Assert.That(result.Errno, Is.EqualTo(path.Count == 0 ? Errno.Einval : 0), what);
                Assert.That(await bench.StateAsync(), Is.EqualTo(path.Count == 0 ? from : to), what);
                Assert.That(stream, ArcSearch.BeginsSession(path) ? Is.Not.Null : Is.Null, what);
                if (path.Count < 2) Assert.That(bench.Dialect.Asked, Has.Count.EqualTo(asked), $"{what}: nothing is asked of the device");
                AssertIsAsClaimed(bench, path.Count == 0 ? from : to, what);
            }
        }
    });

    [TestCaseSource(nameof(Kinds))]
    public void A_refused_request_leaves_the_session_as_it_was(bool drainsAtSave, VariantOptions options) => VariantBench.Run(async world =>
    {
        var bench = await VariantBench.NewAsync(world, drainsAtSave, options);
        var stream = await bench.GoAsync(VfioState.StopCopy);
        var first = new byte[5];
        Assert.That(await stream!.ReadAsync(first), Is.EqualTo(5));
        foreach (var refused in new[] { VfioState.Error, VfioState.PreCopy, VfioState.PreCopyP2P, (VfioState)8 })
            Assert.That((await bench.Device.SetStateAsync(refused)).Result.Errno, Is.EqualTo(Errno.Einval));
        Assert.That((await bench.Device.SetStateAsync(VfioState.StopCopy)).Result.IsOk, Is.True, "the state it is in");
        var rest = await VariantBench.ReadAsync(stream);
        var other = await VariantBench.NewAsync(world, drainsAtSave, options);
        Assert.That(first.Concat(rest), Is.EqualTo(await other.SaveAsync()));
    });

    [TestCaseSource(nameof(Kinds))]
    public void No_command_fails_unnoticed_and_the_state_is_then_true(bool drainsAtSave, VariantOptions options) => VariantBench.Run(async world =>
    {
        var flags = (await VariantBench.NewAsync(world, drainsAtSave, options)).Device.Flags;
        var failed = 0;
        foreach (var from in StatesOf(flags).Where(state => state != VfioState.Error))
        {
            foreach (var to in StatesOf(flags).Where(state => state != from))
            {
                var path = ArcSearch.Path(from, to, flags);
                if (path.Count == 0) continue;
                var commands = await CountAsync(world, drainsAtSave, options, from, to);
                for (var which = 0; which < commands; which++)
                {
                    foreach (var answer in new[] { FakeAnswer.Refused, FakeAnswer.LostDone, FakeAnswer.LostUndone })
                    {
                        // Once alone, and once with all that follow it, the way back included.
                        foreach (var alone in new[] { true, false })
                        {
                            failed++;
                            await FailAsync(world, await VariantBench.NewAsync(world, drainsAtSave, options), path, which, answer, alone);
                        }
                    }
                }
            }
        }

        Assert.That(failed, Is.GreaterThan(40));
    });

    private static async Task<int> CountAsync(World world, bool drainsAtSave, VariantOptions options, VfioState from, VfioState to)
    {
        var bench = await VariantBench.NewAsync(world, drainsAtSave, options);
        await bench.ReachAsync(world, from);
        var before = bench.Dialect.Asked.Count;
        await bench.GoAsync(to);
        return bench.Dialect.Asked.Count - before;
    }

    private static async Task FailAsync(World world, VariantBench bench, IReadOnlyList<VfioState> path, int which, FakeAnswer answer, bool alone)
    {
        await bench.ReachAsync(world, path[0]);
        var first = bench.Dialect.Asked.Count;
        bench.Dialect.Answers = number => number == first + which || (!alone && number > first + which) ? answer : FakeAnswer.Done;
        var (result, stream) = await bench.Device.SetStateAsync(path[^1]);
        var what = $"{path[0]} to {path[^1]}: {bench.Dialect.Asked[first + which]} {answer} alone {alone}";
        Assert.That(result.Errno, Is.EqualTo(answer == FakeAnswer.Refused ? Errno.Eio : Errno.Etimedout), what);
        Assert.That(stream, Is.Null, what);
        var state = await bench.StateAsync();
        Assert.That(path.SkipLast(1).Append(VfioState.Error), Does.Contain(state), what);
        if (answer != FakeAnswer.Refused) Assert.That(state, Is.EqualTo(VfioState.Error), what);
        AssertIsAsClaimed(bench, state, what);

        bench.Dialect.Answers = static _ => FakeAnswer.Done;
        await bench.Device.ResetAsync();
        Assert.That(await bench.StateAsync(), Is.EqualTo(VfioState.Running), what);
        Assert.That(await bench.SaveAsync(), Is.Not.Empty, $"{what}: healed by a reset");
        Assert.That(bench.Dialect.Misused, Is.Empty, what);
    }

    [TestCaseSource(nameof(Kinds))]
    public void A_reset_in_every_state_ends_in_RUNNING_and_ends_the_session(bool drainsAtSave, VariantOptions options) => VariantBench.Run(async world =>
    {
        var flags = (await VariantBench.NewAsync(world, drainsAtSave, options)).Device.Flags;
        foreach (var state in StatesOf(flags))
        {
            var bench = await VariantBench.NewAsync(world, drainsAtSave, options);
            var stream = await bench.ReachAsync(world, state);
            var resets = bench.Function.FunctionResets;
            await bench.Device.ResetAsync();
            Assert.That((await bench.StateAsync(), bench.Function.FunctionResets), Is.EqualTo((VfioState.Running, resets + 1)), $"in {state}");
            AssertIsAsClaimed(bench, VfioState.Running, $"in {state}");
            if (stream is null) continue;
            var gone = state == VfioState.Resuming ? await stream.WriteAsync(new byte[4]) : await stream.ReadAsync(new byte[4]);
            Assert.That(gone, Is.EqualTo(-Errno.Enodev), $"in {state}");
        }
    });

    [TestCaseSource(nameof(Kinds))]
    public void A_device_that_was_closed_in_any_state_runs_when_it_is_opened_again(bool drainsAtSave, VariantOptions options) => VariantBench.Run(async world =>
    {
        var flags = (await VariantBench.NewAsync(world, drainsAtSave, options)).Device.Flags;
        foreach (var state in StatesOf(flags))
        {
            var bench = await VariantBench.NewAsync(world, drainsAtSave, options);
            await bench.ReachAsync(world, state);
            await bench.Device.CloseAsync();
            Assert.That(await bench.StateAsync(), Is.EqualTo(VfioState.Running));
            AssertIsAsClaimed(bench, VfioState.Running, $"closed in {state}");
        }
    });

    [Test]
    public void Two_who_ask_at_once_are_served_one_after_the_other() => VariantBench.Run(async world =>
    {
        var bench = await VariantBench.NewAsync(world, drainsAtSave: true);
        var asked = new[] { VfioState.StopCopy, VfioState.Running, VfioState.Stop, VfioState.Running }.Select(state => bench.Device.SetStateAsync(state).AsTask()).ToList();
        var reset = bench.Device.ResetAsync().AsTask();
        foreach (var it in asked) Assert.That((await it).Result.IsOk, Is.True);
        await reset;
        Assert.That(await bench.StateAsync(), Is.EqualTo(VfioState.Running));
        AssertIsAsClaimed(bench, VfioState.Running, "after all");
    });
}
