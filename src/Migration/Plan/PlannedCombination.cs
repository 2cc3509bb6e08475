using System.Text.Json.Serialization;
using Conformance.Device;

namespace Conformance.Migration;

/// <summary>A series of cycles with every choice made: all that is needed to carry it out, and to do it again.</summary>
public sealed record PlannedCombination
{
    /// <summary>Unique in the plan: the combination's name, with the step where there is one for each.</summary>
    public required string Name { get; init; }

    /// <summary>Its own, so that it runs the same alone.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Where it stands in a sweep; null where it is in none.</summary>
    public SweepPoint? Sweep { get; init; }

    public required MigrationCommands Commands { get; init; }

    /// <summary>Null unless the commands are vfio.</summary>
    public required VfioSettings? Vfio { get; init; }

    /// <summary>The command set that the device is asked in, whatever is above it.</summary>
    [JsonIgnore]
    public MigrationCommands Dialect => DialectOf(Commands, Vfio);

    public required AdminQueueKind AdminQueue { get; init; }

    public required MediumSharing Medium { get; init; }

    public required GuestMemoryKind GuestMemory { get; init; }

    public required GuestStop GuestStop { get; init; }

    /// <summary>Null where nothing is copied.</summary>
    public required DirtySource? Dirty { get; init; }

    public required NamespaceIdentity NamespaceIdentity { get; init; }

    public required DataQueueEnd DataQueue { get; init; }

    public required ReportSource Reports { get; init; }

    public required bool SuspendNotification { get; init; }

    public required QueueMemoryKind QueueMemory { get; init; }

    public required int Cycles { get; init; }

    public required ReadBackCycles ReadBack { get; init; }

    public required Route Route { get; init; }

    public required HostCount Hosts { get; init; }

    public required Direction Direction { get; init; }

    /// <summary>Functions that move at once: <see cref="FromVf"/> and those after it to <see cref="ToVf"/> and those after it.</summary>
    public required int Vfs { get; init; }

    /// <summary>Functions beside them that stay where they are: those of side A after the last of the others.</summary>
    public int Neighbours { get; init; }

    /// <summary>Functions with a guest, each on a namespace of its own.</summary>
    [JsonIgnore]
    public int Guests => Vfs + Neighbours;

    /// <summary>From 1.</summary>
    public required int FromVf { get; init; }

    /// <summary>From 1.</summary>
    public required int ToVf { get; init; }

    public required ClockKind Clock { get; init; }

    /// <summary>Each cycle is first cancelled after this step.</summary>
    public required CycleStep? CancelAfter { get; init; }

    /// <summary>In each cycle this step first fails.</summary>
    public required CycleStep? BreakAt { get; init; }

    public required CancelAfterSave CancelAfterSave { get; init; }

    /// <summary>The step whose submission is the commit point: from then on the source is not brought back.</summary>
    public required CycleStep CommitPoint { get; init; }

    public required Expectation Expect { get; init; }

    /// <summary>What a negative control must be found to break.</summary>
    public required IReadOnlyList<string> MustFind { get; init; }

    /// <summary>The steps of one cycle, in order.</summary>
    public required IReadOnlyList<CycleStep> Steps { get; init; }

    /// <summary>What the device must have, in words; where it has it not, the verdict is not-supported.</summary>
    public required IReadOnlyList<string> Needs { get; init; }

    public required LimitSettings Limits { get; init; }

    public required GuestSettings Guest { get; init; }

    public required DwellSettings Dwell { get; init; }

    public required CopySettings Copy { get; init; }

    public required GateSettings Gates { get; init; }

    /// <summary>The simulated source and destination; without meaning where functions are real.</summary>
    public required SimulatedPairOptions Pair { get; init; }

    /// <summary>Real functions; null where they are simulated.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RealDevice? Real { get; init; }

    /// <summary>What the device is, as far as it is known before anything ran.</summary>
    [JsonIgnore]
    public DeviceIdentity? Identity => Real is { } real
        ? real.Identity
        : new DeviceIdentity(Pair.Device.Identity.PciVendorId, Pair.Device.Identity.ModelNumber, Pair.Device.Identity.FirmwareRevision);

    /// <summary>The dialect of the device's vendor commands; null where it has none.</summary>
    [JsonIgnore]
    public VendorDialect? VendorDialect => Real is { } real ? real.Named.VendorRfc : Pair.Device.VendorRfc;

    internal static MigrationCommands DialectOf(MigrationCommands commands, VfioSettings? vfio) =>
        commands != MigrationCommands.Vfio ? commands : (vfio ?? new()).Over == VfioOver.Hmlm ? MigrationCommands.Hmlm : MigrationCommands.VendorRfc;
}
