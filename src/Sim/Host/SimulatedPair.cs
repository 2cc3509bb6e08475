using Conformance.Device;

namespace Conformance.Sim;

/// <summary>A simulated source and destination: two hosts, each with its subsystem, on the same blocks or on blocks of its own.</summary>
public sealed class SimulatedPair
{
    private SimulatedPair(SimHost source, SimHost destination, Subsystem sourceSubsystem, Subsystem destinationSubsystem)
    {
        Source = source;
        Destination = destination;
        SourceSubsystem = sourceSubsystem;
        DestinationSubsystem = destinationSubsystem;
    }

    public SimHost Source { get; }

    public SimHost Destination { get; }

    internal Subsystem SourceSubsystem { get; }

    internal Subsystem DestinationSubsystem { get; }

    /// <summary>Builds both sides as delivered: powered on, not enabled. Options that cannot be throw <see cref="ArgumentException"/>.</summary>
    public static SimulatedPair Create(World world, SimulatedPairOptions options) =>
        Create(world, options, new ControllerSteps(), new ControllerSteps());

    /// <summary>The same with other steps: a device with a defect.</summary>
    internal static SimulatedPair Create(
        World world, SimulatedPairOptions options, ControllerSteps sourceSteps, ControllerSteps destinationSteps)
    {
        var source = new SimHost(world, "source");
        var destination = new SimHost(world, "destination");
        var first = SubsystemBuilder.Build(source, options.Device, sourceSteps);
        var second = SubsystemBuilder.Build(
            destination, options.Destination ?? options.Device, destinationSteps, options.Medium == MediumSharing.Shared ? first : null);
        return new SimulatedPair(source, destination, first, second);
    }
}
