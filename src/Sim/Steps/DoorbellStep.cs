using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Takes note of a rung doorbell. Also while suspended: then the pointer only latches.</summary>
internal class DoorbellStep
{
    public virtual StepResult Run(ControllerCore c, int qid, bool completion, uint value)
    {
        if (!c.IsReady) return StepResult.Done;
        if (completion) HeadWritten(c, c.Queues.Cq(qid), value);
        else TailWritten(c, c.Queues.Sq(qid), value);
        return StepResult.Done;
    }

    private static void HeadWritten(ControllerCore c, CompletionQueue? queue, uint value)
    {
        if (queue is null)
        {
            c.Raise(AsyncEvent.Of(ErrorEvent.InvalidDoorbellRegister));
            return;
        }

        // The host cannot have taken more than was posted.
        var taken = value >= queue.Head ? value - queue.Head : value + queue.Entries - queue.Head;
        if (value >= queue.Entries || taken > queue.Occupied) c.Raise(AsyncEvent.Of(ErrorEvent.InvalidDoorbellValue));
        else queue.Head = (int)value;
    }

    private static void TailWritten(ControllerCore c, SubmissionQueue? queue, uint value)
    {
        if (queue is null)
        {
            c.Raise(AsyncEvent.Of(ErrorEvent.InvalidDoorbellRegister));
            return;
        }

        // The host cannot have added more than there was room for.
        var added = value >= queue.Tail ? value - queue.Tail : value + queue.Entries - queue.Tail;
        if (value >= queue.Entries || queue.Waiting + added >= queue.Entries) c.Raise(AsyncEvent.Of(ErrorEvent.InvalidDoorbellValue));
        else queue.Tail = (int)value;
    }
}
