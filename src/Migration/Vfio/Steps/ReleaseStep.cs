using Conformance.Device;

namespace Conformance.Migration;

/// <summary>The last user has gone: whoever opens the device next finds it in RUNNING, so it must run.</summary>
public class ReleaseStep
{
    public virtual async ValueTask RunAsync(VariantCore core, VfioState state)
    {
        if (state != VfioState.Running) await core.Function.ResetAsync();
    }
}

/// <summary>No command to the device.</summary>
internal sealed class LeaveAsItIsStep : ReleaseStep
{
    public override ValueTask RunAsync(VariantCore core, VfioState state) => ValueTask.CompletedTask;
}
