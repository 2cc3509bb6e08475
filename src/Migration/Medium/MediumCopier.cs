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

    /// <summary>Read back from the destination and found to be what was read from the source.</summary>
    public ulong BlocksVerified { get; internal set; }

    public long BytesWritten { get; internal set; }

    public long Commands { get; internal set; }
}

/// <summary>
/// Copies blocks of one namespace to another by commands of the two controlling functions: several chunks at once, each read from the source
/// into a staging buffer that both reach and written from there. Blocks that are deallocated become deallocated, where both sides promise the
/// same of reading them and the destination does it; blocks that were written as zeroes become written zeroes; blocks that the source
/// cannot read are marked uncorrectable on the destination. Protection information goes as it is (PRACT 0). Where it verifies, each chunk is read
/// back and compared as soon as it is there, while others are copied.
/// </summary>
public sealed partial class MediumCopier
{
    private readonly World _world;
    private readonly ControllingFunction _source;
    private readonly ControllingFunction _destination;
    private readonly MediumFormat _from;
    private readonly MediumFormat _to;
    private readonly DriverMemory _memory;
    private readonly Stack<Staging> _staging = new();
    private readonly AllocatedRanges _allocated;
    private readonly AllocatedRanges _allocatedThere;
    private readonly int _depth;
    private double _nsPerByte;
    private long _allowedAt;
    private DatalessLimits? _limits;
    private readonly bool _verifies;
    private readonly LbaRangeSet _spoilt = new();

    /// <summary>Room for one chunk.</summary>
    private readonly record struct Staging(DmaBuffer Data, DmaBuffer Metadata);

    /// <summary>What one worker has: a chunk, and where it verifies room to read it back.</summary>
    private readonly record struct Worker(Staging Chunk, Staging Back);

    /// <param name="world">The world.</param>
    /// <param name="source">Reads.</param>
    /// <param name="destination">Writes.</param>
    /// <param name="from">The namespace read.</param>
    /// <param name="to">The namespace written; of a compatible format.</param>
    /// <param name="staging">Memory that is mapped for both at the same addresses.</param>
    /// <param name="chunkBytes">Largest transfer.</param>
    /// <param name="depth">Chunks at once.</param>
    /// <param name="bytesPerSecond">Limit until <see cref="LiftLimit"/>, 0 for none.</param>
    /// <param name="verify">Every chunk is read back.</param>
    public MediumCopier(
        World world, ControllingFunction source, ControllingFunction destination, MediumFormat from, MediumFormat to,
        DriverMemory staging, int chunkBytes, int depth, long bytesPerSecond, bool verify = false)
    {
        (_world, _source, _destination, _from, _to, _memory, _depth) = (world, source, destination, from, to, staging, depth);
        (_allocated, _allocatedThere) = (new AllocatedRanges(source, from), new AllocatedRanges(destination, to));
        _nsPerByte = bytesPerSecond > 0 ? 1e9 / bytesPerSecond : 0;
        var bytes = Math.Min(chunkBytes, Math.Min(source.Io.Capabilities.MaxTransfer, destination.Io.Capabilities.MaxTransfer));
        ChunkBlocks = Math.Max(1, Math.Min(bytes / from.TransferSize, ushort.MaxValue + 1));
        _verifies = verify;
        // A comparison holds two of them.
        for (var i = 0; i < Math.Max(2, verify ? 2 * depth : depth); i++) _staging.Push(NewStaging());

        Staging NewStaging() => new(
            staging.Rent(ChunkBlocks * from.TransferSize), from.SeparateSize > 0 ? staging.Rent(ChunkBlocks * from.SeparateSize) : default);
    }

    /// <summary>Blocks of one chunk.</summary>
    public int ChunkBlocks { get; }

    public CopyCounters Counters { get; } = new();

    /// <summary>The guest stands still: there is nobody left to be spared, and what still has to be copied costs downtime.</summary>
    public void LiftLimit() => _nsPerByte = 0;

    /// <summary>Blocks that were copied and did not read back as they were written, ascending.</summary>
    public IReadOnlyList<LbaRange> Spoilt => _spoilt.Runs;

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

