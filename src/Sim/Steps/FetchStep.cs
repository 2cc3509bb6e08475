using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Reads one submission entry from host memory and moves the queue's head.</summary>
internal class FetchStep
{
    public virtual StepResult Run(ControllerCore c, CommandContext command)
    {
        var queue = command.Queue;
        if (!c.ReadHost(queue.Memory.AddressOf(queue.Head), Wire.MutableBytes(ref command.Entry)))
        {
            // Without its command there is nothing to answer.
            c.Fail();
            return StepResult.Done;
        }

        queue.Advance();
        command.FetchedAt = c.Now;
        c.Truth.Fetched++;
        c.Truth.LastFetchAt = c.Now;
        if (c.Truth.FirstFetchAfterResumeAt < 0 && c.Truth.ResumedAt >= 0) c.Truth.FirstFetchAfterResumeAt = c.Now;
        return StepResult.Done;
    }
}
