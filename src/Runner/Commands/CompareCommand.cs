using System.CommandLine;
using Conformance.Device;
using Conformance.Migration;
using Conformance.Nvme;
using Conformance.Report;
using Conformance.Runner.Display;
using Conformance.Runner.Running;

namespace Conformance.Runner.Commands;

/// <summary><c>compare</c>: two runs as they are, or two programs or devices run one after the other.</summary>
internal static class CompareCommand
{
    private const int FieldsShown = 8;

    public static Command Create(Services services)
    {
        var command = new ExampleCommand("compare", "What changed between two runs; with --ab between two builds or devices, with evidence.", """
            ./run.sh compare reports/A reports/B
            ./run.sh compare reports/A reports/B --html differences.html
            ./run.sh compare --ab ../before . --profile ci-gate
            ./run.sh compare --ab firmware-1.yaml firmware-2.yaml --launches 20 --allow-data-loss S1 --allow-data-loss S2
            """);
        var left = new Argument<string>("A") { Description = "Folder of a run; with --ab a tree of this suite, or a profile." };
        var right = new Argument<string>("B") { Description = "The same, of what is new." };
        var ab = new Option<bool>("--ab") { Description = "Run both in turn on this machine, a process each time, and test what differs." };
        var profile = new Option<string>("--profile") { Description = "What both trees run.", HelpName = "PROFILE", DefaultValueFactory = _ => "ab" };
        var launches = new Option<int>("--launches")
        {
            Description = $"Processes a side; below {Comparison.Fewest} nothing can be said.", HelpName = "N", DefaultValueFactory = _ => Comparison.Fewest,
        };
        var repeat = new Option<int>("--repeat")
        {
            Description = "Make the whole comparison so often, and count what it says; of A with itself, how often it alarms falsely.", HelpName = "N", DefaultValueFactory = _ => 1,
        };
        var longest = new Option<Duration>("--longest")
        {
            Description = "How long a launch may take before it is ended.", HelpName = "TIME", DefaultValueFactory = _ => Duration.FromSeconds(600),
            CustomParser = result =>
            {
                if (Duration.TryParse(result.Tokens[0].Value, null, out var time) && time.Nanoseconds > 0) return time;
                result.AddError($"--longest must be a time, as 30s or 2h, not '{result.Tokens[0].Value}'");
                return default;
            },
        };
        var html = new Option<string>("--html") { Description = "Write it as a page too, with pictures of what differs.", HelpName = "FILE" };
        var each = new LaunchArguments();
        each.AddTo(command);
        command.Add(longest);
        command.Add(html);
        command.Add(repeat);
        command.Add(left);
        command.Add(right);
        command.Add(ab);
        command.Add(profile);
        command.Add(launches);
        command.SetAction(parsed =>
        {
            var (a, b) = (parsed.GetRequiredValue(left), parsed.GetRequiredValue(right));
            return (int)(parsed.GetValue(ab)
                ? new AbComparison(services, parsed.GetValue(profile)!, parsed.GetValue(launches), each.Words(parsed), parsed.GetValue(longest), parsed.GetValue(html)).Run(a, b, parsed.GetValue(repeat))
                : Compare(a, b, parsed.GetValue(html), services));
        });
        return command;
    }

    private static ExitCode Compare(string a, string b, string? page, Services services)
    {
        (a, b) = (RunFile.FolderOf(a, services), RunFile.FolderOf(b, services));
        var (old, now) = (RunFile.Read(a), RunFile.Read(b));
        var it = RunDifference.Of(old, now, [.. StatesThatDiffer(a, b)]);
        Section(services, "verdicts", it.Verdicts, "the same verdicts");
        if (it.Gates.Count > 0) Section(services, "gates that held before", it.Gates, "");
        Section(services, "states", it.States, "no kept state differs");
        WriteFigures(it, $"{old.Figures} and {now.Figures}", services);
        if (it.Exact is { } exact) Section(services, "exact figures", [.. exact.Moved], "all exact figures are the same");
        if (it.Worse.Count > 0) Section(services, "throughput and latency that are worse, on the virtual clock without noise", it.Worse, "");
        var unknown = it.Unknown().ToList();
        foreach (var reason in unknown) services.Out.WriteLine(reason);
        if (page is not null) PageFile.Write(page, ComparisonPage.Write(old, now, it), services);
        return Code(it, unknown.Count > 0);
    }

    /// <summary>By what became worse: less of a figure that is no cost, as of what a guest did meanwhile, is not.</summary>
    private static ExitCode Code(RunDifference it, bool isUnknown)
    {
        List<ExitCode> codes = [ExitCode.Conformant];
        if (it.Verdicts.Any(change => change.New == Verdict.HarnessError)) codes.Add(ExitCode.HarnessFailed);
        if (it.Verdicts.Any(change => change.IsWorse)) codes.Add(ExitCode.NonConformant);
        if (it.Gates.Count > 0 || it.Exact?.Worse.Count > 0 || it.Worse.Count > 0) codes.Add(ExitCode.Regression);
        if (isUnknown) codes.Add(ExitCode.Inconclusive);
        return ExitCodes.Worst(codes);
    }

    private static void Section<T>(Services services, string name, IReadOnlyCollection<T> lines, string none)
    {
        services.Out.WriteLine(lines.Count == 0 ? none : $"{name}:");
        foreach (var line in lines) services.Out.WriteLine($"  {line}");
    }

    private static void WriteFigures(RunDifference it, string kinds, Services services)
    {
        if (it.Figures.Count == 0) return;
        services.Out.WriteLine($"figures, {kinds}: medians with their 95 % intervals over the cycles of one process, which is no test; without one of all cycles together:");
        var grid = new Grid(services);
        grid.Add("figure", it.Figures.Select(change => change.Name));
        grid.AddFigures("A", it.Figures.Select(change => Interval(change.Old, change.Metric.Unit)));
        grid.AddFigures("B", it.Figures.Select(change => Interval(change.New, change.Metric.Unit)));
        grid.AddFigures("B / A", it.Figures.Select(change => change.Ratio is { } ratio ? $"{ratio:0.000}" : "-"));
        grid.Add("", it.Figures.Select(change => change.IsApart ? "apart" : ""));
        grid.Write();
    }

    private static string Interval(SampleFigures figures, string unit) =>
        $"{Human.Figure(figures.Median, unit)} {(figures is { Low: { } low, High: { } high } ? $"[{Human.Figure(low, unit)}, {Human.Figure(high, unit)}]" : $"[n/a, n={figures.N}]")}";

    /// <summary>States that both runs kept under one name, field by field.</summary>
    private static IEnumerable<string> StatesThatDiffer(string a, string b)
    {
        var (left, right) = (Path.Combine(a, "states"), Path.Combine(b, "states"));
        if (!Directory.Exists(left) || !Directory.Exists(right)) yield break;
        foreach (var path in Directory.GetFiles(left, "*.bin").Order(StringComparer.Ordinal))
        {
            var other = Path.Combine(right, Path.GetFileName(path));
            if (!File.Exists(other)) continue;
            var fields = StateDifference.Between(Fields(path), Fields(other)).Select(it => it.Path).ToList();
            if (fields.Count > 0)
                yield return $"{Path.GetFileNameWithoutExtension(path)}: {string.Join(", ", fields.Take(FieldsShown))}{(fields.Count > FieldsShown ? $" and {fields.Count - FieldsShown} more" : "")}";
        }
    }

    private static List<StateField> Fields(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return ControllerState.TryDecode(bytes, out _) is { } state ? [.. StateField.Walk(state)] : [.. StateField.Walk("blob", bytes)];
    }
}
