using System.Reflection;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self;

[TestFixture]
public sealed class StatusTests
{
    [TestCase(nameof(Status.Success), "Successful Completion (0/00h)")]
    [TestCase(nameof(Status.InvalidOpcode), "Invalid Command Opcode (0/01h)")]
    [TestCase(nameof(Status.InvalidField), "Invalid Field in Command (0/02h)")]
    [TestCase(nameof(Status.CommandIdConflict), "Command ID Conflict (0/03h)")]
    [TestCase(nameof(Status.DataTransferError), "Data Transfer Error (0/04h)")]
    [TestCase(nameof(Status.InternalError), "Internal Error (0/06h)")]
    [TestCase(nameof(Status.AbortRequested), "Command Abort Requested (0/07h)")]
    [TestCase(nameof(Status.AbortedSqDeletion), "Command Aborted due to SQ Deletion (0/08h)")]
    [TestCase(nameof(Status.InvalidNamespaceOrFormat), "Invalid Namespace or Format (0/0Bh)")]
    [TestCase(nameof(Status.CommandSequenceError), "Command Sequence Error (0/0Ch)")]
    [TestCase(nameof(Status.InvalidUseOfCmb), "Invalid Use of Controller Memory Buffer (0/12h)")]
    [TestCase(nameof(Status.PrpOffsetInvalid), "PRP Offset Invalid (0/13h)")]
    [TestCase(nameof(Status.AtomicWriteUnitExceeded), "Atomic Write Unit Exceeded (0/14h)")]
    [TestCase(nameof(Status.SanitizeFailed), "Sanitize Failed (0/1Ch)")]
    [TestCase(nameof(Status.SanitizeInProgress), "Sanitize In Progress (0/1Dh)")]
    [TestCase(nameof(Status.NamespaceWriteProtected), "Namespace is Write Protected (0/20h)")]
    [TestCase(nameof(Status.CommandInterrupted), "Command Interrupted (0/21h)")]
    [TestCase(nameof(Status.ProhibitedByLockdown), "Command Prohibited by Command and Feature Lockdown (0/23h)")]
    [TestCase(nameof(Status.SanitizeNamespaceInProgress), "Sanitize Namespace In Progress (0/2Ch)")]
    [TestCase(nameof(Status.LbaOutOfRange), "LBA Out of Range (0/80h)")]
    [TestCase(nameof(Status.CapacityExceeded), "Capacity Exceeded (0/81h)")]
    [TestCase(nameof(Status.NamespaceNotReady), "Namespace Not Ready (0/82h)")]
    [TestCase(nameof(Status.ReservationConflict), "Reservation Conflict (0/83h)")]
    [TestCase(nameof(Status.FormatInProgress), "Format In Progress (0/84h)")]
    [TestCase(nameof(Status.CompletionQueueInvalid), "Completion Queue Invalid (1/00h)")]
    [TestCase(nameof(Status.InvalidQueueIdentifier), "Invalid Queue Identifier (1/01h)")]
    [TestCase(nameof(Status.InvalidQueueSize), "Invalid Queue Size (1/02h)")]
    [TestCase(nameof(Status.AbortCommandLimitExceeded), "Abort Command Limit Exceeded (1/03h)")]
    [TestCase(nameof(Status.AerLimitExceeded), "Asynchronous Event Request Limit Exceeded (1/05h)")]
    [TestCase(nameof(Status.InvalidInterruptVector), "Invalid Interrupt Vector (1/08h)")]
    [TestCase(nameof(Status.InvalidLogPage), "Invalid Log Page (1/09h)")]
    [TestCase(nameof(Status.InvalidFormat), "Invalid Format (1/0Ah)")]
    [TestCase(nameof(Status.InvalidQueueDeletion), "Invalid Queue Deletion (1/0Ch)")]
    [TestCase(nameof(Status.FeatureNotSaveable), "Feature Identifier Not Saveable (1/0Dh)")]
    [TestCase(nameof(Status.FeatureNotChangeable), "Feature Not Changeable (1/0Eh)")]
    [TestCase(nameof(Status.NamespaceAlreadyAttached), "Namespace Already Attached (1/18h)")]
    [TestCase(nameof(Status.NamespaceIsPrivate), "Namespace Is Private (1/19h)")]
    [TestCase(nameof(Status.NamespaceNotAttached), "Namespace Not Attached (1/1Ah)")]
    [TestCase(nameof(Status.ControllerListInvalid), "Controller List Invalid (1/1Ch)")]
    [TestCase(nameof(Status.InvalidControllerIdentifier), "Invalid Controller Identifier (1/1Fh)")]
    [TestCase(nameof(Status.InvalidSecondaryControllerState), "Invalid Secondary Controller State (1/20h)")]
    [TestCase(nameof(Status.InvalidNumberOfControllerResources), "Invalid Number of Controller Resources (1/21h)")]
    [TestCase(nameof(Status.InvalidResourceIdentifier), "Invalid Resource Identifier (1/22h)")]
    [TestCase(nameof(Status.NamespaceAttachmentLimitExceeded), "Namespace Attachment Limit Exceeded (1/27h)")]
    [TestCase(nameof(Status.InvalidControllerDataQueue), "Invalid Controller Data Queue (1/37h)")]
    [TestCase(nameof(Status.NotEnoughResources), "Not Enough Resources (1/38h)")]
    [TestCase(nameof(Status.ControllerSuspended), "Controller Suspended (1/39h)")]
    [TestCase(nameof(Status.ControllerNotSuspended), "Controller Not Suspended (1/3Ah)")]
    [TestCase(nameof(Status.ControllerDataQueueFull), "Controller Data Queue Full (1/3Bh)")]
    [TestCase(nameof(Status.InvalidProtectionInformation), "Invalid Protection Information (1/81h)")]
    [TestCase(nameof(Status.WriteToReadOnlyRange), "Attempted Write to Read Only Range (1/82h)")]
    [TestCase(nameof(Status.CommandSizeLimitExceeded), "Command Size Limit Exceeded (1/83h)")]
    [TestCase(nameof(Status.WriteFault), "Write Fault (2/80h)")]
    [TestCase(nameof(Status.UnrecoveredReadError), "Unrecovered Read Error (2/81h)")]
    [TestCase(nameof(Status.GuardCheckError), "End-to-end Guard Check Error (2/82h)")]
    [TestCase(nameof(Status.ApplicationTagCheckError), "End-to-end Application Tag Check Error (2/83h)")]
    [TestCase(nameof(Status.ReferenceTagCheckError), "End-to-end Reference Tag Check Error (2/84h)")]
    [TestCase(nameof(Status.CompareFailure), "Compare Failure (2/85h)")]
    [TestCase(nameof(Status.AccessDenied), "Access Denied (2/86h)")]
    [TestCase(nameof(Status.DeallocatedOrUnwrittenBlock), "Deallocated or Unwritten Logical Block (2/87h)")]
    [TestCase(nameof(Status.StorageTagCheckError), "End-to-end Storage Tag Check Error (2/88h)")]
    [TestCase(nameof(Status.ControllerPathingError), "Controller Pathing Error (3/60h)")]
    [TestCase(nameof(Status.HostPathingError), "Host Pathing Error (3/70h)")]
    [TestCase(nameof(Status.AbortedByHost), "Command Aborted By Host (3/71h)")]
    public void AStatusIsWrittenWithItsNameAndItsCodes(string member, string text) =>
        Assert.That(typeof(Status).GetField(member)!.GetValue(null)!.ToString(), Is.EqualTo(text));

