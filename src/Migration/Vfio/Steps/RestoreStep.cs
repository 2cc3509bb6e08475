namespace Conformance.Migration;

/// <summary>Gives a state to the stopped device.</summary>
public class RestoreStep
{
    public virtual async ValueTask<ArcEnd> RunAsync(VariantCore core, ReadOnlyMemory<byte> state)
    {
        if (core.IsDormant)
        {
            var awake = await DormantController.SuspendAsync(core.World, core.Function, core.Device);
            if (!awake.IsOk) return ArcEnd.Of(awake);
            core.IsDormant = false;
        }

        var end = ArcEnd.Of(await core.Device.LoadAllAsync(state));
        if (!end.Outcome.IsOk) return end;
        core.IsLoaded = true;
        // What can be had only by draining a controller that runs is had no more: the stopped device is what it was loaded with.
        core.Kept = core.Device.FreezePoint == FreezePoint.Suspend ? null : state.ToArray();
        return end;
    }
}

/// <summary>LOAD with whatever was written, be it nothing.</summary>
internal sealed class LoadAnyStep : RestoreStep
{
    public override async ValueTask<ArcEnd> RunAsync(VariantCore core, ReadOnlyMemory<byte> state) =>
        ArcEnd.Of(await core.Device.LoadChunkAsync(state, 0, state.Length));
}
