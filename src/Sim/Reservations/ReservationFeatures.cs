using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>A feature that each namespace has a value of; FFFFFFFFh sets it of all that are attached.</summary>
internal abstract class NamespaceFeature : Feature
{
    public override EffectScope Scope => EffectScope.Namespace;

    public override Status GetOfAll => Status.InvalidField;

    public override Status Set(ControllerCore c, CommandContext command, ReadOnlySpan<byte> data)
    {
        if (command.Namespace is { } named) return Set(c, named, command.Entry.Cdw11);
        foreach (var ns in c.Attached)
        {
            if (ns is null) continue;
            var status = Set(c, ns, command.Entry.Cdw11);
            if (!status.IsSuccess) return status;
        }

        return Status.Success;
    }

    public override Status Get(ControllerCore c, CommandContext command, FeatureSelect select, Span<byte> data)
    {
        command.Dw0 = select == FeatureSelect.Current ? Get(c, command.Namespace!) : 0;
        return Status.Success;
    }

    protected abstract Status Set(ControllerCore c, Namespace ns, uint value);

    protected abstract uint Get(ControllerCore c, Namespace ns);
}

/// <summary>Reservation Notification Mask (Base 2.3 5.2.26.1.33): the controller's, for each namespace.</summary>
internal sealed class ReservationNotificationMask : NamespaceFeature
{
    private const uint Defined = 0b1110;
    private const int MostCarried = 1024;

    public override FeatureId Id => FeatureId.ReservationNotificationMask;

    public override bool IsSupported(ControllerCore c) => c.Options.IoCommands.Reservations;

    /// <summary>Whatever is attached, so that a state holds for a controller whose namespaces have changed; the first 1024 only.</summary>
    public override IEnumerable<ushort> Instances(ControllerCore c) =>
        Enumerable.Range(1, Math.Min(c.Options.Capabilities.MaximumNamespaces, MostCarried)).Select(nsid => (ushort)nsid);

    protected override Status Set(ControllerCore c, Namespace ns, uint value)
    {
        c.Features.Set(Id, value & Defined, save: false, ns.Nsid);
        return Status.Success;
    }

    protected override uint Get(ControllerCore c, Namespace ns) => c.Features.Current(Id, ns.Nsid);
}

/// <summary>Reservation Persistence (Base 2.3 5.2.26.1.34): the namespace's, whichever controller it is set through.</summary>
internal sealed class ReservationPersistence : NamespaceFeature
{
    public override FeatureId Id => FeatureId.ReservationPersistence;

    public override bool IsSupported(ControllerCore c) => c.Options.IoCommands.Reservations;

    protected override Status Set(ControllerCore c, Namespace ns, uint value)
    {
        ns.Volume.Reservations.Persists = new ReservationPersistenceFeature(value).PersistThroughPowerLoss;
        return Status.Success;
    }

    protected override uint Get(ControllerCore c, Namespace ns) =>
        new ReservationPersistenceFeature { PersistThroughPowerLoss = ns.Volume.Reservations.Persists }.Raw;
}
