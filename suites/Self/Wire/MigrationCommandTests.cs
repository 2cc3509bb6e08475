using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self;

[TestFixture]
public sealed class MigrationCommandTests
{
    private static IEnumerable<TestCaseData> Commands()
    {
        yield return Case("Suspend", MigrationCommand.Suspend(2), 0x41, 0, 0, 0x0001_0002);
        yield return Case(
            "Suspend, queue deleted", MigrationCommand.Suspend(2, deleteUserDataMigrationQueue: true),
            0x41, 0, 0, 0x8001_0002);
        yield return Case("Suspend notification", MigrationCommand.Suspend(2, SuspendType.Notification), 0x41, 0, 0, 2);
        yield return Case("Resume", MigrationCommand.Resume(2), 0x41, 0, 1, 2);
        yield return Case(
            "Set Controller State, 26 dwords", MigrationCommand.SetControllerState(2, 1, 0, 104),
            0x41, 0, 0x0003_0002, 0x0001_0002, 0, 0, 0, 0x1A);
        yield return Case(
            "Set Controller State, a last piece far in",
            MigrationCommand.SetControllerState(2, 1, 3, 4, 0x2_0000_0010, SequenceIndicator.Last),
            0x41, 0, 0x0002_0002, 0x0301_0002, 0x10, 2, 0, 1);
        yield return Case(
            "Get Controller State", MigrationCommand.GetControllerState(2, 1, 0, 4096),
            0x42, 0, 0x0001_0000, 2, 0, 0, 0, 1023);
        yield return Case(
            "Get Controller State, vendor part far in", MigrationCommand.GetControllerState(2, 0, 3, 4, 0x2_0000_0010, 9),
            0x42, 0, 0, 0x0903_0002, 0x10, 2);
        yield return Case(
            "Create queue of 128 entries", MigrationCommand.CreateUserDataMigrationQueue(2, 128),
            0x45, 0, 0, 0x0002_0001, 0x400);
        yield return Case(
            "Create queue by list", MigrationCommand.CreateUserDataMigrationQueue(2, 128, pc: false),
            0x45, 0, 0, 0x0002_0000, 0x400);
        yield return Case("Delete queue", MigrationCommand.DeleteControllerDataQueue(7), 0x45, 0, 1, 7);
        yield return Case("Set head", MigrationCommand.SetControllerDataQueue(7, 12), 0x09, 0, 0x21, 7, 12);
        yield return Case("Set head and trigger", MigrationCommand.SetControllerDataQueue(7, 12, 0), 0x09, 0, 0x21, 0x8000_0007, 12);
        yield return Case("Get head", MigrationCommand.GetControllerDataQueue(7, 3), 0x0A, 0, 0x321, 7);
        yield return Case("Start logging", MigrationCommand.LogUserDataChanges(7, LoggingAction.Start), 0x3D, 0, 0x0001_0000, 7);
        yield return Case("Stop logging", MigrationCommand.LogUserDataChanges(7, LoggingAction.Stop), 0x3D, 0, 0, 7);
        yield return Case("Start tracking", MigrationCommand.TrackMemory(2, true), 0x3D, 0, 0x0001_0001, 2);
        yield return Case("Stop tracking", MigrationCommand.TrackMemory(2, false), 0x3D, 0, 1, 2);
        yield return Case("Tracked memory", MigrationCommand.TrackedMemory(2, 4096), 0x3E, 0, 0, 2, 1023);

        var vendor = new VendorCommandSet();
        yield return Case("QUERY_DATA_SIZE", vendor.QueryDataSize(1), 0xC4, 0, 1);
        yield return Case("SUSPEND", vendor.Suspend(1), 0xC8, 0, 1);
        yield return Case("RESUME", vendor.Resume(1), 0xCC, 0, 1);
        yield return Case("SAVE_DATA", vendor.SaveData(0x102), 0xD2, 0, 0x102);
        yield return Case("LOAD_DATA", vendor.LoadData(1, 0x1234), 0xD5, 0, 1, 0x1234);
    }

