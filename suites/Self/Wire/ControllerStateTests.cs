using Conformance.Nvme;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Conformance.Self;

[TestFixture]
public sealed class ControllerStateTests
{
    /// <summary>The golden vector of the reference: one queue pair, suspended.</summary>
    private static readonly byte[] Golden = Convert.FromHexString(
        "00000100000000000000000000000000" + "0e000000000000000000000000000000" + "00000000000000000000000000000000"
        + "00000100010000000060452301000000" + "3f000100010001000500090000000000" + "00704523010000003f00010003000500"
        + "0700010000000000");

    private static readonly IoSubmissionQueueState GoldenSq = new()
    {
        Prp1 = 0x1_2345_6000, QsizeZ = 63, Qid = 1, Cqid = 1, Attributes = new() { Pc = true }, HeadPointer = 5, TailPointer = 9,
    };

    private static readonly IoCompletionQueueState GoldenCq = new()
    {
        Prp1 = 0x1_2345_7000, QsizeZ = 63, Qid = 1, HeadPointer = 3, TailPointer = 5,
        Attributes = new() { Pc = true, Ien = true, SlotZeroPhase = true, Iv = 1 },
    };

    private static readonly Gen<ControllerState> States =
        from sqs in Queues<IoSubmissionQueueState>(IoSubmissionQueueState.Size)
        from cqs in Queues<IoCompletionQueueState>(IoCompletionQueueState.Size)
        from header in Properties.Bytes(ControllerStateHeader.Size)
        from nvme in Properties.Bytes(NvmeControllerState.Size)
        from hasNvme in Gen.Elements(true, true, true, false)
        from vendorDwords in Gen.Choose(0, 20)
        from vendor in Properties.Bytes(4 * vendorDwords)
        select new ControllerState
        {
            Header = Wire.Read<ControllerStateHeader>(header) with { Version = 0 },
            Nvme = hasNvme ? Wire.Read<NvmeControllerState>(nvme) with { Version = 0 } : null,
            SubmissionQueues = hasNvme ? sqs : [],
            CompletionQueues = hasNvme ? cqs : [],
            Vendor = vendor,
        };

    [Test]
    public void TheGoldenVectorIsEncodedByteForByte()
    {
        var state = new ControllerState
        {
            Header = new() { Attributes = new() { Suspended = true } }, Nvme = default(NvmeControllerState), SubmissionQueues = [GoldenSq],
            CompletionQueues = [GoldenCq],
        };
        Assert.That(state.Length, Is.EqualTo(104));
        Assert.That(state.Encode(), Is.EqualTo(Golden));
    }

    [Test]
    public void TheGoldenVectorIsDecodedToItsFields()
    {
        var state = Decode(Golden);
        Assert.Multiple(() =>
        {
            Assert.That(state.Header.Attributes.Suspended, Is.True);
            Assert.That(state.Header.NvmeDwords, Is.EqualTo((UInt128)14));
            Assert.That(state.Header.VendorDwords, Is.EqualTo((UInt128)0));
            Assert.That(state.SubmissionQueues, Is.EqualTo(new[] { GoldenSq }));
            Assert.That(state.CompletionQueues, Is.EqualTo(new[] { GoldenCq }));
            Assert.That(state.Vendor, Is.Empty);
            Assert.That(ControllerState.AnnouncedLength(state.Header), Is.EqualTo(104));
        });
    }

