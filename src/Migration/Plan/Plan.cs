using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Conformance.Device;

namespace Conformance.Migration;

/// <summary>What will be done: pure, printable, complete. Made of a <see cref="Profile"/>; nothing has run.</summary>
/// <param name="Name">Of the profile.</param>
/// <param name="ProfileHash">SHA-256 of the profile as it holds, after extends, defaults and overrides; name and seed left out.</param>
/// <param name="Seed">Of the run; each combination has one of its own, derived from it and the combination's name.</param>
public sealed record Plan(string Name, string ProfileHash, ulong Seed, IReadOnlyList<PlannedCombination> Combinations)
{
    /// <summary>Of what the figures of its cycles depend on, and no more; see <see cref="Migration.FiguresHash"/>. Empty in a plan of an earlier build.</summary>
    public string FiguresHash { get; init; } = "";

    /// <summary>The cases; null where there are none.</summary>
    public CasePlan? Cases { get; init; }

    /// <summary>
    /// Expands a profile: each choice of every-step becomes one combination a step, named <c>combination/cancel-after-save</c>.
    /// </summary>
    /// <param name="profile">As read and checked.</param>
    /// <param name="cases">All cases that there are; asked for only where the profile wants cases.</param>
    public static Plan Of(Profile profile, Func<IEnumerable<CaseName>>? cases = null) =>
        new(
            profile.Name,
            HashOf(profile),
            profile.Seed,
            CombinationsOf(profile))
        {
            FiguresHash = Migration.FiguresHash.Of(profile),
            Cases = profile.Cases is null ? null : CasePlan.Of(profile, cases?.Invoke() ?? []),
        };

    /// <summary>The combinations alone.</summary>
    public static IReadOnlyList<PlannedCombination> CombinationsOf(Profile profile) =>
    [
        .. profile.Combinations.SelectMany(entry => Expand(profile, entry.Key, entry.Value)),
        .. profile.Swept.Select(it => Swept(it, profile.Seed)),
    ];

    /// <summary>The real functions that it is for; null where they are simulated.</summary>
    [JsonIgnore]
    public RealDevice? Real => Combinations is [{ Real: { } real }, ..] ? real : Cases?.Devices[0].Real;

    /// <summary>The devices of the kernel's making that it is for; null where there are others.</summary>
    [JsonIgnore]
    public MediatedDevices? Mediated => Cases?.Devices[0].Mediated;

    /// <summary>What every figure is of: a model, an emulator, or a device.</summary>
    [JsonIgnore]
    public string Figures => Real?.Figures ?? (Mediated is null ? "SIMULATED" : "EMULATED");

    /// <summary>The same for real functions that were looked at. No limit is held against what an emulator takes, nor are its figures any.</summary>
    public Plan For(RealDevice real) => this with
    {
        Combinations = [.. Combinations.Select(it => it with { Real = real, Gates = real.Emulated ? new GateSettings { Tainted = 100 } : it.Gates })],
        Cases = Cases is { } cases ? cases with { Devices = [.. cases.Devices.Select(it => it with { Real = real })] } : null,
    };

    /// <summary>SHA-256 of the whole plan, name, seed and selection included.</summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, MigrationJson.Default.Plan)));

    private static string HashOf(Profile profile) =>
        Convert.ToHexStringLower(SHA256.HashData(
            JsonSerializer.SerializeToUtf8Bytes(profile with { Name = "", Seed = 0 }, MigrationJson.Default.Profile)));

    private static PlannedCombination Swept(SweptProfile it, ulong seed)
    {
        var combination = it.Profile.Combinations[it.Of];
        return One(it.Profile with { Seed = seed }, $"{it.Point.Name}/{it.Point.Value}", combination, combination.CancelAfter.Step, combination.BreakAt.Step) with
        {
            Sweep = it.Point,
        };
    }

