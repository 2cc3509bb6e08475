using Conformance.Device;
using Conformance.Migration;
using Conformance.Runner.Display;

namespace Conformance.Runner.Running;

/// <summary>
/// One run of a plan: its combinations one after the other, whatever each shows, until the end or until it is told to stop.
/// </summary>
internal sealed class Session(Plan plan, string profilePath, string? defect, IReadOnlyList<string> arguments, RunFolder folder)
{
    private readonly List<CombinationRecord> _records = [];
    private ExitCode? _signal;

    public RunFolder Folder => folder;

    public RunRecord Run(Services services)
    {
        var probe = new EnvironmentProbe(services);
        var bench = services.Bench(defect);
        var display = new Progress(plan, services);
        using var stop = new CancellationTokenSource();
        using (Listen(services, stop))
        {
            foreach (var combination in plan.Combinations)
            {
                if (stop.IsCancellationRequested) break;
                display.Begin(combination);
                var result = Carry(bench, combination, display, stop.Token);
                folder.Keep(combination.Name, result.States);
                _records.Add(CombinationRecord.Of(combination, result));
                display.End(_records[^1]);
            }
        }

        return new RunRecord
        {
            Environment = probe.Finish(arguments, profilePath),
            Plan = plan,
            Defect = defect,
            Combinations = _records,
            Verdict = Verdicts.Worst(_records.Select(record => record.Verdict)),
            ExitCode = (int)(_signal ?? ExitCodes.Of(_records)),
            Interrupted = _signal is not null,
        };
    }

    private CombinationResult Carry(CombinationRunner bench, PlannedCombination combination, Progress display, CancellationToken stop)
    {
        try
        {
            return bench(combination, display, stop);
        }
        catch (WorldLimitException e)
        {
            return CombinationResult.NotDone(Verdict.Timeout, "limits", e.Message);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new CombinationResult { Interrupted = true };
        }
        catch (Exception e)
        {
            folder.KeepError(combination, e);
            return CombinationResult.NotDone(
                Verdict.HarnessError,
                "harness",
                $"the suite itself failed: {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")} (see {HarnessError.FileName})");
        }
    }

    /// <summary>The first signal ends the run in good order; a second one finds the process's own handling again.</summary>
    private IDisposable Listen(Services services, CancellationTokenSource stop) => (services.Signals ?? Interrupts.Listen)(code =>
    {
        _signal ??= code;
        stop.Cancel();
    });
}
