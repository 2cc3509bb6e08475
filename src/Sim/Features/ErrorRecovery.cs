using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Error Recovery of a namespace (NVM Command Set 4.1.3.2): a limit for retries, which this device never needs, and DULBE, which makes it an
/// error to read what is deallocated.
/// </summary>
internal sealed class ErrorRecovery : Feature
{
    private const uint Mask = 0x1_FFFF;

    public override FeatureId Id => FeatureId.ErrorRecovery;

    public override EffectScope Scope => EffectScope.Namespace;

    public override bool IsSaveable => true;

    public override IEnumerable<ushort> Instances(ControllerCore c) =>
        Enumerable.Range(1, c.Options.Namespaces.Count).Select(nsid => (ushort)nsid);

    /// <summary>Status of reading blocks of which some may be deallocated.</summary>
    public static Status Check(ControllerCore c, Namespace ns, ulong slba, ulong blocks, out ulong? failed)
    {
        failed = null;
        if (ns.Medium.CountOf(BlockState.Deallocated) == 0) return Status.Success;
        if (!new ErrorRecoveryFeature(c.Features.Current(FeatureId.ErrorRecovery, ns.Nsid)).DeallocatedError) return Status.Success;
        failed = ns.Medium.Find(BlockState.Deallocated, slba, blocks);
        return failed is null ? Status.Success : Status.DeallocatedOrUnwrittenBlock;
    }

    public override Status Set(ControllerCore c, CommandContext command, ReadOnlySpan<byte> data)
    {
        var value = command.Entry.Cdw11 & Mask;
        foreach (var ns in c.Attached)
        {
            if (ns is null || (command.Namespace is { } named && !ReferenceEquals(ns, named))) continue;
            if (new ErrorRecoveryFeature(value).DeallocatedError && !ns.Definition.DeallocatedError) return Status.InvalidField;
        }

        foreach (var ns in c.Attached)
        {
            if (ns is null || (command.Namespace is { } named && !ReferenceEquals(ns, named))) continue;
            c.Features.Set(Id, value, new SetFeaturesFields(command.Entry).Save, ns.Nsid);
        }

        return Status.Success;
    }

    public override Status Get(ControllerCore c, CommandContext command, FeatureSelect select, Span<byte> data)
    {
        command.Dw0 = c.Features.Get(Id, select, command.Namespace!.Nsid);
        return Status.Success;
    }
}
