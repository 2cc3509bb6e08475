using Conformance.Migration;

namespace Conformance.Report;

/// <summary>A picture with one sentence on how to read it.</summary>
/// <param name="How">What it shows and how it was measured.</param>
public sealed record Plot(Chart Chart, string How);

/// <summary>All pictures of a run, made of its record alone: those of the page, and those of its folder.</summary>
public sealed class RunPlots
{
    /// <summary>Combinations that are drawn one by one; the tables have all.</summary>
    public const int CombinationsDrawn = 12;

    private readonly List<IReadOnlyList<Plot>> _combinations;

    private RunPlots(RunRecord run)
    {
        Overview = DowntimePlots.OfRun(run);
        Sweeps = SweepPlots.Of(run);
        _combinations = [.. run.Combinations.Take(CombinationsDrawn).Select(it => CombinationPlots.Of(run, it))];
    }

    /// <summary>Downtime of the combinations side by side; null where none was observed.</summary>
    public Plot? Overview { get; }

    /// <summary>What was swept, one picture a sweep.</summary>
    public IReadOnlyList<Plot> Sweeps { get; }

    public IEnumerable<Plot> All => [.. Overview is { } overview ? [overview] : (Plot[])[], .. Sweeps, .. _combinations.SelectMany(it => it)];

    public static RunPlots Of(RunRecord run) => new(run);

    /// <summary>Each as a file of its own: a name without extension, and the picture.</summary>
    public IEnumerable<(string Name, string Svg)> Files()
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var plot in All)
        {
            // Names that differ in a character that no file has would else be one.
            var name = plot.Chart.Name;
            for (var i = 2; !taken.Add(name); i++) name = $"{plot.Chart.Name}-{i}";
            yield return (name, SvgChart.Alone(plot.Chart));
        }
    }

    /// <summary>Those of one combination, by its place in the record; empty beyond those that are drawn.</summary>
    public IReadOnlyList<Plot> OfCombination(int index) => index < _combinations.Count ? _combinations[index] : [];

    /// <summary>A name of a file, whatever the name of a combination is.</summary>
    internal static string FileName(string name, string kind)
    {
        const int longest = 100;
        var plain = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' ? c : '.'));
        return $"{plain[..Math.Min(plain.Length, longest)].Trim('.')}.{kind}".TrimStart('.');
    }

    /// <summary>What one must know of the run to read a picture alone.</summary>
    internal static string Parameters(RunRecord run) =>
        $"profile {run.Plan.Name} ({run.Plan.ProfileHash[..Math.Min(12, run.Plan.ProfileHash.Length)]}), seed {run.Plan.Seed}"
        + (run.Defect is { } defect ? $", planted defect {defect}" : "");

    /// <summary>The same of one combination.</summary>
    internal static string Parameters(RunRecord run, PlannedCombination? plan)
    {
        if (plan is null) return Parameters(run);
        var guest = plan.Guest;
        var load = guest.Mode == LoadMode.Open ? $"open loop {Human.Count(guest.Rate ?? 0)} commands/s" : "closed loop";
        var sizes = string.Join('+', guest.IoSizes);
        return $"{Words.Of(plan.Commands)}, {Words.Of(plan.Medium)} medium, {Words.Of(plan.GuestMemory)} guest memory; {load}, {guest.Queues} queues, depth {guest.Depth}, "
            + $"{sizes}, {guest.Mix.Read} % read, {guest.Mix.Write} % write; {Words.Of(plan.Clock)} clock; {Parameters(run)}";
    }
}
