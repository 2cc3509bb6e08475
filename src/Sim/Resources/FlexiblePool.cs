using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Flexible resources of one type of a primary controller.</summary>
/// <param name="Total">VQFRT or VIFRT; 0: resources of this type are private.</param>
/// <param name="Assigned">To secondary controllers: VQRFA or VIRFA.</param>
/// <param name="Primary">To the primary itself, after its next reset too.</param>
/// <param name="SecondaryMaximum">VQFRSM or VIFRSM.</param>
/// <param name="Step">What an amount is rounded up to.</param>
internal readonly record struct FlexiblePool(int Total, int Assigned, int Primary, int SecondaryMaximum, int Step)
{
    public int Free => Total - Assigned - Primary;

    public static FlexiblePool Of(ControllerCore primary, ResourceType type)
    {
        var queues = type == ResourceType.VirtualQueue;
        var (options, own) = (primary.Options.Resources, primary.Resources);
        var step = options.RoundsToGranularity ? Math.Max(1, (int)options.Granularity) : 1;
        var assigned = 0;
        if (SecondaryControllers.AreFlexible(primary.Subsystem, type))
        {
            foreach (var secondary in primary.Subsystem.SecondariesOf(primary)) assigned += secondary.Resources.Of(type);
        }

        return queues
            ? new(
                options.FlexibleQueues, assigned, Math.Max(own.PrimaryFlexibleQueues, own.NextPrimaryFlexibleQueues),
                options.SecondaryMaximum, step)
            : new(
                options.FlexibleVectors, assigned, Math.Max(own.PrimaryFlexibleVectors, own.NextPrimaryFlexibleVectors),
                options.SecondaryVectorMaximum ?? options.SecondaryMaximum, step);
    }

    /// <summary>What an amount becomes: rounded up, but not above the most there may be.</summary>
    public int Round(int amount, int most) => Math.Min((amount + Step - 1) / Step * Step, Math.Max(amount, most));
}