    [Test]
    public void ACodeWithoutANameIsAValueLikeAnyOther()
    {
        Assert.Multiple(() =>
        {
            Assert.That(new Status(2, 0xC5).ToString(), Is.EqualTo("Vendor Specific (2/C5h)"));
            Assert.That(new Status(7, 0x01).ToString(), Is.EqualTo("Vendor Specific (7/01h)"));
            Assert.That(new Status(5, 0x01).ToString(), Is.EqualTo("Reserved (5/01h)"));
            Assert.That(Status.NameOf(new Status(5, 1)), Is.Null);
            Assert.That(new Status(5, 1).IsSuccess, Is.False);
        });
    }

    [Test]
    public void TypeAndCodeAreTheHalvesOfTheValue()
    {
        var status = Status.ControllerNotSuspended;
        Assert.That((status.Value, status.Sct, status.Sc), Is.EqualTo(((ushort)0x13A, StatusCodeType.CommandSpecific, (byte)0x3A)));
        Assert.That(new Status(1, 0x3A), Is.EqualTo(status));
    }

    [Test]
    public void OnlySuccessIsSuccess() =>
        Assert.That(Status.Named.Where(status => status.IsSuccess), Is.EqualTo(new[] { Status.Success }));

    [Test]
    public void EveryMemberIsNamedOnceAndNamesAreUnique()
    {
        var fields = typeof(Status).GetFields(BindingFlags.Public | BindingFlags.Static);
        var members = fields.Select(field => (Status)field.GetValue(null)!).ToList();
        Assert.That(members, Is.Unique);
        Assert.That(Status.Named, Is.EquivalentTo(members).And.Ordered.By(nameof(Status.Value)));
        Assert.That(Status.Named.Select(status => Status.NameOf(status)), Is.Unique);
    }
}
