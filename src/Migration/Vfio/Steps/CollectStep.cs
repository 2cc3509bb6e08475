using Conformance.Driver;

namespace Conformance.Migration;

/// <summary>
/// Gets the state of the device: of the stopped one, or of a running one that allows it. A controller with a fatal status is not moved: no state
/// carries that, so that it would arrive healthy.
/// </summary>
public class CollectStep
{
    public virtual async ValueTask<(Outcome Outcome, byte[] State)> RunAsync(VariantCore core)
    {
        if (core.IsFatal || core.ReadsFatal) return (Outcome.Failed("save", "the controller has a fatal status (CSTS.CFS)"), []);
        if (core.Kept is { } kept) return (Outcome.Ok, kept);
        var (outcome, state) = await core.Device.SaveAllAsync();
        return (outcome, state.Bytes);
    }
}

/// <summary>QUERY and SAVE each time, however many bytes there are.</summary>
internal sealed class SaveWhenAskedStep : CollectStep
{
    public override async ValueTask<(Outcome Outcome, byte[] State)> RunAsync(VariantCore core)
    {
        var (begun, bytes) = await core.Device.BeginSaveAsync();
        if (!begun.IsOk) return (begun, []);
        var (outcome, piece) = await core.Device.SaveChunkAsync(0, bytes);
        return (outcome, piece.Bytes);
    }
}
