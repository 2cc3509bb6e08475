using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>The admin queue pair, made of AQA, ASQ and ACQ when the controller becomes ready.</summary>
internal static class AdminQueues
{
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
