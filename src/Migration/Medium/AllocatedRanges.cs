using System.Runtime.InteropServices;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>
/// Which blocks of a namespace are allocated: by Get LBA Status where its controller tracks allocation (OACS.GLSS and AOCS.RALBAS), else all
/// of them. A granule (TLBAAG) counts as a whole.
/// </summary>
/// <param name="side">Asked.</param>
/// <param name="format">The namespace.</param>
public sealed class AllocatedRanges(ControllingFunction side, MediumFormat format)
{
    private const int BufferBytes = 4096;

    private bool? _tracked;

    /// <summary>The allocated runs within <paramref name="within"/>, or in all of the namespace, ascending.</summary>
    public async ValueTask<(Outcome Outcome, List<LbaRange> Runs)> ReadAsync(LbaRange? within = null)
    {
        var range = within ?? new LbaRange(0, format.Blocks);
        _tracked ??= await IsTrackedAsync();
        if (_tracked is false) return (Outcome.Ok, [range]);
        var set = new LbaRangeSet();
        var buffer = side.Memory.Rent(BufferBytes);
        var outcome = Outcome.Ok;
        for (var lba = range.Lba; lba < range.End && outcome.IsOk;)
        {
            // RL has 16 bits; 0 is to the end of the namespace.
            var length = range.End - lba <= ushort.MaxValue ? (ushort)(range.End - lba) : (ushort)0;
            var command = AdminCommand.GetLbaStatus(format.Nsid, lba, BufferBytes, (byte)LbaStatusAction.TrackedAllocated, length);
            var answer = await side.AdminAsync(command, buffer);
            outcome = Outcome.Of("Get LBA Status", answer);
            if (outcome.IsUnknown) return (outcome, []);
            if (outcome.IsOk) lba = Take(buffer.Read(), lba, range, set);
        }

        side.Memory.Return(buffer);
        return (outcome, set.Take());
    }

    /// <summary>Adds the runs of one answer; returns where to go on, the end of the range where there is no more.</summary>
    private static ulong Take(ReadOnlySpan<byte> answer, ulong lba, LbaRange range, LbaRangeSet into)
    {
        const int Fit = (BufferBytes - LbaStatusHeader.Size) / LbaStatusDescriptor.Size;
        var header = Wire.Read<LbaStatusHeader>(answer);
        var next = lba;
        foreach (var descriptor in MemoryMarshal.Cast<byte, LbaStatusDescriptor>(answer[LbaStatusHeader.Size..])[..(int)Math.Min(header.Nlsd, Fit)])
        {
            // Whole granules: the first and the last may stand out.
            var (begin, end) = (Math.Max(descriptor.Dslba, range.Lba), Math.Min(descriptor.Dslba + descriptor.Nlb, range.End));
            if (begin < end) into.Add(begin, end - begin);
            next = Math.Max(next, end);
        }

        return (header.Cmpc == (byte)LbaStatusCompletion.Complete && header.Nlsd <= Fit) || next == lba ? range.End : next;
    }

    private async ValueTask<bool> IsTrackedAsync()
    {
        if (!side.Identity.Oacs.GetLbaStatus) return false;
        var nvm = await side.Pf.IdentifyAsync<NvmController>(Cns.CommandSetController);
        return nvm.IsOk && nvm.Value.Aocs.ReportAllocatedLbas;
    }
}
