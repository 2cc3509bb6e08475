using System.CommandLine;
using Conformance.Report;
using Conformance.Runner.Running;

namespace Conformance.Runner.Commands;

/// <summary><c>history</c>: where figures changed in a series of runs.</summary>
internal static class HistoryCommand
{
    public static Command Create(Services services)
    {
        var command = new ExampleCommand("history", "Where figures changed in a series of runs, oldest first.", """
            ./run.sh history reports/performance-2025*
            """);
        var runs = new Argument<string[]>("RUN") { Description = "Folders of runs, in the order of time.", Arity = ArgumentArity.OneOrMore };
        command.Add(runs);
        command.SetAction(parsed =>
        {
            var paths = parsed.GetRequiredValue(runs);
            if (paths.Length < 2 * History.Shortest)
                throw new UsageException($"{paths.Length} runs have no history yet: {2 * History.Shortest} are the fewest with a change that is no outlier");
            var read = paths.Select(path => RunFile.Read(RunFile.FolderOf(path, services))).ToList();
            var others = paths.Zip(read).SelectMany(it => PlanDifference.OfFingerprints(it.Second, read[^1]).Select(field => $"not comparable: {it.First}: {field}")).ToList();
            foreach (var other in others) services.Out.WriteLine(other);
            // What differs for such a reason is no change of a figure, and what it hides is none that is absent.
            if (others.Count > 0) return (int)ExitCode.Inconclusive;
            var figures = read.ConvertAll(Metric.Of);
            var missing = History.Missing(figures);
            foreach (var name in missing) services.Out.WriteLine($"{name}: not told by every run, so not looked at");
            var points = History.Of(figures);
            foreach (var it in points)
                services.Out.WriteLine($"{it.Metric.Name}: {Human.Figure(it.Before, it.Metric.Unit)} -> {Human.Figure(it.After, it.Metric.Unit)} from {paths[it.Index]} on");
            services.Out.WriteLine(points.Count == 0 ? $"no figure changed over {paths.Length} runs" : $"{points.Count} changes over {paths.Length} runs");
            return (int)(missing.Count > 0 ? ExitCode.Inconclusive : ExitCode.Conformant);
        });
        return command;
    }
}
