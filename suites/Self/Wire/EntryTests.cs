using System.Runtime.CompilerServices;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self;

[TestFixture]
public sealed class EntryTests
{
    [Test]
    public void StructuresHaveTheSizesOfTheStandard()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Unsafe.SizeOf<SubmissionEntry>(), Is.EqualTo(64));
            Assert.That(Unsafe.SizeOf<CompletionEntry>(), Is.EqualTo(16));
            Assert.That(Unsafe.SizeOf<SglDescriptor>(), Is.EqualTo(16));
            Assert.That(Unsafe.SizeOf<DatasetManagementRange>(), Is.EqualTo(16));
            Assert.That(Unsafe.SizeOf<CopyRange>(), Is.EqualTo(32));
            Assert.That(Unsafe.SizeOf<ReservationKeys>(), Is.EqualTo(16));
            Assert.That(Unsafe.SizeOf<LbaStatusHeader>(), Is.EqualTo(8));
            Assert.That(Unsafe.SizeOf<LbaStatusDescriptor>(), Is.EqualTo(16));
            Assert.That(Unsafe.SizeOf<ControllerStateHeader>(), Is.EqualTo(48));
            Assert.That(Unsafe.SizeOf<NvmeControllerState>(), Is.EqualTo(8));
            Assert.That(Unsafe.SizeOf<IoSubmissionQueueState>(), Is.EqualTo(24));
            Assert.That(Unsafe.SizeOf<IoCompletionQueueState>(), Is.EqualTo(24));
            Assert.That(Unsafe.SizeOf<LbaMigrationQueueEntry>(), Is.EqualTo(32));
            Assert.That(Unsafe.SizeOf<ControllerDataQueueFeature>(), Is.EqualTo(512));
            Assert.That(Unsafe.SizeOf<TrackMemoryChangesHeader>(), Is.EqualTo(8));
            Assert.That(Unsafe.SizeOf<MemoryRangeTrackingDescriptor>(), Is.EqualTo(12));
            Assert.That(Unsafe.SizeOf<TrackedMemoryChangesHeader>(), Is.EqualTo(16));
            Assert.That(Unsafe.SizeOf<TrackedMemoryChangeDescriptor>(), Is.EqualTo(16));
        });
    }

    [Test]
    public void ASubmissionEntryIsSixteenDwordsInOrder()
    {
        // Every byte says where it is, so a field in the wrong place cannot hide.
        var bytes = Enumerable.Range(0, 64).Select(value => (byte)value).ToArray();
        var entry = Wire.Read<SubmissionEntry>(bytes);
        Assert.Multiple(() =>
        {
            Assert.That(entry.Dword0.Raw, Is.EqualTo(0x03020100));
            Assert.That(entry.Nsid, Is.EqualTo(0x07060504));
            Assert.That(entry.Cdw2, Is.EqualTo(0x0B0A0908));
            Assert.That(entry.Cdw3, Is.EqualTo(0x0F0E0D0C));
            Assert.That(entry.Mptr, Is.EqualTo(0x1716151413121110));
            Assert.That(entry.Prp1, Is.EqualTo(0x1F1E1D1C1B1A1918));
            Assert.That(entry.Prp2, Is.EqualTo(0x2726252423222120));
            Assert.That(entry.Cdw10, Is.EqualTo(0x2B2A2928));
            Assert.That(entry.Cdw11, Is.EqualTo(0x2F2E2D2C));
            Assert.That(entry.Cdw12, Is.EqualTo(0x33323130));
            Assert.That(entry.Cdw13, Is.EqualTo(0x37363534));
            Assert.That(entry.Cdw14, Is.EqualTo(0x3B3A3938));
            Assert.That(entry.Cdw15, Is.EqualTo(0x3F3E3D3C));
            Assert.That(Wire.Bytes(in entry).ToArray(), Is.EqualTo(bytes));
        });
    }

    [Test]
    public void DwordZeroHoldsOpcodeFusePsdtAndIdentifier()
    {
        var entry = new SubmissionEntry { Opcode = 0x45, Cid = 0xBEEF };
        entry.Dword0 = entry.Dword0 with { Fuse = 2, Psdt = 1 };
        Assert.That(entry.Dword0.Raw, Is.EqualTo(0xBEEF4245));
        Assert.That((entry.Opcode, entry.Cid), Is.EqualTo(((byte)0x45, (ushort)0xBEEF)));
        Assert.That((entry.Dword0.Fuse, entry.Dword0.Psdt), Is.EqualTo(((byte)2, (byte)1)));
    }

    [Test]
    public void AnSglIsTheSameBytesAsThePrps()
    {
        var entry = new SubmissionEntry { Sgl1 = SglDescriptor.LastSegment(0x1_2345_6000, 0x30) };
        Assert.That(entry.Prp1, Is.EqualTo(0x1_2345_6000));
        Assert.That(entry.Prp2, Is.EqualTo(0x3000_0000_0000_0030));
        Assert.That(entry.Sgl1, Is.EqualTo(SglDescriptor.LastSegment(0x1_2345_6000, 0x30)));
    }

    [Test]
    public void AnSglDescriptorHasItsTypeInTheHighHalfOfTheLastByte()
    {
        var descriptor = SglDescriptor.DataBlock(8, 4) with { Type = SglType.KeyedDataBlock, Subtype = SglSubtype.Offset };
        Assert.That(Wire.Bytes(in descriptor)[15], Is.EqualTo(0x41));
        Assert.That((byte)SglDescriptor.DataBlock(8, 4).Type, Is.Zero);
        Assert.That((byte)SglDescriptor.BitBucket(4).Type, Is.EqualTo(1));
        Assert.That((byte)SglDescriptor.Segment(8, 4).Type, Is.EqualTo(2));
    }

    [Test]
    public void ACompletionEntryIsFourDwordsInOrder()
    {
        var bytes = Enumerable.Range(0, 16).Select(value => (byte)value).ToArray();
        var entry = Wire.Read<CompletionEntry>(bytes);
        Assert.Multiple(() =>
        {
            Assert.That(entry.Dw0, Is.EqualTo(0x03020100));
            Assert.That(entry.Dw1, Is.EqualTo(0x07060504));
            Assert.That(entry.SqHead, Is.EqualTo(0x0908));
            Assert.That(entry.SqId, Is.EqualTo(0x0B0A));
            Assert.That(entry.Cid, Is.EqualTo(0x0D0C));
            Assert.That(entry.StatusField.Raw, Is.EqualTo(0x0F0E));
        });
    }

    // Dword 3: CID 15:0, P 16, SC 24:17, SCT 27:25, CRD 29:28, M 30, DNR 31; the field is its upper half.
    [TestCase(0x0001, true, 0x000, 0, false, false)]
    [TestCase(0x8004, false, 0x002, 0, false, true)]
    [TestCase(0xC275, true, 0x13A, 0, true, true)]
    [TestCase(0x1D0A, false, 0x685, 1, false, false)]
    [TestCase(0xFFFF, true, 0x7FF, 3, true, true)]
    public void AStatusFieldIsPhaseStatusDelayMoreAndDnr(int raw, bool phase, int status, int crd, bool more, bool dnr)
    {
        var built = new StatusField(new Status((ushort)status), phase, dnr, more) with { Crd = (byte)crd };
        Assert.That(built.Raw, Is.EqualTo(raw));
        var read = new StatusField((ushort)raw);
        Assert.That((read.Status.Value, read.Crd), Is.EqualTo(((ushort)status, (byte)crd)));
        Assert.That((read.Phase, read.More, read.Dnr), Is.EqualTo((phase, more, dnr)));
    }

    [TestCase(0x1000, 0, 0, 0)]
    [TestCase(0x1000, 0x1000, 0x1000, 1)]
    [TestCase(0x1000, 0x1FFF, 2, 2)]
    [TestCase(0x1000, 0x1FFF, 1, 1)]
    [TestCase(0x1000, 0x800, 0x2000, 3)]
    [TestCase(0x10000, 0x800, 0x2000, 1)]
    public void ARangeTouchesThePagesItOverlaps(int pageSize, long address, long length, long pages)
    {
        Assert.That(Prp.Pages((ulong)address, length, pageSize), Is.EqualTo(pages));
    }

    [TestCase(0, 0)]
    [TestCase(1, 1)]
    [TestCase(512, 1)]
    [TestCase(513, 2)]
    [TestCase(1023, 2)]
    [TestCase(1024, 3)]
    public void AFullListPageGivesItsLastEntryToTheNext(long entries, long pages) =>
        Assert.That(Prp.ListPages(entries, 4096), Is.EqualTo(pages));

    [Test]
    public void PageMathsFollowsTheExponentOfMps()
    {
        Assert.That(Prp.PageSize(0), Is.EqualTo(4096));
        Assert.That(Prp.PageSize(4), Is.EqualTo(65536));
        Assert.That(Prp.EntriesPerPage(4096), Is.EqualTo(512));
        Assert.That(Prp.EntriesFrom(0x1FF8, 4096), Is.EqualTo(1));
        Assert.That((Prp.Offset(0x12345, 4096), Prp.PageBase(0x12345, 4096)), Is.EqualTo((0x345ul, 0x12000ul)));
    }
}
