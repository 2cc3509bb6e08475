using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>How many blocks commands may have that transfer none of them (NVM Command Set specific Identify Controller).</summary>
/// <param name="WriteZeroes">WZSL.</param>
/// <param name="Deallocate">DMRSL and DMSL: the guest's command has one range.</param>
internal readonly record struct GuestLimits(int WriteZeroes, int Deallocate)
{
    /// <summary>Most blocks of a command of this kind, as far as it is not a matter of the largest transfer.</summary>
    public int Of(IoKind kind) => kind switch
    {
        IoKind.WriteZeroes => WriteZeroes,
        IoKind.Deallocate => Deallocate,
        _ => int.MaxValue,
    };

    /// <summary>A controller that has no such page, being older than it, has no limits.</summary>
    public static async ValueTask<(Outcome Outcome, GuestLimits Limits)> ReadAsync(NvmeController controller, MediumFormat format)
    {
        var page = await controller.IdentifyAsync<NvmController>(Cns.CommandSetController);
        if (page.IsOk) return (Outcome.Ok, Of(page.Value, controller, format));
        var outcome = Outcome.Of("Identify, NVM Command Set specific controller", page.Answer);
        return (outcome.IsUnknown ? outcome : Outcome.Ok, new GuestLimits(int.MaxValue, int.MaxValue));
    }

    private static GuestLimits Of(in NvmController page, NvmeController controller, MediumFormat format)
    {
        // What MDTS counts of a block, these limits count of it (CTRATT.MEM).
        var counted = controller.Identity.Ctratt.MdtsExcludesMetadata ? format.BlockSize : format.TransferSize;
        // A shift that leaves 32 bits is no limit that matters.
        var zeroes = page.Wzsl is 0 or > 18 ? int.MaxValue : ((long)Prp.PageSize(controller.Capabilities.MpsMin) << page.Wzsl) / counted;
        var range = page.Dmrsl == 0 ? uint.MaxValue : page.Dmrsl;
        var all = page.Dmsl == 0 ? ulong.MaxValue : page.Dmsl;
        return new GuestLimits((int)Math.Clamp(zeroes, 1L, int.MaxValue), (int)Math.Clamp(Math.Min(range, all), 1UL, int.MaxValue));
    }
}
