using Conformance.Device;
using Conformance.Driver;
using Conformance.Migration;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>
/// A planted bug: the correct simulated device, mediator or VFIO driver with exactly one step replaced. The suite must notice it.
/// </summary>
public sealed class Defect
{
    private readonly Func<ControllerSteps> _source;
    private readonly Func<ControllerSteps> _destination;

    private Defect(string name, string breaks, string story, Func<ControllerSteps> source, Func<ControllerSteps> destination, MediatorSteps mediator)
    {
        (Name, Breaks, Story, Mediator) = (name, breaks, story, mediator);
        (_source, _destination) = (source, destination);
    }

    /// <summary>As <c>--defect</c> takes it.</summary>
    public string Name { get; }

    /// <summary>The requirement, by the id under which the suite must report it.</summary>
    public string Breaks { get; }

    /// <summary>What the firmware does wrong, in a sentence.</summary>
    public string Story { get; }

    /// <summary>The mediator's steps, which are the host's; all as they should be unless the bug is there.</summary>
    public MediatorSteps Mediator { get; }

    /// <summary>Where it was seen in public; null where it was not.</summary>
    public string? Seen { get; private init; }

    /// <summary>The steps of the VFIO variant driver, made anew for each; null: all as they should be.</summary>
    public Func<VariantSteps>? Variant { get; private init; }

    /// <summary>What a user of that driver gets to hold; null: the driver itself.</summary>
    public Func<IVfioDevice, IVfioDevice>? VfioFace { get; private init; }

    public override string ToString() => Name;

    /// <summary>Builds a pair that has it. Each pair gets steps of its own, so that what a defect counts begins anew.</summary>
    public SimulatedPair CreatePair(World world, SimulatedPairOptions options) => SimulatedPair.Create(world, options, _source(), _destination());

    /// <summary>A bug of the firmware of both sides.</summary>
    internal static Defect OfDevice(string name, string breaks, string story, Func<ControllerSteps> steps, string? seen = null) =>
        new(name, breaks, story, steps, steps, new()) { Seen = seen };

    /// <summary>A bug of the destination's firmware only.</summary>
    internal static Defect OfDestination(string name, string breaks, string story, Func<ControllerSteps> steps) =>
        new(name, breaks, story, static () => new(), steps, new());

    /// <summary>A bug of the mediator.</summary>
    internal static Defect OfMediator(string name, string breaks, string story, MediatorSteps steps) =>
        new(name, breaks, story, static () => new(), static () => new(), steps);

    /// <summary>A bug of the VFIO variant driver.</summary>
    internal static Defect OfVariant(string name, string breaks, string story, Func<VariantSteps> steps, string? seen = null) =>
        new(name, breaks, story, static () => new(), static () => new(), new()) { Variant = steps, Seen = seen };

    /// <summary>A bug of what a VFIO driver shows its user.</summary>
    internal static Defect OfVfioFace(string name, string breaks, string story, Func<IVfioDevice, IVfioDevice> face, string? seen = null) =>
        new(name, breaks, story, static () => new(), static () => new(), new()) { VfioFace = face, Seen = seen };
}
