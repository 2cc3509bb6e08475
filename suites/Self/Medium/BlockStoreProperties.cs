using Conformance.Sim;
using FsCheck.Fluent;
using FsCheck;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>
/// Random operations on the store and on a naive model of it give the same blocks. What this cannot see: cost (see <c>BlockStoreCost</c>),
/// and use of one store by several threads, which is not promised.
/// </summary>
[TestFixture]
public sealed class BlockStoreProperties
{
    /// <summary>A capacity with a cut last chunk and leaf, and both kinds of reads of deallocated blocks.</summary>
    private static readonly TestCaseData[] _shapes =
    [
        // blocks, block size, metadata, deallocated byte, zeroed counts as allocated, cases
        new(677UL, 512, 0, (byte)0x00, true, 150),
        new(677UL, 512, 8, (byte)0xFF, false, 150),
        new(1_000UL, 4096, 64, (byte)0x00, true, 80),
        new(1_000UL, 4096, 24, (byte)0xFF, true, 80),
        // One block a chunk: ranges span whole leaves of 1024.
        new(2_500UL, 65_536, 16, (byte)0x00, false, 40),
        // 2.5 leaves of 16,384 blocks.
        new(40_971UL, 4096, 8, (byte)0xFF, true, 25),
    ];

    [TestCaseSource(nameof(_shapes))]
    public void Any_operations_leave_what_a_naive_medium_holds(
        ulong blocks, int blockSize, int metadataSize, byte deallocated, bool zeroedIsAllocated, int cases) =>
        Holds.ForLists(Steps, 40, cases, seed: blocks, steps =>
        {
            using var pair = new Pair(blocks, blockSize, metadataSize, deallocated, zeroedIsAllocated);
            foreach (var step in steps)
            {
                if (pair.Do(step) is { } wrong) return $"{step}: {wrong}";
            }

            return pair.Compare();
        });

    private enum Kind
    {
        Write,
        WritePieces,
        Metadata,
        Zeroes,
        Deallocate,
        Uncorrectable,
        Clear,
    }

    /// <summary>Where is in thousandths of the capacity, then moved to the boundary before it where Align says so, then by Nudge.</summary>
    private sealed record Step(Kind Kind, int Where, int Align, int Nudge, int Length, uint Stamp);

    /// <summary>Whole chunks and leaves of the shapes above, and more than there is.</summary>
    private static readonly int[] _whole = [128, 256, 1024, 2048, 16_384, 32_768, 1_000_000];

    private static Gen<Step> Steps =>
        from kind in Gen.Frequency(
            (6, Gen.Elements(Kind.Write, Kind.WritePieces)),
            (3, Gen.Constant(Kind.Metadata)),
            (8, Gen.Elements(Kind.Zeroes, Kind.Deallocate, Kind.Uncorrectable)),
            (1, Gen.Elements(Kind.Clear, Kind.Zeroes, Kind.Zeroes)))
        from place in Gen.Zip(Gen.Choose(0, 999), Gen.Choose(0, 2))
        from nudge in Gen.Choose(-2, 2)
        from length in Gen.Frequency((3, Gen.Choose(1, 5)), (3, Gen.Choose(6, 300)), (1, Gen.Elements(_whole)))
        from stamp in Gen.Choose(0, int.MaxValue)
        select new Step(kind, place.Item1, place.Item2, nudge, length, (uint)stamp);

    private sealed class Pair : IDisposable
    {
        private readonly BlockStore _store;
        private readonly BlockModel _model;
        private readonly byte[] _data;
        private readonly byte[] _expected;

        public Pair(ulong blocks, int blockSize, int metadataSize, byte deallocated, bool zeroedIsAllocated)
        {
            var metadata = new byte[metadataSize];
            for (var i = 0; i < metadata.Length; i++) metadata[i] = deallocated == 0 ? (byte)0 : (byte)(0xF0 - i);
            _store = new BlockStore(blocks, blockSize, metadataSize, deallocated, metadata, zeroedIsAllocated);
            _model = new BlockModel(blocks, metadataSize, deallocated, metadata, zeroedIsAllocated);
            _data = new byte[blockSize];
            _expected = new byte[blockSize];
        }

        public void Dispose() => _store.Dispose();

        public string? Do(Step step)
        {
            var lba = (ulong)step.Where * _store.Blocks / 1000;
            if (step.Align == 1) lba -= lba % (ulong)_store.BlocksPerChunk;
            if (step.Align == 2) lba -= lba % ((ulong)_store.BlocksPerChunk * 1024);
            lba = (ulong)Math.Clamp((long)lba + step.Nudge, 0, (long)_store.Blocks - 1);
            var count = Math.Min((ulong)step.Length, _store.Blocks - lba);
            // Enough for three chunks and more; the bytes of whole leaves would only take time.
            var bytes = Math.Min(count, (ulong)Math.Min(300, _store.BlocksPerChunk * 5));
            switch (step.Kind)
            {
                case Kind.Write: Write(lba, count = bytes, step.Stamp); break;
                case Kind.WritePieces: WritePieces(lba, count = bytes, step.Stamp); break;
                case Kind.Metadata: WriteMetadata(lba, count = bytes, step.Stamp); break;
                case Kind.Zeroes:
                    _store.WriteZeroes(lba, count);
                    _model.Set(lba, count, BlockState.Zeroed);
                    break;
                case Kind.Deallocate:
                    _store.Deallocate(lba, count);
                    _model.Set(lba, count, BlockState.Deallocated);
                    break;
                case Kind.Uncorrectable:
                    _store.MarkUncorrectable(lba, count);
                    _model.Set(lba, count, BlockState.Uncorrectable);
                    break;
                default:
                    _store.Clear();
                    _model.Clear();
                    break;
            }

            return Around(lba, count);
        }

