using Conformance.Nvme;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>What Track Send, Track Receive, the data queues and CNS 20h carry.</summary>
[TestFixture]
public sealed class TrackingTests
{
    private static IEnumerable<TestCaseData> Attributes()
    {
        static TestCaseData Case(string name, Func<bool, LbaMigrationQueueEntry> entry, byte last) =>
            new TestCaseData(entry, last).SetArgDisplayNames(name);

        yield return Case("start", phase => LbaMigrationQueueEntry.Mark(EntrySequence.First, phase), 0x83);
        yield return Case("range", phase => LbaMigrationQueueEntry.Range(1, 0x10, 7, phase), 0x01);
        yield return Case("range deallocated", phase => LbaMigrationQueueEntry.Range(1, 0x10, 7, phase, deallocated: true), 0x21);
        yield return Case("stop", phase => LbaMigrationQueueEntry.Mark(EntrySequence.LastStopped, phase), 0x85);
        yield return Case("suspend", phase => LbaMigrationQueueEntry.Mark(EntrySequence.LastSuspended, phase), 0x87);
        yield return Case("full with range", phase => LbaMigrationQueueEntry.Range(1, 0, 0, phase, sequence: EntrySequence.LastFull), 0x0F);
        yield return Case("whole namespace first", phase => LbaMigrationQueueEntry.WholeNamespace(1, EntrySequence.First, phase), 0x43);
    }

    [TestCaseSource(nameof(Attributes))]
    public void TheLastByteOfAnEntrySaysPhaseSequenceAndChange(Func<bool, LbaMigrationQueueEntry> entry, byte last)
    {
        var (odd, even) = (entry(true), entry(false));
        Assert.That(Wire.Bytes(in odd)[LbaMigrationQueueEntry.AttributesOffset], Is.EqualTo(last));
        Assert.That(Wire.Bytes(in even)[LbaMigrationQueueEntry.AttributesOffset], Is.EqualTo(last - 1));
        Assert.That(Wire.Bytes(in odd)[16..31].ToArray(), Is.All.Zero);
    }

    [Test]
    public void AnEntryIsNamespaceBlocksAndStart()
    {
        var bytes = Enumerable.Range(0, 32).Select(value => (byte)value).ToArray();
        bytes[31] = 0b10_1_0_111_0;
        var entry = Wire.Read<LbaMigrationQueueEntry>(bytes);
        Assert.That((entry.Nsid, entry.NlbZ, entry.Slba), Is.EqualTo((0x03020100u, 0x07060504u, 0x0F0E0D0C0B0A0908ul)));
        Assert.That((entry.Reserved16, entry.Reserved30), Is.EqualTo((0x1716151413121110ul, (byte)30)));
        Assert.That((entry.Attributes.Phase, entry.Attributes.Reserved, entry.Attributes.Deallocated), Is.EqualTo((false, false, true)));
        Assert.That((entry.Attributes.Sequence, entry.Attributes.Change), Is.EqualTo((EntrySequence.LastFull, LbaChange.None)));
    }

    [Test]
    public void TrackMemoryChangesIsEightBytesAndTwelveForEachRange()
    {
        MemoryRangeTrackingDescriptor[] ranges = [new() { Saddr = 0x1_0000_2000, Len = 3 }, new() { Saddr = 0x4000, Len = 1 }];
        var data = new byte[TrackMemoryChanges.Length(2)];
        TrackMemoryChanges.Write(data, 1, ranges);
        Assert.That(data, Is.EqualTo(Convert.FromHexString("0000000102000000" + "002000000100000003000000" + "004000000000000001000000")));
        Assert.That(TrackMemoryChanges.TryRead(data, out var header, out var read), Is.True);
        Assert.That((header.Version, header.Granularity, header.Descriptors), Is.EqualTo(((byte)0, (byte)1, 2u)));
        Assert.That(read.ToArray(), Is.EqualTo(ranges));
    }

    [Test]
    public void TrackedMemoryChangesIsSixteenBytesAndSixteenForEachRange()
    {
        TrackedMemoryChangeDescriptor[] ranges = [new() { Saddr = 0x1_0000_2000, Len = 3 }];
        var data = new byte[TrackedMemoryChanges.Length(1)];
        TrackedMemoryChanges.Write(
            data, new() { Attributes = new() { MoreToReport = true, Suspended = true }, Cntlid = 0x102, Granularity = 2 }, ranges);
        Assert.That(data, Is.EqualTo(Convert.FromHexString("00030201010000000200000000000000" + "00200000010000000300000000000000")));
        Assert.That(TrackedMemoryChanges.TryRead(data, out var header, out var read), Is.True);
        Assert.That((header.Cntlid, header.Descriptors, header.Granularity), Is.EqualTo(((ushort)0x102, 1u, (ushort)2)));
        Assert.That((header.Attributes.MoreToReport, header.Attributes.Suspended), Is.EqualTo((true, true)));
        Assert.That(header.Attributes.Reserved, Is.Zero);
        Assert.That(read.ToArray(), Is.EqualTo(ranges));
    }

