namespace Conformance.Sim;

/// <summary>Where the round robin of one class of submission queues is.</summary>
/// <param name="priority">QPRIO of its I/O queues; null: all queues, the admin queue too.</param>
internal sealed class Turn(byte? priority)
{
    /// <summary>The queue that was fetched from last.</summary>
    public int Queue { get; set; }

    /// <summary>Commands left in its burst.</summary>
    public int Burst { get; set; }

    public bool Includes(SubmissionQueue queue) => priority is null || (!queue.IsAdmin && queue.Priority == priority);

    public void Reset() => Queue = Burst = 0;
}

/// <summary>The queues of one controller, by identifier; 0 is the admin queue.</summary>
internal sealed class QueueTable(int pairs)
{
    private readonly SubmissionQueue?[] _submission = new SubmissionQueue?[pairs];
    private readonly CompletionQueue?[] _completion = new CompletionQueue?[pairs];
    private readonly List<SubmissionQueue> _active = [];
    private readonly Turn[] _turns = [new(0), new(1), new(2), new(3)];

    /// <summary>Submission queues, ascending by identifier.</summary>
    public IReadOnlyList<SubmissionQueue> Submission => _active;

    /// <summary>The turn of plain round robin.</summary>
    public Turn Everyone { get; } = new(null);

    /// <summary>What is left of the round of weighted round robin: high, medium, low.</summary>
    public int[] Credits { get; } = new int[3];

    /// <summary>The turn among I/O queues of a priority: 0 urgent to 3 low.</summary>
    public Turn OfPriority(byte priority) => _turns[priority];

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
        // Another queue with its identifier does not go on with its burst.
        foreach (var turn in _turns.Append(Everyone))
        {
            if (turn.Queue == queue.Id) turn.Burst = 0;
        }
    }

    public void Clear()
    {
        Array.Clear(_submission);
        Array.Clear(_completion);
        _active.Clear();
        Array.Clear(Credits);
        Everyone.Reset();
        foreach (var turn in _turns) turn.Reset();
    }
}
