using Conformance.Migration;

namespace Conformance.Runner.Display;

/// <summary>How far a run over planted bugs is: a line that changes on a terminal, a line for each bug in a pipe.</summary>
internal sealed class DefectProgress(int total, Services services)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    private readonly long _began = services.Time.GetTimestamp();
    private long _shown;
    private int _ended;
    private int _missed;

    public void Step(string name)
    {
        if (!services.IsTerminal || services.Time.GetElapsedTime(_shown) < s_interval) return;
        _shown = services.Time.GetTimestamp();
        services.Out.Write($"\r\u001b[K[{_ended}/{total}] {_missed} not caught, {services.Time.GetElapsedTime(_began).TotalSeconds:0.0} s  {name}");
        services.Out.Flush();
    }

    public void End(DefectKills it)
    {
        _ended++;
        if (!it.IsCaught) _missed++;
        if (!services.IsTerminal)
            services.Out.WriteLine($"[{_ended}/{total}] {it.Name}: {(it.IsCaught ? "caught" : "NOT CAUGHT")} by {it.By.Count} of {it.Cases} cases");
    }

    public void Close()
    {
        if (services.IsTerminal) services.Out.Write("\r\u001b[K");
    }
}
