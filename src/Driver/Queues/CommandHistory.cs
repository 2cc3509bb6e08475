using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>One command as its host saw it.</summary>
/// <param name="At">ns; when it was put into its queue.</param>
/// <param name="Function">Whose doorbell it was to be rung at.</param>
/// <param name="Qid">Identifier of the submission queue.</param>
/// <param name="Command">As put.</param>
/// <param name="CompletedAt">ns; when its completion was consumed; -1: it was not.</param>
/// <param name="Completion">As consumed.</param>
public readonly record struct PastCommand(long At, string Function, ushort Qid, SubmissionEntry Command, long CompletedAt, CompletionEntry Completion);

/// <summary>
/// The last commands of some queue pairs, for what is told after a failure. A ring: nothing is allocated per command. Where a
/// <see cref="Listener"/> is set, it is told each as well.
/// </summary>
public sealed class CommandHistory(World world, int size = 64)
{
    private readonly PastCommand[] _ring = new PastCommand[size];
    private long _count;

    /// <summary>Told each command that is put, and once more when its completion is consumed.</summary>
    public Action<PastCommand>? Listener { get; set; }

    /// <summary>Commands put so far.</summary>
    public long Count => _count;

    /// <summary>The last ones, oldest first.</summary>
    public IEnumerable<PastCommand> Commands
    {
        get
        {
            for (var i = Math.Max(0, _count - size); i < _count; i++) yield return _ring[i % size];
        }
    }

    internal void Put(string function, ushort qid, in SubmissionEntry command)
    {
        ref var slot = ref _ring[_count++ % size];
        slot = new PastCommand(world.Now, function, qid, command, -1, default);
        Listener?.Invoke(slot);
    }

    internal void Complete(string function, in CompletionEntry completion)
    {
        for (var i = _count - 1; i >= Math.Max(0, _count - size); i--)
        {
            ref var slot = ref _ring[i % size];
            if (slot.CompletedAt >= 0 || slot.Qid != completion.SqId || slot.Command.Cid != completion.Cid || slot.Function != function) continue;
            slot = slot with { CompletedAt = world.Now, Completion = completion };
            Listener?.Invoke(slot);
            return;
        }
    }
}
