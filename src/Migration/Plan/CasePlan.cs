using System.Text.Json.Serialization;
using Conformance.Device;

namespace Conformance.Migration;

/// <summary>The cases of a run with every choice made. What a process that runs cases has to know is in here.</summary>
public sealed record CasePlan
{
    /// <summary>In this order: a case that one does not support is run on the next.</summary>
    public required IReadOnlyList<PlannedDevice> Devices { get; init; }

    public required ClockKind Clock { get; init; }

    /// <summary>Of the run; each case has one of its own, derived from it and its name.</summary>
    public required ulong Seed { get; init; }

    public required LimitSettings Limits { get; init; }

    public required Duration Silence { get; init; }

    public required CaseOrder Order { get; init; }

    public required int Repeat { get; init; }

    /// <summary>In the order of a list, which is that of the record too.</summary>
    public required IReadOnlyList<PlannedCase> Cases { get; init; }

    /// <summary>What a profile asks of cases; null where it asks for none.</summary>
    /// <param name="profile">As read and checked.</param>
    /// <param name="names">All cases that there are, in the order of a list.</param>
    public static CasePlan? Of(Profile profile, IEnumerable<CaseName> names)
    {
        if (profile.Cases is not { } options) return null;
        return new CasePlan
        {
            Devices =
            [
                profile.Device.Linux is { } linux
                    ? new PlannedDevice("linux", null, null) { Real = new RealDevice(linux) }
                    : profile.Device.Mediated is { } mediated ? new PlannedDevice("mediated", null, null) { Mediated = mediated }
                    : new PlannedDevice("sim", profile.Device.Sim ?? new SimulatedDevice(), profile.Device.SimDestination),
                .. profile.Devices.Select(it => new PlannedDevice(it.Key, it.Value, null)),
            ],
            Clock = profile.Clock,
            Seed = profile.Seed,
            Limits = profile.Limits,
            Silence = options.Silence,
            Order = options.Order,
            Repeat = options.Repeat,
            Cases =
            [
                .. from name in names
                   where options.Only.Any(pattern => CaseGlob.Matches(pattern, name.Id)) && !options.Skip.Any(pattern => CaseGlob.Matches(pattern, name.Id))
                   select new PlannedCase(name.Id, TimeoutOf(options, name)),
            ],
        };
    }

    /// <summary>The cases as they are run: listed, or shuffled by the seed.</summary>
    public IReadOnlyList<PlannedCase> InOrder()
    {
        if (Order == CaseOrder.Listed) return Cases;
        var shuffled = Cases.ToArray();
        var rng = new Rng(Rng.Derive(Seed, "order of cases"));
        for (var i = shuffled.Length - 1; i > 0; i--)
        {
            var j = (int)rng.Below(i + 1);
            (shuffled[i], shuffled[j]) = (shuffled[j], shuffled[i]);
        }

        return shuffled;
    }

    /// <summary>The seed of a repetition, from 1: the first has the run's own.</summary>
    public ulong SeedOf(int repetition) => repetition == 1 ? Seed : Rng.Derive(Seed, (ulong)repetition);

    /// <summary>That of the longest pattern of the name, else of the class, else of the area, else of all.</summary>
    private static Duration TimeoutOf(CaseOptions options, CaseName name)
    {
        var best = options.Timeouts.Where(it => it.Key.Contains('/') && CaseGlob.Matches(it.Key, name.Id))
            .OrderByDescending(it => !CaseGlob.IsPattern(it.Key)).ThenByDescending(it => it.Key.Length).Select(it => (Duration?)it.Value).FirstOrDefault();
        if (best is { } own) return own;
        return options.Timeouts.TryGetValue(name.Class, out var ofClass) ? ofClass
            : options.Timeouts.TryGetValue(name.Area, out var ofArea) ? ofArea
            : options.Timeout;
    }
}

/// <summary>A device that cases are run on.</summary>
/// <param name="Name">In the profile; the one of device.sim is called sim, those of device.linux linux, those of device.mediated mediated.</param>
/// <param name="Device">Both sides, or the source; null where it is not simulated.</param>
/// <param name="Destination">Where it differs.</param>
public sealed record PlannedDevice(string Name, SimulatedDevice? Device, SimulatedDevice? Destination)
{
    /// <summary>Real functions; null where it has others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RealDevice? Real { get; init; }

    /// <summary>Devices of the kernel's making, the same; null where it has others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MediatedDevices? Mediated { get; init; }
}

/// <summary>A case that is to be run.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Timeout">On the machine's clock.</param>
public sealed record PlannedCase(string Id, Duration Timeout);
