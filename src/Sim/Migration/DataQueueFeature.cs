using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Feature 21h, Controller Data Queue (Base 2.3 5.2.26.1.23): head and tail pointer trigger of a queue of the controller that executes it.
/// </summary>
internal sealed class DataQueueFeature : Feature
{
    public override FeatureId Id => FeatureId.ControllerDataQueue;

    public override EffectScope Scope => EffectScope.ControllerDataQueue;

    public override bool IsLogged => false;

    public override bool IsSupported(ControllerCore c) => c.IsManagement && c.Options.Migration.TracksUserData;

    public override int GetLength(in SubmissionEntry entry) => ControllerDataQueueFeature.Size;

    public override Status Set(ControllerCore c, CommandContext command, ReadOnlySpan<byte> data)
    {
        var fields = new ControllerDataQueueFeatureFields(command.Entry);
        if (c.DataQueues.Find(fields.Cdqid) is not { } queue) return Status.InvalidControllerDataQueue;
        var status = MigrationCommands.CheckReserved(c, command.Entry.Cdw11 & 0x7FFF_0000);
        if (!status.IsSuccess) return status;
        if (!queue.Accepts(fields.HeadPointer)) return Status.InvalidField;
        if (fields.EnableTailPointerTrigger && fields.TailPointerTrigger >= queue.Entries) return Status.InvalidField;
        queue.Head = (int)fields.HeadPointer;
        queue.TailTrigger = fields.EnableTailPointerTrigger ? (int)fields.TailPointerTrigger : null;
        // The host looks at the queue anyway: an event about the old trigger that waits for a request tells it nothing.
        queue.WithdrawTailEvent();
        return Status.Success;
    }

    public override Status Get(ControllerCore c, CommandContext command, FeatureSelect select, Span<byte> data)
    {
        var cdqid = new ControllerDataQueueFeatureFields(command.Entry).Cdqid;
        if (c.DataQueues.Find(cdqid) is not { } queue) return Status.InvalidControllerDataQueue;
        var result = new ControllerDataQueueFeatureResult { Cdqid = cdqid };
        if (select == FeatureSelect.Current)
        {
            ref var values = ref Wire.View<ControllerDataQueueFeature>(data);
            values.HeadPointer = (uint)queue.Head;
            values.TailPointerTrigger = (uint)(queue.TailTrigger ?? 0);
            result = result with { EnableTailPointerTrigger = queue.TailTrigger is not null };
        }

        command.Dw0 = result.Dw0;
        return Status.Success;
    }
}
