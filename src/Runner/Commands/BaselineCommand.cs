using System.CommandLine;
using Conformance.Migration;
using Conformance.Runner.Running;

namespace Conformance.Runner.Commands;

/// <summary><c>baseline</c>: figures that later runs are held to exactly.</summary>
internal static class BaselineCommand
{
    public static Command Create(Services services)
    {
        var command = new ExampleCommand("baseline", "Exact figures of a run, to hold later runs to: set, show, accept.", """
            ./run.sh baseline set reports/ci-gate-20250102-030405
            ./run.sh baseline show profiles/baselines/ci-gate.json
            ./run.sh baseline accept reports/ci-gate-20250102-030405 --reason 'one round more: smaller chunks'
            """);
        command.Add(Set(services));
        command.Add(Show(services));
        command.Add(Accept(services));
        return command;
    }

    private static Command Set(Services services)
    {
        var command = new Command("set", "Make a baseline of a run. One that is there is changed by accept only.");
        var (run, file) = Add(command);
        command.SetAction(parsed =>
        {
            var (record, path) = Read(parsed.GetRequiredValue(run), parsed.GetValue(file), services);
            if (File.Exists(path)) throw new UsageException($"{path} is there; baseline accept --reason changes it");
            return Write(path, Baseline.Of(record, "set"), services);
        });
        return command;
    }

    private static Command Accept(Services services)
    {
        var command = new Command("accept", "Take the figures of a run for the new baseline, and say why.");
        var (run, file) = Add(command);
        var reason = new Option<string>("--reason") { Description = "Why the figures changed.", HelpName = "TEXT", Required = true };
        command.Add(reason);
        command.SetAction(parsed =>
        {
            var (record, path) = Read(parsed.GetRequiredValue(run), parsed.GetValue(file), services);
            var old = BaselineFile.Read(path);
            var change = old.Against(record);
            if (change.NotComparable.Count == 0 && old.NotRun(record) is { Count: > 0 } lacking)
                throw new UsageException($"{parsed.GetRequiredValue(run)}: {string.Join(", ", lacking)} of the baseline was not run (--only, --skip), and would be lost");
            foreach (var it in change.NotComparable) services.Out.WriteLine($"  other than before: {it}");
            foreach (var it in change.Moved) services.Out.WriteLine($"  {it}");
            foreach (var it in change.Missing) services.Out.WriteLine($"  {it}");
            return Write(path, Baseline.Of(record, parsed.GetRequiredValue(reason), old.Accepted), services);
        });
        return command;
    }

    private static Command Show(Services services)
    {
        var command = new Command("show", "What a baseline holds, and why.");
        var file = new Argument<string>("FILE") { Description = "As baseline set wrote it." };
        command.Add(file);
        command.SetAction(parsed =>
        {
            var baseline = BaselineFile.Read(BaselineFile.Find(parsed.GetRequiredValue(file), services.Root));
            var it = baseline.Fingerprint;
            services.Out.WriteLine($"profile {it.ProfileHash}, seed {it.Seed}, {it.Device}, clock {it.Clock}{(it.Machine.Length == 0 ? "" : $", {it.Machine}")}");
            foreach (var entry in baseline.Accepted) services.Out.WriteLine($"{entry.Date}  {entry.Commit?[..Math.Min(12, entry.Commit.Length)] ?? "unknown commit"}  {entry.Reason}");
            foreach (var (name, value) in baseline.Figures) services.Out.WriteLine($"{value,16}  {name}");
            return (int)ExitCode.Conformant;
        });
        return command;
    }

    private static (Argument<string> Run, Option<string?> File) Add(Command command)
    {
        var run = new Argument<string>("RUN") { Description = "Folder of the run." };
        var file = new Option<string?>("--file") { Description = "The baseline; default what the run's profile says (gates.baseline), or profiles/baselines/NAME.json.", HelpName = "FILE" };
        command.Add(run);
        command.Add(file);
        return (run, file);
    }

    private static (RunRecord Record, string Path) Read(string run, string? file, Services services)
    {
        var record = RunFile.Read(RunFile.FolderOf(run, services));
        if (record.Interrupted) throw new UsageException($"{run}: it was interrupted, and holds nobody to anything");
        // Of the figures of a move that lost something nobody is to be held: the next that loses nothing would be the worse one.
        if (record.Combinations.FirstOrDefault(it => it.Verdict is not (Verdict.Pass or Verdict.Warn or Verdict.Skipped or Verdict.NotSupported or Verdict.Waived)) is { } bad)
            throw new UsageException($"{run}: {bad.Name} is {Words.Of(bad.Verdict)}, and its figures are nothing to be held to");
        if (ExactFigures.Of(record).Count == 0) throw new UsageException($"{run}: it has no combination on the virtual clock, so no figure without noise");
        var named = file ?? record.Plan.Combinations.Select(it => it.Gates.Baseline).FirstOrDefault(it => it is not null) ?? $"profiles/baselines/{record.Plan.Name}.json";
        return (record, BaselineFile.Find(named, services.Root));
    }

    private static int Write(string path, Baseline baseline, Services services)
    {
        BaselineFile.Write(path, baseline);
        services.Out.WriteLine($"{baseline.Figures.Count} figures; {path}");
        return (int)ExitCode.Conformant;
    }
}
