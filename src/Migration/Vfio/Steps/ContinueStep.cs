using Conformance.Driver;

namespace Conformance.Migration;

/// <summary>Lets the stopped device run: as what it was loaded with, or as what it was when it stopped.</summary>
public class ContinueStep
{
    public virtual async ValueTask<ArcEnd> RunAsync(VariantCore core)
    {
        var outcome = core.IsDormant ? Outcome.Ok
            : core.IsLoaded || core.Kept is not { } kept ? await core.Device.ResumeAsync() : await core.Device.CancelAsync(kept);
        if (outcome.IsOk) core.Forget();
        return ArcEnd.Of(outcome);
    }
}

/// <summary>RESUME, and RUNNING whatever it answered.</summary>
internal sealed class ResumeRegardlessStep : ContinueStep
{
    public override async ValueTask<ArcEnd> RunAsync(VariantCore core)
    {
        await core.Device.ResumeAsync();
        return ArcEnd.Done;
    }
}
