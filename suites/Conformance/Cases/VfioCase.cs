using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Suite.Cases;

/// <summary>What cases about a function behind VFIO begin with: a guest that has it with its own admin queue, and others that may take it.</summary>
internal abstract class VfioCase : ConformanceCase
{
    /// <summary>Vector of the guest's I/O queue.</summary>
    protected const int Vector = NvmeVfioGuest.Vector;

    /// <summary>A function whose controller is enabled and has no I/O queues.</summary>
    protected static async ValueTask<CaseVfio> StartWithoutQueuesAsync(VfioFace face, int number = 1) =>
        await CaseVfio.OpenAsync(Lab, await Lab.Device.Vfio.BringUpAsync(Lab, number), face);

    /// <summary>A function whose guest works: with one I/O queue that has moved on.</summary>
    protected static async ValueTask<CaseVfio> StartAsync(VfioFace face, int number = 1)
    {
        var vfio = await StartWithoutQueuesAsync(face, number);
        await vfio.Guest.BeginAsync();
        await MustWorkAsync(vfio, 3);
        return vfio;
    }

    /// <summary>Another function of the same PF, never enabled, whose guest's memory is that of the first.</summary>
    protected static async ValueTask<CaseVfio> TakerAsync(CaseVfio of, VfioFace face, int number = 2) =>
        await CaseVfio.OpenAsync(Lab, await of.Guest.BesideAsync(number), face);

    /// <summary>The guest goes on with its work.</summary>
    protected static ValueTask<bool> WorksAsync(CaseVfio vfio) => vfio.Guest.WorksAsync();

    /// <summary>An I/O command of a queue beside the guest's own succeeds.</summary>
    protected static async ValueTask<bool> WorksAsync(CaseQueue queue) =>
        await queue.DoAsync(NvmCommand.Flush(1)) is { } done && done.Status == Status.Success;

    /// <summary>The guest goes on with its work; a step of setting up.</summary>
    protected static async ValueTask MustWorkAsync(CaseVfio vfio, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            if (!await vfio.Guest.WorksAsync()) throw CaseEnd.Inconclusive("set-up: the guest's work does not go on");
        }
    }

    /// <summary>
    /// A guest that goes on rings again: a doorbell rung at a function that stood may be lost, which the protocol leaves to the one who rang (linux/vfio.h,
    /// STOP: the device is not to be touched).
    /// </summary>
    protected static void RingAgain(CaseQueue queue) => queue.Pair.RingRaw((uint)queue.Pair.SqTail);

    /// <summary>The function answers its guest.</summary>
    protected static ValueTask<bool> AnswersAsync(CaseVfio vfio) => vfio.Guest.AnswersAsync();

    /// <summary>Brings up, after a reset, a function that answers.</summary>
    protected static ValueTask<bool> ComesUpAsync(CaseVfio vfio) => vfio.Guest.ComesUpAsync();

    /// <summary>Brings a function without I/O queues from RUNNING to a state; what is written in RESUMING is what it gives itself.</summary>
    protected static async ValueTask<IVfioDataStream?> ReachAsync(CaseVfio vfio, VfioState state) =>
        await vfio.ReachAsync(state, state == VfioState.Resuming ? await vfio.SaveAsync() : []);

    /// <summary>The guest goes on at a function that was given a stream.</summary>
    protected static async ValueTask MoveAsync(CaseVfio from, CaseVfio to)
    {
        from.Guest.MoveTo(to.Guest);
        await to.MustAsync(VfioState.Running);
    }

    /// <summary>A stream is given to another function, and the guest goes on there and works.</summary>
    protected static async ValueTask<bool> LoadsAsync(CaseVfio from, byte[] stream, CaseVfio to)
    {
        if (await to.TryLoadAsync(stream) != 0) return false;
        await MoveAsync(from, to);
        return await WorksAsync(from);
    }
}
