using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Conformance.Device;

namespace Conformance.Migration;

/// <summary>What to ask: a profile as read from YAML, checked and complete. <see cref="Plan.Of"/> makes of it what will be done.</summary>
public sealed record Profile
{
    /// <summary>Names the run and the folder of its report; if absent, the name of the file. Not inherited by extends.</summary>
    [RegularExpression("[A-Za-z0-9._-]+")]
    public required string Name { get; init; }

    /// <summary>Where every random choice comes from: the same profile and seed on the virtual clock give the same run.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>virtual: time is computed from what the simulated device's timing says. real: the machine's clock.</summary>
    public ClockKind Clock { get; init; } = ClockKind.Virtual;

    /// <summary>How far each combination may go before it is a timeout.</summary>
    public LimitSettings Limits { get; init; } = new();

    /// <summary>What is tested.</summary>
    public required DeviceUnderTest Device { get; init; }

    /// <summary>The load that runs while the controller moves.</summary>
    public GuestSettings Guest { get; init; } = new();

    /// <summary>How long the guest runs undisturbed around each move.</summary>
    public DwellSettings Dwell { get; init; } = new();

    /// <summary>How blocks and state are copied.</summary>
    public CopySettings Copy { get; init; } = new();

    /// <summary>What the figures may be at most.</summary>
    public GateSettings Gates { get; init; } = new();

    /// <summary>What is done: each name is a series of cycles. A base's combination given as ~ is left out.</summary>
    public OrderedDictionary<string, Combination> Combinations { get; init; } = [];

    /// <summary>Combinations that are repeated along the values of a key. Names must not be those of combinations.</summary>
    public OrderedDictionary<string, SweepOptions> Sweeps { get; init; } = [];

    /// <summary>The profile at each value of each sweep.</summary>
    [JsonIgnore]
    internal IReadOnlyList<SweptProfile> Swept { get; init; } = [];

    /// <summary>The cases of the conformance suite that are run; {} for all of them.</summary>
    public CaseOptions? Cases { get; init; }

    /// <summary>More devices for cases that the first does not support, each given as its differences to device.sim.</summary>
    public OrderedDictionary<string, SimulatedDevice> Devices { get; init; } = [];

    /// <summary>The virtual machine in which the command testbed runs this profile. Says nothing to other commands.</summary>
    public TestbedOptions Testbed { get; init; } = new();
}

/// <summary>The device, one of several kinds.</summary>
public sealed record DeviceUnderTest
{
    /// <summary>The simulated pair.</summary>
    public SimulatedDevice? Sim { get; init; }

    /// <summary>In what the destination differs from sim.</summary>
    public SimulatedDevice? SimDestination { get; init; }

    /// <summary>Real functions of this machine; needs clock: real, and --allow-data-loss with their serial numbers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LinuxDevice? Linux { get; init; }

    /// <summary>Devices that the kernel makes out of nothing: cases of the VFIO migration protocol, against a driver of the kernel's own; needs clock: real.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MediatedDevices? Mediated { get; init; }
}

/// <summary>The guest: its memory, its queues and its load.</summary>
public sealed record GuestSettings
{
    /// <summary>Memory of the guest; queues and buffers are in it.</summary>
    [Range(typeof(Size), "64KiB", "1TiB")]
    public Size Memory { get; init; } = Size.MiB(16);

    /// <summary>I/O queue pairs.</summary>
    [Range(1, 65535)]
    public int Queues { get; init; } = 1;

    /// <summary>Commands in flight on each queue pair: exactly (closed loop), or at most (open loop).</summary>
    [Range(1, 65534)]
    public int Depth { get; init; } = 16;

    /// <summary>Entries of each queue, more than depth; 0: the next power of two, 16 at least.</summary>
    [Range(0, 65536)]
    public int Entries { get; init; }

    /// <summary>Asynchronous Event Requests that the guest keeps outstanding.</summary>
    [Range(0, 256)]
    public int Events { get; init; } = 1;

    /// <summary>After this time a command without completion is called lost.</summary>
    [Range(typeof(Duration), "1us", "24h")]
    public Duration CommandTimeout { get; init; } = Duration.FromSeconds(2);

    /// <summary>Part of the namespace that is used, from its beginning; 0: all.</summary>
    [Range(typeof(Size), "0", "8PiB")]
    public Size Region { get; init; }

    /// <summary>
    /// Every block of the region is written before the load begins: each move then has as much to copy. Else blocks are allocated as the load comes to write
    /// them, and the first moves copy less.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Fill { get; init; }

    /// <summary>Sizes of commands, each as often.</summary>
    [MinLength(1)]
    public IReadOnlyList<Size> IoSizes { get; init; } = [Size.KiB(4)];