    [Test]
    public void TrackingDataCutAnywhereOrOfHugeCountsIsRefused()
    {
        var start = new byte[TrackMemoryChanges.Length(2)];
        TrackMemoryChanges.Write(start, 0, new MemoryRangeTrackingDescriptor[2]);
        var report = new byte[TrackedMemoryChanges.Length(2)];
        TrackedMemoryChanges.Write(report, default, new TrackedMemoryChangeDescriptor[2]);
        for (var cut = 0; cut < start.Length; cut++)
        {
            Assert.That(TrackMemoryChanges.TryRead(start.AsSpan(0, cut), out _, out _), Is.False, $"start, {cut} bytes");
        }
        for (var cut = 0; cut < report.Length; cut++)
        {
            Assert.That(TrackedMemoryChanges.TryRead(report.AsSpan(0, cut), out _, out _), Is.False, $"report, {cut} bytes");
        }
        start.AsSpan(4, 4).Fill(0xFF);
        report.AsSpan(4, 4).Fill(0xFF);
        Assert.That(TrackMemoryChanges.TryRead(start, out _, out _), Is.False);
        Assert.That(TrackedMemoryChanges.TryRead(report, out _, out _), Is.False);
    }

    [TestCase(0, 0)]
    [TestCase(15, 0)]
    [TestCase(31, 0)]
    [TestCase(32, 1)]
    [TestCase(4096, 255)]
    public void ABufferTakesWholeDescriptorsAfterTheHeader(int bytes, int ranges) =>
        Assert.That(TrackedMemoryChanges.Capacity(bytes), Is.EqualTo(ranges));

    [TestCase(0, 4096ul)]
    [TestCase(1, 8192ul)]
    [TestCase(51, 1ul << 63)]
    public void AGranuleIsFourKibTimesTwoToTheExponent(int exponent, ulong bytes)
    {
        Assert.That(MemoryGranularity.TryBytes(exponent, out var found), Is.True);
        Assert.That(found, Is.EqualTo(bytes));
    }

    [TestCase(52)]
    [TestCase(255)]
    [TestCase(65535)]
    [TestCase(-1)]
    public void AGranuleBeyondTheAddressSpaceIsNone(int exponent) => Assert.That(MemoryGranularity.TryBytes(exponent, out _), Is.False);

    [Test]
    public void FeatureDataIsHeadTriggerAndReservedBytes()
    {
        var feature = new ControllerDataQueueFeature { HeadPointer = 0x01020304, TailPointerTrigger = 0x05060708 };
        Assert.That(Wire.Bytes(in feature)[..8].ToArray(), Is.EqualTo(Convert.FromHexString("0403020108070605")));
        Assert.That(Wire.Bytes(in feature)[8..].ToArray(), Is.All.Zero);
    }

    [Test]
    public void AnotherDeviceSupportsVersionZeroAtIndexOne()
    {
        var data = Captures.Read("supported-state-formats");
        var formats = SupportedControllerStateFormats.TryDecode(data, out _)!;
        Assert.That(formats.Versions, Is.EqualTo(new ushort[] { 0 }));
        Assert.That(formats.Uuids, Is.Empty);
        Assert.That((formats.Csvi(0), formats.Csvi(1), formats.Csuuidi(Guid.Empty)), Is.EqualTo(((byte)1, (byte)0, (byte)0)));
        var encoded = new byte[SupportedControllerStateFormats.Size];
        formats.Encode(encoded);
        Assert.That(encoded, Is.EqualTo(data));
    }

    [Test]
    public void UuidsFollowTheVersionsInTheOrderOfTheirText()
    {
        var uuid = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
        var formats = new SupportedControllerStateFormats { Versions = [0, 0x102], Uuids = [uuid] };
        var data = new byte[SupportedControllerStateFormats.Size];
        data.AsSpan().Fill(0xCC);
        formats.Encode(data);
        Assert.That(data[..22], Is.EqualTo(Convert.FromHexString("0201" + "00000201" + "00112233445566778899aabbccddeeff")));
        Assert.That(data[22..], Is.All.Zero);
        Assert.That((formats.Csvi(0x102), formats.Csuuidi(uuid)), Is.EqualTo(((byte)2, (byte)1)));
    }

    [TestCase(255, 255, "NUUID at byte 1: 255 UUIDs end at byte 4592, there are 4096")]
    [TestCase(0, 255, null)]
    public void FormatsMustFitTheirPage(int versions, int uuids, string? expected)
    {
        var data = new byte[SupportedControllerStateFormats.Size];
        (data[0], data[1]) = ((byte)versions, (byte)uuids);
        var formats = SupportedControllerStateFormats.TryDecode(data, out var error);
        Assert.That(formats is null ? error.ToString() : null, Is.EqualTo(expected));
    }

    [Test]
    public void FormatsCutAnywhereOrOfNoiseDoNotThrow() =>
        Properties.Hold(
            from length in Gen.Choose(0, 200)
            from data in Properties.Bytes(length)
            select data,
            data =>
            {
                var formats = SupportedControllerStateFormats.TryDecode(data, out var error);
                return formats is null ? error.Offset <= data.Length : formats.Versions.Count == data[0] && formats.Uuids.Count == data[1];
            });
}
