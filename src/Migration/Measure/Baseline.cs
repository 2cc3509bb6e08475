using System.Text.Json.Serialization;
using Conformance.Device;

namespace Conformance.Migration;

/// <summary>
/// Figures that a run must reach exactly: on the virtual clock there is no noise, so any machine can be held to them. A file of its own, kept under
/// version control.
/// </summary>
public sealed record Baseline
{
    /// <summary>Of this form.</summary>
    public int Version { get; init; } = 1;

    public required Fingerprint Fingerprint { get; init; }

    /// <summary>By combination and figure: <c>local: step.suspend</c>. Counts, bytes, and ns of the virtual clock.</summary>
    public required IReadOnlyDictionary<string, long> Figures { get; init; }

    /// <summary>Why it was set or changed, oldest first.</summary>
    public required IReadOnlyList<BaselineEntry> Accepted { get; init; }

    public static Baseline Of(RunRecord run, string reason, IReadOnlyList<BaselineEntry>? earlier = null) => new()
    {
        Fingerprint = Fingerprint.Of(run),
        Figures = ExactFigures.Of(run),
        Accepted = [.. earlier ?? [], new BaselineEntry(run.Environment.Started.ToString("yyyy-MM-dd", null), run.Environment.Commit, reason)],
    };

    /// <summary>Holds a run against it.</summary>
    public BaselineResult Against(RunRecord run)
    {
        var differ = Fingerprint.Differences(Fingerprint.Of(run)).ToList();
        if (differ.Count > 0) return new BaselineResult(differ);
        var now = ExactFigures.Of(run);
        var changed = Figures.Where(it => now.TryGetValue(it.Key, out var value) && value != it.Value)
            .Select(it => new ExactChange(it.Key, it.Value, now[it.Key])).ToList();
        return new BaselineResult([])
        {
            Worse = [.. changed.Where(it => ExactFigures.IsBetterLess(it.Figure) && it.New > it.Old)],
            Better = [.. changed.Where(it => ExactFigures.IsBetterLess(it.Figure) && it.New < it.Old)],
            Changed = [.. changed.Where(it => !ExactFigures.IsBetterLess(it.Figure))],
            Missing = [.. Lacking(Figures.Keys, now, "not run"), .. Lacking(now.Keys, Figures, "not in the baseline")],
        };
    }

    /// <summary>Combinations of which the run has no figure.</summary>
    public IReadOnlyList<string> NotRun(RunRecord run) => [.. CombinationsIn(Figures.Keys).Except(CombinationsIn(ExactFigures.Of(run).Keys))];

    private static IEnumerable<string> CombinationsIn(IEnumerable<string> figures) => figures.Select(ExactFigures.CombinationOf).Distinct();

    /// <summary>Figures that the other has not; of a combination of which it has none, that alone.</summary>
    private static IEnumerable<string> Lacking(IEnumerable<string> figures, IReadOnlyDictionary<string, long> other, string whole)
    {
        var known = CombinationsIn(other.Keys).ToHashSet(StringComparer.Ordinal);
        var lacking = figures.Where(it => !other.ContainsKey(it)).ToList();
        return lacking.Where(it => known.Contains(ExactFigures.CombinationOf(it))).Select(it => $"{it}: in one of the two only")
            .Concat(CombinationsIn(lacking).Where(it => !known.Contains(it)).Select(it => $"{it}: {whole}"));
    }
}

/// <summary>The baseline that a run is held to.</summary>
/// <param name="Path">As it was named.</param>
/// <param name="Value">What is in the file; null where there is none.</param>
public sealed record HeldBaseline(string Path, Baseline? Value)
{
    public BaselineResult Against(RunRecord run) =>
        Value?.Against(run) ?? new BaselineResult([$"there is no baseline {Path}; baseline set makes one of a run"]);
}

/// <summary>One acceptance of a baseline.</summary>
/// <param name="Date">When the run began, UTC.</param>
/// <param name="Commit">Of the suite; null where unknown.</param>
/// <param name="Reason">In the words of whoever accepted it.</param>
public sealed record BaselineEntry(string Date, string? Commit, string Reason);

/// <summary>A figure that is not what it was.</summary>
public sealed record ExactChange(string Figure, long Old, long New)
{
    public override string ToString() => $"{Figure}: {Old} -> {New} ({(Old == 0 ? "from nothing" : $"{(New - Old) * 100.0 / Old:+0.##;-0.##} %")})";
}

/// <summary>What a run is against its baseline.</summary>
/// <param name="NotComparable">Fields in which the two are of different things; then nothing else is told.</param>
public sealed record BaselineResult(IReadOnlyList<string> NotComparable)
{
    /// <summary>More than it was, where less is better.</summary>
    public IReadOnlyList<ExactChange> Worse { get; init; } = [];

    /// <summary>Less than it was, so the baseline no longer guards what is reached.</summary>
    public IReadOnlyList<ExactChange> Better { get; init; } = [];

    /// <summary>Not what it was, which says nothing of better or worse: what a guest did in the time that it had.</summary>
    public IReadOnlyList<ExactChange> Changed { get; init; } = [];

