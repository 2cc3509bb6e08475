using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>What a copy moved.</summary>
public sealed class CopyCounters
{
    public ulong BlocksRead { get; internal set; }

    public ulong BlocksWritten { get; internal set; }

    public ulong BlocksZeroed { get; internal set; }

    public ulong BlocksDeallocated { get; internal set; }

    public ulong BlocksUncorrectable { get; internal set; }

    public long BytesWritten { get; internal set; }

    public long Commands { get; internal set; }
}

/// <summary>
/// Copies blocks of one namespace to another by commands of the two controlling functions: several chunks at once, each read from the source
/// into a staging buffer that both reach and written from there. Blocks that are all zero become Write Zeroes, or a deallocation
/// where they are known to be deallocated; blocks that the source cannot read are marked uncorrectable on the destination. Protection
/// information goes as it is (PRACT 0).
/// </summary>
public sealed class MediumCopier
{
    private readonly World _world;
    private readonly ControllingFunction _source;
    private readonly ControllingFunction _destination;
    private readonly MediumFormat _from;
    private readonly MediumFormat _to;
    private readonly DriverMemory _memory;
    private readonly Stack<Staging> _staging = new();
    private readonly int _depth;
    private readonly double _nsPerByte;
    private long _allowedAt;

    private readonly record struct Staging(DmaBuffer Data, DmaBuffer Metadata);

    /// <param name="world">The world.</param>
    /// <param name="source">Reads.</param>
    /// <param name="destination">Writes.</param>
    /// <param name="from">The namespace read.</param>
    /// <param name="to">The namespace written; of a compatible format.</param>
    /// <param name="staging">Memory that is mapped for both at the same addresses.</param>
    /// <param name="chunkBytes">Largest transfer.</param>
    /// <param name="depth">Chunks at once.</param>
    /// <param name="bytesPerSecond">Limit, 0 for none.</param>
    public MediumCopier(
        World world, ControllingFunction source, ControllingFunction destination, MediumFormat from, MediumFormat to,
        DriverMemory staging, int chunkBytes, int depth, long bytesPerSecond)
    {
        (_world, _source, _destination, _from, _to, _memory, _depth) = (world, source, destination, from, to, staging, depth);
        _nsPerByte = bytesPerSecond > 0 ? 1e9 / bytesPerSecond : 0;
        var bytes = Math.Min(chunkBytes, Math.Min(source.Io.Capabilities.MaxTransfer, destination.Io.Capabilities.MaxTransfer));
        ChunkBlocks = Math.Max(1, Math.Min(bytes / from.TransferSize, ushort.MaxValue + 1));
        for (var i = 0; i < depth; i++)
        {
            _staging.Push(new Staging(
                staging.Rent(ChunkBlocks * from.TransferSize), from.SeparateSize > 0 ? staging.Rent(ChunkBlocks * from.SeparateSize) : default));
        }
    }

    /// <summary>Blocks of one chunk.</summary>
    public int ChunkBlocks { get; }

    public CopyCounters Counters { get; } = new();

    /// <summary>Gives the staging buffers back; those of a command without an answer stay out.</summary>
    public void Release()
    {
        foreach (var staging in _staging)
        {
            _memory.Return(staging.Data);
            if (!staging.Metadata.IsEmpty) _memory.Return(staging.Metadata);
        }

        _staging.Clear();
    }

    /// <summary>Makes the destination hold nothing: all of it deallocated.</summary>
    public async ValueTask<Outcome> ClearDestinationAsync()
    {
        const int RangesPerCommand = 256;
        var buffer = _memory.Rent(RangesPerCommand * DatasetManagementRange.Size);
        var lba = 0UL;
        var answer = default(CommandAnswer);
        while (lba < _to.Blocks)
        {
            var ranges = 0;
            for (; ranges < RangesPerCommand && lba < _to.Blocks; ranges++)
            {
                var length = (uint)Math.Min(uint.MaxValue, _to.Blocks - lba);
                var range = new DatasetManagementRange { Slba = lba, LengthInBlocks = length };
                buffer.Write(Wire.Bytes(range), ranges * DatasetManagementRange.Size);
                lba += length;
            }

            Counters.Commands++;
            answer = await _destination.IoAsync(
                NvmCommand.DatasetManagement(_to.Nsid, (byte)(ranges - 1)), buffer.Slice(0, ranges * DatasetManagementRange.Size));
            if (!answer.IsOk) break;
        }

        if (answer.Outcome != TicketOutcome.Unknown) _memory.Return(buffer);
        return Outcome.Of("deallocate the destination's namespace", answer);
    }

