using System.Runtime.InteropServices;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>
/// Takes the saved form of the virtual admin side. The source's device is suspended: nothing is fetched or answered any more.
/// </summary>
public class SnapshotStep
{
    public virtual MediatedState Run(GuestAdmin guest) => new()
    {
        Cc = guest.Cc.Raw,
        Aqa = guest.Aqa.Raw,
        Asq = guest.Asq,
        Acq = guest.Acq,
        InterruptMask = guest.InterruptMask,
        Ready = guest.Ready,
        Fatal = guest.Fatal,
        ShutdownStatus = guest.ShutdownStatus,
        SqTail = guest.SqTail,
        SqHead = guest.SqHead,
        CqHead = guest.CqHead,
        CqTail = guest.CqTail,
        Phase = guest.Phase,
        HeldEvents = [.. guest.HeldEvents],
        PendingEvents = [.. guest.PendingEvents],
        Finished = [.. guest.Finished.Select(c => new SavedCompletion(c.Cid, c.Dw0, c.Dw1, c.Status.Raw))],
        Unfetched = [.. guest.Issued.Where(i => !guest.Host.WasFetched(i.Ticket)).Select(Unfetched)],
        Unanswered = [.. guest.Issued.Where(i => guest.Host.WasFetched(i.Ticket)).Select(i => i.GuestCid)],
        Settings = [.. guest.Settings.All],
        CompletionQueues = [.. guest.CompletionQueueVectors.Select(q => new SavedCompletionQueue(q.Key, q.Value))],
    };

    private static UnfetchedCommand Unfetched(IssuedCommand issued)
    {
        var bytes = new byte[SubmissionEntry.Size];
        MemoryMarshal.Write(bytes, issued.Command);
        return new UnfetchedCommand(bytes, issued.GuestCid, issued.Data);
    }
}
