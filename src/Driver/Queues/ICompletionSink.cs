using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>Takes completions as a queue is polled.</summary>
public interface ICompletionSink
{
    /// <summary>
    /// One completion, already consumed. <paramref name="queue"/> is the pair whose submission queue the entry names; where it names
    /// none that uses this completion queue, the pair that was polled (compare <see cref="CompletionEntry.SqId"/>).
    /// </summary>
    void Completed(QueuePair queue, in CompletionEntry entry);
}
