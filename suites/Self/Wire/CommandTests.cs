using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self;

[TestFixture]
public sealed class CommandTests
{
    private static IEnumerable<TestCaseData> Commands()
    {
        yield return Case("Create I/O CQ", AdminCommand.CreateIoCq(3, 1023, 7), 0x05, 0, 0x03FF_0003, 0x0007_0003);
        yield return Case("Create I/O CQ, polled list", AdminCommand.CreateIoCq(1, 1, 0, ien: false, pc: false), 0x05, 0, 0x0001_0001);
        yield return Case("Create I/O SQ", AdminCommand.CreateIoSq(3, 63, 2, 3, nvmSetId: 9), 0x01, 0, 0x003F_0003, 0x0002_0007, 9);
        yield return Case("Delete I/O SQ", AdminCommand.DeleteIoSq(4), 0x00, 0, 4);
        yield return Case("Delete I/O CQ", AdminCommand.DeleteIoCq(4), 0x04, 0, 4);
        yield return Case("Identify", AdminCommand.Identify(0x15, 5, 0x102, 2, 0x33, 0x7F), 0x06, 5, 0x0102_0015, 0x0200_0033, 0, 0, 0x7F);
        yield return Case(
            "Get Log Page", AdminCommand.GetLogPage(5, 0x40004, 0x1_0000_0008, uint.MaxValue, true, 0x7F, 0x99, 1, 3),
            0x02, uint.MaxValue, 0x0000_FF05, 0x0099_0001, 8, 1, 0x0100_0003);
        yield return Case("Set Features", AdminCommand.SetFeatures(7, 1, 2, 3, 4, 5, true, 6), 0x09, 5, 0x8000_0007, 1, 2, 3, 6, 4);
        yield return Case("Get Features", AdminCommand.GetFeatures(7, 3, 9), 0x0A, 0, 0x307, 9);
        yield return Case("Abort", AdminCommand.Abort(2, 0xABCD), 0x08, 0, 0xABCD_0002);
        yield return Case("Asynchronous Event Request", AdminCommand.AsyncEventRequest(), 0x0C);
        yield return Case("Keep Alive", AdminCommand.KeepAlive(), 0x18);
        yield return Case("Format NVM", AdminCommand.FormatNvm(1, 0x21, 2, 3, true, true), 0x80, 1, 0x2571);
        yield return Case("Sanitize", AdminCommand.Sanitize(SanitizeAction.Overwrite, 3, 0xDEADBEEF), 0x84, 0, 0x33, 0xDEADBEEF);
        yield return Case("Namespace Management", AdminCommand.NamespaceManagement(1, 4, 2), 0x0D, 4, 1, 0x0200_0000);
        yield return Case("Namespace Attachment", AdminCommand.NamespaceAttachment(4, 1), 0x15, 4, 1);
        yield return Case(
            "Virtualization Management",
            AdminCommand.VirtualizationManagement(VirtualizationAction.SecondaryAssign, 2, ResourceType.VirtualInterrupt, 5),
            0x1C, 0, 0x0002_0108, 5);
        yield return Case("Device Self-test", AdminCommand.DeviceSelfTest(0xF, 1), 0x14, 1, 0xF);
        yield return Case("Firmware Image Download", AdminCommand.FirmwareImageDownload(4096, 8192), 0x11, 0, 1023, 2048);
        yield return Case("Firmware Commit", AdminCommand.FirmwareCommit(2, 3), 0x10, 0, 0x1A);
        yield return Case("Lockdown", AdminCommand.Lockdown(0, 0x41, true, 1), 0x24, 0, 0x4130);
        yield return Case("Get LBA Status", AdminCommand.GetLbaStatus(1, 0x1_0000_0002, 4096, 2, 7), 0x86, 1, 2, 1, 1023, 0x0200_0007);

        yield return Case("Flush", NvmCommand.Flush(1), 0x00, 1);
        yield return Case("Write", NvmCommand.Write(1, 0x1_0000_0002, 7, true), 0x01, 1, 2, 1, 0x4000_0007);
        yield return Case("Read", NvmCommand.Read(1, 5, 0xFFFF), 0x02, 1, 5, 0, 0xFFFF);
        yield return Case("Write Uncorrectable", NvmCommand.WriteUncorrectable(1, 5, 1), 0x04, 1, 5, 0, 1);
        yield return Case("Compare", NvmCommand.Compare(1, 5, 1), 0x05, 1, 5, 0, 1);
        yield return Case("Write Zeroes", NvmCommand.WriteZeroes(1, 5, 1, true), 0x08, 1, 5, 0, 0x0200_0001);
        yield return Case("Dataset Management", NvmCommand.DatasetManagement(1, 255), 0x09, 1, 255, 4);
        yield return Case("Verify", NvmCommand.Verify(1, 5, 1), 0x0C, 1, 5, 0, 1);
        yield return Case("Copy", NvmCommand.Copy(1, 0x1_0000_0002, 3, 2), 0x19, 1, 2, 1, 0x203);
        yield return Case("Reservation Register", NvmCommand.ReservationRegister(1, 2, true, 3), 0x0D, 1, 0xC000_000A);
        yield return Case("Reservation Report", NvmCommand.ReservationReport(1, 4096), 0x0E, 1, 1023, 1);
        yield return Case("Reservation Acquire", NvmCommand.ReservationAcquire(1, 1, 3), 0x11, 1, 0x301);
        yield return Case("Reservation Release", NvmCommand.ReservationRelease(1, 1, 3), 0x15, 1, 0x301);
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
    public void ACommandIsBuiltAsTheStandardLaysItOut(SubmissionEntry built, SubmissionEntry raw) => Assert.That(built, Is.EqualTo(raw));

    [Test]
    public void ProtectionInformationHasItsPlacesInAReadOrWrite()
    {
        var fields = new LbaFields
        {
            Pract = true, PrchkRef = true, Stc = true, Lr = true, DirectiveType = 1, DirectiveSpecific = 0x22, Dsm = 0x41,
            Ilbrt = 0x01020304, Lbat = 0xAAAA, Lbatm = 0x5555,
        };
        Assert.That(fields.Entry, Is.EqualTo(new SubmissionEntry
        {
            Cdw12 = 0xA510_0000, Cdw13 = 0x0022_0041, Cdw14 = 0x01020304, Cdw15 = 0x5555_AAAA,
        }));
        Assert.That(fields.Prinfo, Is.EqualTo(0b1001));
    }

    [TestCase(AdminOpcode.VirtualizationManagement, 0x1C, DataDirection.None)]
    [TestCase(AdminOpcode.TrackSend, 0x3D, DataDirection.HostToController)]
    [TestCase(AdminOpcode.TrackReceive, 0x3E, DataDirection.ControllerToHost)]
    [TestCase(AdminOpcode.MigrationSend, 0x41, DataDirection.HostToController)]
    [TestCase(AdminOpcode.MigrationReceive, 0x42, DataDirection.ControllerToHost)]
    [TestCase(AdminOpcode.ControllerDataQueue, 0x45, DataDirection.HostToController)]
    [TestCase(AdminOpcode.GetLbaStatus, 0x86, DataDirection.ControllerToHost)]
    public void AnOpcodeSaysWhichWayTheDataGoes(AdminOpcode opcode, int value, DataDirection direction)
    {
        Assert.That((int)opcode, Is.EqualTo(value));
        Assert.That(opcode.Direction(), Is.EqualTo(direction));
    }
}
