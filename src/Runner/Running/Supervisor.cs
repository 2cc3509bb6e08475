using System.Diagnostics;
using Conformance.Migration;

namespace Conformance.Runner.Running;

/// <summary>A case that is to be run: which time, and on what.</summary>
internal sealed record CaseAssignment(PlannedCase Case, int Repetition, string? Defect, string? Trace = null)
{
    /// <summary>Look at the device after a failure; of the many failures on planted bugs nobody would read it.</summary>
    public bool Evidence { get; init; } = true;

    public CaseOrderLine Order => new(Case.Id, Repetition, Defect, Trace, Evidence);
}

/// <summary>
/// Runs cases in processes of their own making, each process one case at a time, and goes on with a new process where one hung or died. What
/// comes back is told one at a time, in the order in which it ends.
/// </summary>
/// <param name="plan">Order, repetitions, deadlines.</param>
/// <param name="start">How a process is started.</param>
/// <param name="processes">How many work at once.</param>
/// <param name="time">The machine's clock, which deadlines are on.</param>
internal sealed class Supervisor(CasePlan plan, Func<ProcessStartInfo> start, int processes, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<WorkerProcess> _workers = [];
    private Exception? _failure;
    private bool _enough;

    /// <summary>Runs all that is given.</summary>
    /// <param name="runs">In this order.</param>
    /// <param name="ended">Told each line; returns whether to go on. Never called twice at once.</param>
    /// <param name="stop">Ends the run: what is under way has a moment left, nothing else begins.</param>
    public void Run(IEnumerable<CaseAssignment> runs, Func<CaseAssignment, JournalLine, bool> ended, CancellationToken stop)
    {
        using var source = runs.GetEnumerator();
        using var registration = stop.Register(Hurry);
        var threads = new Thread[processes];
        for (var i = 0; i < processes; i++)
        {
            threads[i] = new Thread(() => Work(source, ended, stop)) { Name = $"cases {i + 1}", IsBackground = true };
            threads[i].Start();
        }

        foreach (var thread in threads) thread.Join();
        if (_failure is { } failure) throw new InvalidOperationException(failure.Message, failure);
    }

    private void Work(IEnumerator<CaseAssignment> source, Func<CaseAssignment, JournalLine, bool> ended, CancellationToken stop)
    {
        WorkerProcess? worker = null;
        try
        {
            while (Next(source, stop) is { } next)
            {
                if (worker is not { IsAlive: true }) worker = Replace(worker);
                var line = worker.Run(next.Order, TimeSpan.FromMicroseconds(next.Case.Timeout.Nanoseconds / 1e3));
                lock (_lock)
                {
                    // What was cut off by the end of the run has shown nothing.
                    if (stop.IsCancellationRequested && line.Case!.Verdict == Verdict.Timeout) return;
                    if (!_enough && !ended(next, line)) _enough = true;
                }
            }
        }
        catch (Exception e)
        {
            lock (_lock)
            {
                _failure ??= e;
                _enough = true;
            }
        }
        finally
        {
            worker?.Dispose();
        }
    }

    private CaseAssignment? Next(IEnumerator<CaseAssignment> source, CancellationToken stop)
    {
        lock (_lock) return !_enough && !stop.IsCancellationRequested && source.MoveNext() ? source.Current : null;
    }

    private WorkerProcess Replace(WorkerProcess? old)
    {
        var worker = WorkerProcess.Start(start(), plan, time);
        lock (_lock)
        {
            if (old is not null) _workers.Remove(old);
            _workers.Add(worker);
        }

        old?.Dispose();
        return worker;
    }

    private void Hurry()
    {
        lock (_lock)
        {
            foreach (var worker in _workers) worker.Hurry();
        }
    }
}
