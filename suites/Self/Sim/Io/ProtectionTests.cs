using System.Buffers.Binary;
using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Io;

/// <summary>Protection information with the 16-bit guard, through commands. The guard is computed here bit by bit.</summary>
[TestFixture]
internal sealed class ProtectionTests
{
    private const int Block = 512;
    private const ushort Tag = 0xBEEF;

    public static IEnumerable<TestCaseData> Formats()
    {
        for (byte type = 1; type <= 3; type++)
        {
            foreach (var metadata in (int[])[8, 64])
            {
                foreach (var extended in (bool[])[false, true])
                {
                    foreach (var first in (bool[])[false, true])
                    {
                        var ns = new SimulatedNamespace
                        {
                            BlockSize = Block,
                            MetadataSize = metadata,
                            ExtendedMetadata = extended,
                            ProtectionType = type,
                            ProtectionFirst = first,
                        };
                        yield return new TestCaseData(ns).SetArgDisplayNames(
                            $"type {type}", $"{metadata} bytes", extended ? "extended" : "separate", first ? "first" : "last");
                    }
                }
            }
        }
    }

    [TestCaseSource(nameof(Formats))]
    public void What_PRACT_inserts_is_right_and_what_it_strips_is_gone(SimulatedNamespace ns) => IoBench.Run(
        async bench =>
        {
            var buffers = new Buffers(bench, ns);
            buffers.Randomize(1, 3);
            var sent = buffers.Blocks(3, pract: true);
            await bench.Must(buffers.Of(NvmOpcode.Write, 100, 2, pract: true, reference: 100));

            // As it is on the medium: nothing asked, nothing stripped.
            buffers.Clear();
            await bench.Must(buffers.Of(NvmOpcode.Read, 100, 2));
            var stored = buffers.Blocks(3);
            for (var i = 0; i < 3; i++)
            {
                Assert.That(stored[i].Data, Is.EqualTo(sent[i].Data), "data");
                var tuple = stored[i].Metadata.AsSpan(buffers.TupleOffset, 8);
                Assert.That(BinaryPrimitives.ReadUInt16BigEndian(tuple), Is.EqualTo(buffers.GuardOf(stored[i])), "guard");
                Assert.That(BinaryPrimitives.ReadUInt16BigEndian(tuple[2..]), Is.EqualTo(Tag), "application tag");
                var reference = ns.ProtectionType == 3 ? 100 : 100 + i;
                Assert.That(BinaryPrimitives.ReadUInt32BigEndian(tuple[4..]), Is.EqualTo(reference), "reference tag");
                if (ns.MetadataSize == 8) continue;
                // Metadata beside the tuple is the host's.
                var (mine, theirs) = (sent[i].Metadata.ToArray(), stored[i].Metadata.ToArray());
                mine.AsSpan(buffers.TupleOffset, 8).Clear();
                theirs.AsSpan(buffers.TupleOffset, 8).Clear();
                Assert.That(theirs, Is.EqualTo(mine), "metadata");
            }

            var checks = ns.ProtectionType == 3 ? 6 : 7;
            await bench.Must(buffers.Of(NvmOpcode.Read, 101, 1, checks: checks, reference: 101));
            await bench.Must(buffers.Of(NvmOpcode.Verify, 100, 2, checks: checks, reference: 100));

            // With PRACT the host of an 8 byte tuple sees data only, and 8 bytes of metadata buffer stay as they were.
            buffers.Clear();
            await bench.Must(buffers.Of(NvmOpcode.Read, 100, 2, pract: true, checks: checks, reference: 100));
            var stripped = buffers.Blocks(3, pract: true);
            for (var i = 0; i < 3; i++) Assert.That(stripped[i].Data, Is.EqualTo(sent[i].Data), "stripped");
            if (ns.MetadataSize == 8) Assert.That(buffers.Metadata(24).ContainsAnyExcept((byte)0), Is.False);
            var compare = buffers.Of(NvmOpcode.Compare, 100, 2, pract: true, checks: checks, reference: 100);
            await bench.Must(compare);
            if (ns.MetadataSize == 8) return;

            // The tuple in the host's metadata is not compared, the rest of it is.
            Flip(buffers.Tuple(1) + 3);
            await bench.Must(compare);
            Flip(buffers.Tuple(2) + (ns.ProtectionFirst ? 8 : -1));
            await bench.Expect(compare, Status.CompareFailure);

            void Flip(long at) => bench.Memory.Store(at, (byte)(bench.Memory.Read(at, 1)[0] ^ 0x20));
        },
        ns);

