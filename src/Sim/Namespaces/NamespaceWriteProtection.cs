using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Namespace Write Protection Config (Base 2.3 5.2.26.1.35): the namespace's, whichever controller it is set through, and kept by every
/// reset. There is no RPMB that could allow the states that only a power cycle, or nothing, ends.
/// </summary>
internal sealed class NamespaceWriteProtection : NamespaceFeature
{
    public override FeatureId Id => FeatureId.NamespaceWriteProtection;

    public override FeatureEffects Effects => new() { NamespaceCapabilityChange = true };

    protected override Status Set(ControllerCore c, Namespace ns, uint value)
    {
        var state = new NamespaceWriteProtectionFeature(value).State;
        if (state > WriteProtectionState.Permanent) return Status.InvalidField;
        if (state > WriteProtectionState.WriteProtect) return Status.FeatureNotChangeable;
        if (ns.Volume.Formatting.IsInProgress) return Status.FormatInProgress;
        var isProtected = state == WriteProtectionState.WriteProtect;
        if (ns.Volume.IsWriteProtected == isProtected) return Status.Success;
        ns.Volume.IsWriteProtected = isProtected;
        NamespaceChanges.Changed(ns.Volume);
        return Status.Success;
    }

    protected override uint Get(ControllerCore c, Namespace ns) => new NamespaceWriteProtectionFeature
    {
        State = ns.Volume.IsWriteProtected ? WriteProtectionState.WriteProtect : WriteProtectionState.None,
    }.Raw;
}
