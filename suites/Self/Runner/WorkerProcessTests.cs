using System.Diagnostics;
using System.Text.Json;
using Conformance.Migration;
using Conformance.Runner.Running;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>A process for cases, here a shell that answers every line with one record, and its deadline, by a clock of the test's.</summary>
public sealed class WorkerProcessTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private static readonly CaseOrderLine s_order = new("area/A_case", Repetition: 1, Defect: null, Trace: null, Evidence: false);

    /// <summary>A timer of the system's may be late: it goes off when its case has ended, or when the next is under way already.</summary>
    [Test]
    public void A_deadline_that_comes_late_costs_the_next_case_nothing()
    {
        var time = new LateTimers();
        using var worker = Start(time);
        Assert.That(worker.Run(s_order, s_minute).Case!.Verdict, Is.EqualTo(Verdict.Pass));
        time.GoOff(); // nothing is waited for
        time.GoOffAtNext(); // the next is, and has all its time
        Assert.That(worker.Run(s_order, s_minute).Case!.Verdict, Is.EqualTo(Verdict.Pass), "the deadline of the case before was taken for this one's");
        Assert.That(worker.IsAlive);
    }

    private static WorkerProcess Start(TimeProvider time)
    {
        var answer = JsonSerializer.Serialize(
            new JournalLine { Case = CaseRecord.Without(s_order.Id, Verdict.Pass, ""), Observations = "" }, MigrationJson.Line.JournalLine);
        var how = new ProcessStartInfo("/bin/sh", ["-c", "read first; echo \"$READY\"; while read order; do echo \"$ANSWER\"; done"])
        {
            Environment = { ["READY"] = WorkerLoop.Ready, ["ANSWER"] = answer },
        };
        return WorkerProcess.Start(how, CasePlan.Of(Profile(), [])!, time);
    }

    private static Profile Profile() => ProfileFile.Load("p.yaml", read: _ => "device: { sim: {} }\ncases: {}").Profile!;

    /// <summary>Timers go off when the test says so.</summary>
    private sealed class LateTimers : TimeProvider
    {
        private readonly List<Action> _timers = [];
        private int? _late;

        /// <summary>The last timer goes off now.</summary>
        public void GoOff() => _timers[^1]();

        /// <summary>It goes off as soon as the next is set.</summary>
        public void GoOffAtNext() => _late = _timers.Count - 1;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timers.Add(() => callback(state));
            if (_late is { } late) _timers[late]();
            _late = null;
            return new Timer();
        }

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