    [TestCaseSource(nameof(Formats))]
    public void A_write_with_a_bad_tuple_is_refused_and_changes_nothing(SimulatedNamespace ns) => IoBench.Run(
        async bench =>
        {
            var buffers = new Buffers(bench, ns);
            buffers.Randomize(2, 3);
            await bench.Must(buffers.Of(NvmOpcode.Write, 40, 2, pract: true, reference: 40));
            await bench.Must(buffers.Of(NvmOpcode.Read, 40, 2));
            var before = buffers.Blocks(3);

            buffers.Randomize(3, 3);
            buffers.Protect(3, 40);
            await Broken(Status.GuardCheckError, 1, 0, 4);
            await Broken(Status.ApplicationTagCheckError, 2, 3, 2);
            if (ns.ProtectionType != 3) await Broken(Status.ReferenceTagCheckError, 0, 7, 1);

            // What nobody checks is written as it came, and found when it is read.
            var at = buffers.Tuple(1) + 1;
            bench.Memory.Store(at, (byte)(bench.Memory.Read(at, 1)[0] ^ 0x10));
            await bench.Must(buffers.Of(NvmOpcode.Write, 40, 2));
            await bench.Must(buffers.Of(NvmOpcode.Read, 40, 2, checks: 2));
            await bench.Expect(buffers.Of(NvmOpcode.Read, 40, 2, checks: 4), Status.GuardCheckError);
            await bench.Expect(buffers.Of(NvmOpcode.Compare, 40, 2, checks: 4), Status.GuardCheckError);
            await bench.Expect(buffers.Of(NvmOpcode.Verify, 40, 2, checks: 4), Status.GuardCheckError);
            await bench.Must(buffers.Of(NvmOpcode.Verify, 40, 0, checks: 4));

            async Task Broken(Status status, int block, int offset, int check)
            {
                var broken = buffers.Tuple(block) + offset;
                var good = bench.Memory.Read(broken, 1)[0];
                bench.Memory.Store(broken, (byte)(good ^ 0x01));
                await bench.Expect(buffers.Of(NvmOpcode.Write, 40, 2, checks: check, reference: 40), status);
                bench.Memory.Store(broken, good);
                var mine = buffers.Blocks(3);
                await bench.Must(buffers.Of(NvmOpcode.Read, 40, 2));
                Assert.That(buffers.Blocks(3).Select(b => b.Metadata), Is.EqualTo(before.Select(b => b.Metadata)), "unchanged");
                Assert.That(buffers.Blocks(3).Select(b => b.Data), Is.EqualTo(before.Select(b => b.Data)), "unchanged");
                buffers.Put(mine);
            }
        },
        ns);