    [TestCase("state-running", false)]
    [TestCase("state-suspended", true)]
    public void AnotherDevicesStateShowsItsThreeQueuePairs(string capture, bool suspended)
    {
        var data = Captures.Read(capture);
        var state = Decode(data);
        Assert.Multiple(() =>
        {
            Assert.That(state.Header.Attributes.Suspended, Is.EqualTo(suspended));
            Assert.That(state.Length, Is.EqualTo(200));
            Assert.That(state.Encode(), Is.EqualTo(data[..200]));
            // What its driver had done: 1100 reads over three queues, all of them completed and consumed.
            Assert.That(state.SubmissionQueues.Select(queue => queue.HeadPointer), Is.EqualTo(new[] { 460, 280, 360 }));
            Assert.That(state.SubmissionQueues.Select(queue => queue.TailPointer), Is.EqualTo(new[] { 460, 280, 360 }));
            Assert.That(state.CompletionQueues.Select(queue => queue.HeadPointer), Is.EqualTo(new[] { 460, 280, 360 }));
            Assert.That(state.CompletionQueues.Select(queue => queue.TailPointer), Is.EqualTo(new[] { 460, 280, 360 }));
            Assert.That(state.SubmissionQueues.Select(queue => (int)queue.Qid), Is.EqualTo(new[] { 1, 2, 3 }));
            Assert.That(state.SubmissionQueues.Select(queue => (int)queue.Cqid), Is.EqualTo(new[] { 1, 2, 3 }));
            Assert.That(state.SubmissionQueues.Select(queue => (int)queue.QsizeZ), Is.All.EqualTo(1023));
            Assert.That(state.CompletionQueues.Select(queue => (int)queue.Attributes.Iv), Is.EqualTo(new[] { 1, 2, 3 }));
            Assert.That(state.CompletionQueues.All(queue => queue.Attributes is { Pc: true, Ien: true, SlotZeroPhase: true }), Is.True);
        });
    }

    [Test]
    public void AHeaderAloneIsAStateWithoutParts()
    {
        var data = Captures.Read("state-header-only");
        var state = Decode(data);
        Assert.That((state.Nvme, state.Length), Is.EqualTo(((NvmeControllerState?)null, 48L)));
        Assert.That(state.Encode(), Is.EqualTo(data));
    }

    [Test]
    public void EncodeThenDecodeIsTheSameState() =>
        Properties.Hold(States, state =>
        {
            var encoded = state.Encode();
            var decoded = ControllerState.TryDecode(encoded, out _);
            return decoded is not null && decoded.Encode().AsSpan().SequenceEqual(encoded)
                && decoded.SubmissionQueues.SequenceEqual(state.SubmissionQueues)
                && decoded.CompletionQueues.SequenceEqual(state.CompletionQueues)
                && decoded.Vendor.SequenceEqual(state.Vendor)
                && decoded.Nvme is null == state.Nvme is null;
        });

    [Test]
    public void AStateCutAnywhereIsRefusedWithAPlaceInside() =>
        Properties.Hold(States, state =>
        {
            var encoded = state.Encode();
            return Enumerable.Range(0, encoded.Length).All(length =>
                ControllerState.TryDecode(encoded.AsSpan(0, length), out var error) is null
                && error.Offset >= 0 && error.Offset <= length && error.Field.Length > 0);
        }, count: 60);

    [Test]
    public void WhateverBytesAreAcceptedAreGivenBackUnchanged()
    {
        var flips = from state in States
                    from at in Gen.Choose(0, int.MaxValue).ArrayOf(8)
                    from count in Gen.Choose(1, 8)
                    select (Data: state.Encode(), At: at[..count]);
        var (accepted, refused) = (0, 0);
        Properties.Hold(flips, flip =>
        {
            foreach (var at in flip.At)
            {
                flip.Data[at / 8 % flip.Data.Length] ^= (byte)(1 << (at % 8));
            }
            var decoded = ControllerState.TryDecode(flip.Data, out var error);
            if (decoded is null)
            {
                refused++;
                return error.Reason.Length > 0;
            }
            accepted++;
            return decoded.Encode().AsSpan().SequenceEqual(flip.Data.AsSpan(0, (int)decoded.Length));
        }, count: 2000);
        // Else the property said nothing about one of the two.
        Assert.That(accepted, Is.GreaterThan(100));
        Assert.That(refused, Is.GreaterThan(100));
    }

