using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>The admin queue pair, made of AQA, ASQ and ACQ when the controller becomes ready.</summary>
internal static class AdminQueues
{
    /// <summary>Whether a controller can become ready with this configuration and these admin queues.</summary>
    public static bool AreAcceptable(Capabilities cap, ControllerConfiguration cc, AdminQueueAttributes aqa, ulong asq, ulong acq) =>
        cc.Mps >= cap.MpsMin && cc.Mps <= cap.MpsMax
        && (cc.Ams == 0 || (cc.Ams == 1 && (cap.Ams & 1) != 0))
        && cc.Css is 0 or 6
        && aqa.AsqsZ != 0 && aqa.AcqsZ != 0
        && Prp.Offset(asq | acq, Prp.PageSize(cc.Mps)) == 0;

    /// <summary>Both are in memory where such queues may be.</summary>
    public static bool MayLie(ControllerCore c)
    {
        var (aqa, place) = (c.Registers.Aqa, new QueueMemory(c.Registers.Asq, null, 0, SubmissionEntry.Size));
        return QueueMemories.CheckPlace(c, in place, aqa.AsqsZ + 1).IsSuccess
            && QueueMemories.CheckPlace(c, place with { Base = c.Registers.Acq, EntrySize = CompletionEntry.Size }, aqa.AcqsZ + 1).IsSuccess;
    }

    public static void Create(ControllerCore c)
    {
        var aqa = c.Registers.Aqa;
        var completion = new CompletionQueue(0, aqa.AcqsZ + 1, new QueueMemory(c.Registers.Acq, null, 0, CompletionEntry.Size))
        {
            InterruptsEnabled = true,
        };
        c.Queues.Add(completion);
        c.Queues.Add(new SubmissionQueue(0, aqa.AsqsZ + 1, new QueueMemory(c.Registers.Asq, null, 0, SubmissionEntry.Size), completion));
    }
}
