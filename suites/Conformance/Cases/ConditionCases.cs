using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>
/// Every migration command against a controlled controller in every condition, as <see cref="OperationTable"/> has it: the answer is a legal
/// one, and afterwards the controller is suspended or not, and has its queues or not, as that answer says.
/// </summary>
/// <remarks>
/// The conditions are brought about one after the other, and nothing else is under way. What a refused command left behind shows only in CSUP and in
/// the number of completion queues; where the standard is silent, nothing is asked.
/// </remarks>
[Area("rejection")]
internal sealed class ConditionCases : LoadingCase
{
    private const int Cut = 100;

    /// <remarks>What a device does with the announcement, and whether a Suspend after it is quicker. Offline and disabled controllers are not told.</remarks>
    [Test]
    [Covers("LM-SUSP-02", "LM-SUSP-11")]
    public async CaseTask A_notification_in_every_condition() => await InEveryConditionAsync(Operation.Notify);

    [Test]
    [Covers("LM-SUSP-01", "LM-SUSP-10", "LM-SUSP-23")]
    public async CaseTask A_suspend_in_every_condition() => await InEveryConditionAsync(Operation.Suspend);

    [Test]
    [Covers("LM-RES-03", "LM-RES-04", "LM-RES-05", "LM-RES-06", "LM-RES-08")]
    public async CaseTask A_resume_in_every_condition() => await InEveryConditionAsync(Operation.Resume);

    [Test]
    [Covers("LM-GET-11", "LM-GET-21")]
    public async CaseTask A_read_of_the_state_in_every_condition() => await InEveryConditionAsync(Operation.GetState);

    [Test]
    [Covers("LM-SET-01", "LM-SET-07", "LM-SET-14", "LM-SET-15", "LM-SET-16", "LM-SET-30")]
    public async CaseTask A_whole_state_in_every_condition() => await InEveryConditionAsync(Operation.SetWhole);

    [Test]
    [Covers("LM-SET-03", "LM-SET-07", "LM-SET-14", "LM-SET-15", "LM-SET-16", "LM-SET-30")]
    public async CaseTask A_first_piece_in_every_condition() => await InEveryConditionAsync(Operation.SetFirst);

    [Test]
    [Covers("LM-SET-03", "LM-SET-05")]
    public async CaseTask A_middle_piece_in_every_condition() => await InEveryConditionAsync(Operation.SetMiddle);

    [Test]
    [Covers("LM-SET-03", "LM-SET-06")]
    public async CaseTask A_last_piece_in_every_condition() => await InEveryConditionAsync(Operation.SetLast);

    /// <remarks>A second entry that comes later than 100 us after the first. Offline and disabled controllers, of which the standard is silent.</remarks>
    [Test]
    [Covers("LM-UDT-15", "LM-UDT-39")]
    public async CaseTask A_start_of_logging_in_every_condition() => await InEveryConditionAsync(Operation.StartLogging);

    [Test]
    [Covers("LM-MEM-01", "LM-MEM-19")]
    public async CaseTask A_start_of_memory_tracking_in_every_condition() => await InEveryConditionAsync(Operation.TrackMemory);

    /// <remarks>The report may be refused or empty, and what is in it is not looked at: only that the controller stays as it was.</remarks>
    [Test]
    [Covers("LM-MEM-21")]
    public async CaseTask A_report_of_untracked_memory_in_every_condition() => await InEveryConditionAsync(Operation.ReportMemory);

