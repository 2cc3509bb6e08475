using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Sanitize (Base 2.3 5.2.22) and Sanitize Namespace (5.2.23).</summary>
internal static class SanitizeCommands
{
    public static void AddTo(CommandTable table) => table.Add(new Sanitize()).Add(new SanitizeNamespace());

    /// <summary>SANICAP.</summary>
    public static SanitizeCapabilities Capabilities(ControllerCore c)
    {
        var options = c.Options.Sanitize;
        if (!IsSupported(c)) return default;
        return new()
        {
            CryptoErase = options.CryptoErase,
            BlockErase = options.BlockErase,
            Overwrite = options.Overwrite,
            MediaVerification = options.MediaVerification,
            NamespaceMediaVerification = options.MediaVerification && options.Namespaces,
            NoDeallocateInhibited = options.NoDeallocateInhibited,
            NoDeallocateModifiesMedia = (byte)(options.NoDeallocateModifiesMedia ? 2 : 1),
        };
    }

    public static bool IsSupported(ControllerCore c) => c.Options.Sanitize is { CryptoErase: true } or { BlockErase: true } or { Overwrite: true };

    /// <summary>The command may be given to this target in the state that it is in, with the status to refuse it where it is busy or failed.</summary>
    private static Status CheckState(SanitizeTarget target, in SanitizeFields fields, Status busy, Status failed)
    {
        if (target.IsBusy) return busy;
        var exits = fields.Action == SanitizeAction.ExitMediaVerification;
        if (exits != (target.State == SanitizeState.MediaVerification)) return Status.InvalidField;
        if (target.State != SanitizeState.RestrictedFailure) return Status.Success;
        return fields.Action == SanitizeAction.ExitFailureMode || fields.AllowUnrestrictedExit ? failed : Status.Success;
    }

    private static bool Starts(SanitizeAction action) =>
        action is SanitizeAction.BlockErase or SanitizeAction.Overwrite or SanitizeAction.CryptoErase;

    /// <summary>Does what was found good.</summary>
    private static StepResult Carry(ControllerCore c, SanitizeTarget target, in SanitizeFields fields, bool warns = false)
    {
        var sanitizing = c.Subsystem.Sanitizing;
        if (Starts(fields.Action)) sanitizing.Start(c, target, in fields, warns);
        else if (fields.Action == SanitizeAction.ExitMediaVerification) sanitizing.EndVerification(target);
        else if (target.HasFailed) sanitizing.Recover(target);
        return StepResult.Done;
    }

    private static uint EffectsOf => new CommandEffects { LogicalBlockContentChange = true, Execution = 2 }.Raw;

    private sealed class Sanitize : CommandHandler
    {
        public override byte Opcode => (byte)AdminOpcode.Sanitize;

        public override bool AllowedDuringSanitize => true;

        public override uint Effects => EffectsOf;

        public override bool IsSupported(ControllerCore c) => SanitizeCommands.IsSupported(c);

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var fields = new SanitizeFields(command.Entry);
            var status = Check(c, in fields);
            if (!status.IsSuccess) return command.Fail(status, dnr: status != Status.SanitizeInProgress && status != Status.ControllerSuspended);
            return Carry(c, c.Subsystem.Sanitizing.Whole, in fields, warns: fields.NoDeallocate && c.Options.Sanitize.NoDeallocateInhibited);
        }

