using System.Diagnostics;
using Conformance.Device;
using Conformance.Migration;
using Conformance.Report;
using Conformance.Runner.Commands;
using Conformance.Runner.Display;
using Conformance.Runner.Real;

namespace Conformance.Runner.Running;

/// <summary>
/// Runs two trees of this suite, or two devices, in turn on one machine: A B, B A, A B, ..., so that what drifts drifts in both. The sample is one
/// launch of a process: what one process has in all its cycles - where its code and memory lie - is then in the spread, and not in the difference.
/// </summary>
/// <param name="services">Where it is told, and how this program is started once more.</param>
/// <param name="profile">What trees run.</param>
/// <param name="launches">Processes a side.</param>
/// <param name="words">What each of them is told besides, as <c>run</c> takes it.</param>
/// <param name="longest">How long one may take: a real device that copies its whole medium takes what it takes.</param>
/// <param name="page">A file that tells it too; null: none.</param>
internal sealed class AbComparison(Services services, string profile, int launches, IReadOnlyList<string> words, Duration longest, string? page)
{
    /// <param name="a">A tree of this suite, or a profile.</param>
    /// <param name="b">What is new.</param>
    /// <param name="repeat">How often; more than once, only what was said is counted.</param>
    public ExitCode Run(string a, string b, int repeat)
    {
        if (launches < 1) throw new UsageException($"--launches {launches}: at least one");
        if (repeat < 1) throw new UsageException($"--repeat {repeat}: at least once");
        if (repeat > 1 && page is not null) throw new UsageException($"--html {page}: a page tells one comparison, not {repeat}");
        var (start, other) = (Launcher(a), Launcher(b));
        if (page is not null) PageFile.Prove(page);
        List<RunRecord> olds, news;
        if (repeat == 1)
        {
            (olds, news) = Launch(start, other, withCost: true);
            return Tell(olds, news);
        }

        var (slower, faster, doubtful, lost, alarms, worst) = (0, 0, 0, 0, 0, ExitCode.Conformant);
        RunRecord? one = null;
        for (var i = 0; i < repeat; i++)
        {
            try
            {
                (olds, news) = Launch(start, other, withCost: false);
            }
            catch (Exception e) when (e is LaunchException || (e is UnavailableException && i > 0))
            {
                // Hours of others are not lost with it; nor is it left out of what they end with.
                lost++;
                services.Error.WriteLine($"[{i + 1}/{repeat}] no result: {e.Message}");
                continue;
            }

            one = olds[0];
            worst = ExitCodes.Worst([worst, CodeOf(olds.Concat(news))]);
            var changes = Comparison.Of(MetricSamples.Of(olds, news).Samples);
            var said = string.Join(", ", changes.GroupBy(it => it.Change).Select(it => $"{Words.Of(it.Key)} {it.Count()}"));
            // What one comparison would not say none of many does.
            if (IsTooTainted(olds, news))
            {
                doubtful++;
                said = $"nothing is known: {string.Join("; ", Taints(olds).Concat(Taints(news)).Where(it => it.IsTooMany).Select(it => $"{it.Name}, {it.Tainted}"))} ({said})";
            }
            else
            {
                if (changes.Any(it => it.Change == Change.Slower)) slower++;
                if (changes.Any(it => it.Change == Change.Faster)) faster++;
                if (changes.Any(IsAlarm)) alarms++;
            }

            services.Out.WriteLine($"[{i + 1}/{repeat}] {said}");
        }

        services.Out.WriteLine($"{repeat - lost} comparisons of {launches} launches a side: slower in {slower}, faster in {faster}, nothing known in {doubtful}");
        if (one is not null && IsSame(a, b)) TellFalseAlarms(new FalseAlarms(alarms, repeat - lost - doubtful), one);
        return lost > 0 ? ExitCode.HarnessFailed : ExitCodes.Worst([worst, doubtful > 0 ? ExitCode.Inconclusive : ExitCode.Conformant]);
    }

    private static bool IsAlarm(MetricChange it) => it.Change is Change.Slower or Change.Faster;

    /// <summary>Both sides are one thing, so that each alarm is a false one.</summary>
    private bool IsSame(string a, string b) => Path.GetFullPath(PathOf(a)) == Path.GetFullPath(PathOf(b));

    private string PathOf(string side) => Directory.Exists(side) ? side : Shipped.Find(side, services.Root);

    /// <summary>What comparisons of A with itself said; kept for later ones where so many launches can say anything.</summary>
    private void TellFalseAlarms(FalseAlarms counted, RunRecord run)
    {
        services.Out.WriteLine($"of A with itself {counted}");
        if (launches >= Comparison.Fewest) FalseAlarmFile.Add(counted, run, launches, services);
    }