    /// <summary>Copies every block of the runs; the first failure ends it.</summary>
    public async ValueTask<Outcome> CopyAsync(IEnumerable<LbaRange> runs)
    {
        using var chunks = Chunks(runs).GetEnumerator();
        var failed = Outcome.Ok;
        var workers = new Task[_depth];
        for (var i = 0; i < workers.Length; i++) workers[i] = WorkAsync();
        await Task.WhenAll(workers);
        return failed;

        async Task WorkAsync()
        {
            while (failed.IsOk && chunks.MoveNext())
            {
                var chunk = chunks.Current;
                var staging = _staging.Pop();
                var outcome = await CopyChunkAsync(chunk, staging);
                // A buffer whose command was never answered stays out: the device may still use it.
                if (!outcome.IsUnknown) _staging.Push(staging);
                if (!outcome.IsOk && failed.IsOk) failed = outcome;
            }
        }
    }

    /// <summary>Compares all blocks of the runs on both sides, byte for byte with metadata; returns the first differences, at most <paramref name="most"/>.</summary>
    public async ValueTask<(Outcome Outcome, List<LbaRange> Different, ulong Compared)> CompareAsync(IEnumerable<LbaRange> runs, int most)
    {
        var different = new List<LbaRange>();
        var compared = 0UL;
        foreach (var chunk in Chunks(runs))
        {
            var ours = _staging.Pop();
            var theirs = _staging.Pop();
            var left = _source.Io.Submit(NvmCommand.Read(_from.Nsid, chunk.Lba, (ushort)(chunk.Count - 1)), Data(ours, chunk), Metadata(ours, chunk));
            var right = _destination.Io.Submit(NvmCommand.Read(_to.Nsid, chunk.Lba, (ushort)(chunk.Count - 1)), Data(theirs, chunk), Metadata(theirs, chunk));
            var leftAnswer = await _source.Io.AnswerAsync(_world, left, _world.Now + _source.CommandTimeout);
            var rightAnswer = await _destination.Io.AnswerAsync(_world, right, _world.Now + _destination.CommandTimeout);
            Counters.Commands += 2;
            if (leftAnswer.IsOk && rightAnswer.IsOk) Differences(chunk, ours, theirs, different, most);
            else if (leftAnswer.Outcome != TicketOutcome.Completed || rightAnswer.Outcome != TicketOutcome.Completed)
                return (Outcome.Of($"compare {chunk}", leftAnswer.Outcome == TicketOutcome.Unknown ? leftAnswer : rightAnswer), different, compared);
            else if (leftAnswer.Status != rightAnswer.Status && different.Count < most) different.Add(chunk);
            compared += chunk.Count;
            _staging.Push(theirs);
            _staging.Push(ours);
            if (different.Count >= most) break;
        }

        return (Outcome.Ok, different, compared);
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
            if (same) continue;
            var lba = chunk.Lba + (ulong)i;
            if (different.Count > 0 && different[^1].End == lba) different[^1] = different[^1] with { Count = different[^1].Count + 1 };
            else different.Add(new LbaRange(lba, 1));
        }
    }

    private async ValueTask<Outcome> CopyChunkAsync(LbaRange chunk, Staging staging)
    {
        if (_nsPerByte > 0)
        {
            // Back-pressure: each chunk takes its share of the allowed time before the next may begin.
            var begin = Math.Max(_allowedAt, _world.Now);
            _allowedAt = begin + (long)(chunk.Count * (ulong)_from.TransferSize * _nsPerByte);
            if (begin > _world.Now) await _world.At(begin);
        }

        Counters.Commands++;
        var read = await _source.IoAsync(
            NvmCommand.Read(_from.Nsid, chunk.Lba, (ushort)(chunk.Count - 1)), Data(staging, chunk), Metadata(staging, chunk));
        if (!read.IsOk)
        {
            if (read.Outcome == TicketOutcome.Unknown || read.Status != Status.UnrecoveredReadError) return Outcome.Of($"read {chunk} of the source", read);
            return chunk.Count == 1 ? await MarkUncorrectableAsync(chunk) : await SplitAsync(chunk, staging);
        }

        Counters.BlocksRead += chunk.Count;
        // With protection information the tuples of a written zero block are not zero, so only a bare format may be zeroed.
        if (_from.MetadataSize == 0 && !Data(staging, chunk).Read().ContainsAnyExcept((byte)0)) return await ZeroAsync(chunk);
        Counters.Commands++;
        var write = await _destination.IoAsync(
            NvmCommand.Write(_to.Nsid, chunk.Lba, (ushort)(chunk.Count - 1)), Data(staging, chunk), Metadata(staging, chunk));
        if (!write.IsOk) return Outcome.Of($"write {chunk} of the destination", write);
        Counters.BlocksWritten += chunk.Count;
        Counters.BytesWritten += (long)chunk.Count * _from.TransferSize;
        return Outcome.Ok;
    }

    private async ValueTask<Outcome> ZeroAsync(LbaRange chunk)
    {
        // Deallocating is asked for where a deallocated block reads as zeroes on both sides; the destination may do it or not.
        var deallocate = _from.DeallocatedReads == DeallocatedReads.Zeroes && _to.DeallocatedReads == DeallocatedReads.Zeroes;
        Counters.Commands++;
        var answer = await _destination.IoAsync(NvmCommand.WriteZeroes(_to.Nsid, chunk.Lba, (ushort)(chunk.Count - 1), deallocate));
        if (!answer.IsOk) return Outcome.Of($"zero {chunk} of the destination", answer);
        if (deallocate) Counters.BlocksDeallocated += chunk.Count;
        else Counters.BlocksZeroed += chunk.Count;
        return Outcome.Ok;
    }

    private async ValueTask<Outcome> MarkUncorrectableAsync(LbaRange chunk)
    {
        Counters.Commands++;
        var answer = await _destination.IoAsync(NvmCommand.WriteUncorrectable(_to.Nsid, chunk.Lba, (ushort)(chunk.Count - 1)));
        if (!answer.IsOk) return Outcome.Of($"mark {chunk} of the destination uncorrectable", answer);
        Counters.BlocksUncorrectable += chunk.Count;
        return Outcome.Ok;
    }

    private async ValueTask<Outcome> SplitAsync(LbaRange chunk, Staging staging)
    {
        var half = chunk.Count / 2;
        var outcome = await CopyChunkAsync(chunk with { Count = half }, staging);
        return outcome.IsOk ? await CopyChunkAsync(new LbaRange(chunk.Lba + half, chunk.Count - half), staging) : outcome;
    }

    private IEnumerable<LbaRange> Chunks(IEnumerable<LbaRange> runs)
    {
        foreach (var run in runs)
        {
            for (var lba = run.Lba; lba < run.End; lba += (ulong)ChunkBlocks)
                yield return new LbaRange(lba, Math.Min((ulong)ChunkBlocks, run.End - lba));
        }
    }

    private DmaBuffer Data(Staging staging, LbaRange chunk) => staging.Data.Slice(0, (int)chunk.Count * _from.TransferSize);

    private DmaBuffer Metadata(Staging staging, LbaRange chunk) =>
        _from.SeparateSize == 0 ? default : staging.Metadata.Slice(0, (int)chunk.Count * _from.SeparateSize);
}
