using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Posts a command's completion entry, phase tag last, and asks for an interrupt at the end of the step.</summary>
internal class CompleteStep
{
    public virtual StepResult Run(ControllerCore c, CommandContext command)
    {
        c.Logs.Completing(command);
        var entry = new CompletionEntry
        {
            Dw0 = command.Dw0,
            Dw1 = command.Dw1,
            SqHead = (ushort)command.Queue.Head,
            SqId = (ushort)command.Queue.Id,
            Cid = command.Cid,
            StatusField = new StatusField(command.Status, command.Queue.Completion.Phase, command.Dnr, command.More),
        };
        Controller.Release(command);
        Post(c, command.Queue.Completion, in entry);
        return StepResult.Done;
    }

    /// <summary>Writes an entry at the tail and moves it. The caller has made sure that there is room.</summary>
    protected static void Post(ControllerCore c, CompletionQueue queue, in CompletionEntry entry)
    {
        if (!c.PublishHost(queue.Memory.AddressOf(queue.Tail), Wire.Bytes(in entry)))
        {
            c.Fail();
            return;
        }

        queue.Advance();
        queue.Unannounced++;
        c.Truth.Completed++;
        c.Truth.LastCompletionAt = c.Now;
        c.Machine.AnnounceLater(queue);
    }
}