    /// <summary>Every launch of both sides.</summary>
    /// <param name="start">How A is started.</param>
    /// <param name="other">How B is started.</param>
    /// <param name="withCost">The first launch of A measures the suite's own cost too, once its figures are taken: once is enough, and it takes longer than they do.</param>
    private (List<RunRecord> Olds, List<RunRecord> News) Launch(Func<string, ProcessStartInfo> start, Func<string, ProcessStartInfo> other, bool withCost)
    {
        var (olds, news) = (new List<RunRecord>(), new List<RunRecord>());
        var folder = Directory.CreateTempSubdirectory("conformance-ab-").FullName;
        try
        {
            for (var i = 0; i < launches; i++)
            {
                if (services.IsTerminal) services.Error.Write($"\rlaunch {i + 1} of {launches}, each side ");
                if (i % 2 == 0) olds.Add(Launch(start, Path.Combine(folder, $"a{i}"), isBare: i > 0 || !withCost));
                news.Add(Launch(other, Path.Combine(folder, $"b{i}"), isBare: true));
                if (i % 2 != 0) olds.Add(Launch(start, Path.Combine(folder, $"a{i}"), isBare: true));
                // What cannot come to anything is not begun.
                if (i == 0) Require(olds[0], news[0]);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        if (services.IsTerminal) services.Error.WriteLine();
        return (olds, news);
    }

    private void Require(RunRecord old, RunRecord now)
    {
        if (old.Figures != now.Figures) throw new UsageException($"A is {old.Figures} and B is {now.Figures}: no figure of one says anything of the other");
        var figures = MetricSamples.Of([old], [now]).Samples.Count;
        if (launches >= Comparison.Fewest && Comparison.FewestFor(figures) is var fewest && launches < fewest)
            throw new UsageException($"--launches {launches}: {figures} figures need at least {fewest} a side, or a profile of fewer combinations");
    }

    private ExitCode Tell(List<RunRecord> olds, List<RunRecord> news)
    {
        // Between builds the profile must be one; between devices it is what differs.
        var (samples, missing) = MetricSamples.Of(olds, news);
        var changes = Comparison.Of(samples);
        var power = launches < Comparison.Fewest ? null : Power.Of(samples);
        var grid = new Grid(services);
        grid.Add("figure", changes.Select(it => it.Samples.Metric.Name));
        grid.Add("", changes.Select(it => Words.Of(it.Change)));
        grid.AddFigures("A, median", changes.Select(it => Human.Figure(it.BaseMedian, it.Samples.Metric.Unit)));
        grid.AddFigures("B, median", changes.Select(it => Human.Figure(it.NewMedian, it.Samples.Metric.Unit)));
        grid.AddFigures("B / A", changes.Select(it => double.IsNaN(it.Ratio) ? "-" : $"{it.Ratio:0.000}"));
        grid.AddFigures("p", changes.Select(it => $"{it.P:0.0e0}"));
        if (power is not null) grid.AddFigures("finds", power.Detectable.Select(it => it is { } factor ? $"+{factor - 1:0 %}" : "-"));
        grid.Write();
        List<string> notes =
        [
            .. missing.Select(name => $"{name}: not told by every launch, so not compared"),
            .. PlanDifference.Of(olds[0].Plan, news[0].Plan),
            $"{olds[0].Figures}; {launches} launches a side; Mann-Whitney, Holm over {changes.Count} figures, family-wise {Comparison.Alpha}, "
                + $"a change is more than {Comparison.Threshold:0 %}",
            power is null
                ? $"unknown: {Comparison.Fewest} launches a side are the fewest that say anything"
                : $"resampled from A's launches, which sees no drift, order or neighbour: {power.FalseAlarms} false alarms in {power.Trials}; "
                    + "\"finds\" is the smallest slowdown found in 95 %",
            FalseAlarmFile.Find(olds[0], launches, services) is { } known
                ? $"measured on this machine, of A with itself {known}"
                : $"of A with itself nothing was measured here: compare --ab A A --repeat N --launches {launches}",
        ];
        foreach (var (side, runs) in ((string, List<RunRecord>)[])[("A", olds), ("B", news)])
        {
            foreach (var (name, tainted, isTooMany) in Taints(runs))
                notes.Add($"{side}, {name}: {tainted}; the others alone count where a launch has any{(isTooMany ? "; so many that nothing is known" : "")}");
            foreach (var bad in runs.GroupBy(VerdictOf).Where(it => it.Key > Verdict.Warn))
                notes.Add($"{side}: {bad.Count()} of {runs.Count} launches ended as {Words.Of(bad.Key)}, whatever its figures");
        }

        foreach (var cost in olds[0].Costs.Where(it => it.IsKnown)) notes.Add($"{string.Join(", ", cost.Combinations)}: of this the suite itself costs {CostOf(cost)}");
        foreach (var note in notes) services.Out.WriteLine(note);
        if (page is not null) PageFile.Write(page, ComparisonPage.Write(olds[0], news[0], changes, notes), services);
        var code = IsTooTainted(olds, news) ? ExitCode.Inconclusive : Code(changes, missing);
        return ExitCodes.Worst([code, CodeOf(olds.Concat(news))]);
    }

    /// <summary>What tainted the samples of all launches together, by combination, where anything did.</summary>
    private static IEnumerable<(string Name, Tainted Tainted, bool IsTooMany)> Taints(List<RunRecord> runs) =>
        from plan in runs[0].Plan.Combinations
        let tainted = Tainted.In([.. runs.SelectMany(it => it.Combinations).Where(it => it.Name == plan.Name).SelectMany(it => it.Result.Cycles)])
        where tainted.Count > 0
        select (plan.Name, tainted, tainted.IsOver(plan.Gates.Tainted));

    private static bool IsTooTainted(List<RunRecord> olds, List<RunRecord> news) => Taints(olds).Concat(Taints(news)).Any(it => it.IsTooMany);

    /// <summary>What launches say besides their figures: a faster device that loses data is no better.</summary>
    private static ExitCode CodeOf(IEnumerable<RunRecord> runs) => ExitCodes.Worst([.. runs.Select(it => ExitCodes.Worst([.. ExitCodes.Of(VerdictOf(it))]))]);

    /// <summary>The worst that was found. The profile's gates, and how many samples of this one launch are tainted, are not what is asked.</summary>
    private static Verdict VerdictOf(RunRecord run) => Verdicts.Worst(
        [.. run.Cases.Select(it => it.Verdict), .. run.Combinations.Select(it => it is { Verdict: Verdict.Inconclusive, Found: Verdict.Pass or Verdict.Warn } ? it.Found : it.Verdict)]);

    /// <summary>What a move of a device without any latency takes: the part of the figures that is not the device's.</summary>
    private static string CostOf(SuiteCostRecord it) =>
        $"{Human.Time(it.GuestDowntimeNs)} of a guest downtime, {Human.Time(it.OrchestratorDowntimeNs)} of an orchestrator downtime, {Human.Time(it.CommandNs)} a command";

    private static ExitCode Code(IReadOnlyList<MetricChange> changes, IReadOnlyList<string> missing)
    {
        if (changes.Any(it => it.Change == Change.Slower)) return ExitCode.Regression;
        return changes.Count == 0 || missing.Count > 0 || changes.Any(it => it.Change == Change.Unknown) ? ExitCode.Inconclusive : ExitCode.Conformant;
    }

    /// <summary>How a side is started; given the folder of its run.</summary>
    private Func<string, ProcessStartInfo> Launcher(string side)
    {
        var script = Path.Combine(side, "run.sh");
        if (File.Exists(script)) return folder => new ProcessStartInfo(Path.GetFullPath(script), ["run", ProfileIn(side), "--out", folder]);
        if (Directory.Exists(side)) throw new UsageException($"{side}: no tree of this suite, for it has no run.sh");
        var path = Shipped.Find(side, services.Root);
        if (!File.Exists(path)) throw new UsageException($"{side}: no tree of this suite, and no profile");
        return folder => services.Again(["run", Path.GetFullPath(path), "--out", folder]);
    }

    /// <summary>The same profile for both trees: ours.</summary>
    private string ProfileIn(string side)
    {
        var path = Shipped.Find(profile, services.Root);
        return File.Exists(path) ? Path.GetFullPath(path) : throw new UsageException($"--profile {profile}: no such file, for {side}");
    }

    private RunRecord Launch(Func<string, ProcessStartInfo> start, string folder, bool isBare)
    {
        var how = start(folder);
        foreach (var word in words) how.ArgumentList.Add(word);
        if (isBare) how.ArgumentList.Add("--bare");
        // Code that is compiled once is as fast in the first move as in the last, and nobody compiles beside what is measured.
        how.Environment["DOTNET_TieredCompilation"] = "0";
        how.UseShellExecute = false;
        how.RedirectStandardOutput = how.RedirectStandardError = true;
        using var process = Process.Start(how)!;
        var said = process.StandardError.ReadToEndAsync();
        var told = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromTicks(longest.Nanoseconds / TimeSpan.NanosecondsPerTick)))
        {
            process.Kill(entireProcessTree: true);
            throw new LaunchException($"a launch did not end within {longest}");
        }

        if (process.ExitCode == (int)ExitCode.Usage) throw new UsageException(said.Result.TrimEnd());
        if (process.ExitCode == (int)ExitCode.Unavailable) throw new UnavailableException([said.Result.TrimEnd()]);
        // A gate that is broken is what is looked for; a run that shows nothing is not.
        if (!File.Exists(Path.Combine(folder, RunForms.Run)))
            throw new LaunchException($"a launch ended with {process.ExitCode} and left no run: {OneLine(said.Result)}");
        return RunFile.Read(folder);
    }

    private static string OneLine(string said) => said.Trim().ReplaceLineEndings("; ");

    /// <summary>A launch that told nothing: a failure of the suite, not of what it measures.</summary>
    private sealed class LaunchException(string message) : InvalidOperationException(message);
}
