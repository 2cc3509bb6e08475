using System.Diagnostics;
using System.Text.Json;
using Conformance.Migration;

namespace Conformance.Runner.Running;

/// <summary>
/// A process that runs cases, as its supervisor holds it. What hangs or dies in there costs one case: its verdict is then timeout or crash, and
/// the process is gone. Used by one thread; <see cref="Hurry"/> and <see cref="Dispose"/> may come from another.
/// </summary>
internal sealed class WorkerProcess : IDisposable
{
    /// <summary>Of what it said when it died: a stack may be long.</summary>
    private const int KeptLines = 200;

    /// <summary>So many lines say what happened.</summary>
    private const int ToldLines = 2;

    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan s_afterStop = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly TimeProvider _time;
    private readonly Queue<string> _complaints = new();
    private readonly Lock _waiting = new();
    private ITimer? _deadline;
    private int _asked;
    private bool _expired;

    private WorkerProcess(Process process, TimeProvider time)
    {
        (_process, _time) = (process, time);
        process.ErrorDataReceived += (_, line) => Complain(line.Data);
        process.BeginErrorReadLine();
    }

    /// <summary>Takes further cases.</summary>
    public bool IsAlive { get; private set; } = true;

    /// <summary>Starts one and waits until it has loaded the suite.</summary>
    /// <exception cref="InvalidOperationException">It did not come up; the message has what it said.</exception>
    public static WorkerProcess Start(ProcessStartInfo how, CasePlan plan, TimeProvider time)
    {
        how.UseShellExecute = false;
        how.RedirectStandardInput = how.RedirectStandardOutput = how.RedirectStandardError = true;
        var worker = new WorkerProcess(Process.Start(how)!, time);
        var answer = worker.Ask(JsonSerializer.Serialize(plan with { Cases = [] }, MigrationJson.Line.CasePlan), s_start);
        if (answer == WorkerLoop.Ready) return worker;
        var said = answer ?? worker.Complaints;
        worker.Dispose();
        throw new InvalidOperationException($"A process for cases did not start: {said}");
    }

    /// <summary>Runs one case.</summary>
    public JournalLine Run(CaseOrderLine order, TimeSpan timeout)
    {
        var answer = Ask(JsonSerializer.Serialize(order, MigrationJson.Line.CaseOrderLine), timeout);
        if (answer is null)
        {
            var (verdict, why) = _expired
                ? (Verdict.Timeout, $"no end within {timeout.TotalSeconds:0.###} s on the machine's clock; its process was ended")
                : (Verdict.Crash, $"its process died{Ending()}");
            return Lost(order, verdict, why);
        }

        try
        {
            if (JsonSerializer.Deserialize(answer, MigrationJson.Line.JournalLine) is { Case: { } record } line && record.Id == order.Id) return line;
        }
        catch (JsonException)
        {
            // Told below.
        }

        End();
        return Lost(order, Verdict.HarnessError, $"its process answered with no record: {answer[..Math.Min(answer.Length, 80)]}");
    }

    /// <summary>The run is to end: a case that is under way has a moment left.</summary>
    public void Hurry()
    {
        lock (_waiting)
        {
            if (_deadline is not null) Arm(s_afterStop);
        }
    }

    public void Dispose()
    {
        End();
        lock (_waiting) Disarm();
        _process.Dispose();
    }

    private JournalLine Lost(CaseOrderLine order, Verdict verdict, string why)
    {
        lock (_complaints)
        {
            return new JournalLine
            {
                Case = CaseRecord.Without(order.Id, verdict, why) with { Repetition = order.Repetition },
                Observations = "",
                Evidence = _complaints.Count == 0 ? null : $"What its process said:\n{string.Join('\n', _complaints)}\n",
            };
        }
    }

    private string Complaints
    {
        get
        {
            lock (_complaints) return string.Join(' ', _complaints.Take(ToldLines));
        }
    }

    /// <summary>A line for a line; null where the process is gone, by itself or because its time was up.</summary>
    private string? Ask(string line, TimeSpan timeout)
    {
        lock (_waiting) Arm(timeout);
        string? answer = null;
        try
        {
            _process.StandardInput.WriteLine(line);
            _process.StandardInput.Flush();
            answer = _process.StandardOutput.ReadLine();
        }
        catch (IOException)
        {
            // The pipe broke: it is gone.
        }

        lock (_waiting) Disarm();

        // An answer that came as its time ran out counts; the process is gone all the same, and the next case has another.
        if (answer is null || _expired) End();
        return answer;
    }

    private void Arm(TimeSpan timeout)
    {
        Disarm();
        _deadline = _time.CreateTimer(asked => Expire((int)asked!), _asked, timeout, Timeout.InfiniteTimeSpan);
    }

    private void Disarm()
    {
        _deadline?.Dispose();
        _deadline = null;
        _asked++;
    }

    /// <summary>The deadline of what is waited for now: a timer may be late, and is of no concern to what is waited for next.</summary>
    private void Expire(int asked)
    {
        lock (_waiting)
        {
            if (asked != _asked) return;
            _expired = true;
        }

        Kill();
    }

    private void End()
    {
        if (!IsAlive) return;
        IsAlive = false;
        Kill();
        _process.WaitForExit();
    }

    private void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It was gone already.
        }
    }

    private string Ending()
    {
        const int signals = 128; // what a process ended by a signal is told as
        var code = _process.ExitCode;
        var how = code > signals ? $" by signal {code - signals}" : $" with exit code {code}";
        var said = Complaints;
        return said.Length == 0 ? how : $"{how}: {said}";
    }

    private void Complain(string? line)
    {
        if (string.IsNullOrWhiteSpace(line)) return;
        lock (_complaints)
        {
            if (_complaints.Count < KeptLines) _complaints.Enqueue(line.Trim());
        }
    }
}
