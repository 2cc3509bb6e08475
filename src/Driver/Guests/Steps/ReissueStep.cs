using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>What becomes of a command that the guest submitted.</summary>
public enum ReissueAction
{
    /// <summary>It goes to the host's admin queue.</summary>
    Submit,

    /// <summary>The mediator answers it.</summary>
    Answer,

    /// <summary>It is an event request: kept until there is an event.</summary>
    Hold,
}

public readonly record struct Reissued(ReissueAction Action, SubmissionEntry Command = default, GuestCompletion Completion = default)
{
    public static Reissued Answer(ushort cid, Status status, uint dw0 = 0) =>
        new(ReissueAction.Answer, Completion: new GuestCompletion(cid, status, dw0, dnr: !status.IsSuccess));
}

/// <summary>
/// Judges a command of the guest: refused, held, translated, or sent on as it is. Data pointers are never touched: the guest's
/// addresses are mapped for the device.
/// </summary>
public class ReissueStep
{
    public virtual Reissued Run(GuestAdmin guest, in SubmissionEntry command)
    {
        if (guest.RefusedOpcodes.Contains(command.Opcode)) return Reissued.Answer(command.Cid, Status.InvalidOpcode);
        return (AdminOpcode)command.Opcode switch
        {
            AdminOpcode.AsynchronousEventRequest => guest.HeldEvents.Count < guest.EventLimit
                ? new Reissued(ReissueAction.Hold)
                : Reissued.Answer(command.Cid, Status.AerLimitExceeded),
            AdminOpcode.Abort when new AbortFields(command).Sqid == 0 => Abort(guest, command),
            _ => new Reissued(ReissueAction.Submit, command),
        };
    }

    /// <summary>An abort on the admin queue names an identifier of the guest's; the device knows the host's.</summary>
    private static Reissued Abort(GuestAdmin guest, in SubmissionEntry command)
    {
        const uint notAborted = 1;
        var victim = new AbortFields(command).Cid;
        if (guest.HeldEvents.Remove(victim))
        {
            guest.Finished.Enqueue(new GuestCompletion(victim, Status.AbortRequested));
            return Reissued.Answer(command.Cid, Status.Success);
        }

        foreach (var issued in guest.Issued)
        {
            if (issued.GuestCid == victim && guest.Host.TryGetCid(issued.Ticket, out var cid))
                return new Reissued(ReissueAction.Submit, new AbortFields(command) { Cid = cid }.Entry);
        }

        return Reissued.Answer(command.Cid, Status.Success, notAborted);
    }
}
