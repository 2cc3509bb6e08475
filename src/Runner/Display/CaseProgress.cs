using Conformance.Migration;
using Conformance.Report;

namespace Conformance.Runner.Display;

/// <summary>
/// Tells how far the cases are: on a terminal in one line that changes in place; in a pipe a line for each case that did not pass.
/// </summary>
/// <param name="total">How many there will be; null where nobody knows.</param>
/// <param name="services">Where to tell it.</param>
internal sealed class CaseProgress(int? total, Services services)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    private readonly long _began = services.Time.GetTimestamp();
    private long _shown;
    private int _ended;
    private int _failed;

    public void End(CaseRecord record)
    {
        _ended++;
        if (FailureText.Counts(record.Verdict)) _failed++;
        if (!services.IsTerminal)
        {
            if (FailureText.Counts(record.Verdict)) services.Out.WriteLine($"[{_ended}/{total?.ToString() ?? "-"}] {record.Id}: {Words.Of(record.Verdict)}");
            return;
        }

        if (services.Time.GetElapsedTime(_shown) < s_interval) return;
        _shown = services.Time.GetTimestamp();
        var line = $"[{_ended}/{total?.ToString() ?? "-"}] {_failed} failed, {services.Time.GetElapsedTime(_began).TotalSeconds:0.0} s  {record.Id}";
        services.Out.Write($"\r\u001b[K{line[..Math.Min(line.Length, services.Width - 1)]}");
        services.Out.Flush();
    }

    public void Close()
    {
        if (services.IsTerminal) services.Out.Write("\r\u001b[K");
    }
}
