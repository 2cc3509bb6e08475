using Conformance.Nvme;

namespace Conformance.Suite.Cases;

/// <summary>What cases that load states look for, over and over.</summary>
internal abstract class LoadingCase : ConformanceCase
{
    /// <summary>No queue of a state that was not (yet) committed exists.</summary>
    protected static async ValueTask<bool> HasNothingAsync(string requirement, CaseLoad load, string when) =>
        Check.Equal(requirement, $"{when}.queues", await load.QueuesTakenAsync(), 0, "a state that was not committed has left queues behind");

    /// <summary>The state was taken, and reads back byte for byte.</summary>
    protected static async ValueTask<bool> HasAllAsync(string requirement, CaseLoad load, string when) => Check.Equal(
        requirement, $"{when}.state", Convert.ToHexString(ComparableOf(await load.TakenAsync())), Convert.ToHexString(ComparableOf(load.State)),
        "the state that was taken reads back differently");

    /// <summary>A function level reset makes the function whole: enabled anew, it does I/O on queues of its own.</summary>
    protected static async ValueTask IsWholeAfterResetAsync(string requirement, CaseVf vf, string when)
    {
        await vf.Nvme.ResetFunctionAsync();
        if (!Check.Ok(requirement, $"{when}.enable", await vf.Nvme.StartAsync(), "after a function level reset the controller could not be enabled")) return;
        await DoesIoAsync(requirement, vf, when);
    }

    /// <summary>The function does I/O on a queue that is created for it.</summary>
    protected static async ValueTask DoesIoAsync(string requirement, CaseVf vf, string when, ushort qid = 1)
    {
        var queue = await vf.CreateQueueAsync(qid);
        var data = vf.Buffer(4096);
        Check.Equal(
            requirement, $"{when}.read", (await queue.DoAsync(queue.WithData(NvmCommand.Read(1, 0, 0), data)))?.Status, Status.Success,
            "the controller does no I/O");
    }

    /// <summary>The physical function answers, without a fatal status.</summary>
    protected static async ValueTask IsHealthyAsync(string requirement, CaseHost host, string when)
    {
        Check.Equal(requirement, $"{when}.pf.cfs", host.Pf.Status.Cfs, false, "the physical function has failed");
        Check.Ok(
            requirement, $"{when}.pf", await host.AdminAsync(AdminCommand.GetFeatures((byte)FeatureId.Arbitration)),
            "the physical function does not answer");
    }

    /// <summary>Without what says how it was read: CSATTR.</summary>
    private static byte[] ComparableOf(byte[] state)
    {
        var bytes = (byte[])state.Clone();
        if (bytes.Length > 2) bytes[2] &= 0xFE;
        return bytes;
    }
}