    [Test]
    public void NoiseIsRefusedWithoutAnException() =>
        Properties.Hold(
            from length in Gen.Choose(0, 300)
            from data in Properties.Bytes(length)
            select data,
            data => ControllerState.TryDecode(data, out var error) is null && error != default);

    private static IEnumerable<TestCaseData> Wrong()
    {
        static TestCaseData Case(string name, int at, byte value, string error) =>
            new TestCaseData(at, value, error).SetArgDisplayNames(name);

        yield return Case("header version", 0, 1, "VER at byte 0: version 1 is unknown");
        yield return Case("NVMECSS too large", 16, 15, "NVMECSS at byte 16: 15 dwords announced, 14 there");
        var huge = (UInt128)1 << 127;
        yield return Case("NVMECSS above 64 bits", 31, 0x80, $"NVMECSS at byte 16: {huge + 14} dwords announced, 14 there");
        yield return Case("NVMECSS of one dword", 16, 1, "NVMECSS at byte 16: 1 dwords are too few for an NVMe controller state");
        yield return Case("VSS without data", 32, 1, "VSS at byte 32: 1 dwords announced, 0 there");
        yield return Case("VSS above 64 bits", 47, 1, $"VSS at byte 32: {(UInt128)1 << 120} dwords announced, 0 there");
        yield return Case("NVMe version", 49, 1, "NVMe Controller State VER at byte 48: version 256 is unknown");
        yield return Case("NIOSQ", 50, 2, "NVMECSS at byte 16: 14 dwords announced, 2 I/O SQs and 1 I/O CQs take 20");
        yield return Case("NIOCQ", 53, 0xFF, "NVMECSS at byte 16: 14 dwords announced, 1 I/O SQs and 65281 I/O CQs take 391694");
    }

    [TestCaseSource(nameof(Wrong))]
    public void ALengthThatDoesNotAgreeIsNamedWithItsPlace(int at, byte value, string expected)
    {
        var data = (byte[])Golden.Clone();
        data[at] = value;
        Assert.That(ControllerState.TryDecode(data, out var error), Is.Null);
        Assert.That(error.ToString(), Is.EqualTo(expected));
    }

    [Test]
    public void AHeaderOfHugeLengthsAnnouncesNone()
    {
        Assert.Multiple(() =>
        {
            Assert.That(ControllerState.AnnouncedLength(new() { NvmeDwords = 14, VendorDwords = 3 }), Is.EqualTo(116));
            Assert.That(ControllerState.AnnouncedLength(new() { NvmeDwords = UInt128.MaxValue }), Is.Null);
            Assert.That(ControllerState.AnnouncedLength(new() { VendorDwords = UInt128.MaxValue, NvmeDwords = 1 }), Is.Null);
            Assert.That(ControllerState.AnnouncedLength(new() { VendorDwords = 1ul << 60, NvmeDwords = 1ul << 60 }), Is.Null);
        });
    }

    [Test]
    public void AnImpossibleStateIsAProgrammingError()
    {
        Assert.That(() => new ControllerState { Vendor = new byte[3] }.Encode(), Throws.InvalidOperationException);
        Assert.That(() => new ControllerState { SubmissionQueues = [GoldenSq] }.Encode(), Throws.InvalidOperationException);
        var crowded = new ControllerState { Nvme = default(NvmeControllerState), CompletionQueues = new IoCompletionQueueState[65536] };
        Assert.That(() => crowded.Encode(), Throws.InstanceOf<OverflowException>());
    }

    private static Gen<T[]> Queues<T>(int size)
        where T : unmanaged
        => from count in Gen.Choose(0, 4)
           from bytes in Properties.Bytes(count * size)
           select Wire.Entries<T>(bytes.AsSpan()).ToArray();

    private static ControllerState Decode(byte[] data)
    {
        var state = ControllerState.TryDecode(data, out var error);
        Assert.That(state, Is.Not.Null, error.ToString());
        return state!;
    }
}