    /// <summary>Figures and whole combinations that are in one of the two only, a sentence each.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    public bool IsSame => NotComparable.Count == 0 && !Moved.Any() && Missing.Count == 0;

    /// <summary>Every figure that is not what it was.</summary>
    [JsonIgnore]
    public IEnumerable<ExactChange> Moved => Worse.Concat(Better).Concat(Changed);
}

/// <summary>What two runs must have in common for their figures to be held against each other.</summary>
public sealed record Fingerprint
{
    /// <summary>Of what figures depend on, see <see cref="Plan.FiguresHash"/>; of a run of an earlier build, of its whole profile.</summary>
    public required string ProfileHash { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>SIMULATED, or the model of the device; not its firmware, which is what one compares.</summary>
    public required string Device { get; init; }

    /// <summary>Clocks of its combinations.</summary>
    public required string Clock { get; init; }

    /// <summary>Where time is the machine's: processor, cores, kernel and runtime; empty where it is computed.</summary>
    public required string Machine { get; init; }

    public static Fingerprint Of(RunRecord run)
    {
        var isReal = run.Plan.Combinations.Any(it => it.Clock == ClockKind.Real);
        var machine = run.Environment;
        return new Fingerprint
        {
            ProfileHash = run.Plan.FiguresHash is { Length: > 0 } hash ? hash : run.Plan.ProfileHash,
            Seed = run.Plan.Seed,
            Device = $"{run.Figures}{(run.Plan.Real?.Identity is { } identity ? $", {identity.Model}" : "")}{(run.Defect is { } defect ? $", with {defect}" : "")}",
            Clock = string.Join(", ", run.Plan.Combinations.Select(it => Words.Of(it.Clock)).Distinct().Order(StringComparer.Ordinal)),
            Machine = isReal ? $"{machine.Processor}, {machine.Cores} cores, kernel {machine.Kernel}, {machine.Runtime}" : "",
        };
    }

    /// <summary>A sentence for each field in which another differs.</summary>
    public IEnumerable<string> Differences(Fingerprint other)
    {
        foreach (var (field, mine, its) in ((string, string, string)[])
                 [
                     ("profile", ProfileHash[..Math.Min(12, ProfileHash.Length)], other.ProfileHash[..Math.Min(12, other.ProfileHash.Length)]),
                     ("seed", $"{Seed}", $"{other.Seed}"), ("device", Device, other.Device), ("clock", Clock, other.Clock), ("machine", Machine, other.Machine),
                 ])
        {
            if (mine != its) yield return $"{field}: {(mine.Length == 0 ? "any" : mine)}, here {(its.Length == 0 ? "any" : its)}";
        }
    }
}

/// <summary>Figures without noise.</summary>
public static class ExactFigures
{
    private const string Between = ": ";
    private const string Commands = "commands";
    private const string GuestBytes = "bytes of the guest";
    private const string DmaBytesRead = "DMA bytes read";
    private const string DmaBytesWritten = "DMA bytes written";

    /// <summary>Of the time that a move takes less is better, and of what is copied; of what the guests did meanwhile neither less nor more is.</summary>
    /// <param name="figure">With its combination.</param>
    public static bool IsBetterLess(string figure) => figure[(CombinationOf(figure).Length + Between.Length)..] is not (Commands or GuestBytes or DmaBytesRead or DmaBytesWritten);

    /// <summary>The combination of a figure.</summary>
    public static string CombinationOf(string figure) => figure[..figure.LastIndexOf(Between, StringComparison.Ordinal)];

    /// <summary>Of each combination on the virtual clock, summed over its cycles: commands, bytes, rounds, and ns by step and observer.</summary>
    public static SortedDictionary<string, long> Of(RunRecord run)
    {
        var clocks = run.Plan.Combinations.ToDictionary(it => it.Name, it => it.Clock);
        var figures = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var it in run.Combinations.Where(it => clocks.GetValueOrDefault(it.Name) == ClockKind.Virtual))
        {
            var cycles = it.Result.Cycles;
            void Add(string name, long? value)
            {
                if (value is { } known) figures[$"{it.Name}{Between}{name}"] = known;
            }

            Add(Commands, it.Result.Commands);
            Add(GuestBytes, it.Result.Bytes);
            Add(DmaBytesRead, it.Result.DmaBytesRead);
            Add(DmaBytesWritten, it.Result.DmaBytesWritten);
            Add("bytes of the medium", cycles.Sum(cycle => cycle.Copy.MediumBytes));
            Add("bytes of state", cycles.Sum(cycle => cycle.StateBytes));
            Add("pages of memory", cycles.Sum(cycle => cycle.Copy.MemoryPages));
            Add("rounds", cycles.Sum(cycle => cycle.Copy.Rounds));
            foreach (var step in cycles.SelectMany(cycle => cycle.Steps).GroupBy(step => step.Step))
                Add($"step.{Words.Of(step.Key)} (ns)", step.Sum(one => one.EndNs - one.BeginNs));
            foreach (var (_, name, of) in Downtimes.All)
            {
                var known = cycles.Select(cycle => of(cycle.Downtime)).OfType<long>().ToList();
                if (known.Count > 0) Add($"{name} (ns)", known.Sum());
            }
        }

        return figures;
    }
}
