using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Vfio;

/// <summary>
/// What the driver of the December 2022 series does otherwise, each step alone in a driver that is right in all else, so that each is seen
/// to be what makes the difference.
/// </summary>
public sealed class AsPostedTests
{
    private static readonly VariantSteps s_posted = VariantSteps.AsPosted;

    private static Task<VariantBench> NewAsync(World world, VariantSteps steps, int bytes = 200) =>
        VariantBench.NewAsync(world, drainsAtSave: true, new() { Steps = steps }, VariantBench.StateOf(bytes));

    /// <summary>The next command, and no other, is refused.</summary>
    private static void RefuseNext(VariantBench bench)
    {
        var next = bench.Dialect.Asked.Count;
        bench.Dialect.Answers = number => number == next ? FakeAnswer.Refused : FakeAnswer.Done;
    }

    [Test]
    public void In_STOP_it_has_not_drained() => VariantBench.Run(async world =>
    {
        var bench = await NewAsync(world, new() { Quiesce = s_posted.Quiesce });
        await bench.GoAsync(VfioState.Stop);
        Assert.That(bench.Dialect.Asked, Is.EqualTo(new[] { "suspend" }));
        Assert.That((bench.Dialect.Runs, bench.Dialect.IsDrained), Is.EqualTo((false, false)));
    });

    [Test]
    public void It_saves_anew_for_each_session() => VariantBench.Run(async world =>
    {
        var bench = await NewAsync(world, s_posted);
        for (var i = 0; i < 2; i++)
        {
            Assert.That(await bench.SaveAsync(), Is.EqualTo(VariantBench.StateOf(200)), "the stream is the blob");
            await bench.GoAsync(VfioState.Stop);
        }

        Assert.That(bench.Dialect.Asked, Is.EqualTo(new[] { "suspend", "query", "save", "query", "save" }));
    });

    [Test]
    public void It_runs_whatever_RESUME_answered() => VariantBench.Run(async world =>
    {
        var bench = await NewAsync(world, new() { Quiesce = s_posted.Quiesce, Continue = s_posted.Continue });
        await bench.GoAsync(VfioState.Stop);
        RefuseNext(bench);
        await bench.GoAsync(VfioState.Running);
        Assert.That((await bench.StateAsync(), bench.Dialect.Runs), Is.EqualTo((VfioState.Running, false)));
    });

    [Test]
    public void A_status_of_the_device_is_no_error() => VariantBench.Run(async world =>
    {
        var bench = await NewAsync(world, s_posted);
        RefuseNext(bench);
        await bench.GoAsync(VfioState.Stop);
        Assert.That(bench.Dialect.Runs, Is.True, "and yet it is in STOP");
        RefuseNext(bench);
        var stream = await bench.GoAsync(VfioState.StopCopy);
        Assert.That(await VariantBench.ReadAsync(stream!), Is.Empty, "a stream of nothing");
    });

    [Test]
    public void It_takes_256_KiB_and_no_byte_more() => VariantBench.Run(async world =>
    {
        const int Most = 262_144;
        var bench = await NewAsync(world, new() { Accept = s_posted.Accept, Complete = s_posted.Complete });
        var into = await bench.GoAsync(VfioState.Resuming);
        Assert.That(await VariantBench.WriteAsync(into!, new byte[Most]), Is.Zero);
        Assert.That(await into!.WriteAsync(new byte[1]), Is.EqualTo(-Errno.Enomem));
        await bench.GoAsync(VfioState.Stop);
        Assert.That(bench.Dialect.State, Has.Length.EqualTo(Most));

        var large = await NewAsync(world, s_posted, Most + 4);
        Assert.That(await large.SaveAsync(), Has.Length.EqualTo(Most + 4), "it gives what its other end does not take");
    });

    [Test]
    public void It_loads_whatever_was_written_be_it_nothing() => VariantBench.Run(async world =>
    {
        var bench = await NewAsync(world, s_posted);
        await bench.GoAsync(VfioState.Resuming);
        await bench.GoAsync(VfioState.Stop);
        Assert.That((bench.Dialect.Asked[^1], bench.Dialect.State.Length), Is.EqualTo(("load", 0)));
    });

    [Test]
    public void Closed_while_stopped_it_says_RUNNING_and_stands() => VariantBench.Run(async world =>
    {
        var bench = await NewAsync(world, new() { Release = s_posted.Release });
        await bench.GoAsync(VfioState.Stop);
        await bench.Device.CloseAsync();
        Assert.That((await bench.StateAsync(), bench.Dialect.Runs), Is.EqualTo((VfioState.Running, false)));
    });
}
