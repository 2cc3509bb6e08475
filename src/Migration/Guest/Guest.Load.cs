using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <content>What the guest submits, and what it makes of the answers.</content>
public sealed partial class Guest
{
    private const int PickAttempts = 16;

    // One slot of each queue is kept for the command that is rung too late on purpose.
    private const int SpareSlots = 1;

    private Mode _mode;
    private readonly List<(ulong Lba, int Count)> _runs = [];
    private int _run;
    private int _runOffset;

    private enum Mode
    {
        Idle,
        Load,
        Verify,
        Fill,
    }

    /// <summary>
    /// Starts its processor and writes every block of its region once, before the load begins. A write that never completes is waited for as long as the
    /// world goes on.
    /// </summary>
    public async ValueTask FillAsync()
    {
        const ulong most = 1 << 30;
        var runs = new List<(ulong Lba, int Count)>();
        for (ulong lba = 0; lba < RegionBlocks; lba += most) runs.Add((lba, (int)Math.Min(most, RegionBlocks - lba)));
        Run();
        await GoThroughAsync(Mode.Fill, runs, World.Never);
    }

    /// <summary>
    /// Reads blocks and judges them against the ledger: those of <paramref name="runs"/>, or all ever changed. False when a read did not
    /// complete by <paramref name="deadline"/>. The load must be quiet.
    /// </summary>
    public ValueTask<bool> VerifyAsync(IEnumerable<(ulong Lba, int Count)>? runs, long deadline) => GoThroughAsync(Mode.Verify, runs ?? Ledger.TouchedRuns(), deadline);

    private async ValueTask<bool> GoThroughAsync(Mode mode, IEnumerable<(ulong Lba, int Count)> runs, long deadline)
    {
        _runs.Clear();
        _runs.AddRange(runs);
        _run = _runOffset = 0;
        if (_runs.Count == 0) return true;
        _mode = mode;
        Wake();
        var done = await World.Until(_idle, this, static g => ((Guest)g)._run >= ((Guest)g)._runs.Count && ((Guest)g).InFlight == 0, deadline);
        _mode = Mode.Idle;
        if (done) return true;
        foreach (var queue in _queues) LoseAll(queue);
        return false;
    }

    /// <summary>
    /// Submits one more command and rings its doorbell, whatever is in flight: for a negative control that rings too late. False when
    /// there is no place for it.
    /// </summary>
    public bool RingOnce()
    {
        var queue = _queues[0];
        if (queue.Slots.FreeCount == 0 || queue.Pair.FreeSlots == 0 || !Pick(out var kind, out var lba, out var blocks)) return false;
        Submit(queue, kind, lba, blocks, World.Now, isLoad: true);
        queue.Pair.Ring();
        return true;
    }

    /// <summary>Returns false when more could be submitted now but for the budget.</summary>
    private bool SubmitLoad(int budget)
    {
        var now = World.Now;
        while (_nextArrival <= now)
        {
            _arrivals.Enqueue(_nextArrival);
            Strip?.Intend(_nextArrival);
            var gap = 1e9 / _load.Rate;
            _nextArrival += Math.Max(1, (long)(_load.Poisson ? _rng.Exponential(gap) : gap));
        }

        for (var tried = 0; tried < _queues.Count; tried++)
        {
            // In turn, so that an open loop fills all queues alike.
            var queue = _queues[_nextQueue];
            _nextQueue = (_nextQueue + 1) % _queues.Count;
            var put = 0;
            while (queue.Slots.FreeCount > SpareSlots && queue.Pair.FreeSlots > 0 && put < budget)
            {
                if (_load.Rate > 0 && _arrivals.Count == 0) break;
                if (!Pick(out var kind, out var lba, out var blocks)) break;
                var intended = _load.Rate > 0 ? _arrivals.Dequeue() : now;
                Submit(queue, kind, lba, blocks, intended, isLoad: true);
                put++;
                if (_load.Rate > 0) break;
            }

            queue.Pair.Ring();
            if (put >= budget) return false;
            if (_load.Rate > 0 && put > 0) tried = -1;
        }

        return true;
    }

    private bool SubmitRuns(int budget)
    {
        var kind = _mode == Mode.Fill ? IoKind.Write : IoKind.Read;
        var most = _load.Sizes.Max() / BlockSize;
        foreach (var queue in _queues)
        {
            var put = 0;
            while (_run < _runs.Count && queue.Slots.FreeCount > SpareSlots && queue.Pair.FreeSlots > 0 && put < budget)
            {
                var (lba, count) = _runs[_run];
                var blocks = Math.Min(most, count - _runOffset);
                Submit(queue, kind, lba + (ulong)_runOffset, blocks, World.Now, isLoad: false);
                put++;
                _runOffset += blocks;
                if (_runOffset < count) continue;
                _run++;
                _runOffset = 0;
            }

            queue.Pair.Ring();
            if (put >= budget) return false;
        }

        return true;
    }

    private bool Pick(out IoKind kind, out ulong lba, out int blocks)
    {
        var percent = (int)_rng.Below(100);
        kind = IoKind.Read;
        while (percent >= _mixBounds[(int)kind]) kind++;
        lba = 0;
        blocks = 0;
        if (kind == IoKind.Flush) return true;
        var size = _load.Sizes.Count == 1 ? _load.Sizes[0] : _load.Sizes[(int)_rng.Below(_load.Sizes.Count)];
        blocks = Math.Min(Math.Max(1, size / BlockSize), _limits.Of(kind));
        var places = (long)(RegionBlocks / (ulong)blocks);
        for (var attempt = 0; attempt < PickAttempts; attempt++)
        {
            lba = (ulong)(_load.Sequential ? (long)(_cursor++ % (ulong)places) : _rng.Below(places)) * (ulong)blocks;
            // A block with a command in flight takes no other: what it must hold is then exactly known.
            if (Ledger.IsIdle(lba, blocks)) return true;
        }

        return false;
    }

