using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>Where the functions of one pair are. Both sides may be on one bus, and may even be one physical function.</summary>
public sealed record PairUnderTest
{
    public required IBus SourceBus { get; init; }

    public required RequesterId SourcePf { get; init; }

    public required IBus DestinationBus { get; init; }

    public required RequesterId DestinationPf { get; init; }

    /// <summary>For people and reports.</summary>
    public required string Description { get; init; }

    /// <summary>Figures are those of a simulated device and say so.</summary>
    public required bool Simulated { get; init; }

    /// <summary>The namespaces are known to hold nothing.</summary>
    public bool Fresh { get; init; }

    /// <summary>
    /// What was deallocated may still be read: Deallocate is a wish that a device may leave, whatever it says that deallocated blocks read
    /// (NVM 3.2.3.2.1, DSM attribute AD: may).
    /// </summary>
    public bool DeallocateIsWish { get; init; }

    /// <summary>The namespace of each function that moves, in order; null: 1 and those after it.</summary>
    public IReadOnlyList<uint>? Namespaces { get; init; }

    /// <summary>A suspended function bears that it is no bus master; else its fence is what it can reach alone.</summary>
    public bool FenceByBusMaster { get; init; } = true;

    /// <summary>VFs of a physical function that are enabled, whatever is needed; null: as many as are needed.</summary>
    public int? EnabledVfs { get; init; }

    /// <summary>Opens a function behind a VFIO driver of the host's; null: the variant driver of this suite.</summary>
    public Func<IFunction, ValueTask<(Outcome Outcome, IVfioDevice? Device)>>? OpenVfio { get; init; }

    /// <summary>Physical functions that the kernel's driver has, by their requester ids; empty where none is.</summary>
    public IReadOnlyDictionary<RequesterId, KernelFunction> Kernel { get; init; } = new Dictionary<RequesterId, KernelFunction>();

    /// <summary>
    /// Takes the functions from the world that they were given to, whatever state they are in; told whether what they were used for has shown nothing that
    /// is wrong with them. Null: nothing is to be done.
    /// </summary>
    public Action<bool>? Release { get; init; }

    /// <summary>Told every command of the pair's drivers; null: nobody is.</summary>
    public CommandHistory? History { get; init; }

    /// <summary>
    /// Ground truth of a simulated pair: ns from the last completion or DMA write of the source function to the first fetch of the
    /// destination function; null where nothing was fetched yet.
    /// </summary>
    public Func<IFunction, IFunction, long?>? DeviceDowntime { get; init; }

    /// <summary>Bytes that all functions of a simulated pair read from host memory so far, and wrote to it; null where nobody counts them.</summary>
    public Func<(long Read, long Written)>? DmaBytes { get; init; }

    /// <summary>Steps of the mediator where one of them is to be wrong; null: as they should be.</summary>
    public MediatorSteps? MediatorSteps { get; init; }

    /// <summary>Steps of the VFIO variant driver where one of them is to be another; null: those of the plan.</summary>
    public VariantSteps? VariantSteps { get; init; }

    /// <summary>The same pair, with all that passes between its hosts and its device written to a trace.</summary>
    /// <param name="world">The pair's.</param>
    /// <param name="trace">Where to.</param>
    public PairUnderTest Traced(World world, Trace trace)
    {
        var source = new TracedBus(SourceBus, trace);
        var history = History ?? new CommandHistory(world);
        history.Listener = it =>
        {
            if (it.CompletedAt < 0) trace.Command(it.Function, it.Qid, it.Command);
            else trace.Completion(it.Function, it.Qid, it.Completion);
        };
        return this with
        {
            SourceBus = source,
            DestinationBus = ReferenceEquals(SourceBus, DestinationBus) ? source : new TracedBus(DestinationBus, trace),
            History = history,
            // These know the functions themselves.
            OpenVfio = OpenVfio is { } open ? function => open(TracedBus.Bare(function)) : null,
            DeviceDowntime = DeviceDowntime is { } truth ? (from, to) => truth(TracedBus.Bare(from), TracedBus.Bare(to)) : null,
        };
    }
}

/// <summary>A physical function on the kernel's NVMe driver.</summary>
/// <param name="Name">For people.</param>
/// <param name="Admin">Passes admin commands on.</param>
/// <param name="Io">Passes I/O commands on.</param>
/// <param name="Vfs">Its VFs, by number from 1, which the kernel has enabled.</param>
public sealed record KernelFunction(string Name, ICommandPath Admin, ICommandPath Io, IReadOnlyList<IFunction> Vfs);

/// <summary>Builds a fresh pair in a world, as a combination asks.</summary>
public delegate PairUnderTest PairFactory(World world, PlannedCombination plan);