    [Test]
    public void Application_tags_are_compared_under_their_mask() => IoBench.Run(
        async bench =>
        {
            var buffers = new Buffers(bench, Plain(1));
            await bench.Must(buffers.Of(NvmOpcode.Write, 7, 0, pract: true, reference: 7));
            var read = new LbaFields(buffers.Of(NvmOpcode.Read, 7, 0, checks: 2)) { Lbat = 0xBE00, Lbatm = 0xFF00 };
            await bench.Must(read.Entry);
            read.Lbatm = 0xFF01;
            await bench.Expect(read.Entry, Status.ApplicationTagCheckError);
            read.Lbatm = 0;
            await bench.Must(read.Entry);
        },
        Plain(1));

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Escape_values_turn_the_checks_off(int type) => IoBench.Run(
        async bench =>
        {
            var ns = Plain(type);
            var buffers = new Buffers(bench, ns);
            var checks = type == 3 ? 6 : 7;

            // A block that was never written reads with all tags set, so that nothing of it is checked.
            await bench.Must(buffers.Of(NvmOpcode.Read, 9, 0, checks: checks, reference: 9));
            Assert.That(buffers.Metadata(8), Is.EqualTo(Enumerable.Repeat((byte)0xFF, 8)));

            buffers.Randomize(9, 1);
            bench.Memory.Write(buffers.Tuple(0), [1, 2, 0xFF, 0xFF, 3, 4, 5, 6]);
            if (type == 3)
            {
                await bench.Expect(buffers.Of(NvmOpcode.Write, 9, 0, checks: 4, reference: 9), Status.GuardCheckError);
                bench.Memory.Write(buffers.Tuple(0) + 4, [0xFF, 0xFF, 0xFF, 0xFF]);
            }

            await bench.Must(buffers.Of(NvmOpcode.Write, 9, 0, checks: checks, reference: 9));
            await bench.Must(buffers.Of(NvmOpcode.Read, 9, 0, checks: checks, reference: 9));
        },
        Plain(type));

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Reference_tags_that_cannot_be_are_refused_before_anything_moves(int type) => IoBench.Run(
        async bench =>
        {
            var buffers = new Buffers(bench, Plain(type));
            var expected = type == 2 ? Status.Success : Status.InvalidProtectionInformation;
            var reference = type == 3 ? 1000u : 1001u;
            await bench.Must(buffers.Of(NvmOpcode.Write, 1000, 0, pract: true, reference: reference));
            foreach (var opcode in (NvmOpcode[])[NvmOpcode.Read, NvmOpcode.Verify, NvmOpcode.Compare])
                await bench.Expect(buffers.Of(opcode, 1000, 0, checks: 1, reference: reference), expected);
        },
        Plain(type));

    [Test]
    public void Zeroes_have_protection_information_only_with_PRACT() => IoBench.Run(
        async bench =>
        {
            var buffers = new Buffers(bench, Plain(1));
            await bench.Must(buffers.Of(NvmOpcode.WriteZeroes, 50, 1, pract: true, reference: 50));
            await bench.Must(buffers.Of(NvmOpcode.Read, 51, 0, checks: 7, reference: 51));
            Assert.That(buffers.Metadata(8), Is.EqualTo(new byte[] { 0, 0, 0xBE, 0xEF, 0, 0, 0, 51 }));
            await bench.Must(buffers.Of(NvmOpcode.WriteZeroes, 50, 1));
            await bench.Must(buffers.Of(NvmOpcode.Read, 51, 0));
            Assert.That(buffers.Metadata(8).ContainsAnyExcept((byte)0), Is.False);
            await bench.Expect(buffers.Of(NvmOpcode.Read, 51, 0, checks: 1, reference: 51), Status.ReferenceTagCheckError);
        },
        Plain(1));

    [Test]
    public void The_guard_of_a_deallocated_block_can_be_the_CRC_of_what_is_read() => IoBench.Run(
        async bench =>
        {
            var ns = Ones();
            var buffers = new Buffers(bench, ns);
            await bench.Must(buffers.Of(NvmOpcode.Read, 3, 0, checks: 7, reference: 3));
            var block = buffers.Blocks(1)[0];
            Assert.That(block.Data.AsSpan().ContainsAnyExcept((byte)0xFF), Is.False);
            Assert.That(BinaryPrimitives.ReadUInt16BigEndian(block.Metadata), Is.EqualTo(buffers.GuardOf(block)));
            Assert.That(block.Metadata[2..], Is.EqualTo(Enumerable.Repeat((byte)0xFF, 6)));
        },
        Ones());

    private static SimulatedNamespace Plain(int type) => new() { BlockSize = Block, MetadataSize = 8, ProtectionType = (byte)type };

    private static SimulatedNamespace Ones() => Plain(1) with { DeallocatedReads = DeallocatedPattern.Ones, DeallocatedGuardIsCrc = true };

    private sealed record Content(byte[] Data, byte[] Metadata);

