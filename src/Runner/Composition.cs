using Conformance.Defects;
using Conformance.Device;
using Conformance.Migration;
using Conformance.Sim;

namespace Conformance.Runner;

/// <summary>Where the parts are put together: which device a profile is run on, and which planted bugs it can be given.</summary>
internal static class Composition
{
    public static IReadOnlyDictionary<string, string> Defects { get; } =
        new SortedDictionary<string, string>(DefectCatalogue.All.ToDictionary(d => d.Name, d => d.Story), StringComparer.Ordinal);

    public static CombinationRunner Bench(string? defect)
    {
        var planted = defect is null ? null : DefectCatalogue.Find(defect);
        return (plan, progress, stop) =>
            new CombinationRun(plan, (world, combination) => Simulated(world, combination, planted), progress).Execute(stop);
    }

    /// <summary>
    /// Why the pair of a plan cannot be built, in a line. It is built once and thrown away, so that what no check of a single key could
    /// find is told before anything runs.
    /// </summary>
    public static string? WhyNot(Plan plan)
    {
        try
        {
            SimulatedPair.Create(new World(ClockKind.Virtual), WithNamespaces(plan.Combinations[0].Pair, plan.Combinations[0].Vfs));
            return null;
        }
        catch (ArgumentException e)
        {
            // Without the name of the parameter, which is ours.
            return e.Message.Split(" (Parameter")[0];
        }
    }

    /// <summary>A fresh simulated pair, as delivered: one namespace for each function that moves, holding nothing.</summary>
    private static PairUnderTest Simulated(World world, PlannedCombination plan, Defect? defect)
    {
        var options = WithNamespaces(plan.Pair, plan.Vfs);
        var pair = defect is null ? SimulatedPair.Create(world, options) : defect.CreatePair(world, options);
        var target = plan.Hosts == HostCount.One ? pair.Source : pair.Destination;
        var (source, destination) = (pair.Source.PhysicalFunctions[0], target.PhysicalFunctions[0]);
        return new PairUnderTest
        {
            SourceBus = pair.Source,
            SourcePf = source.Requester,
            DestinationBus = target,
            DestinationPf = destination.Requester,
            Description = options.Device.Identity.ModelNumber,
            Simulated = true,
            Fresh = true,
            DeviceDowntime = DowntimeOf,
            MediatorSteps = defect?.Mediator,
        };
    }

    /// <summary>The last completion or DMA write of the source to the first fetch of the destination.</summary>
    private static long? DowntimeOf(IFunction source, IFunction destination)
    {
        var (left, right) = (((SimFunction)source).Controller.Truth, ((SimFunction)destination).Controller.Truth);
        return right.FirstFetchAfterResumeAt < 0 ? null : right.FirstFetchAfterResumeAt - Math.Max(left.LastCompletionAt, left.LastWriteAt);
    }

    private static SimulatedPairOptions WithNamespaces(SimulatedPairOptions options, int count) => options with
    {
        Device = WithNamespaces(options.Device, count),
        Destination = options.Destination is { } destination ? WithNamespaces(destination, count) : null,
    };

    private static SimulatedDevice WithNamespaces(SimulatedDevice device, int count) => device.Namespaces.Count >= count
        ? device
        : device with { Namespaces = [.. device.Namespaces, .. Enumerable.Repeat(device.Namespaces[^1], count - device.Namespaces.Count)] };
}
