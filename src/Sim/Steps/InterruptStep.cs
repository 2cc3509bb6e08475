using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Tells the host of the entries posted to a completion queue: one message, held back as Interrupt Coalescing says.</summary>
internal class InterruptStep
{
    private const long TimeUnit = 100_000;

    public virtual StepResult Run(ControllerCore c, CompletionQueue queue)
    {
        if (queue.Unannounced == 0) return StepResult.Done;
        if (!queue.InterruptsEnabled)
        {
            queue.Unannounced = 0;
            return StepResult.Done;
        }

        var coalescing = c.Features.Current(FeatureId.InterruptCoalescing);
        var (threshold, time) = ((int)(coalescing & 0xFF) + 1, (coalescing >> 8) & 0xFF);
        // The admin queue and vectors with Coalescing Disable are never held back.
        var hold = time != 0 && threshold > 1 && queue.Id != 0 && !queue.FlushInterrupt && !c.Features.IsCoalescingDisabled(queue.Vector);
        if (hold && queue.Unannounced < threshold)
        {
            if (queue.AnnounceBy < 0) queue.AnnounceBy = c.Now + (time * TimeUnit);
            if (c.Now < queue.AnnounceBy) return StepResult.Later(queue.AnnounceBy);
        }

        queue.AnnounceBy = -1;
        queue.Unannounced = 0;
        if (c.Function.Msix.Raise(queue.Vector)) c.Truth.Interrupts++;
        return StepResult.Done;
    }
}
