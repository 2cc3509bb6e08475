using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Flexible resources of one type of a primary controller.</summary>
/// <param name="Total">VQFRT or VIFRT.</param>
/// <param name="Assigned">To secondary controllers: VQRFA or VIRFA.</param>
/// <param name="Primary">To the primary itself, after its next reset too.</param>
internal readonly record struct FlexiblePool(int Total, int Assigned, int Primary)
{
    public int Free => Total - Assigned - Primary;

    public static FlexiblePool Of(ControllerCore primary, ResourceType type)
    {
        var queues = type == ResourceType.VirtualQueue;
        var options = primary.Options.Resources;
        var own = primary.Resources;
        var assigned = 0;
        if (SecondaryControllers.AreFlexible(primary.Subsystem))
        {
            foreach (var secondary in primary.Subsystem.SecondariesOf(primary))
                assigned += queues ? secondary.Resources.Queues : secondary.Resources.Vectors;
        }

        return queues
            ? new(options.FlexibleQueues, assigned, Math.Max(own.PrimaryFlexibleQueues, own.NextPrimaryFlexibleQueues))
            : new(options.FlexibleVectors, assigned, Math.Max(own.PrimaryFlexibleVectors, own.NextPrimaryFlexibleVectors));
    }
}
