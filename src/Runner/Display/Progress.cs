using Conformance.Migration;

namespace Conformance.Runner.Display;

/// <summary>
/// Tells how far a run is: on a terminal in one line that changes in place, ten times a second at most; in a pipe a line for each
/// combination that ended.
/// </summary>
internal sealed class Progress(Plan plan, Services services) : IProgress<CombinationProgress>
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    private readonly long _began = services.Time.GetTimestamp();
    private long _shown;
    private long _combinationBegan;
    private int _number;
    private string _name = "";

    private string Position => $"[{_number}/{plan.Combinations.Count}]";

    public void Begin(PlannedCombination combination)
    {
        _number++;
        _name = combination.Name;
        _combinationBegan = services.Time.GetTimestamp();
        if (services.IsTerminal) Show($"{_name}");
    }

    public void Report(CombinationProgress value)
    {
        if (!services.IsTerminal || services.Time.GetElapsedTime(_shown) < s_interval) return;
        Show($"{_name}  cycle {value.Cycle} of {value.Cycles}, {Words.Of(value.Step)}");
    }

    public void End(CombinationRecord record)
    {
        if (services.IsTerminal)
        {
            // The table says it all; the line makes place for it.
            if (_number == plan.Combinations.Count) services.Out.Write("\r\u001b[K");
            return;
        }

        var time = services.Time.GetElapsedTime(_combinationBegan);
        var cycles = record.Result.Cycles.Count;
        services.Out.WriteLine($"{Position} {record.Name}: {Words.Of(record.Verdict)}, {cycles} cycles, {time.TotalSeconds:0.00} s");
    }

    private void Show(string what)
    {
        _shown = services.Time.GetTimestamp();
        services.Out.Write($"\r\u001b[K{Position} {what}  {services.Time.GetElapsedTime(_began).TotalSeconds:0.0} s");
        services.Out.Flush();
    }
}
