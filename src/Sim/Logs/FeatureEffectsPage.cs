using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Feature Identifiers Supported and Effects (Base 2.3 5.2.12.1.18), from the features themselves.</summary>
internal sealed class FeatureEffectsPage : LogPage
{
    public override LogId Id => LogId.FeatureEffects;

    public override bool UsesCommandSet => true;

    public override Status Make(ControllerCore c, CommandContext command, in GetLogPageFields fields, out int length)
    {
        ref var page = ref Blank<FeatureEffectsLog>(command, out length);
        foreach (var feature in c.Subsystem.Features.All)
        {
            if (feature.IsSupported(c)) page.Fis[(byte)feature.Id] = feature.Effects with { Supported = true, Scope = feature.Scope };
        }

        return Status.Success;
    }
}
