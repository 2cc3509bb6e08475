using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Set Features and Get Features.</summary>
internal static class FeatureCommands
{
    public static void AddTo(CommandTable table) => table.Add(new SetFeatures()).Add(new GetFeatures());

    private static bool IsKnown(FeatureId fid) => fid is FeatureId.Arbitration or FeatureId.PowerManagement
        or FeatureId.TemperatureThreshold or FeatureId.ErrorRecovery or FeatureId.VolatileWriteCache or FeatureId.NumberOfQueues
        or FeatureId.InterruptCoalescing
        or FeatureId.InterruptVectorConfiguration or FeatureId.WriteAtomicityNormal or FeatureId.AsynchronousEventConfiguration;

    private sealed class SetFeatures : CommandHandler
    {
        public override byte Opcode => (byte)AdminOpcode.SetFeatures;

        public override NamespaceUse NamespaceUse => NamespaceUse.Own;

        public override bool AllowedDuringSanitize => true;

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var fields = new SetFeaturesFields(command.Entry);
            var fid = (FeatureId)fields.Fid;
            if (fid == FeatureId.ControllerDataQueue && DataQueueFeature.IsSupported(c)) return DataQueueFeature.Set(c, command);
            if (!IsKnown(fid)) return command.Fail(Status.InvalidField);
            if (fields.Save) return command.Fail(Status.FeatureNotSaveable);
            var value = command.Entry.Cdw11;
            switch (fid)
            {
                case FeatureId.NumberOfQueues:
                    return SetNumberOfQueues(c, command, value);
                case FeatureId.InterruptVectorConfiguration:
                    if ((value & 0xFFFF) >= c.Function.VectorCount) return command.Fail(Status.InvalidField);
                    c.Features.SetCoalescingDisabled((int)(value & 0xFFFF), (value >> 16 & 1) != 0);
                    return StepResult.Done;
                default:
                    c.Features.SetCurrent(fid, value);
                    return StepResult.Done;
            }
        }

        private static StepResult SetNumberOfQueues(ControllerCore c, CommandContext command, uint value)
        {
            var (submissionZ, completionZ) = (value & 0xFFFF, value >> 16);
            if (submissionZ == 0xFFFF || completionZ == 0xFFFF) return command.Fail(Status.InvalidField);
            if (c.Queues.HasIoQueues) return command.Fail(Status.CommandSequenceError);
            var most = c.Resources.Queues - 1;
            c.Features.SubmissionQueues = (int)Math.Min(submissionZ + 1, (uint)most);
            c.Features.CompletionQueues = (int)Math.Min(completionZ + 1, (uint)most);
            command.Dw0 = NumberOfQueues(c);
            return StepResult.Done;
        }
    }

    private static uint NumberOfQueues(ControllerCore c) =>
        (uint)(c.IoSubmissionQueues - 1) | ((uint)(c.IoCompletionQueues - 1) << 16);

    private sealed class GetFeatures : CommandHandler
    {
        public override byte Opcode => (byte)AdminOpcode.GetFeatures;

        public override NamespaceUse NamespaceUse => NamespaceUse.Own;

        public override bool AllowedDuringSanitize => true;

        public override void Parse(ControllerCore c, CommandContext command)
        {
            var fields = new GetFeaturesFields(command.Entry);
            if (fields.Fid == ControllerDataQueueFeature.Fid && DataQueueFeature.IsSupported(c))
                command.DataLength = DataQueueFeature.DataLength(in fields);
        }

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var fields = new GetFeaturesFields(command.Entry);
            var fid = (FeatureId)fields.Fid;
            if (fields.Select <= 3 && fid == FeatureId.ControllerDataQueue && DataQueueFeature.IsSupported(c))
                return DataQueueFeature.Get(c, command);
            if (!IsKnown(fid) || fields.Select > 3) return command.Fail(Status.InvalidField);
            command.Dw0 = fields.Select switch
            {
                0 when fid == FeatureId.NumberOfQueues => NumberOfQueues(c),
                0 => c.Features.Current(fid),
                1 => c.Features.Default(fid),
                2 => c.Features.Saved(fid),
                _ => 4, // changeable, not saveable, not per namespace
            };
            return StepResult.Done;
        }
    }
}
