using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Json;
using Conformance.Migration;
using Conformance.Suite;

namespace Conformance.Runner.Running;

/// <summary>
/// A worker's side of the talk with its supervisor: a line in, a line out. First the plan, answered with <see cref="Ready"/>; then a case at a
/// time, answered with what it showed. The end of the input ends the process, also in the middle of a case: nobody would hear of it.
/// </summary>
internal sealed class WorkerLoop(CaseCatalogue catalogue, TimeProvider time)
{
    public const string Ready = "ready";

    public void Run()
    {
        // A case that prints must not be taken for an answer.
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        Console.SetOut(Console.Error);
        // Ctrl-C reaches all processes of a terminal; what becomes of this one, its supervisor decides.
        using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        var lines = Listen();
        var plan = JsonSerializer.Deserialize(lines.Take(), MigrationJson.Line.CasePlan)!;
        output.WriteLine(Ready);
        foreach (var line in lines.GetConsumingEnumerable())
        {
            var order = JsonSerializer.Deserialize(line, MigrationJson.Line.CaseOrderLine)!;
            var settings = Composition.Settings(plan, order.Defect) with { Seed = plan.SeedOf(order.Repetition) };
            output.WriteLine(JsonSerializer.Serialize(Carry(order, settings), MigrationJson.Line.JournalLine));
        }
    }

    private JournalLine Carry(CaseOrderLine order, CaseSettings settings)
    {
        if (catalogue.Find(order.Id) is not { } info)
            return new JournalLine { Case = CaseRecord.Without(order.Id, Verdict.HarnessError, "the worker's suite has no such case") };
        string? evidence = null;
        using var trace = order.Trace is null ? null : new StreamWriter(order.Trace);
        var begin = time.GetTimestamp();
        var record = catalogue.Run(info, settings with { Trace = trace, Failed = order.Evidence ? text => evidence = text : null });
        return new JournalLine
        {
            Case = record with { Repetition = order.Repetition, ElapsedMs = Math.Round(time.GetElapsedTime(begin).TotalMilliseconds, 3) },
            Observations = JournalLine.TextOf(record.Journal),
            Evidence = evidence,
        };
    }

    private static BlockingCollection<string> Listen()
    {
        var lines = new BlockingCollection<string>();
        var listener = new Thread(() =>
        {
            using var input = new StreamReader(Console.OpenStandardInput());
            while (input.ReadLine() is { } line) lines.Add(line);
            Environment.Exit((int)ExitCode.Conformant);
        }) { IsBackground = true, Name = "supervisor's words" };
        listener.Start();
        return lines;
    }
}