    /// <summary>Percentages of commands; they sum to 100.</summary>
    public MixSettings Mix { get; init; } = MixSettings.Default;

    /// <summary>Order of addresses.</summary>
    public AccessPattern Pattern { get; init; } = AccessPattern.Random;

    /// <summary>
    /// closed: the next command begins when one ends. open: commands begin at their rate, whatever became of earlier ones.
    /// </summary>
    public LoadMode Mode { get; init; } = LoadMode.Closed;

    /// <summary>Open loop: commands per second, over all queues.</summary>
    [Range(1.0, 1e9)]
    public double? Rate { get; init; }

    /// <summary>Open loop: how the beginnings are spread.</summary>
    public ArrivalKind Arrivals { get; init; } = ArrivalKind.Poisson;
}

/// <summary>Percentages of the guest's commands. What is not given is 0.</summary>
public sealed record MixSettings
{
    /// <summary>The mix of a guest that says nothing about it.</summary>
    public static MixSettings Default { get; } = new() { Read = 50, Write = 40, WriteZeroes = 4, Deallocate = 4, Flush = 2 };

    [Range(0, 100)]
    public int Read { get; init; }

    [Range(0, 100)]
    public int Write { get; init; }

    [Range(0, 100)]
    public int WriteZeroes { get; init; }

    [Range(0, 100)]
    public int Deallocate { get; init; }

    [Range(0, 100)]
    public int Flush { get; init; }
}

public enum AccessPattern
{
    Random,
    Sequential,
}

public enum LoadMode
{
    Closed,
    Open,
}

public enum ArrivalKind
{
    Poisson,
    Constant,
}

/// <summary>Time that the guest runs around each move.</summary>
public sealed record DwellSettings
{
    /// <summary>Before tracking starts.</summary>
    [Range(typeof(Duration), "0", "24h")]
    public Duration Before { get; init; } = Duration.FromMilliseconds(2);

    /// <summary>After the guest was restarted, before it is verified.</summary>
    [Range(typeof(Duration), "0", "24h")]
    public Duration After { get; init; } = Duration.FromMilliseconds(2);

    /// <summary>Over which the guest's throughput is told: its lowest while it moves.</summary>
    [Range(typeof(Duration), "1us", "1h")]
    public Duration Window { get; init; } = Duration.FromMilliseconds(100);

    /// <summary>The first window of this length after the move that has 95 % of what was to come in it tells when the guest is back.</summary>
    [Range(typeof(Duration), "1us", "1h")]
    public Duration RecoveryWindow { get; init; } = Duration.FromMilliseconds(100);

    /// <summary>
    /// On the machine's clock: moves before the first that counts, at most so many, until nothing of the suite is compiled in one. They are judged like
    /// all, and no figure is of them.
    /// </summary>
    [Range(0, 100)]
    public int WarmUp { get; init; }

    /// <summary>
    /// Before the first move the load runs in rounds of this length until it is steady (SNIA: of five rounds, 20 % range and 10 % slope) and, on the
    /// real clock, nothing of the suite is compiled any more; 0: not waited for.
    /// </summary>
    [Range(typeof(Duration), "0", "1h")]
    public Duration SteadyRound { get; init; }

    /// <summary>Rounds at most; if it is not steady then, the figures say so.</summary>
    [Range(5, 10_000)]
    public int SteadyRounds { get; init; } = 50;
}

/// <summary>The copy of a local medium, and of the state.</summary>
public sealed record CopySettings
{
    /// <summary>Most bytes per second while the guest runs; 0: as fast as it goes.</summary>
    [Range(typeof(Size), "0", "1PiB")]
    public Size Bandwidth { get; init; }

    /// <summary>Reads and writes in flight.</summary>
    [Range(1, 1024)]
    public int Depth { get; init; } = 8;

    /// <summary>Bytes of one read or write.</summary>
    [Range(typeof(Size), "512", "64MiB")]
    public Size Chunk { get; init; } = Size.KiB(128);

    /// <summary>Each chunk is read back from the destination and compared, while others are copied; what differs is told at once.</summary>
    public bool Verify { get; init; }

    /// <summary>Rounds over dirty blocks before the guest is stopped, at most.</summary>
    [Range(0, 10_000)]
    public int RoundsMax { get; init; } = 8;

    /// <summary>The guest is stopped when no more blocks than these are dirty.</summary>
    [Range(typeof(long), "0", "9223372036854775807")]
    public long UntilDirtyBlocks { get; init; } = 64;

    /// <summary>Bytes of controller state per command, a multiple of 4.</summary>
    [Range(typeof(Size), "4", "64MiB")]
    public Size StateChunk { get; init; } = Size.KiB(4);
}