    private static TestCaseData Case(string name, SubmissionEntry built, byte opcode, uint nsid = 0, params uint[] dwords)
    {
        // Dwords 10 and on; what is left out is 0.
        Array.Resize(ref dwords, 6);
        var raw = new SubmissionEntry
        {
            Opcode = opcode, Nsid = nsid,
            Cdw10 = dwords[0], Cdw11 = dwords[1], Cdw12 = dwords[2], Cdw13 = dwords[3], Cdw14 = dwords[4], Cdw15 = dwords[5],
        };
        return new TestCaseData(built, raw).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Commands))]
    public void ACommandIsBuiltAsTheReferenceLaysItOut(SubmissionEntry built, SubmissionEntry raw) => Assert.That(built, Is.EqualTo(raw));

    [Test]
    public void SendAndReceiveKeepTheirIndexesInDifferentPlaces()
    {
        var raw = new SubmissionEntry { Cdw10 = 0x00AA_0000, Cdw11 = 0xDDCC_0002 };
        var receive = new MigrationReceiveFields(raw);
        var send = new SetControllerStateFields(raw);
        Assert.That((receive.Csvi, receive.Csuuidi, receive.VendorParameter), Is.EqualTo(((byte)0xAA, (byte)0xCC, (byte)0xDD)));
        Assert.That((send.Csvi, send.Csuuidi, send.SequenceIndicator), Is.EqualTo(((byte)0xCC, (byte)0xDD, SequenceIndicator.Last)));
    }

    [Test]
    public void AnotherDialectHasOtherOpcodes()
    {
        var dialect = new VendorCommandSet { SuspendOpcode = 0xE0 };
        Assert.That(dialect.Suspend(1).Opcode, Is.EqualTo(0xE0));
        Assert.That(dialect.Meaning(0xE0), Is.EqualTo(VendorOpcode.Suspend));
        Assert.That(dialect.Meaning(0xC8), Is.Null);
        Assert.That(dialect.Meaning(0xD5), Is.EqualTo(VendorOpcode.LoadData));
    }

    [Test]
    public void CompletionDwordsCarryTheResults()
    {
        Assert.Multiple(() =>
        {
            Assert.That(new MigrationReceiveResult(1).ControllerSuspended, Is.True);
            Assert.That(new MigrationReceiveResult(0xFFFF_FFFE).ControllerSuspended, Is.False);
            Assert.That(new CreateControllerDataQueueResult(0xFFFF_0007).Cdqid, Is.EqualTo(7));
            Assert.That(new TrackMemoryChangesResult(0xFFFF_0003, 12).Granularity, Is.EqualTo(3));
            Assert.That(new TrackMemoryChangesResult(0xFFFF_0003, 12).Descriptors, Is.EqualTo(12));
            Assert.That(new ControllerDataQueueFeatureResult(0x8000_0007).Cdqid, Is.EqualTo(7));
            Assert.That(new ControllerDataQueueFeatureResult(0x8000_0007).EnableTailPointerTrigger, Is.True);
        });
    }

    [Test]
    public void AQueueThatFillsUpIsAOneShotEventWithItsIdentifierInDwordOne()
    {
        var full = OneShotEvent.OfQueue(OneShotInformation.ControllerDataQueueFull, 7);
        Assert.That((full.Dw0.Raw, full.Dw1), Is.EqualTo((0x0104u, 7u)));
        var tail = new OneShotEvent(0x0004, 0xFFFF_0009);
        Assert.That(tail.IsOneShot, Is.True);
        Assert.That((tail.Information, tail.Cdqid), Is.EqualTo((OneShotInformation.ControllerDataQueueTailPointer, (ushort)9)));
        Assert.That(new OneShotEvent(0x0002, 7).IsOneShot, Is.False);
    }
}
