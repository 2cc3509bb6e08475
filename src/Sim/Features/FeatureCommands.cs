using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Set Features (Base 2.3 5.2.26) and Get Features (5.2.11).</summary>
internal static class FeatureCommands
{
    private const uint All = 0xFFFF_FFFF;

    public static void AddTo(CommandTable table) => table.Add(new SetFeatures()).Add(new GetFeatures());

    /// <summary>What the NSID may be, by the scope of the feature (Base 2.3 4.4).</summary>
    private static Status CheckNamespace(ControllerCore c, CommandContext command, Feature feature, bool sets)
    {
        var nsid = command.Entry.Nsid;
        var isValid = nsid != 0 && nsid < (uint)c.Attached.Length;
        switch (feature.Scope)
        {
            case EffectScope.Namespace when nsid == All:
                return sets ? Status.Success : feature.GetOfAll;
            case EffectScope.Namespace when !isValid:
                return Status.InvalidNamespaceOrFormat;
            case EffectScope.Namespace:
                return command.Namespace is null ? Status.InvalidField : Status.Success;
            case EffectScope.NvmSubsystem:
                return nsid == 0 ? Status.Success : Status.InvalidField;
            default:
                if (nsid is 0 or All) return Status.Success;
                if (!isValid) return Status.InvalidNamespaceOrFormat;
                return sets ? Status.FeatureNotNamespaceSpecific : Status.Success;
        }
    }

    private static bool IsFixed(ControllerCore c, Feature feature) => c.Options.Capabilities.FixedFeatures.Contains((byte)feature.Id);

    private sealed class SetFeatures : CommandHandler
    {
        public override byte Opcode => (byte)AdminOpcode.SetFeatures;

        public override NamespaceUse NamespaceUse => NamespaceUse.Own;

        public override bool AllowedDuringSanitize => true;

        public override bool ConcernsSanitized(CommandContext command, uint nsid) => command.Entry.Nsid == nsid;

        public override void Parse(ControllerCore c, CommandContext command)
        {
            if (c.Subsystem.Features.Find(c, new SetFeaturesFields(command.Entry).Fid) is { } feature)
                command.DataLength = feature.SetLength(in command.Entry);
        }

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var fields = new SetFeaturesFields(command.Entry);
            if (c.Subsystem.Features.Find(c, fields.Fid) is not { } feature) return command.Fail(Status.InvalidField);
            if (fields.Save && !feature.IsSaveable) return command.Fail(Status.FeatureNotSaveable);
            var status = CheckNamespace(c, command, feature, sets: true);
            if (!status.IsSuccess) return command.Fail(status);
            if (IsFixed(c, feature)) return command.Fail(Status.FeatureNotChangeable);

            var data = command.Buffer((int)command.DataLength);
            var received = c.ReceiveAll(command, data);
            if (!received.IsDone || !command.Status.IsSuccess) return received;
            status = feature.Set(c, command, data);
            if (!status.IsSuccess) return command.Fail(status);
            if (feature.IsLogged) Record(c, command, data);
            return StepResult.Done;
        }

        /// <summary>The event of a setting: dwords 10 and 11 and the data (Base 2.3 5.2.12.1.14.2.11).</summary>
        private static void Record(ControllerCore c, CommandContext command, ReadOnlySpan<byte> data)
        {
            var made = new byte[SetFeatureEvent.Size + (2 * sizeof(uint)) + data.Length];
            Wire.Write(made, new SetFeatureEvent { Sfel = new() { Dwords = 2, DataBytes = (ushort)data.Length } });
            Wire.Write(made.AsSpan(SetFeatureEvent.Size), command.Entry.Cdw10);
            Wire.Write(made.AsSpan(SetFeatureEvent.Size + sizeof(uint)), command.Entry.Cdw11);
            data.CopyTo(made.AsSpan(SetFeatureEvent.Size + (2 * sizeof(uint))));
            c.Subsystem.PersistentLog.Record(c, PersistentEventType.SetFeature, revision: 1, made);
        }
    }

    private sealed class GetFeatures : CommandHandler
    {
        public override byte Opcode => (byte)AdminOpcode.GetFeatures;

        public override NamespaceUse NamespaceUse => NamespaceUse.Own;

        public override bool AllowedDuringSanitize => true;

        public override bool ConcernsSanitized(CommandContext command, uint nsid) => command.Entry.Nsid == nsid;

        public override void Parse(ControllerCore c, CommandContext command)
        {
            var fields = new GetFeaturesFields(command.Entry);
            if (fields.Select < (byte)FeatureSelect.SupportedCapabilities && c.Subsystem.Features.Find(c, fields.Fid) is { } feature)
                command.DataLength = feature.GetLength(in command.Entry);
        }

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var fields = new GetFeaturesFields(command.Entry);
            var select = (FeatureSelect)fields.Select;
            if (select > FeatureSelect.SupportedCapabilities || c.Subsystem.Features.Find(c, fields.Fid) is not { } feature)
                return command.Fail(Status.InvalidField);
            if (select == FeatureSelect.SupportedCapabilities)
            {
                command.Dw0 = new FeatureCapabilities
                {
                    Saveable = feature.IsSaveable,
                    NamespaceSpecific = feature.Scope == EffectScope.Namespace,
                    Changeable = !IsFixed(c, feature),
                }.Raw;
                return StepResult.Done;
            }

            var status = CheckNamespace(c, command, feature, sets: false);
            if (!status.IsSuccess) return command.Fail(status);
            // Where nothing can be saved the default stands for the saved value (Base 2.3 5.2.11).
            if (select == FeatureSelect.Saved && !feature.IsSaveable) select = FeatureSelect.Default;
            var data = command.Buffer((int)command.DataLength);
            if (command.Progress == 0)
            {
                data.Clear();
                status = feature.Get(c, command, select, data);
                if (!status.IsSuccess) return command.Fail(status);
            }

            return c.SendAll(command, data);
        }
    }
}
