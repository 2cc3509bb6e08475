using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Sanitize Config (Base 2.3 5.2.26.1.15): one value for the subsystem. A reset of a single controller leaves it.</summary>
internal sealed class SanitizeConfiguration : Feature
{
    public override FeatureId Id => FeatureId.SanitizeConfig;

    public override EffectScope Scope => EffectScope.NvmSubsystem;

    public override bool IsSaveable => true;

    public override bool IsSupported(ControllerCore c) => SanitizeCommands.IsSupported(c);

    public override Status Set(ControllerCore c, CommandContext command, ReadOnlySpan<byte> data)
    {
        c.Subsystem.SharedFeatures.Set(Id, command.Entry.Cdw11 & 1, new SetFeaturesFields(command.Entry).Save);
        return Status.Success;
    }

    public override Status Get(ControllerCore c, CommandContext command, FeatureSelect select, Span<byte> data)
    {
        command.Dw0 = c.Subsystem.SharedFeatures.Get(Id, select);
        return Status.Success;
    }
}
