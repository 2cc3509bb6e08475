using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Suite;

/// <summary>
/// An I/O queue pair in a case's hands: commands go out as given, completions are consumed only when the case asks. Identifiers are unique
/// among commands of this queue.
/// </summary>
public sealed class CaseQueue : ICompletionSink
{
    private const int PageSize = GuestMemory.PageSize;

    private readonly CaseVf _vf;
    private readonly List<CompletionEntry> _taken = [];
    private int _read;
    private ushort _cid;

    internal CaseQueue(CaseVf vf, QueuePair pair) => (_vf, Pair) = (vf, pair);

    public QueuePair Pair { get; }

    /// <summary>Every completion that was consumed, in order.</summary>
    public IReadOnlyList<CompletionEntry> Taken => _taken;

    /// <summary>Puts a command and does not ring; returns its identifier. Ends the case where the device took so few that the queue is full.</summary>
    public ushort Put(SubmissionEntry command)
    {
        command.Cid = ++_cid;
        if (!Pair.TryPut(command)) throw CaseEnd.Inconclusive($"set-up: queue {Pair.Qid} is full: earlier commands were not taken, or not completed");
        return _cid;
    }

    public void Ring() => Pair.Ring();

    /// <summary>Puts a command and rings; returns its identifier.</summary>
    public ushort Submit(SubmissionEntry command)
    {
        var cid = Put(command);
        Ring();
        return cid;
    }

    /// <summary>Puts several commands and rings once; returns their identifiers.</summary>
    public IReadOnlyList<ushort> Burst(int count, Func<int, SubmissionEntry> command)
    {
        var cids = new ushort[count];
        for (var i = 0; i < count; i++) cids[i] = Put(command(i));
        Ring();
        return cids;
    }

    /// <summary>Consumes what is there.</summary>
    public int Consume(int most = int.MaxValue) => Pair.Poll(this, most);

    /// <summary>The next completion, waited for; null where none came in time.</summary>
    /// <param name="time">ns.</param>
    public async ValueTask<CompletionEntry?> NextAsync(long time = 1_000_000_000) =>
        await _vf.Host.Lab.ReachesAsync(() => _read < _taken.Count || Consume(1) > 0, time) ? _taken[_read++] : null;

    /// <summary>Consumes until so many completions were consumed since the beginning; false where they did not come in time.</summary>
    public async ValueTask<bool> ReachesAsync(int count, long time = 1_000_000_000) => await _vf.Host.Lab.ReachesAsync(
        () =>
        {
            Consume();
            return _taken.Count >= count;
        },
        time);

    /// <summary>One command and its own completion, whatever else is completed meanwhile; null where it did not come in time.</summary>
    public async ValueTask<CompletionEntry?> DoAsync(SubmissionEntry command)
    {
        var (cid, from) = (Submit(command), _taken.Count);
        var at = -1;
        var came = await _vf.Host.Lab.ReachesAsync(() =>
        {
            Consume();
            at = _taken.FindIndex(from, entry => entry.Cid == cid);
            return at >= 0;
        });
        if (!came) return null;
        if (_read == at) _read++;
        return _taken[at];
    }

    /// <summary>One command of setting up, which must succeed.</summary>
    public async ValueTask MustAsync(string step, SubmissionEntry command)
    {
        if (await DoAsync(command) is not { } completion) throw CaseEnd.Inconclusive($"set-up: {step}: no answer in time");
        if (!completion.Status.IsSuccess) throw CaseEnd.Inconclusive($"set-up: {step}: {completion.Status}");
    }

    /// <summary>How often an identifier was completed so far.</summary>
    public int CountOf(ushort cid) => _taken.Count(entry => entry.Cid == cid);

    /// <summary>Puts the PRPs of a page-aligned buffer into a command; a list, where it takes one, is in the guest's memory.</summary>
    public SubmissionEntry WithData(SubmissionEntry command, DmaBuffer data)
    {
        var pages = (data.Length + PageSize - 1) / PageSize;
        command.Prp1 = data.Iova;
        if (pages == 2) command.Prp2 = data.Iova + PageSize;
        if (pages <= 2) return command;
        var list = _vf.Memory.Rent((pages - 1) * sizeof(ulong));
        for (var i = 1; i < pages; i++) _vf.Memory.Space.Store(list.Iova + ((ulong)(i - 1) * sizeof(ulong)), data.Iova + ((ulong)i * PageSize));
        command.Prp2 = list.Iova;
        return command;
    }

    void ICompletionSink.Completed(QueuePair queue, in CompletionEntry entry) => _taken.Add(entry);
}
