using System.Runtime.InteropServices;
using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Io;

/// <summary>
/// Commands of every kind at random, each held against a model that is nothing but an array of blocks: status, data, what became of every
/// block, and what the user data log says. It cannot see what commands under way at once do to each other.
/// </summary>
[TestFixture]
internal sealed class MixedIoTests
{
    private const int Blocks = 300;
    private const int Size = 512;

    public static IEnumerable<TestCaseData> Formats()
    {
        yield return Of("no metadata", new() { Blocks = Blocks, BlockSize = Size }, 1);
        yield return Of("deallocated ones", new() { Blocks = Blocks, BlockSize = Size, DeallocatedReads = DeallocatedPattern.Ones }, 2);
        yield return Of("separate metadata", new() { Blocks = Blocks, BlockSize = Size, MetadataSize = 64 }, 3);
        yield return Of("extended blocks", new() { Blocks = Blocks, BlockSize = Size, MetadataSize = 64, ExtendedMetadata = true }, 4);
        yield return Of("protected, stripped", new() { Blocks = Blocks, BlockSize = Size, MetadataSize = 8, ProtectionType = 1 }, 5);
        yield return Of(
            "protected, extended, stripped",
            new() { Blocks = Blocks, BlockSize = Size, MetadataSize = 8, ProtectionType = 2, ExtendedMetadata = true },
            6);

        static TestCaseData Of(string name, SimulatedNamespace ns, int seed) => new TestCaseData(ns, seed).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Formats))]
    public void Every_command_does_what_it_does_to_an_array(SimulatedNamespace ns, int seed) => IoBench.Run(
        async bench =>
        {
            var run = new MixedRun(bench, ns, seed);
            await run.StartLog();
            for (var i = 0; i < 1500; i++) await run.Next();
            Assert.That(run.Kinds, Is.EqualTo(MixedRun.AllKinds), "all kinds of commands came up, good and bad");
        },
        new SimulatedDevice
        {
            Namespaces = [ns],
            IoCommands = new() { CopyRangeBlocks = 30, CopyBlocks = 60 },
            Migration = new() { AllocationGranularity = 1 },
        });

    private sealed class MixedRun
    {
        private const int LogEntries = 64;

        private readonly IoBench _bench;
        private readonly SimulatedNamespace _ns;
        private readonly Random _random;
        private readonly HostBuffer _buffer;
        private readonly long _metadata;
        private readonly long _parameter;
        private readonly long _fused;
        private readonly int _metadataSize;
        private readonly bool _pract;
        private readonly byte[][] _content = new byte[Blocks][];
        private readonly BlockKind[] _kinds = new BlockKind[Blocks];
        private readonly SortedDictionary<int, bool> _changed = [];
        private long _log;
        private ushort _cdqid;
        private int _logHead;
        private bool _logPhase = true;

        private enum BlockKind
        {
            Deallocated,
            Written,
            Uncorrectable,
        }

        public MixedRun(IoBench bench, SimulatedNamespace ns, int seed)
        {
            (_bench, _ns, _random) = (bench, ns, new Random(seed));
            _pract = ns.ProtectionType != 0;
            _metadataSize = _pract ? 0 : ns.MetadataSize;
            _buffer = new HostBuffer(bench, 64 * (Size + 64), _random);
            _metadata = bench.Take(64 * 64);
            _parameter = bench.Take(4096);
            _fused = bench.Take(2 * 16 * 4096);
            for (var i = 0; i < Blocks; i++) _content[i] = Deallocated();
        }

        /// <summary>Kinds of commands that came up so far.</summary>
        public SortedSet<string> Kinds { get; } = [];

        public static string[] AllKinds { get; } =
        [
            "Compare bad", "Compare good", "Copy bad", "Copy good", "DatasetManagement bad", "DatasetManagement good", "Fused bad",
            "Fused good", "LbaStatus good", "Read bad", "Read good", "Verify bad", "Verify good", "Write bad", "Write good",
            "WriteUncorrectable bad", "WriteUncorrectable good", "WriteZeroes bad", "WriteZeroes good",
        ];

        private int Unit => Size + _metadataSize;

        public async Task StartLog()
        {
            _log = _bench.Pf.Take(LogEntries * LbaMigrationQueueEntry.Size);
            var created = await _bench.Pf.Must(
                MigrationCommand.CreateUserDataMigrationQueue(_bench.Vf.Controller.Id, LogEntries) with { Prp1 = _bench.Pf.Iova(_log) });
            _cdqid = (ushort)created.Dw0;
            await _bench.Pf.Must(MigrationCommand.LogUserDataChanges(_cdqid, LoggingAction.Start));
            _logHead = 1;
        }

        /// <summary>One command, and all that is to be seen of it.</summary>
        public async Task Next()
        {
            _changed.Clear();
            var first = _random.Next(12) == 0 ? Blocks - _random.Next(4) : _random.Next(Blocks);
            var count = _random.Next(1, _random.Next(4) == 0 ? 60 : 6);
            switch (_random.Next(13))
            {
                case 0 or 1 or 2:
                    await Write(first, count);
                    break;
                case 3 or 4:
                    await Read(first, count);
                    break;
                case 5:
                    await Compare(first, count);
                    break;
                case 6:
                    await Without(NvmOpcode.Verify, first, count, Readable(first, count), () => { });
                    break;
                case 7:
                    await Zero(first, count);
                    break;
                case 8:
                    await Without(
                        NvmOpcode.WriteUncorrectable, first, count, InRange(first, count), () => Mark(first, count, BlockKind.Uncorrectable));
                    break;
                case 9:
                    await Deallocate();
                    break;
                case 10:
                    await Copy();
                    break;
                case 11:
                    await Fused(first, Math.Min(count, 8));
                    break;
                default:
                    await LbaStatus();
                    break;
            }

            await CheckLog();
        }

        private static Status InRange(int first, int count) => first + count <= Blocks ? Status.Success : Status.LbaOutOfRange;

        private Status Readable(int first, int count)
        {
            var status = InRange(first, count);
            if (!status.IsSuccess) return status;
            return _kinds.AsSpan(first, count).Contains(BlockKind.Uncorrectable) ? Status.UnrecoveredReadError : Status.Success;
        }

        private async Task Write(int first, int count)
        {
            var bytes = Bytes(count);
            var status = InRange(first, count);
            Lay(bytes, count, NvmOpcode.Write, first, out var entry);
            await Expect("Write", entry, status);
            if (status.IsSuccess) Put(first, bytes);
        }

        private async Task Read(int first, int count)
        {
            var status = Readable(first, count);
            Lay(new byte[count * Unit], count, NvmOpcode.Read, first, out var entry);
            await Expect("Read", entry, status);
            if (!status.IsSuccess) return;
            Assert.That(Collect(count), Is.EqualTo(_content.Skip(first).Take(count).SelectMany(block => block)), $"{first}+{count}");
        }

        private async Task Compare(int first, int count)
        {
            var status = Readable(first, count);
            var bytes = Bytes(count);
            if (status.IsSuccess)
            {
                bytes = [.. _content.Skip(first).Take(count).SelectMany(block => block)];
                if (_random.Next(2) == 0)
                {
                    bytes[_random.Next(bytes.Length)] ^= (byte)(1 << _random.Next(8));
                    status = Status.CompareFailure;
                }
            }

            Lay(bytes, count, NvmOpcode.Compare, first, out var entry);
            await Expect("Compare", entry, status);
        }

        private async Task Zero(int first, int count)
        {
            var status = InRange(first, count);
            var deallocates = _random.Next(2) == 0;
            var entry = new LbaFields(Entry(NvmOpcode.WriteZeroes, first, count)) { Deac = deallocates }.Entry;
            await Expect("WriteZeroes", entry, status);
            if (!status.IsSuccess) return;
            if (deallocates && _ns.DeallocatedReads == DeallocatedPattern.Zeroes)
            {
                Mark(first, count, BlockKind.Deallocated);
                return;
            }

            for (var lba = first; lba < first + count; lba++)
            {
                (_content[lba], _kinds[lba]) = (new byte[Unit], BlockKind.Written);
                _changed[lba] = false;
            }
        }

        private async Task Deallocate()
        {
            var ranges = Enumerable.Range(0, _random.Next(1, 5)).Select(_ => (First: _random.Next(Blocks), Count: _random.Next(8))).ToArray();
            ranges = [.. ranges.Select(r => (r.First, Math.Min(r.Count, Blocks - r.First)))];
            if (_random.Next(5) == 0) ranges[^1] = (Blocks - 2, 3);
            for (var i = 0; i < ranges.Length; i++)
            {
                _bench.Memory.Store(
                    _parameter + (i * 16), new DatasetManagementRange { Slba = (ulong)ranges[i].First, LengthInBlocks = (uint)ranges[i].Count });
            }

            var status = ranges.All(r => r.First + r.Count <= Blocks) ? Status.Success : Status.LbaOutOfRange;
            var entry = NvmCommand.DatasetManagement(1, (byte)(ranges.Length - 1)) with { Prp1 = _bench.Vf.Iova(_parameter) };
            await Expect("DatasetManagement", entry, status);
            if (!status.IsSuccess) return;
            foreach (var (first, count) in ranges) Mark(first, count, BlockKind.Deallocated);
        }

        private async Task Copy()
        {
            var target = _random.Next(Blocks - 10);
            var ranges = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => (First: _random.Next(Blocks), Count: _random.Next(1, 12))).ToArray();
            for (var i = 0; i < ranges.Length; i++)
            {
                _bench.Memory.Store(
                    _parameter + (i * 32),
                    new CopyRange { Slba = (ulong)ranges[i].First, NlbZ = (ushort)(ranges[i].Count - 1), Eilbrt = (uint)ranges[i].First });
            }

            var total = ranges.Sum(r => r.Count);
            var fields = new CopyFields(NvmCommand.Copy(1, (ulong)target, (byte)(ranges.Length - 1))) { Ilbrt = (uint)target };
            if (_pract) fields = fields with { PrinfoRead = 8, PrinfoWrite = 8 };
            var status = InRange(target, total);
            if (status.IsSuccess && ranges.Any(r => r.First + r.Count > Blocks)) status = Status.LbaOutOfRange;
            var entry = fields.Entry with { Prp1 = _bench.Vf.Iova(_parameter) };
            var good = 0;
            // What AWUPF makes atomic is copied whole or not at all; else range by range, each reading what those before it wrote.
            if (status.IsSuccess && total <= new SimulatedIoCommands().AwupfZ + 1 && !ranges.All(r => Readable(r.First, r.Count).IsSuccess))
            {
                status = Status.UnrecoveredReadError;
            }

            for (; status.IsSuccess && good < ranges.Length; good++)
            {
                var (first, count) = ranges[good];
                status = Readable(first, count);
                if (!status.IsSuccess) break;
                Put(target, [.. _content.Skip(first).Take(count).SelectMany(block => block)]);
                target += count;
            }

            var completion = await Expect("Copy", entry, status);
            if (!status.IsSuccess) Assert.That(completion.Dw0, Is.EqualTo(good), "the first range that was not copied");
        }

        private async Task Fused(int first, int count)
        {
            var status = Readable(first, count);
            var (old, wanted) = (Bytes(count), Bytes(count));
            if (status.IsSuccess && _random.Next(3) != 0) old = [.. _content.Skip(first).Take(count).SelectMany(block => block)];
            else if (status.IsSuccess) status = Status.CompareFailure;

            // One buffer after the other in memory, for both are there at once.
            var (at, unit) = (_fused, count * Unit);
            var compare = Sgl(Entry(NvmOpcode.Compare, first, count), at, old, at + (4 * 4096), 1);
            var write = Sgl(Entry(NvmOpcode.Write, first, count), at + (16 * 4096), wanted, at + (20 * 4096), 2);
            Assert.That(unit, Is.LessThanOrEqualTo(4 * 4096));
            _bench.Queue.Put(compare with { Cid = 0xF001 });
            _bench.Queue.Put(write with { Cid = 0xF002 });
            _bench.Queue.Ring();
            var (one, two) = (await _bench.Vf.Next(_bench.Queue), await _bench.Vf.Next(_bench.Queue));
            Assert.That((one.Cid, two.Cid), Is.EqualTo((0xF001, 0xF002)));
            Assert.That(one.Status, Is.EqualTo(status));
            Assert.That(two.Status, Is.EqualTo(status.IsSuccess ? Status.Success : Status.AbortedFailedFused));
            Kinds.Add($"Fused {(status.IsSuccess ? "good" : "bad")}");
            if (status.IsSuccess) Put(first, wanted);
        }

        private SubmissionEntry Sgl(SubmissionEntry entry, long data, byte[] bytes, long metadata, byte fuse)
        {
            var (dataBytes, metadataBytes) = Split(bytes);
            _bench.Memory.Write(data, dataBytes);
            _bench.Memory.Write(metadata, metadataBytes);
            entry.Sgl1 = SglDescriptor.DataBlock(_bench.Vf.Iova(data), (uint)dataBytes.Length);
            entry.Mptr = _bench.Vf.Iova(metadata);
            return entry with { Dword0 = entry.Dword0 with { Psdt = 1, Fuse = fuse } };
        }

        private async Task LbaStatus()
        {
            _bench.Memory.Fill(_parameter, 4096, 0);
            await _bench.Vf.Must(AdminCommand.GetLbaStatus(1, 0, 4096, (byte)LbaStatusAction.TrackedAllocated), _parameter);
            var header = _bench.Memory.Load<LbaStatusHeader>(_parameter);
            var found = MemoryMarshal.Cast<byte, LbaStatusDescriptor>(_bench.Memory.Read(_parameter + 8, (int)header.Nlsd * 16)).ToArray();
            Assert.That(
                found.SelectMany(d => Enumerable.Range((int)d.Dslba, (int)d.Nlb)),
                Is.EqualTo(Enumerable.Range(0, Blocks).Where(lba => _kinds[lba] != BlockKind.Deallocated)));
            Kinds.Add("LbaStatus good");
        }

        private async Task Without(NvmOpcode opcode, int first, int count, Status status, Action effect)
        {
            await Expect($"{opcode}", Entry(opcode, first, count), status);
            if (status.IsSuccess) effect();
        }

        private SubmissionEntry Entry(NvmOpcode opcode, int first, int count) => new LbaFields(NvmCommand.Of(opcode, 1))
        {
            Slba = (ulong)first, NlbZ = (ushort)(count - 1), Pract = _pract, Ilbrt = (uint)first,
        }.Entry;

        private void Lay(byte[] bytes, int count, NvmOpcode opcode, int first, out SubmissionEntry entry)
        {
            var (data, metadata) = Split(bytes);
            entry = _buffer.Lay(Entry(opcode, first, count), data.Length);
            _buffer.Write(data);
            _bench.Memory.Write(_metadata, metadata);
            entry.Mptr = _bench.Vf.Iova(_metadata);
        }

        /// <summary>Blocks with their metadata, as the two buffers have them.</summary>
        private (byte[] Data, byte[] Metadata) Split(byte[] bytes)
        {
            if (_metadataSize == 0 || _ns.ExtendedMetadata) return (bytes, []);
            var blocks = bytes.Chunk(Unit).ToArray();
            return ([.. blocks.SelectMany(b => b[..Size])], [.. blocks.SelectMany(b => b[Size..])]);
        }

        private byte[] Collect(int count)
        {
            var data = _buffer.Read();
            if (_metadataSize == 0 || _ns.ExtendedMetadata) return data;
            var metadata = _bench.Memory.Read(_metadata, count * _metadataSize).ToArray();
            return [.. data.Chunk(Size).Zip(metadata.Chunk(_metadataSize), (d, m) => d.Concat(m)).SelectMany(block => block)];
        }

        private byte[] Bytes(int count)
        {
            var bytes = new byte[count * Unit];
            _random.NextBytes(bytes);
            return bytes;
        }

        private byte[] Deallocated()
        {
            var block = new byte[Unit];
            Array.Fill(block, (byte)(_ns.DeallocatedReads == DeallocatedPattern.Ones ? 0xFF : 0));
            return block;
        }

        private void Put(int first, byte[] bytes)
        {
            foreach (var block in bytes.Chunk(Unit))
            {
                (_content[first], _kinds[first]) = (block, BlockKind.Written);
                _changed[first++] = false;
            }
        }

        private void Mark(int first, int count, BlockKind kind)
        {
            for (var lba = first; lba < first + count; lba++)
            {
                (_content[lba], _kinds[lba]) = (Deallocated(), kind);
                _changed[lba] = kind == BlockKind.Deallocated;
            }
        }

        private async Task<CompletionEntry> Expect(string kind, SubmissionEntry entry, Status status)
        {
            var completion = await _bench.Do(entry);
            Assert.That(completion.Status, Is.EqualTo(status), $"{kind} {entry.Cdw10}+{(entry.Cdw12 & 0xFFFF) + 1}");
            Kinds.Add($"{kind} {(status.IsSuccess ? "good" : "bad")}");
            return completion;
        }

        /// <summary>The log names exactly the blocks that changed, the last entry for a block saying whether it was deallocated.</summary>
        private async Task CheckLog()
        {
            SortedDictionary<int, bool> logged = [];
            while (true)
            {
                var entry = _bench.Pf.Memory.Load<LbaMigrationQueueEntry>(_log + (_logHead * LbaMigrationQueueEntry.Size));
                if (entry.Attributes.Phase != _logPhase) break;
                Assert.That((entry.Nsid, entry.Attributes.Change), Is.EqualTo((1u, LbaChange.Range)));
                for (var i = 0u; i <= entry.NlbZ; i++) logged[(int)(entry.Slba + i)] = entry.Attributes.Deallocated;
                if (++_logHead < LogEntries) continue;
                _logHead = 0;
                _logPhase = !_logPhase;
            }

            Assert.That(logged, Is.EqualTo(_changed));
            await _bench.Pf.Must(MigrationCommand.SetControllerDataQueue(_cdqid, (uint)_logHead));
        }
    }
}
