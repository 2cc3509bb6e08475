using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Controller Data Queue (Base 2.3 5.2.4): creates and deletes user data migration queues.</summary>
internal sealed class DataQueueCommand : CommandHandler
{
    private const uint DwordsPerEntry = LbaMigrationQueueEntry.Size / 4;

    public override byte Opcode => (byte)AdminOpcode.ControllerDataQueue;

    public override bool IsSupported(ControllerCore c) => c.IsManagement;

    public override Status Validate(ControllerCore c, CommandContext command)
    {
        var entry = command.Entry;
        return new ControllerDataQueueFields(entry).Select == ControllerDataQueueSelect.Create
            ? MigrationCommands.CheckReserved(c, entry.Cdw10 & 0xFF00_FF00, entry.Cdw11 & 0xFFFE, entry.Cdw13 | entry.Cdw14 | entry.Cdw15)
            : MigrationCommands.CheckReserved(
                c, entry.Cdw10 & 0xFFFF_FF00, entry.Cdw11 & 0xFFFF_0000, entry.Cdw12 | entry.Cdw13 | entry.Cdw14 | entry.Cdw15);
    }

    public override StepResult Execute(ControllerCore c, CommandContext command) => new ControllerDataQueueFields(command.Entry).Select switch
    {
        ControllerDataQueueSelect.Create => Create(c, command),
        ControllerDataQueueSelect.Delete => Delete(c, command),
        _ => command.Fail(Status.InvalidField),
    };

    private static StepResult Create(ControllerCore c, CommandContext command)
    {
        var fields = new CreateControllerDataQueueFields(command.Entry);
        if (fields.QueueType != ControllerDataQueueType.UserDataMigrationQueue || !c.Options.Migration.TracksUserData)
            return command.Fail(Status.InvalidField);
        if (MigrationCommands.FindTarget(c, fields.Cntlid) is not { } target) return command.Fail(Status.InvalidControllerIdentifier);
        if (fields.SizeInDwords == 0 || fields.SizeInDwords % DwordsPerEntry != 0) return command.Fail(Status.InvalidField);
        if (target.UserDataLog is not null) return command.Fail(Status.InvalidField);
        if (!HasRoomForQueue(c))
        {
            return command.Fail(
                c.Options.Ambiguities.CdqLimitStatus == LimitStatus.NotEnoughResources ? Status.NotEnoughResources : Status.InvalidField);
        }

        var status = Locate(c, command, in fields, out var memory);
        if (!status.IsSuccess) return command.Fail(status);
        var queue = new DataQueue(c.DataQueues.FreeId(), c, target, memory, (int)(fields.SizeInDwords / DwordsPerEntry));
        c.DataQueues.Add(queue);
        command.Dw0 = new CreateControllerDataQueueResult { Cdqid = queue.Id }.Dw0;
        return StepResult.Done;
    }

    private static StepResult Delete(ControllerCore c, CommandContext command)
    {
        if (c.DataQueues.Find(new DeleteControllerDataQueueFields(command.Entry).Cdqid) is not { } queue)
            return command.Fail(Status.InvalidControllerDataQueue);
        c.DataQueues.Remove(queue);
        return StepResult.Done;
    }

    private static bool HasRoomForQueue(ControllerCore c)
    {
        var options = c.Options.Migration;
        return c.DataQueues.All.Count < options.DataQueues
            && c.Subsystem.Controllers.Sum(other => other.DataQueues.All.Count) < options.SubsystemDataQueues;
    }

    /// <summary>The queue's memory: one range where contiguous, else a range for each page of the PRP list.</summary>
    private static Status Locate(ControllerCore c, CommandContext command, in CreateControllerDataQueueFields fields, out QueueMemory memory)
    {
        var options = c.Options.Migration;
        var prp1 = fields.Entry.Prp1;
        memory = new QueueMemory(prp1, null, c.PageSize, LbaMigrationQueueEntry.Size);
        if (Prp.Offset(prp1, c.PageSize) != 0) return Status.PrpOffsetInvalid;
        var bytes = 4L * fields.SizeInDwords;
        var pages = Prp.Pages(0, bytes, c.PageSize);
        var ranges = fields.Pc ? 1 : pages;
        if (ranges > options.DataQueueRanges || (!fields.Pc && pages > options.DataQueuePrps)) return Status.InvalidField;
        var used = c.Subsystem.Controllers.Sum(other => other.DataQueues.All.Sum(queue => queue.Memory.Pages?.Length ?? 1));
        if (ranges + used > options.SubsystemDataQueueRanges) return Status.InvalidField;
        if (fields.Pc) return HostMemory.Holds(c, prp1, bytes) ? Status.Success : Status.InvalidField;

        var status = QueueMemories.ReadList(c, prp1, pages, c.IsLocal(command), out var list);
        if (!status.IsSuccess) return status;
        memory = memory with { Pages = list };
        return Array.TrueForAll(list, page => HostMemory.Holds(c, page, c.PageSize)) ? Status.Success : Status.InvalidField;
    }
}