    private static async ValueTask InEveryConditionAsync(Operation operation)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        if (operation == Operation.StartLogging) await load.Host.NeedUserDataTrackingAsync();
        if (operation is Operation.TrackMemory or Operation.ReportMemory) await load.Host.NeedMemoryTrackingAsync();
        foreach (var rule in OperationTable.Rules.Where(it => it.Operation == operation)) await ObserveAsync(load, rule);
    }

    private static async ValueTask ObserveAsync(CaseLoad load, OperationRule rule)
    {
        var host = load.Host;
        var vf = await ArrangeAsync(load, rule.Condition);
        var before = (await host.ReadStateAsync(vf.Id)).Decoded;
        var path = $"{rule.Condition}";
        var (answer, queue) = await DoAsync(load, rule, vf);
        if (!rule.MaySucceed)
            Check.Refused(rule.Requirement, path, answer, [.. rule.Legal]);
        else if (rule.Legal.Count == 1 || answer.IsOk)
            Check.Ok(rule.Requirement, path, answer, $"{rule.Operation} was refused");
        else
            Check.Refused(rule.Requirement, path, answer, [.. rule.Legal.Where(it => !it.IsSuccess)]);

        var after = (await host.ReadStateAsync(vf.Id)).Decoded;
        var suspended = answer.IsOk ? rule.SuspendsAfter : OperationTable.IsSuspended(rule.Condition);
        Check.Equal(rule.Requirement, $"{path}.csup", await host.IsSuspendedAsync(vf.Id), suspended, "the answer does not say whether it is suspended");
        var commits = answer.IsOk && rule.Operation is Operation.SetWhole or Operation.SetLast;
        var queues = commits ? load.Decoded.CompletionQueues.Length : before?.CompletionQueues.Length;
        Check.Equal(rule.Requirement, $"{path}.queues", after?.CompletionQueues.Length, queues, "the answer does not say which queues there are");
        if (queue is not null) await MarksItsStartAsync(rule, queue, answer.IsOk);
        if (rule.Operation == Operation.TrackMemory && answer.IsOk) await host.StopTrackingMemoryAsync(vf.Id);
    }

    /// <summary>Logging that was started has marked it by one entry, and logging that was not has posted none; the queue is deleted.</summary>
    private static async ValueTask MarksItsStartAsync(OperationRule rule, CaseDataQueue queue, bool started)
    {
        List<LbaMigrationQueueEntry> entries = [.. started ? await queue.TakeAsync(1) : []];
        await World.After(100_000);
        entries.AddRange(queue.Take());
        Check.Equal(rule.Requirement, $"{rule.Condition}.entries", entries.Count, started ? 1 : 0, "a start of logging has posted another number of entries");
        if (started && entries.Count > 0)
            Check.Equal(rule.Requirement, $"{rule.Condition}.esa", entries[0].Attributes.Sequence, EntrySequence.First, "the first entry is not marked so");
        await queue.DeleteAsync();
    }

    /// <summary>The taker in a condition, from whatever it was in.</summary>
    private static async ValueTask<CaseVf> ArrangeAsync(CaseLoad load, Condition condition)
    {
        const string step = "Migration Send, Set Controller State";
        var host = load.Host;
        var vf = await host.BringUpAsync(2, enable: condition >= Condition.Running, ram: load.From.Ram);
        if (condition is Condition.RunningWithQueues or Condition.SuspendedWithQueues) await vf.CreateQueueAsync(3, 16);
        if (condition >= Condition.Suspended) await host.MustSuspendAsync(vf.Id);
        switch (condition)
        {
            case Condition.Offline:
                Lab.Must(await host.Secondaries.OfflineAsync(vf.Id));
                Lab.Must((await host.Secondaries.AssignAsync(vf.Id, ResourceType.VirtualQueue, 5)).Outcome);
                Lab.Must((await host.Secondaries.AssignAsync(vf.Id, ResourceType.VirtualInterrupt, 5)).Outcome);
                break;
            case Condition.HalfLoaded:
                Lab.Must(step, await host.SetStateAsync(vf.Id, load.State.AsMemory(0, Cut), 0, SequenceIndicator.First));
                break;
            case Condition.Loaded:
            case Condition.Resumed:
                Lab.Must(step, await host.SetStateAsync(vf.Id, load.State));
                if (condition == Condition.Resumed) await host.MustResumeAsync(vf.Id);
                break;
        }

        return vf;
    }

    private static async ValueTask<(CommandAnswer Answer, CaseDataQueue? Queue)> DoAsync(CaseLoad load, OperationRule rule, CaseVf vf)
    {
        var (host, id, state) = (load.Host, vf.Id, load.State.AsMemory());
        if (rule.Operation == Operation.StartLogging)
        {
            var (created, queue) = await host.CreateDataQueueAsync(id);
            Lab.Must("Controller Data Queue, Create", created);
            return (await host.LogAsync(queue!.Id, LoggingAction.Start), queue);
        }

        var range = new MemoryRangeTrackingDescriptor { Saddr = vf.Buffer(4096).Iova & ~0xFFFFFul, Len = 256 };
        var answer = rule.Operation switch
        {
            Operation.Notify => await host.SuspendAsync(id, SuspendType.Notification),
            Operation.Suspend => await host.SuspendAsync(id),
            Operation.Resume => await host.ResumeAsync(id),
            Operation.GetState => (await host.GetStateAsync(id, 4096)).Answer,
            Operation.SetWhole => await host.SetStateAsync(id, state),
            Operation.SetFirst => await host.SetStateAsync(id, state[..Cut], 0, SequenceIndicator.First),
            Operation.SetMiddle => await host.SetStateAsync(id, state.Slice(Cut, 8), Cut, SequenceIndicator.Middle),
            Operation.SetLast => await host.SetStateAsync(id, state[Cut..], Cut, SequenceIndicator.Last),
            Operation.TrackMemory => await host.TrackMemoryAsync(id, 0, range),
            _ => (await host.TrackedMemoryAsync(id)).Answer,
        };
        return (answer, null);
    }
}
