using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Track Send: starts and stops logging of user data changes and tracking of memory changes (Base 2.3 5.2.28.1.1, 5.2.28.1.2).</summary>
internal sealed class TrackSend : CommandHandler
{
    public override byte Opcode => (byte)AdminOpcode.TrackSend;

    public override bool IsSupported(ControllerCore c) => c.IsManagement;

    public override Status Validate(ControllerCore c, CommandContext command)
    {
        var entry = command.Entry;
        var operation = new TrackSendFields(entry).Select == TrackSendSelect.LogUserDataChanges ? 0xFFF0_0000 : 0xFFFE_0000;
        return MigrationCommands.CheckReserved(
            c, entry.Cdw10 & (operation | 0xFF00), entry.Cdw11 & 0xFFFF_0000, entry.Cdw12 | entry.Cdw13 | entry.Cdw14 | entry.Cdw15);
    }

    public override StepResult Execute(ControllerCore c, CommandContext command) => new TrackSendFields(command.Entry).Select switch
    {
        TrackSendSelect.LogUserDataChanges when c.Options.Migration.TracksUserData => Log(c, command),
        TrackSendSelect.TrackMemoryChanges when c.Options.Migration.TracksMemory => MemoryTracking.Send(c, command),
        _ => command.Fail(Status.InvalidField),
    };

    private static StepResult Log(ControllerCore c, CommandContext command)
    {
        var fields = new LogUserDataChangesFields(command.Entry);
        if (fields.Action > LoggingAction.Start) return command.Fail(Status.InvalidField);
        if (c.DataQueues.Find(fields.Cdqid) is not { } queue) return command.Fail(Status.InvalidControllerDataQueue);
        return fields.Action == LoggingAction.Start ? Start(command, queue) : Stop(command, queue);
    }

    private static StepResult Start(CommandContext command, DataQueue queue)
    {
        if (queue.IsLogging) return command.Fail(Status.InvalidControllerDataQueue);
        if (queue.Target.Suspension.IsSuspended) return command.Fail(Status.ControllerSuspended);
        if (queue.IsFull) return command.Fail(Status.ControllerDataQueueFull);
        queue.Start();
        return StepResult.Done;
    }

    private static StepResult Stop(CommandContext command, DataQueue queue)
    {
        if (!queue.Target.Suspension.IsSuspended) queue.Stop();
        else if (command.Owner.Options.Ambiguities.StopLoggingWhileSuspended == Leniency.Refuse) return command.Fail(Status.ControllerSuspended);
        // The entry that says suspended is the last one already.
        else queue.Silence();
        return StepResult.Done;
    }
}
