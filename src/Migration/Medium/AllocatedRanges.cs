using System.Runtime.InteropServices;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>Which blocks of a namespace need to be copied at all: by Get LBA Status where the device tracks allocation, else all.</summary>
public static class AllocatedRanges
{
    private const byte TrackedAllocated = 0x02;
    private const int BufferBytes = 4096;
    private const byte Complete = 2;

    /// <summary>True if the controlling function answers Get LBA Status for allocated blocks (OACS.GLSS and AOCS.RALBAS).</summary>
    public static async ValueTask<bool> IsTrackedAsync(ControllingFunction side)
    {
        if (!side.Identity.Oacs.GetLbaStatus) return false;
        var nvm = await side.Pf.IdentifyAsync<NvmController>(Cns.CommandSetController);
        return nvm.IsOk && nvm.Value.Aocs.ReportAllocatedLbas;
    }

    /// <summary>The runs that hold anything, ascending; the whole namespace as one run where that is not tracked.</summary>
    public static async ValueTask<(Outcome Outcome, List<LbaRange> Runs)> ReadAsync(ControllingFunction side, MediumFormat format)
    {
        if (!await IsTrackedAsync(side)) return (Outcome.Ok, [new LbaRange(0, format.Blocks)]);
        var set = new LbaRangeSet();
        var buffer = side.Memory.Rent(BufferBytes);
        var lba = 0UL;
        while (lba < format.Blocks)
        {
            var answer = await side.AdminAsync(AdminCommand.GetLbaStatus(format.Nsid, lba, BufferBytes, TrackedAllocated), buffer);
            if (!answer.IsOk)
            {
                if (answer.Outcome == Device.TicketOutcome.Completed) side.Memory.Return(buffer);
                return (Outcome.Of("Get LBA Status", answer), []);
            }

            var bytes = buffer.Read();
            var header = Wire.Read<LbaStatusHeader>(bytes);
            var fit = (BufferBytes - LbaStatusHeader.Size) / LbaStatusDescriptor.Size;
            var count = (int)Math.Min(header.Nlsd, (uint)fit);
            var next = lba;
            foreach (var descriptor in MemoryMarshal.Cast<byte, LbaStatusDescriptor>(bytes[LbaStatusHeader.Size..])[..count])
            {
                set.Add(descriptor.Dslba, descriptor.Nlb);
                next = Math.Max(next, descriptor.Dslba + descriptor.Nlb);
            }

            if (header.Cmpc == Complete && header.Nlsd <= (uint)fit) break;
            if (next == lba) break;
            lba = next;
        }

        side.Memory.Return(buffer);
        return (Outcome.Ok, set.Take());
    }
}