        private static Status Check(ControllerCore c, in SanitizeFields fields)
        {
            // A command that names no namespace and would change one (Base 2.3 8.1.17.2).
            if (c.Subsystem.Namespaces.Any(ns => ns.Volume.IsWriteProtected)) return Status.NamespaceWriteProtected;
            var options = c.Options.Sanitize;
            var isKnown = fields.Action switch
            {
                SanitizeAction.ExitFailureMode => true,
                SanitizeAction.BlockErase => options.BlockErase,
                SanitizeAction.Overwrite => options.Overwrite,
                SanitizeAction.CryptoErase => options.CryptoErase,
                SanitizeAction.ExitMediaVerification => options.MediaVerification,
                _ => false,
            };
            if (!isKnown) return Status.InvalidField;
            // One that is being suspended will be suspended; what it waits for could not be aborted.
            if (c.Subsystem.HasSuspended()) return Status.ControllerSuspended;
            var whole = c.Subsystem.Sanitizing.Whole;
            var status = CheckState(whole, in fields, Status.SanitizeInProgress, Status.SanitizeFailed);
            if (!status.IsSuccess || !Starts(fields.Action)) return status;
            foreach (var ns in c.Subsystem.Namespaces)
            {
                status = CheckState(ns.Sanitizing, in fields, Status.SanitizeNamespaceInProgress, Status.SanitizeNamespaceFailed);
                if (!status.IsSuccess) return status;
                if (ns.Volume.IsWriteProtected) return Status.NamespaceWriteProtected;
            }

            return c.Subsystem.Firmware.Pending is { IsSuccess: false } pending ? pending : CheckOptions(c, in fields);
        }

        private static Status CheckOptions(ControllerCore c, in SanitizeFields fields)
        {
            var options = c.Options.Sanitize;
            var cannotVerify = !options.MediaVerification || fields.Action == SanitizeAction.Overwrite || fields.NoDeallocate;
            if (fields.EnterMediaVerification && cannotVerify) return Status.InvalidField;
            var warnings = new SanitizeConfigFeature(c.Subsystem.SharedFeatures.Current(FeatureId.SanitizeConfig)).NoDeallocateWarning;
            if (fields.NoDeallocate && options.NoDeallocateInhibited && !warnings) return Status.InvalidField;
            foreach (var controller in c.Subsystem.Controllers)
            {
                if (new PmrControl(controller.Registers[Register.PmrCtl]).En)
                    return Status.SanitizeProhibitedWhilePmrEnabled;
            }

            return Status.Success;
        }
    }

    private sealed class SanitizeNamespace : CommandHandler
    {
        public override byte Opcode => (byte)AdminOpcode.SanitizeNamespace;

        public override NamespaceUse NamespaceUse => NamespaceUse.Own;

        // Its own states decide, and those of the subsystem.
        public override bool AllowedDuringSanitize => true;

        public override uint Effects => EffectsOf;

        public override bool IsSupported(ControllerCore c) => SanitizeCommands.IsSupported(c) && c.Options.Sanitize.Namespaces;

        public override bool ConcernsSanitized(CommandContext command, uint nsid) => false;

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var fields = new SanitizeFields(command.Entry);
            var status = Check(c, command, in fields);
            if (!status.IsSuccess) return command.Fail(status, dnr: status != Status.SanitizeInProgress && status != Status.SanitizeNamespaceInProgress);
            return Carry(c, command.Namespace!.Sanitizing, in fields);
        }

        private static Status Check(ControllerCore c, CommandContext command, in SanitizeFields fields)
        {
            var whole = c.Subsystem.Sanitizing.Whole;
            if (whole.HasFailed) return Status.SanitizeFailed;
            if (whole.IsBusy) return Status.SanitizeInProgress;
            if (whole.State == SanitizeState.MediaVerification) return Status.InvalidField;
            if (command.Namespace is not { } ns) return Status.InvalidNamespaceOrFormat;
            var options = c.Options.Sanitize;
            var isKnown = fields.Action switch
            {
                SanitizeAction.ExitFailureMode => true,
                SanitizeAction.CryptoErase => !fields.EnterMediaVerification || options.MediaVerification,
                SanitizeAction.ExitMediaVerification => options.MediaVerification,
                _ => false,
            };
            if (!isKnown) return Status.InvalidField;
            var status = CheckState(ns.Sanitizing, in fields, Status.SanitizeNamespaceInProgress, Status.SanitizeNamespaceFailed);
            if (!status.IsSuccess || !Starts(fields.Action)) return status;
            if (ns.Volume.IsWriteProtected) return Status.NamespaceWriteProtected;
            if (c.Subsystem.Firmware.Pending is { IsSuccess: false } pending) return pending;
            var most = options.NamespacesAtOnce;
            return most != 0 && c.Subsystem.Sanitizing.NamespacesInProgress >= most ? Status.NamespaceSanitizeLimitExceeded : Status.Success;
        }
    }
}