    private void Submit(GuestQueue queue, IoKind kind, ulong lba, int blocks, long intended, bool isLoad)
    {
        queue.Slots.TryTake(out var slot, out var cid);
        queue.InFlight[slot] = new GuestCommand { Kind = kind, Lba = lba, Blocks = blocks, IntendedAt = intended, IsLoad = isLoad };
        Ledger.Begin(lba, blocks);
        var bytes = blocks * BlockSize;
        var z = (ushort)(blocks - 1);
        SubmissionEntry entry;
        switch (kind)
        {
            case IoKind.Read:
                entry = Protect(NvmCommand.Read(Nsid, lba, z));
                queue.Point(ref entry, slot, bytes);
                break;
            case IoKind.Write:
                entry = Protect(NvmCommand.Write(Nsid, lba, z));
                queue.Point(ref entry, slot, bytes);
                Memory.Space.Update(queue.Buffer(slot), bytes, (this, lba), static (span, state) =>
                {
                    var (guest, first) = state;
                    for (var at = 0; at < span.Length; at += guest.BlockSize, first++)
                        guest.Ledger.NextStamp(first).WriteTo(span.Slice(at, guest.BlockSize));
                });
                break;
            case IoKind.WriteZeroes:
                entry = Protect(NvmCommand.WriteZeroes(Nsid, lba, z));
                break;
            case IoKind.Deallocate:
                entry = NvmCommand.DatasetManagement(Nsid, 0);
                queue.Point(ref entry, slot, DatasetManagementRange.Size);
                Memory.Space.Store(queue.Buffer(slot), new DatasetManagementRange { Slba = lba, LengthInBlocks = (uint)blocks });
                break;
            default:
                entry = NvmCommand.Flush(Nsid);
                break;
        }

        entry.Cid = cid;
        queue.Pair.TryPut(entry);
        Counters.Submitted++;
    }

    /// <summary>
    /// Where blocks have protection information the controller inserts it, and checks it before it strips it: a tuple that a move lost or spoilt is
    /// found by the next read. The reference tag is checked of the types in which it is the block's address; the guest has no application tag.
    /// </summary>
    private SubmissionEntry Protect(in SubmissionEntry entry)
    {
        if (_protection == ProtectionType.None) return entry;
        var fields = new LbaFields(entry) { Pract = true };
        fields.Ilbrt = (uint)fields.Slba;
        if (entry.Opcode == (byte)NvmOpcode.Read) (fields.PrchkGuard, fields.PrchkRef) = (true, _protection != ProtectionType.Type3);
        return fields.Entry;
    }

    private void Finish(GuestQueue queue, int slot, in GuestCommand command, Status status)
    {
        if (command.IsLoad)
        {
            var now = World.Now;
            var latency = now - command.IntendedAt;
            (command.IntendedAt < LatencySince ? OlderLatency : Latency).Add(latency);
            Counters.LoadCompletions++;
            Counters.LoadLatency += latency;
            var bytes = status.IsSuccess && command.Kind is (IoKind.Read or IoKind.Write) ? (long)command.Blocks * BlockSize : 0;
            Counters.LoadBytes += bytes;
            Strip?.Add(now, latency, bytes);
        }

        if (!status.IsSuccess)
        {
            Ledger.Refuse(command.Lba, command.Blocks);
            Note(new GuestFinding(GuestFault.Refused, PathOf(queue.Pair, queue.Slots.CidOf(slot)), $"queue {queue.Pair.Qid}: {command.Kind} of LBA {command.Lba}, {command.Blocks} blocks: {status}"));
            return;
        }

        switch (command.Kind)
        {
            case IoKind.Read:
                Counters.Reads++;
                Ledger.Refuse(command.Lba, command.Blocks);
                Judge(command.Lba, command.Blocks, Memory.Space.Read(queue.Buffer(slot), command.Blocks * BlockSize));
                Counters.Bytes += (long)command.Blocks * BlockSize;
                break;
            case IoKind.Write:
                Counters.Writes++;
                Ledger.Acknowledge(command.Lba, command.Blocks, BlockState.Written);
                Counters.Bytes += (long)command.Blocks * BlockSize;
                break;
            case IoKind.WriteZeroes:
                Counters.WriteZeroes++;
                Ledger.Acknowledge(command.Lba, command.Blocks, BlockState.Zeroed);
                break;
            case IoKind.Deallocate:
                Counters.Deallocates++;
                Ledger.Acknowledge(command.Lba, command.Blocks, BlockState.Deallocated);
                break;
            case IoKind.Flush:
                Counters.Flushes++;
                break;
        }
    }

    private void Judge(ulong lba, int blocks, ReadOnlySpan<byte> data)
    {
        for (var i = 0; i < blocks; i++)
        {
            var finding = Ledger.Judge(lba + (ulong)i, data.Slice(i * BlockSize, BlockSize), DeallocatedReads);
            Counters.BlocksVerified++;
            if (finding.Fault != BlockFault.None) Note(new GuestFinding(GuestFault.Block, $"lba[{finding.Lba}]", finding.ToString(), finding));
        }
    }
}
