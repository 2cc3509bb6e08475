using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>Gives events of the device to the guest's outstanding event requests, oldest to oldest.</summary>
public class HoldEventsStep
{
    public virtual void Run(GuestAdmin guest)
    {
        while (guest.HeldEvents.Count > 0 && guest.PendingEvents.TryDequeue(out var reported))
        {
            guest.Finished.Enqueue(new GuestCompletion(guest.HeldEvents[0], reported.Dw0, reported.Dw1, new StatusField(Status.Success)));
            guest.HeldEvents.RemoveAt(0);
        }
    }
}
