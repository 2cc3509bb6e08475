namespace Conformance.Migration;

/// <summary>
/// Stops the device: from the end of the arc to STOP nothing outside it changes by its doing. Where a dialect drains while it saves, it is
/// saved here, and the state kept; so it may go on only by being loaded again, if the dialect wants it so.
/// </summary>
public class QuiesceStep
{
    public virtual async ValueTask<ArcEnd> RunAsync(VariantCore core)
    {
        core.Forget();
        // Before it is saved, which may disable it.
        core.IsFatal = core.ReadsFatal;
        var suspended = await core.Device.SuspendAsync();
        core.IsDormant = DormantController.IsWhy(suspended, core.Function);
        if (core.IsDormant) return ArcEnd.Done;
        if (!suspended.IsOk || core.Device.FreezePoint == FreezePoint.Suspend) return ArcEnd.Of(suspended);
        var (saved, state) = await core.Device.SaveAllAsync();
        if (saved.IsOk)
        {
            core.Kept = state.Bytes;
            return ArcEnd.Done;
        }

        // Suspended and not drained is no state of the protocol: back, or lost.
        if (saved.IsUnknown) return ArcEnd.Lost(saved);
        var back = await core.Device.CancelAsync(default);
        return back.IsOk ? ArcEnd.Of(saved) : ArcEnd.Lost(back);
    }
}

/// <summary>Drains nothing: SUSPEND alone.</summary>
internal sealed class SuspendOnlyStep : QuiesceStep
{
    public override async ValueTask<ArcEnd> RunAsync(VariantCore core)
    {
        core.Forget();
        return ArcEnd.Of(await core.Device.SuspendAsync());
    }
}
