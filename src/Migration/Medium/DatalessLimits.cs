using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>How many blocks commands may have that transfer none of them (NVM Command Set specific Identify Controller).</summary>
/// <param name="WriteZeroes">Blocks of one command (WZSL).</param>
/// <param name="Ranges">Ranges of one Dataset Management command (DMRL).</param>
/// <param name="Range">Blocks of one range (DMRSL).</param>
/// <param name="AllRanges">Blocks of all its ranges (DMSL).</param>
internal readonly record struct DatalessLimits(int WriteZeroes, int Ranges, uint Range, ulong AllRanges)
{
    // The field of the command is one byte, 0's based.
    private const int MostRanges = 256;

    private static readonly DatalessLimits None = new(int.MaxValue, MostRanges, uint.MaxValue, ulong.MaxValue);

    /// <summary>Most blocks of a command of this kind, which has one range, as far as it is not a matter of the largest transfer.</summary>
    public int Of(IoKind kind) => kind switch
    {
        IoKind.WriteZeroes => WriteZeroes,
        IoKind.Deallocate => (int)Math.Min(int.MaxValue, Math.Min(Range, AllRanges)),
        _ => int.MaxValue,
    };

    /// <summary>A controller that has no such page, being older than it, has no limits.</summary>
    public static async ValueTask<(Outcome Outcome, DatalessLimits Limits)> ReadAsync(NvmeController controller, MediumFormat format)
    {
        var page = await controller.IdentifyAsync<NvmController>(Cns.CommandSetController);
        if (page.IsOk) return (Outcome.Ok, Of(page.Value, controller, format));
        var outcome = Outcome.Of("Identify, NVM Command Set specific controller", page.Answer);
        return (outcome.IsUnknown ? outcome : Outcome.Ok, None);
    }

    private static DatalessLimits Of(in NvmController page, NvmeController controller, MediumFormat format)
    {
        // What MDTS counts of a block, these limits count of it (CTRATT.MEM).
        var counted = controller.Identity.Ctratt.MdtsExcludesMetadata ? format.BlockSize : format.TransferSize;
        // A shift that leaves 32 bits is no limit that matters.
        var zeroes = page.Wzsl is 0 or > 18 ? int.MaxValue : ((long)Prp.PageSize(controller.Capabilities.MpsMin) << page.Wzsl) / counted;
        return new DatalessLimits(
            (int)Math.Clamp(zeroes, 1L, int.MaxValue), page.Dmrl == 0 ? None.Ranges : page.Dmrl, page.Dmrsl == 0 ? None.Range : page.Dmrsl,
            page.Dmsl == 0 ? None.AllRanges : page.Dmsl);
    }
}
