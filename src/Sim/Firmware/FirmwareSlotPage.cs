using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Firmware Slot Information (Base 2.3 5.2.12.1.4).</summary>
internal sealed class FirmwareSlotPage : LogPage
{
    public override LogId Id => LogId.FirmwareSlot;

    public override Status Make(ControllerCore c, CommandContext command, in GetLogPageFields fields, out int length)
    {
        ref var page = ref Blank<FirmwareSlotLog>(command, out length);
        var store = c.Subsystem.Firmware;
        page.Afi = new() { Current = (byte)store.Active, Next = (byte)store.Next };
        for (var slot = 1; slot <= FirmwareStore.MostSlots; slot++)
        {
            if (store[slot] is { } revision) page.Frs[slot - 1] = revision;
        }

        return Status.Success;
    }
}
