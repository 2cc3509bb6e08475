using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Feature 21h, Controller Data Queue (Base 2.3 5.2.26.1.23): head and tail pointer trigger of a queue of the controller that executes it.
/// </summary>
internal static class DataQueueFeature
{
    public static bool IsSupported(ControllerCore c) => c.IsManagement && c.Options.Migration.TracksUserData;

    /// <summary>Bytes that Get Features moves: none for the capabilities of the feature.</summary>
    public static long DataLength(in GetFeaturesFields fields) => fields.Select == 3 ? 0 : ControllerDataQueueFeature.Size;

    public static StepResult Set(ControllerCore c, CommandContext command)
    {
        if (new SetFeaturesFields(command.Entry).Save) return command.Fail(Status.FeatureNotSaveable);
        var fields = new ControllerDataQueueFeatureFields(command.Entry);
        if (c.DataQueues.Find(fields.Cdqid) is not { } queue) return command.Fail(Status.InvalidControllerDataQueue);
        var status = MigrationCommands.CheckReserved(c, command, command.Entry.Cdw11 & 0x7FFF_0000);
        if (!status.IsSuccess) return command.Fail(status);
        if (!queue.Accepts(fields.HeadPointer)) return command.Fail(Status.InvalidField);
        if (fields.EnableTailPointerTrigger && fields.TailPointerTrigger >= queue.Entries) return command.Fail(Status.InvalidField);
        queue.Head = (int)fields.HeadPointer;
        queue.TailTrigger = fields.EnableTailPointerTrigger ? (int)fields.TailPointerTrigger : null;
        // The host looks at the queue anyway: an event about the old trigger that waits for a request tells it nothing.
        queue.WithdrawTailEvent();
        return StepResult.Done;
    }

    public static StepResult Get(ControllerCore c, CommandContext command)
    {
        var select = new GetFeaturesFields(command.Entry).Select;
        if (select == 3)
        {
            command.Dw0 = 4; // changeable, not saveable, not per namespace
            return StepResult.Done;
        }

        var cdqid = new ControllerDataQueueFeatureFields(command.Entry).Cdqid;
        if (c.DataQueues.Find(cdqid) is not { } queue) return command.Fail(Status.InvalidControllerDataQueue);
        // Nothing is saved: the default stands for the saved value.
        var data = default(ControllerDataQueueFeature);
        var result = new ControllerDataQueueFeatureResult { Cdqid = cdqid };
        if (select == 0)
        {
            data.HeadPointer = (uint)queue.Head;
            data.TailPointerTrigger = (uint)(queue.TailTrigger ?? 0);
            result = result with { EnableTailPointerTrigger = queue.TailTrigger is not null };
        }

        command.Dw0 = result.Dw0;
        return c.SendAll(command, Wire.Bytes(in data));
    }
}
