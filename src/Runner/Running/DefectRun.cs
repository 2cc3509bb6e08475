using Conformance.Migration;
using Conformance.Runner.Commands;
using Conformance.Runner.Display;

namespace Conformance.Runner.Running;

/// <summary>A bug that can be planted, and the requirement it breaks by its identifier in the catalogue.</summary>
internal sealed record PlantedDefect(string Name, string Story, string Breaks);

/// <summary>
/// Runs cases on one planted bug after another, after they were run on the device without one: a case that does not pass there shows nothing.
/// </summary>
internal sealed class DefectRun(CasePlan plan, Services services, int processes)
{
    /// <summary>A broken device may be waited for in vain very often.</summary>
    private const long MostSteps = 5_000_000;

    private readonly Dictionary<string, List<CaseKill>> _kills = [];
    private readonly Dictionary<string, List<CaseFault>> _faults = [];
    private readonly Dictionary<string, int> _left = [];
    private readonly List<string> _unusable = [];

    public ExitCode Run(IReadOnlyList<PlantedDefect> defects, bool covering, RunFolder folder)
    {
        ExitCode? signal = null;
        using var stop = new CancellationTokenSource();
        using var listening = (services.Signals ?? Interrupts.Listen)(code =>
        {
            signal ??= code;
            stop.Cancel();
        });
        var limited = plan with { Limits = plan.Limits with { Steps = Math.Min(plan.Limits.Steps, MostSteps) } };
        var supervisor = new Supervisor(limited, () => services.Again([WorkerCommand.Name]), processes, services.Time);
        var display = new DefectProgress(defects.Count, services);

        supervisor.Run(plan.Cases.Select(it => new CaseAssignment(it, 1, null) { Evidence = false }), TakeControl, stop.Token);
        var covers = services.Cases(null).Cases.ToDictionary(it => it.Id, it => it.Covers);
        var cases = plan.Cases.Where(it => !_unusable.Contains(it.Id)).ToList();
        var runs = defects.ToDictionary(it => it.Name, it => cases.Where(one => !covering || covers[one.Id].Contains(it.Breaks)).ToList());
        foreach (var it in defects) (_kills[it.Name], _faults[it.Name], _left[it.Name]) = ([], [], runs[it.Name].Count);
        DefectKills Kills(PlantedDefect it) => new()
        {
            Name = it.Name, Story = it.Story, Breaks = it.Breaks, Cases = runs[it.Name].Count, By = [.. _kills[it.Name].OrderBy(kill => kill.Case, StringComparer.Ordinal)],
            Faults = [.. _faults[it.Name].OrderBy(fault => fault.Case, StringComparer.Ordinal)],
        };

        bool Take(CaseAssignment assignment, JournalLine line)
        {
            var name = assignment.Defect!;
            var record = line.Case! with { Covers = covers[assignment.Case.Id] };
            if (CaseKill.Of(record) is { } kill) _kills[name].Add(kill);
            if (CaseFault.Of(record) is { } fault) _faults[name].Add(fault);
            if (--_left[name] == 0) display.End(Kills(defects.First(it => it.Name == name)));
            else display.Step(name);
            return true;
        }

        if (!stop.IsCancellationRequested)
            supervisor.Run(defects.SelectMany(it => runs[it.Name].Select(one => new CaseAssignment(one, 1, it.Name) { Evidence = false })), Take, stop.Token);
        display.Close();
        var matrix = new KillMatrix { Seed = plan.Seed, Unusable = _unusable, Defects = [.. defects.Where(it => _left[it.Name] == 0).Select(Kills)] };
        var path = folder.Write(matrix);
        KillTable.Write(matrix, services);
        services.Out.WriteLine(LastLine(matrix, defects.Count, signal is not null, path));
        return signal ?? CodeOf(matrix);
    }

    private bool TakeControl(CaseAssignment assignment, JournalLine line)
    {
        if (line.Case!.Verdict is Verdict.Pass or Verdict.NotSupported or Verdict.Skipped) return true;
        _unusable.Add(assignment.Case.Id);
        services.Error.WriteLine($"{assignment.Case.Id}: {Words.Of(line.Case.Verdict)} on the device without a bug; it is left out");
        return true;
    }

    /// <summary>
    /// A bug that nobody noticed passed where it must not. A case that fails without a bug, or breaks over one, is the suite's own failure.
    /// </summary>
    private static ExitCode CodeOf(KillMatrix matrix) => ExitCodes.Worst(
    [
        .. matrix.Unusable.Count > 0 || matrix.Defects.Any(it => it.Faults.Count > 0) ? [ExitCode.HarnessFailed] : Array.Empty<ExitCode>(),
        .. matrix.Defects.Select(it => it.IsCaught ? ExitCode.Conformant : ExitCode.UnexpectedPass),
    ]);

    private static string LastLine(KillMatrix matrix, int all, bool interrupted, string path)
    {
        var caught = matrix.Defects.Count(it => it.IsCaught);
        var partial = interrupted ? $"interrupted, {all - matrix.Defects.Count} of {all} not finished; " : "";
        return $"\n{partial}{caught} of {matrix.Defects.Count} planted bugs caught by the requirement they break; {path}";
    }
}
