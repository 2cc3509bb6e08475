using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Number of Queues (Base 2.3 5.2.26.2.1).</summary>
internal sealed class NumberOfQueues : Feature
{
    public override FeatureId Id => FeatureId.NumberOfQueues;

    public override Status Set(ControllerCore c, CommandContext command, ReadOnlySpan<byte> data)
    {
        var asked = new NumberOfQueuesFeature(command.Entry.Cdw11);
        if (asked.SubmissionQueuesZ == 0xFFFF || asked.CompletionQueuesZ == 0xFFFF) return Status.InvalidField;
        if (c.Queues.HasIoQueues) return Status.CommandSequenceError;
        var most = c.Resources.Queues - 1;
        c.Features.SubmissionQueues = Math.Min(asked.SubmissionQueuesZ + 1, most);
        c.Features.CompletionQueues = Math.Min(asked.CompletionQueuesZ + 1, most);
        command.Dw0 = Granted(c.IoSubmissionQueues, c.IoCompletionQueues);
        return Status.Success;
    }

    public override Status Get(ControllerCore c, CommandContext command, FeatureSelect select, Span<byte> data)
    {
        var most = c.Resources.Queues - 1;
        command.Dw0 = select == FeatureSelect.Current ? Granted(c.IoSubmissionQueues, c.IoCompletionQueues) : Granted(most, most);
        return Status.Success;
    }

    private static uint Granted(int submission, int completion) => new NumberOfQueuesFeature
    {
        SubmissionQueuesZ = (ushort)(submission - 1), CompletionQueuesZ = (ushort)(completion - 1),
    }.Raw;
}

/// <summary>
/// Interrupt Vector Configuration (Base 2.3 5.2.26.2.3), a value for each vector. Accepted also for a vector that has no completion queue
/// yet: one whose queues come with a controller state is configured before they come.
/// </summary>
internal sealed class InterruptVectors : Feature
{
    public override FeatureId Id => FeatureId.InterruptVectorConfiguration;

    public override IEnumerable<ushort> Instances(ControllerCore c) =>
        Enumerable.Range(0, c.Function.VectorCount).Select(vector => (ushort)vector);

    public override Status Set(ControllerCore c, CommandContext command, ReadOnlySpan<byte> data)
    {
        var value = new InterruptVectorFeature(command.Entry.Cdw11 & 0x1_FFFF);
        if (value.Vector >= c.Function.VectorCount) return Status.InvalidField;
        c.Features.Set(Id, value.Raw, save: false, value.Vector);
        return Status.Success;
    }

    public override Status Get(ControllerCore c, CommandContext command, FeatureSelect select, Span<byte> data)
    {
        var vector = new InterruptVectorFeature(command.Entry.Cdw11).Vector;
        if (vector >= c.Function.VectorCount) return Status.InvalidField;
        command.Dw0 = new InterruptVectorFeature(c.Features.Get(Id, select, vector)) { Vector = vector }.Raw;
        return Status.Success;
    }
}
