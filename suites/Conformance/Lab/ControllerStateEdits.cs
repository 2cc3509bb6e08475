using Conformance.Nvme;

namespace Conformance.Suite;

/// <summary>States that are nearly another: what the cases about hostile states load.</summary>
internal static class ControllerStateEdits
{
    /// <summary>The same with other queues.</summary>
    public static ControllerState With(
        this ControllerState state, Func<ControllerState, IoSubmissionQueueState[]>? submission = null,
        Func<ControllerState, IoCompletionQueueState[]>? completion = null) => new()
    {
        Header = state.Header, Nvme = state.Nvme, Vendor = state.Vendor,
        SubmissionQueues = submission?.Invoke(state) ?? state.SubmissionQueues,
        CompletionQueues = completion?.Invoke(state) ?? state.CompletionQueues,
    };

    /// <summary>The same with another submission queue at a place.</summary>
    public static ControllerState WithSq(this ControllerState state, int at, Func<IoSubmissionQueueState, IoSubmissionQueueState> edit) =>
        state.With(submission: it => [.. it.SubmissionQueues.Select((queue, i) => i == at ? edit(queue) : queue)]);

    /// <summary>The same with another completion queue at a place.</summary>
    public static ControllerState WithCq(this ControllerState state, int at, Func<IoCompletionQueueState, IoCompletionQueueState> edit) =>
        state.With(completion: it => [.. it.CompletionQueues.Select((queue, i) => i == at ? edit(queue) : queue)]);
}