        /// <summary>All there is to ask, at the end of a case.</summary>
        public string? Compare()
        {
            foreach (var lba in _model.Touched)
            {
                if (_model.StateOf(lba) == BlockState.Written && Block(lba) is { } wrong) return wrong;
            }

            for (var state = BlockState.Deallocated; state <= BlockState.Uncorrectable; state++)
            {
                if (_store.CountOf(state) != _model.CountOf(state)) return $"{_store.CountOf(state)} {state}, not {_model.CountOf(state)}";
            }

            var allocated = (ulong)_model.Touched.LongCount(_model.IsAllocated);
            if (_store.AllocatedBlocks != allocated) return $"{_store.AllocatedBlocks} allocated, not {allocated}";
            var perChunk = (ulong)_store.BlocksPerChunk;
            var chunks = _model.Touched.Where(l => _model.StateOf(l) == BlockState.Written).Select(l => l / perChunk).Distinct().Count();
            if (_store.DataChunks != chunks) return $"{_store.DataChunks} chunks, not {chunks}";

            // From a third on, so that a range starts and ends anywhere.
            var (from, limit) = (_store.Blocks / 3, _store.Blocks - (_store.Blocks / 7));
            return Extents(0, _store.Blocks) ?? Extents(from, limit)
                ?? Allocated(0, _store.Blocks, 1) ?? Allocated(from, limit, 8)
                ?? Allocated(from, limit, 37) ?? Allocated(from, limit, 100_000);
        }

        private void Write(ulong lba, ulong count, uint stamp)
        {
            var data = new byte[(int)count * _store.BlockSize];
            BlockModel.Fill(data, _store.BlockSize, lba, stamp);
            _store.Write(lba, data);
            _model.Write(lba, count, stamp);
        }

        private void WritePieces(ulong lba, ulong count, uint stamp)
        {
            _model.Write(lba, count, stamp);
            for (var left = (int)count; left > 0;)
            {
                var piece = _store.WritableChunk(lba, left, out var blocks);
                BlockModel.Fill(piece, _store.BlockSize, lba, stamp);
                lba += (ulong)blocks;
                left -= blocks;
            }
        }

        private void WriteMetadata(ulong lba, ulong count, uint stamp)
        {
            if (_store.MetadataSize == 0) return;
            for (; count > 0; count--, lba++)
            {
                if (!_model.IsLive(lba)) continue;
                var metadata = new byte[_store.MetadataSize];
                BlockModel.Fill(metadata, lba, stamp);
                _store.WriteMetadata(lba, metadata);
                _model.WriteMetadata(lba, metadata);
            }
        }

        /// <summary>Both ends of what was changed, and a little to either side.</summary>
        private string? Around(ulong lba, ulong count)
        {
            foreach (var end in new[] { lba, lba + count })
            {
                for (var at = Math.Max(end, 3) - 3; at < Math.Min(end + 3, _store.Blocks); at++)
                {
                    if (Block(at) is { } wrong) return wrong;
                }
            }

            // Half a megabyte is several chunks; more bytes would only take time.
            return Range(lba, (int)Math.Min(count, (512UL << 10) / (ulong)_store.BlockSize));
        }

        private string? Block(ulong lba)
        {
            if (_store.StateOf(lba) != _model.StateOf(lba)) return $"block {lba} is {_store.StateOf(lba)}, not {_model.StateOf(lba)}";
            return Range(lba, 1);
        }

        private string? Range(ulong lba, int count)
        {
            var data = count == 1 ? _data : new byte[count * _store.BlockSize];
            var metadata = new byte[count * _store.MetadataSize];
            _store.Read(lba, data);
            if (metadata.Length != 0) _store.ReadMetadata(lba, metadata);
            for (var i = 0; i < count; i++, lba++)
            {
                _model.Read(lba, _expected);
                if (!data.AsSpan(i * _store.BlockSize, _store.BlockSize).SequenceEqual(_expected)) return $"data of block {lba}";
                if (!metadata.AsSpan(i * _store.MetadataSize, _store.MetadataSize).SequenceEqual(_model.ReadMetadata(lba)))
                    return $"metadata of block {lba}";
            }

            return null;
        }

        private string? Extents(ulong from, ulong limit)
        {
            var at = from;
            foreach (var expected in _model.Extents(from, limit))
            {
                if (!_store.NextExtent(at, limit, out var state, out var length)) return $"no extent at {at}";
                if ((at, length, state) != expected) return $"extent ({at}, {length}, {state}), not {expected}";
                var found = _store.Find(state, from, limit - from);
                if (found is null || _model.StateOf(found.Value) != state || found > at) return $"first {state} found at {found}";
                at += length;
            }

            return _store.NextExtent(at, limit, out _, out _) ? $"one more extent at {at}" : null;
        }

        private string? Allocated(ulong from, ulong limit, ulong granularity)
        {
            var at = from;
            foreach (var expected in _model.Allocated(from, limit, granularity))
            {
                if (!_store.NextAllocated(at, limit, granularity, out var start, out var length)) return $"nothing allocated from {at}";
                if ((start, length) != expected) return $"allocated by {granularity}: ({start}, {length}), not {expected}";
                at = start + length;
            }

            return _store.NextAllocated(at, limit, granularity, out _, out _) ? $"one more allocated from {at}" : null;
        }
    }
}