    private static IEnumerable<PlannedCombination> Expand(Profile profile, string name, Combination it)
    {
        if (it.CancelAfter.IsEvery)
            return StepsOf.Cancellable(it).Select(step => One(profile, $"{name}/cancel-after-{Words.Of(step)}", it, step, null));
        if (it.BreakAt.IsEvery)
            return StepsOf.Breakable(it).Select(step => One(profile, $"{name}/break-at-{Words.Of(step)}", it, null, step));
        return [One(profile, name, it, it.CancelAfter.Step, it.BreakAt.Step)];
    }

    private static PlannedCombination One(Profile profile, string name, Combination it, CycleStep? cancelAfter, CycleStep? breakAt)
    {
        var isVendor = PlannedCombination.DialectOf(it.Commands, it.Vfio) == MigrationCommands.VendorRfc;
        var adminQueue = it.AdminQueue ?? (isVendor ? AdminQueueKind.Carried : AdminQueueKind.Mediated);
        return new PlannedCombination
        {
            Name = name,
            Seed = Rng.Derive(profile.Seed, name),
            Commands = it.Commands,
            Vfio = it.Commands == MigrationCommands.Vfio ? it.Vfio ?? new() : null,
            AdminQueue = adminQueue,
            Medium = it.Medium,
            GuestMemory = it.GuestMemory,
            GuestStop = it.GuestStop,
            Dirty = it.Medium == MediumSharing.Local ? it.Dirty ?? DirtySource.Tracked : null,
            NamespaceIdentity = it.NamespaceIdentity,
            DataQueue = it.DataQueue,
            Reports = it.Reports,
            SuspendNotification = it.SuspendNotification,
            QueueMemory = it.QueueMemory,
            Cycles = it.Cycles,
            ReadBack = it.ReadBack,
            Route = it.Route,
            Hosts = it.Hosts,
            Direction = it.Direction,
            Vfs = it.Vfs,
            Neighbours = it.Neighbours,
            FromVf = it.FromVf,
            ToVf = it.ToVf,
            Clock = it.Clock ?? profile.Clock,
            CancelAfter = cancelAfter,
            BreakAt = breakAt,
            CancelAfterSave = isVendor ? it.CancelAfterSave ?? CancelAfterSave.LoadThenResume : CancelAfterSave.Resume,
            CommitPoint = StepsOf.CommitPoint(it),
            Expect = it.Expect,
            MustFind = it.MustFind,
            Steps = StepsOf.All(it),
            Needs = [.. Needs(profile, it, adminQueue)],
            Limits = profile.Limits,
            Guest = profile.Guest,
            Dwell = profile.Dwell,
            Copy = profile.Copy,
            Gates = profile.Gates,
            Pair = new SimulatedPairOptions
            {
                Device = profile.Device.Sim ?? new SimulatedDevice(), Destination = profile.Device.SimDestination, Medium = it.Medium,
            },
            Real = profile.Device.Linux is { } linux ? new RealDevice(linux) : null,
        };
    }

    private static IEnumerable<string> Needs(Profile profile, Combination it, AdminQueueKind adminQueue)
    {
        var dialect = PlannedCombination.DialectOf(it.Commands, it.Vfio);
        yield return dialect == MigrationCommands.VendorRfc ? "vendor commands" : "host managed live migration";
        if (dialect == MigrationCommands.Hmlm && adminQueue == AdminQueueKind.Carried)
            yield return "vendor part of the state with the admin queue";
        if (StepsOf.All(it).Contains(CycleStep.StartTracking))
        {
            if (it.Medium == MediumSharing.Local && it.Dirty is null or DirtySource.Tracked) yield return "user data tracking";
            if (it.GuestMemory == GuestMemoryKind.Copied) yield return "memory tracking";
        }

        if (it.Medium == MediumSharing.Local) yield return "a namespace that both functions reach";
        yield return $"{Math.Max(it.FromVf, it.ToVf) + it.Vfs - 1 + it.Neighbours} VF with {profile.Guest.Queues} I/O queue pairs";
    }
}
