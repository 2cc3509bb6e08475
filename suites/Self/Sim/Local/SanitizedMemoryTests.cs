using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Local;

/// <summary>Sanitize operations and the memory of controllers (Base 2.3 8.1.26, 8.1.26.5).</summary>
[TestFixture]
internal sealed class SanitizedMemoryTests
{
    private static readonly Duration _duration = Duration.FromMilliseconds(10);

    private static void Run(Func<LocalBench, Task> body) =>
        LocalBench.Run(body, device: new() { Timing = new() { Sanitize = _duration } });

    private static async Task Start(LocalBench bench) => await bench.Pf.Must(AdminCommand.Sanitize(SanitizeAction.BlockErase));

    private static async Task End(LocalBench bench) => await bench.Rig.World.After(_duration.Nanoseconds);

    [Test]
    public void Nothing_stays_in_either_but_queues() => Run(async bench =>
    {
        bench.WriteBuffer(0, new byte[0x1000]);
        await bench.Vf.Must(AdminCommand.CreateIoCq(2, 15, 0) with { Prp1 = LocalBench.BufferBase });
        var sq = new RawQueue(bench.Function, bench.Vf.Memory, bench.Vf.Base, 2, bench.Vf.Take(4096), 16, 0, 16);
        await bench.Vf.Must(AdminCommand.CreateIoSq(2, 15, 2) with { Prp1 = sq.SqIova });
        bench.Vf.Submit(sq, NvmCommand.Flush(1));
        await bench.Vf.Settle();
        var (queue, bytes) = (bench.ReadBuffer(0, 256), LocalBench.Bytes(4096, 8));
        Assert.That(Wire.Read<CompletionEntry>(queue).Phase);
        bench.WriteBuffer(0x4000, bytes);
        bench.WriteRegion(0x2000, bytes);
        bench.Function.Write32(Register.PmrCtl, 0);
        await Start(bench);
        await End(bench);
        Assert.That(bench.ReadBuffer(0x4000, 4096).Zip(bytes, (now, then) => now == then).Count(same => same), Is.LessThan(64), "by chance");
        Assert.That(bench.ReadBuffer(0, 256), Is.EqualTo(queue));
        bench.OpenRegion();
        Assert.That(bench.ReadRegion(0x2000, 4096).Zip(bytes, (now, then) => now == then).Count(same => same), Is.LessThan(64));
    });

    [Test]
    public void An_enabled_region_prohibits_it_and_none_becomes_ready_before_it_ends() => Run(async bench =>
    {
        var refused = await bench.Pf.Do(AdminCommand.Sanitize(SanitizeAction.BlockErase));
        Assert.That(refused.Status, Is.EqualTo(Status.SanitizeProhibitedWhilePmrEnabled));
        bench.Function.Write32(Register.PmrCtl, 0);
        await Start(bench);
        bench.Function.Write32(Register.PmrCtl, 1);
        Assert.That(bench.RegionStatus.Nrdy);
        await bench.Vf.Settle();
        Assert.That(bench.RegionStatus.Nrdy);
        await End(bench);
        Assert.That(bench.RegionStatus.Nrdy, Is.False);
    });
}