    /// <summary>Host buffers of a few blocks, laid out as the format says.</summary>
    private sealed class Buffers
    {
        private readonly IoBench _bench;
        private readonly SimulatedNamespace _ns;
        private readonly long _data;
        private readonly long _metadata;

        public Buffers(IoBench bench, SimulatedNamespace ns)
        {
            (_bench, _ns) = (bench, ns);
            _data = bench.Take(8192);
            _metadata = bench.Take(4096);
        }

        public int TupleOffset => _ns.ProtectionFirst ? 0 : _ns.MetadataSize - 8;

        public long Tuple(int block) => MetadataOf(block, pract: false) + TupleOffset;

        public byte[] Metadata(int bytes) => _bench.Memory.Read(_metadata, bytes).ToArray();

        public void Clear()
        {
            _bench.Memory.Fill(_data, 8192, 0);
            _bench.Memory.Fill(_metadata, 4096, 0);
        }

        public void Randomize(int seed, int blocks)
        {
            var bytes = new byte[8192];
            new Random(seed).NextBytes(bytes);
            _bench.Memory.Write(_data, bytes.AsSpan(0, blocks * (Block + _ns.MetadataSize)));
            if (!_ns.ExtendedMetadata) _bench.Memory.Write(_metadata, bytes.AsSpan(4096, blocks * _ns.MetadataSize));
        }

        /// <summary>Gives blocks right tuples.</summary>
        public void Protect(int blocks, uint reference)
        {
            for (var i = 0; i < blocks; i++)
            {
                var tuple = new byte[8];
                BinaryPrimitives.WriteUInt16BigEndian(tuple.AsSpan(2), Tag);
                BinaryPrimitives.WriteUInt32BigEndian(tuple.AsSpan(4), _ns.ProtectionType == 3 ? reference : reference + (uint)i);
                BinaryPrimitives.WriteUInt16BigEndian(tuple, GuardOf(Blocks(blocks)[i]));
                _bench.Memory.Write(Tuple(i), tuple);
            }
        }

        public Content[] Blocks(int count, bool pract = false) =>
        [
            .. Enumerable.Range(0, count).Select(i => new Content(
                _bench.Memory.Read(DataOf(i, pract), Block).ToArray(),
                _bench.Memory.Read(MetadataOf(i, pract), _ns.MetadataSize).ToArray())),
        ];

        public void Put(Content[] blocks)
        {
            for (var i = 0; i < blocks.Length; i++)
            {
                _bench.Memory.Write(DataOf(i, pract: false), blocks[i].Data);
                _bench.Memory.Write(MetadataOf(i, pract: false), blocks[i].Metadata);
            }
        }

        /// <summary>CRC-16 of the data and of the metadata in front of the tuple, polynomial 8BB7h.</summary>
        public ushort GuardOf(Content block)
        {
            uint crc = 0;
            foreach (var value in block.Data.Concat(block.Metadata.Take(TupleOffset)))
            {
                crc ^= (uint)value << 8;
                for (var bit = 0; bit < 8; bit++) crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x8BB7 : crc << 1;
            }

            return (ushort)crc;
        }

        public SubmissionEntry Of(NvmOpcode opcode, ulong lba, ushort nlbZ, bool pract = false, int checks = 0, uint reference = 0) =>
            new LbaFields(NvmCommand.Of(opcode, 1))
            {
                Slba = lba, NlbZ = nlbZ, Prinfo = (byte)((pract ? 8 : 0) | checks), Ilbrt = reference, Lbat = Tag, Lbatm = 0xFFFF,
            }.Entry with
            {
                Prp1 = _bench.Vf.Iova(_data), Prp2 = _bench.Vf.Iova(_data) + 4096, Mptr = _bench.Vf.Iova(_metadata),
            };

        private int Unit(bool pract) => !_ns.ExtendedMetadata || (pract && _ns.MetadataSize == 8) ? Block : Block + _ns.MetadataSize;

        private long DataOf(int block, bool pract) => _data + (block * Unit(pract));

        private long MetadataOf(int block, bool pract) =>
            _ns.ExtendedMetadata ? DataOf(block, pract) + Block : _metadata + (block * _ns.MetadataSize);
    }
}
