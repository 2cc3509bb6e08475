using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>Posts one completion in the guest's admin completion queue, with the guest's identifier, SQ head and phase.</summary>
public class CompleteToGuestStep
{
    public virtual void Run(GuestAdmin guest, in GuestCompletion completion)
    {
        var entry = new CompletionEntry
        {
            Dw0 = completion.Dw0,
            Dw1 = completion.Dw1,
            SqHead = (ushort)guest.SqHead,
            SqId = 0,
            Cid = completion.Cid,
            StatusField = completion.Status with { Phase = guest.Phase },
        };
        guest.Memory.Store(guest.Acq + ((ulong)guest.CqTail * CompletionEntry.Size), entry);
        if (++guest.CqTail < guest.CqEntries) return;
        guest.CqTail = 0;
        guest.Phase = !guest.Phase;
    }
}