    /// <summary>
    /// Makes the destination hold nothing, as far as it does so: deallocation is advice. What it still holds is returned, to be written over.
    /// </summary>
    public async ValueTask<(Outcome Outcome, List<LbaRange> Left)> ClearDestinationAsync()
    {
        if (!_destination.Identity.Oncs.DatasetManagement) return (Outcome.Ok, [new LbaRange(0, _to.Blocks)]);
        var outcome = await DeallocateAsync(new LbaRange(0, _to.Blocks));
        return outcome.IsOk ? await _allocatedThere.ReadAsync() : (outcome, []);
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
                var worker = new Worker(_staging.Pop(), _verifies ? _staging.Pop() : default);
                if (_nsPerByte > 0 && Share(chunk) is var begin && begin > _world.Now) await _world.At(begin);
                // What is usual is waited for here and not in a method of its own: then a command allocates nothing.
                var ticket = SubmitRead(_source.Io, _from.Nsid, chunk, worker.Chunk);
                var answered = await _world.Until(ticket, _world.Now + _source.CommandTimeout);
                var answer = _source.Io.Conclude(_world, ticket, answered);
                var outcome = Outcome.Ok;
                if (!answer.IsOk || MayHoldNothing(chunk, worker.Chunk))
                {
                    outcome = await TakeAsync(chunk, worker, answer);
                }
                else
                {
                    Counters.BlocksRead += chunk.Count;
                    ticket = SubmitWrite(chunk, chunk, worker.Chunk);
                    answered = await _world.Until(ticket, _world.Now + _destination.CommandTimeout);
                    answer = _destination.Io.Conclude(_world, ticket, answered);
                    if (!answer.IsOk) outcome = Outcome.Of($"write {chunk} of the destination", answer);
                    else Wrote(chunk);
                    if (outcome.IsOk && _verifies)
                    {
                        ticket = SubmitRead(_destination.Io, _to.Nsid, chunk, worker.Back);
                        answered = await _world.Until(ticket, _world.Now + _destination.CommandTimeout);
                        outcome = JudgeReadBack(chunk, worker, _destination.Io.Conclude(_world, ticket, answered));
                    }
                }

                // A buffer whose command was never answered stays out: the device may still use it.
                if (!outcome.IsUnknown)
                {
                    if (_verifies) _staging.Push(worker.Back);
                    _staging.Push(worker.Chunk);
                }

                if (!outcome.IsOk && failed.IsOk) failed = outcome;
            }
        }
    }

    private static bool IsUnreadable(in CommandAnswer answer) =>
        answer.Outcome == TicketOutcome.Completed && answer.Status == Status.UnrecoveredReadError;

    private static (LbaRange First, LbaRange Second) Halves(LbaRange chunk)
    {
        var half = chunk.Count / 2;
        return (chunk with { Count = half }, new LbaRange(chunk.Lba + half, chunk.Count - half));
    }

    /// <summary>Back-pressure: each chunk takes its share of the allowed time before the next may begin. Returns when this one may, ns.</summary>
    private long Share(LbaRange chunk)
    {
        var begin = Math.Max(_allowedAt, _world.Now);
        _allowedAt = begin + (long)(chunk.Count * (ulong)_from.TransferSize * _nsPerByte);
        return begin;
    }

    private Ticket SubmitRead(ICommandPath io, uint nsid, LbaRange chunk, Staging staging)
    {
        Counters.Commands++;
        return io.Submit(NvmCommand.Read(nsid, chunk.Lba, (ushort)(chunk.Count - 1)), Data(staging, chunk), Metadata(staging, chunk));
    }

    private Ticket SubmitWrite(LbaRange part, LbaRange chunk, Staging staging)
    {
        Counters.Commands++;
        var skipped = (int)(part.Lba - chunk.Lba);
        var metadata = _from.SeparateSize == 0 ? default : staging.Metadata.Slice(skipped * _from.SeparateSize, (int)part.Count * _from.SeparateSize);
        return _destination.Io.Submit(
            NvmCommand.Write(_to.Nsid, part.Lba, (ushort)(part.Count - 1)),
            staging.Data.Slice(skipped * _from.TransferSize, (int)part.Count * _from.TransferSize), metadata);
    }

    private void Wrote(LbaRange part)
    {
        Counters.BlocksWritten += part.Count;
        Counters.BytesWritten += (long)part.Count * _from.TransferSize;
    }

    /// <summary>Copies a part of a chunk that cannot be read whole.</summary>
    private async ValueTask<Outcome> CopyChunkAsync(LbaRange chunk, Worker worker)
    {
        if (_nsPerByte > 0 && Share(chunk) is var begin && begin > _world.Now) await _world.At(begin);
        var ticket = SubmitRead(_source.Io, _from.Nsid, chunk, worker.Chunk);
        return await TakeAsync(chunk, worker, await _source.Io.AnswerAsync(_world, ticket, _world.Now + _source.CommandTimeout));
    }

    /// <summary>Goes on with a chunk that was read, or was not.</summary>
    private async ValueTask<Outcome> TakeAsync(LbaRange chunk, Worker worker, CommandAnswer read)
    {
        if (!read.IsOk)
        {
            if (!IsUnreadable(read)) return Outcome.Of($"read {chunk} of the source", read);
            return chunk.Count == 1 ? await MarkUncorrectableAsync(chunk) : await SplitAsync(chunk, worker);
        }

        Counters.BlocksRead += chunk.Count;
        var outcome = MayHoldNothing(chunk, worker.Chunk) ? await CopyAllocatedAsync(chunk, worker.Chunk) : await WriteAsync(chunk, chunk, worker.Chunk);
        if (!outcome.IsOk || !_verifies) return outcome;
        var ticket = SubmitRead(_destination.Io, _to.Nsid, chunk, worker.Back);
        return JudgeReadBack(chunk, worker, await _destination.Io.AnswerAsync(_world, ticket, _world.Now + _destination.CommandTimeout));
    }

    /// <summary>
    /// Some blocks may be deallocated, by what they read as: those that the source says are not allocated are deallocated, and written
    /// where the destination does not do so. That a block is deallocated is never concluded from what it reads as.
    /// </summary>
    private async ValueTask<Outcome> CopyAllocatedAsync(LbaRange chunk, Staging staging)
    {
        var (outcome, runs) = await _allocated.ReadAsync(chunk);
        if (!outcome.IsOk) return outcome;
        var written = SetOf(runs);
        foreach (var hole in SetOf([chunk]).NotIn(written).ToList())
        {
            var left = new List<LbaRange> { hole };
            if (MayDeallocate)
            {
                outcome = await DeallocateAsync(hole);
                if (!outcome.IsOk) return outcome;
                Counters.BlocksDeallocated += hole.Count;
                (outcome, left) = await _allocatedThere.ReadAsync(hole);
                if (!outcome.IsOk) return outcome;
            }

            foreach (var run in left) written.Add(run.Lba, run.Count);
        }

        foreach (var run in written.Runs)
        {
            outcome = await WriteAsync(run, chunk, staging);
            if (!outcome.IsOk) return outcome;
        }

        return Outcome.Ok;
    }

    /// <summary>Both sides promise the same of what a deallocated block reads as.</summary>
    private bool MayDeallocate =>
        _from.DeallocatedReads == _to.DeallocatedReads && _to.DeallocatedReads != DeallocatedReads.NotReported && _destination.Identity.Oncs.DatasetManagement;

    /// <summary>Writes a part of what was read of a chunk; written zeroes by a command without data where there is one.</summary>
    private async ValueTask<Outcome> WriteAsync(LbaRange part, LbaRange chunk, Staging staging)
    {
        var (limited, limits) = await LimitsAsync();
        if (!limited.IsOk) return limited;
        // With protection information the tuples of a written zero block are not zero, so only a bare format may be zeroed.
        var mayZero = _from.MetadataSize == 0 && _destination.Identity.Oncs.WriteZeroes && part.Count <= (ulong)limits.WriteZeroes;
        var data = staging.Data.Slice((int)(part.Lba - chunk.Lba) * _from.TransferSize, (int)part.Count * _from.TransferSize);
        if (mayZero && !data.Read().ContainsAnyExcept((byte)0))
        {
            Counters.Commands++;
            var zeroed = await _destination.IoAsync(NvmCommand.WriteZeroes(_to.Nsid, part.Lba, (ushort)(part.Count - 1)));
            if (!zeroed.IsOk) return Outcome.Of($"zero {part} of the destination", zeroed);
            Counters.BlocksZeroed += part.Count;
            return Outcome.Ok;
        }

        var write = await _destination.Io.AnswerAsync(_world, SubmitWrite(part, chunk, staging), _world.Now + _destination.CommandTimeout);
        if (!write.IsOk) return Outcome.Of($"write {part} of the destination", write);
        Wrote(part);
        return Outcome.Ok;
    }

    /// <summary>Of the destination; asked for once.</summary>
    private async ValueTask<(Outcome Outcome, DatalessLimits Limits)> LimitsAsync()
    {
        if (_limits is { } known) return (Outcome.Ok, known);
        var (outcome, limits) = await DatalessLimits.ReadAsync(_destination.Pf, _to);
        if (outcome.IsOk) _limits = limits;
        return (outcome, limits);
    }

    private async ValueTask<Outcome> DeallocateAsync(LbaRange run)
    {
        var (limited, limits) = await LimitsAsync();
        if (!limited.IsOk) return limited;
        var buffer = _memory.Rent(limits.Ranges * DatasetManagementRange.Size);
        var answer = default(CommandAnswer);
        for (var lba = run.Lba; lba < run.End;)
        {
            var ranges = 0;
            var left = limits.AllRanges;
            for (; ranges < limits.Ranges && lba < run.End && left > 0; ranges++)
            {
                var length = (uint)Math.Min(limits.Range, Math.Min(left, run.End - lba));
                var range = new DatasetManagementRange { Slba = lba, LengthInBlocks = length };
                buffer.Write(Wire.Bytes(range), ranges * DatasetManagementRange.Size);
                lba += length;
                left -= length;
            }

            Counters.Commands++;
            answer = await _destination.IoAsync(
                NvmCommand.DatasetManagement(_to.Nsid, (byte)(ranges - 1)), buffer.Slice(0, ranges * DatasetManagementRange.Size));
            if (!answer.IsOk) break;
        }

        if (answer.Outcome != TicketOutcome.Unknown) _memory.Return(buffer);
        return answer.IsOk ? Outcome.Ok : Outcome.Of($"deallocate {run} of the destination", answer);
    }

    /// <summary>A block is all zeroes or all ones: the only two that a deallocated one may be promised to read as.</summary>
    private bool MayHoldNothing(LbaRange chunk, Staging staging)
    {
        var data = Data(staging, chunk).Read();
        for (var at = 0; at < data.Length; at += _from.TransferSize)
        {
            var block = data.Slice(at, _from.BlockSize);
            if (block[0] is 0 or 0xFF && !block.ContainsAnyExcept(block[0])) return true;
        }

        return false;
    }

    private static LbaRangeSet SetOf(IEnumerable<LbaRange> runs)
    {
        var set = new LbaRangeSet();
        foreach (var run in runs) set.Add(run.Lba, run.Count);
        return set;
    }

    private async ValueTask<Outcome> MarkUncorrectableAsync(LbaRange chunk)
    {
        Counters.Commands++;
        var answer = await _destination.IoAsync(NvmCommand.WriteUncorrectable(_to.Nsid, chunk.Lba, (ushort)(chunk.Count - 1)));
        if (!answer.IsOk) return Outcome.Of($"mark {chunk} of the destination uncorrectable", answer);
        Counters.BlocksUncorrectable += chunk.Count;
        return Outcome.Ok;
    }

    private async ValueTask<Outcome> SplitAsync(LbaRange chunk, Worker worker)
    {
        var (first, second) = Halves(chunk);
        var outcome = await CopyChunkAsync(first, worker);
        return outcome.IsOk ? await CopyChunkAsync(second, worker) : outcome;
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
