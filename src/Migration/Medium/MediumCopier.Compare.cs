using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <content>Whether both sides hold the same.</content>
public sealed partial class MediumCopier
{
    /// <summary>
    /// Compares all blocks of the runs on both sides, byte for byte with metadata; returns the first differences, at most <paramref name="most"/>.
    /// Blocks that neither side can read are equal, one that one side can read is not: where a chunk cannot be read each block is judged.
    /// </summary>
    public async ValueTask<(Outcome Outcome, List<LbaRange> Different, ulong Compared)> CompareAsync(IEnumerable<LbaRange> runs, int most)
    {
        var different = new List<LbaRange>();
        var compared = 0UL;
        foreach (var chunk in Chunks(runs))
        {
            var outcome = await CompareChunkAsync(chunk, different, most);
            if (!outcome.IsOk) return (outcome, different, compared);
            compared += chunk.Count;
            if (different.Count >= most) break;
        }

        return (Outcome.Ok, different, compared);
    }

    /// <summary>
    /// Whether a chunk that was just copied reads on the destination as it did on the source, which the worker still holds.
    /// </summary>
    private Outcome JudgeReadBack(LbaRange chunk, Worker worker, in CommandAnswer read)
    {
        var (ours, theirs) = (worker.Chunk, worker.Back);
        if (!read.IsOk)
        {
            if (!IsUnreadable(read)) return Outcome.Of($"read {chunk} of the destination back", read);
            _spoilt.Add(chunk.Lba, chunk.Count);
            return Outcome.Ok;
        }

        Counters.BlocksVerified += chunk.Count;
        if (Data(ours, chunk).Read().SequenceEqual(Data(theirs, chunk).Read())
            && Metadata(ours, chunk).Read().SequenceEqual(Metadata(theirs, chunk).Read()))
        {
            return Outcome.Ok;
        }

        var different = new List<LbaRange>();
        Differences(chunk, ours, theirs, different, int.MaxValue);
        foreach (var run in different) _spoilt.Add(run.Lba, run.Count);
        return Outcome.Ok;
    }

    private async ValueTask<Outcome> CompareChunkAsync(LbaRange chunk, List<LbaRange> different, int most)
    {
        var ours = _staging.Pop();
        var theirs = _staging.Pop();
        var left = _source.Io.Submit(NvmCommand.Read(_from.Nsid, chunk.Lba, (ushort)(chunk.Count - 1)), Data(ours, chunk), Metadata(ours, chunk));
        var right = _destination.Io.Submit(NvmCommand.Read(_to.Nsid, chunk.Lba, (ushort)(chunk.Count - 1)), Data(theirs, chunk), Metadata(theirs, chunk));
        var leftAnswer = await _source.Io.AnswerAsync(_world, left, _world.Now + _source.CommandTimeout);
        var rightAnswer = await _destination.Io.AnswerAsync(_world, right, _world.Now + _destination.CommandTimeout);
        Counters.Commands += 2;
        // The buffers of a command without an answer stay out.
        if (leftAnswer.Outcome == TicketOutcome.Unknown) return Outcome.Of($"read {chunk} of the source", leftAnswer);
        if (rightAnswer.Outcome == TicketOutcome.Unknown) return Outcome.Of($"read {chunk} of the destination", rightAnswer);
        if (leftAnswer.IsOk && rightAnswer.IsOk) Differences(chunk, ours, theirs, different, most);
        _staging.Push(theirs);
        _staging.Push(ours);
        if (leftAnswer.IsOk && rightAnswer.IsOk) return Outcome.Ok;
        if (!leftAnswer.IsOk && !IsUnreadable(leftAnswer)) return Outcome.Of($"read {chunk} of the source", leftAnswer);
        if (!rightAnswer.IsOk && !IsUnreadable(rightAnswer)) return Outcome.Of($"read {chunk} of the destination", rightAnswer);
        if (chunk.Count == 1)
        {
            if (leftAnswer.IsOk != rightAnswer.IsOk) Add(different, chunk.Lba);
            return Outcome.Ok;
        }

        var (first, second) = Halves(chunk);
        var outcome = await CompareChunkAsync(first, different, most);
        return outcome.IsOk && different.Count < most ? await CompareChunkAsync(second, different, most) : outcome;
    }

    private static void Add(List<LbaRange> different, ulong lba)
    {
        if (different.Count > 0 && different[^1].End == lba) different[^1] = different[^1] with { Count = different[^1].Count + 1 };
        else different.Add(new LbaRange(lba, 1));
    }

    private void Differences(LbaRange chunk, Staging ours, Staging theirs, List<LbaRange> different, int most)
    {
        var left = Data(ours, chunk).Read();
        var right = Data(theirs, chunk).Read();
        var leftMeta = Metadata(ours, chunk).Read();
        var rightMeta = Metadata(theirs, chunk).Read();
        if (left.SequenceEqual(right) && leftMeta.SequenceEqual(rightMeta)) return;
        for (var i = 0; i < (int)chunk.Count && different.Count < most; i++)
        {
            var same = left.Slice(i * _from.TransferSize, _from.TransferSize).SequenceEqual(right.Slice(i * _from.TransferSize, _from.TransferSize))
                && leftMeta.Slice(i * _from.SeparateSize, _from.SeparateSize).SequenceEqual(rightMeta.Slice(i * _from.SeparateSize, _from.SeparateSize));
            if (!same) Add(different, chunk.Lba + (ulong)i);
        }
    }
}