/// <summary>What the figures of any cycle may be, downtime by observer; what is absent is not judged.</summary>
public sealed record GateSettings
{
    /// <summary>Stop of the guest to the first completion of a command that the destination fetched.</summary>
    public Duration? GuestDowntime { get; init; }

    /// <summary>Stop of the guest to its restart.</summary>
    public Duration? OrchestratorDowntime { get; init; }

    /// <summary>Last completion or DMA write of the source to the first fetch of the destination.</summary>
    public Duration? DeviceDowntime { get; init; }

    /// <summary>Restart of the guest to the begin of the first dwell.recovery-window that has 95 % of what was to come in it.</summary>
    public Duration? Recovery { get; init; }

    /// <summary>Percent of what was to come after the move that must complete then: of the commands intended (open loop), or of the throughput before.</summary>
    [Range(1, 1000)]
    public int? ThroughputAfter { get; init; }

    /// <summary>Limits on quantiles of the latency of a combination's commands, those of tainted cycles left out. Each needs as many commands as can say something of it.</summary>
    public IReadOnlyList<LatencyGate> Latency { get; init; } = [];

    /// <summary>
    /// A file of exact figures, made by baseline set, which the run must reach: commands, bytes, rounds and times of the virtual clock. Relative to the
    /// folder in which the program is called, or to the root of the tree.
    /// </summary>
    public string? Baseline { get; init; }

    /// <summary>Limits on quantiles over the cycles of a combination. Each needs as many cycles as can say something of it: 299 for 0.99.</summary>
    public IReadOnlyList<QuantileGate> Quantiles { get; init; } = [];

    /// <summary>
    /// Percent of a combination's samples that may be tainted. Where more are nothing is known of its figures, and it is inconclusive; 100: moves are
    /// asked for, and not their figures.
    /// </summary>
    [Range(0, 100)]
    public int Tainted { get; init; } = 20;
}

/// <summary>
/// A limit on a quantile of downtime. It is held where the one-sided 95 % upper bound of the quantile is within it, and broken where the lower bound
/// is not; in between nothing is known.
/// </summary>
public sealed record QuantileGate
{
    public required DowntimeObserver Downtime { get; init; }

    /// <summary>0.5 is the median.</summary>
    [Range(0.01, 0.9999)]
    public required double Quantile { get; init; }

    public required Duration Limit { get; init; }
}

/// <summary>
/// A limit on a quantile of latency. It is held where the one-sided 95 % upper bound of the quantile is within it, and broken where the lower bound
/// is not; in between nothing is known.
/// </summary>
public sealed record LatencyGate
{
    /// <summary>When the commands should have begun, as reports tell it: before the move, in its pre-copy, during (the blackout met them), or after.</summary>
    public required string When { get; init; }

    /// <summary>0.5 is the median.</summary>
    [Range(0.01, 0.99999)]
    public required double Quantile { get; init; }

    public required Duration Limit { get; init; }
}

/// <summary>Who observes downtime.</summary>
public enum DowntimeObserver
{
    /// <summary>Stop of the guest to its first completion of a command that the destination fetched.</summary>
    Guest,

    /// <summary>Stop of the guest to its restart.</summary>
    Orchestrator,

    /// <summary>Within it, submission of suspend to completion of resume.</summary>
    Suspended,

    /// <summary>Last completion or DMA write of the source to the first fetch of the destination.</summary>
    Device,
}

/// <summary>One combination with one key of the profile at several values, each a combination of its own: what a figure depends on.</summary>
public sealed record SweepOptions
{
    /// <summary>The combination.</summary>
    public required string Of { get; init; }

    /// <summary>The key, as --set has it: guest.depth.</summary>
    public required string Key { get; init; }

    /// <summary>Its values, as they would be written there.</summary>
    [MinLength(1)]
    public required IReadOnlyList<string> Values { get; init; }

    /// <summary>What else differs from the profile, the same at each value: guest.mode=closed.</summary>
    public IReadOnlyList<string> With { get; init; } = [];

    /// <summary>What values without a unit count, for the axis of the picture: bytes, commands/s. If absent, they are a count.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Unit { get; init; }

    /// <summary>
    /// What is drawn along the key, one name or a list: guest, orchestrator, suspended and device are downtimes, step.suspend is what that step took, and so each
    /// step; if absent, the downtimes.
    /// </summary>
    [OneOrList]
    [MinLength(1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Figure { get; init; }
}

/// <summary>The profile as it is at one value of a sweep.</summary>
/// <param name="Point">Which.</param>
/// <param name="Of">The combination.</param>
/// <param name="Profile">All of it.</param>
internal sealed record SweptProfile(SweepPoint Point, string Of, Profile Profile);
