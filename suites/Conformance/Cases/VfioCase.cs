using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Suite.Cases;

/// <summary>What cases about a function behind VFIO begin with: a guest that has it with its own admin queue, and others that may take it.</summary>
internal abstract class VfioCase : ConformanceCase
{
    /// <summary>Vector of the guest's I/O queue.</summary>
    protected const int Vector = 1;

    /// <summary>A function whose controller is enabled and has no I/O queues.</summary>
    protected static async ValueTask<CaseVfio> StartWithoutQueuesAsync(VfioFace face, int number = 1) =>
        await CaseVfio.OpenAsync(await (await Lab.StartAsync()).BringUpAsync(number, carried: true), face);

    /// <summary>A function with one I/O queue that has moved on.</summary>
    protected static async ValueTask<(CaseVfio Vfio, CaseQueue Queue)> StartAsync(VfioFace face, int number = 1, int flushes = 3)
    {
        var vfio = await StartWithoutQueuesAsync(face, number);
        var queue = await vfio.Vf.CreateQueueAsync(vector: Vector);
        for (var i = 0; i < flushes; i++) await queue.MustAsync("Flush", NvmCommand.Flush(1));
        return (vfio, queue);
    }

    /// <summary>Another function of the same PF, never enabled, whose guest's memory is that of the first.</summary>
    protected static async ValueTask<CaseVfio> TakerAsync(CaseVfio of, VfioFace face, int number = 2) =>
        await CaseVfio.OpenAsync(await of.Vf.Host.BringUpAsync(number, enable: false, ram: of.Vf.Ram, carried: true), face);

    /// <summary>An I/O command succeeds.</summary>
    protected static async ValueTask<bool> WorksAsync(CaseQueue queue) =>
        await queue.DoAsync(NvmCommand.Flush(1)) is { } done && done.Status == Status.Success;

    /// <summary>
    /// A guest that goes on rings again: a doorbell rung at a function that stood may be lost, which the protocol leaves to the one who rang (linux/vfio.h,
    /// STOP: the device is not to be touched).
    /// </summary>
    protected static void RingAgain(CaseQueue queue) => queue.Pair.RingRaw((uint)queue.Pair.SqTail);

    /// <summary>An admin command of the guest is answered.</summary>
    protected static async ValueTask<bool> AnswersAsync(CaseVfio vfio)
    {
        var ticket = vfio.Vf.Nvme.Admin.Submit(AdminCommand.GetFeatures((byte)FeatureId.NumberOfQueues));
        var answered = await Lab.ReachesAsync(() => ticket.IsDone, 10_000_000);
        if (answered) vfio.Vf.Nvme.Admin.Release(ticket);
        return answered;
    }

    /// <summary>Brings up, after a reset, a controller that answers.</summary>
    protected static async ValueTask<bool> ComesUpAsync(CaseVfio vfio)
    {
        vfio.Vf.Nvme.Forget();
        PciConfig.Enable(vfio.Vf.Face);
        return (await vfio.Vf.Nvme.StartAsync()).IsOk && await AnswersAsync(vfio);
    }

    /// <summary>Brings a function without I/O queues from RUNNING to a state; what is written in RESUMING is what it gives itself.</summary>
    protected static async ValueTask<IVfioDataStream?> ReachAsync(CaseVfio vfio, VfioState state) =>
        await vfio.ReachAsync(state, state == VfioState.Resuming ? await vfio.SaveAsync() : []);

    /// <summary>The guest goes on at a function that was given a stream.</summary>
    protected static async ValueTask MoveAsync(CaseVfio from, CaseVfio to)
    {
        from.Vf.MoveTo(to.Vf);
        await to.MustAsync(VfioState.Running);
    }

    /// <summary>A stream is given to another function, and the guest goes on there and works.</summary>
    protected static async ValueTask<bool> LoadsAsync(CaseVfio from, CaseQueue queue, byte[] stream, CaseVfio to)
    {
        if (await to.TryLoadAsync(stream) != 0) return false;
        await MoveAsync(from, to);
        return await WorksAsync(queue);
    }
}
