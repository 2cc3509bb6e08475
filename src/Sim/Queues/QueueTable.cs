namespace Conformance.Sim;

/// <summary>The queues of one controller, by identifier; 0 is the admin queue.</summary>
internal sealed class QueueTable(int pairs)
{
    private readonly SubmissionQueue?[] _submission = new SubmissionQueue?[pairs];
    private readonly CompletionQueue?[] _completion = new CompletionQueue?[pairs];
    private readonly List<SubmissionQueue> _active = [];

    /// <summary>Submission queues, ascending by identifier.</summary>
    public IReadOnlyList<SubmissionQueue> Submission => _active;

    /// <summary>Where round robin looks first.</summary>
    public int Next { get; set; }

    /// <summary>What is left of the bursts of weighted round robin: high, medium, low.</summary>
    public int[] Credits { get; } = new int[3];

    /// <summary>Commands left in the burst of <see cref="Next"/>.</summary>
    public int Burst { get; set; }

    public SubmissionQueue? Sq(int id) => (uint)id < (uint)_submission.Length ? _submission[id] : null;

    public CompletionQueue? Cq(int id) => (uint)id < (uint)_completion.Length ? _completion[id] : null;

    /// <summary>Completion queues, ascending by identifier.</summary>
    public IEnumerable<CompletionQueue> Completion => _completion.OfType<CompletionQueue>();

    public int IoSubmissionCount => _active.Count - (Sq(0) is null ? 0 : 1);

    public int IoCompletionCount => _completion.Skip(1).Count(q => q is not null);

    public bool HasIoQueues => IoSubmissionCount != 0 || IoCompletionCount != 0;

    public void Add(CompletionQueue queue) => _completion[queue.Id] = queue;

    public void Add(SubmissionQueue queue)
    {
        _submission[queue.Id] = queue;
        queue.Completion.Users++;
        var at = _active.FindIndex(q => q.Id > queue.Id);
        _active.Insert(at < 0 ? _active.Count : at, queue);
    }

    public void Remove(CompletionQueue queue) => _completion[queue.Id] = null;

    public void Remove(SubmissionQueue queue)
    {
        _submission[queue.Id] = null;
        queue.Completion.Users--;
        _active.Remove(queue);
        Next = 0;
        Burst = 0;
    }

    public void Clear()
    {
        Array.Clear(_submission);
        Array.Clear(_completion);
        _active.Clear();
        Next = 0;
        Burst = 0;
        Array.Clear(Credits);
    }
}
