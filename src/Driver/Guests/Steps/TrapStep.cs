using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>Takes a guest's write to a trapped register or an admin doorbell. What it causes is the mediator's to do later.</summary>
public class TrapStep
{
    // Error status event, Invalid Doorbell Write Value, Error Information log page.
    private const uint InvalidDoorbellValue = 0x0001_0100;

    /// <param name="guest">Whose.</param>
    /// <param name="offset">Byte of BAR0, dword aligned; doorbells of queue 0 as <see cref="GuestRegister"/> has them.</param>
    /// <param name="value">As written.</param>
    public virtual void Run(GuestAdmin guest, int offset, uint value)
    {
        switch (offset)
        {
            case Register.Cc:
                var cc = new ControllerConfiguration(value);
                if (guest.Cc.En && !cc.En)
                {
                    guest.ResetRequested = true;
                    guest.Fatal = false; // a failed enable shows no RDY to wait for: the next one must not see the last one's failure
                }

                guest.Cc = cc;
                break;
            case Register.Intms: guest.InterruptMask |= value; break;
            case Register.Intmc: guest.InterruptMask &= ~value; break;
            case Register.Aqa: guest.Aqa = new AdminQueueAttributes(value); break;
            case Register.Asq: guest.Asq = Low(guest.Asq, value); break;
            case Register.Asq + 4: guest.Asq = High(guest.Asq, value); break;
            case Register.Acq: guest.Acq = Low(guest.Acq, value); break;
            case Register.Acq + 4: guest.Acq = High(guest.Acq, value); break;
            case GuestRegister.SqTailDoorbell: guest.SqTail = Doorbell(guest, guest.SqTail, guest.SqEntries, value); break;
            case GuestRegister.CqHeadDoorbell: guest.CqHead = Doorbell(guest, guest.CqHead, guest.CqEntries, value); break;
        }
    }

    private static int Doorbell(GuestAdmin guest, int before, int entries, uint value)
    {
        if (value < entries) return (int)value;
        guest.PendingEvents.Enqueue(new ReportedEvent(0, InvalidDoorbellValue, 0));
        return before;
    }

    private static ulong Low(ulong address, uint value) => (address & 0xFFFF_FFFF_0000_0000) | (value & ~0xFFFu);

    private static ulong High(ulong address, uint value) => (address & 0xFFFF_FFFF) | ((ulong)value << 32);
}

/// <summary>Places of the trapped admin doorbells that do not depend on the doorbell stride.</summary>
public static class GuestRegister
{
    public const int SqTailDoorbell = Register.Doorbells;

    /// <summary>Wherever the stride puts it on the bus.</summary>
    public const int CqHeadDoorbell = Register.Doorbells + 4;
}
