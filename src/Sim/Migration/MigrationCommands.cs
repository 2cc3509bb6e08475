using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Migration Send and Migration Receive (Base 2.3 5.2.16, 5.2.17.1.1 to 5.2.17.1.3).</summary>
internal static class MigrationCommands
{
    /// <summary>Effects of all of them: they act on more than the controller that executes them.</summary>
    public static readonly uint Scope = new CommandEffects { Scope = EffectScope.Controller | EffectScope.NvmSubsystem }.Raw;

    public static void AddTo(CommandTable table) =>
        table.Add(new MigrationSend()).Add(new MigrationReceive()).Add(new DataQueueCommand()).Add(new TrackSend()).Add(new TrackReceive());

    /// <summary>Reserved bits: refused when the device is strict (A9), else ignored.</summary>
    public static Status CheckReserved(ControllerCore c, CommandContext command, params ReadOnlySpan<uint> reserved) =>
        c.Options.Ambiguities.StrictReserved == ReservedFields.All && reserved.ContainsAnyExcept(0u) ? Status.InvalidField : Status.Success;

    /// <summary>
    /// The migratable controller that a management controller's command names: a secondary one of the subsystem, neither itself nor
    /// another management controller; null for anything else.
    /// </summary>
    public static ControllerCore? FindTarget(ControllerCore c, ushort cntlid) =>
        c.Subsystem.FindController(cntlid) is { IsManagement: false } target && !ReferenceEquals(target, c) ? target : null;

    private sealed class MigrationSend : CommandHandler
    {
        public override byte Opcode => (byte)AdminOpcode.MigrationSend;

        public override bool IsSupported(ControllerCore c) => c.IsManagement;

        public override void Parse(ControllerCore c, CommandContext command)
        {
            if (new MigrationSendFields(command.Entry).Select == MigrationSendSelect.SetControllerState)
                command.DataLength = 4L * new SetControllerStateFields(command.Entry).NumberOfDwords;
        }

        public override long Cost(ControllerCore c, CommandContext command) => new MigrationSendFields(command.Entry).Select switch
        {
            MigrationSendSelect.Suspend => 0, // paid for after draining
            MigrationSendSelect.Resume => c.Options.Timing.Resume.Nanoseconds,
            _ => c.Options.Timing.LoadState.Nanoseconds,
        };

        public override StepResult Execute(ControllerCore c, CommandContext command) => new MigrationSendFields(command.Entry).Select switch
        {
            MigrationSendSelect.Suspend => Suspend(c, command),
            MigrationSendSelect.Resume => Resume(c, command),
            MigrationSendSelect.SetControllerState => SetControllerState.Execute(c, command),
            _ => command.Fail(Status.InvalidField),
        };

        private static StepResult Suspend(ControllerCore c, CommandContext command)
        {
            var fields = new SuspendFields(command.Entry);
            if (FindTarget(c, fields.Cntlid) is not { } target) return command.Fail(Status.InvalidControllerIdentifier);
            if (fields.SuspendType > SuspendType.Suspend) return command.Fail(Status.InvalidField);
            if (fields.SuspendType == SuspendType.Notification) return StepResult.Done;
            if (!target.IsReady && c.Options.Ambiguities.SuspendDisabled == Leniency.Refuse)
                return command.Fail(Status.InvalidControllerIdentifier);
            var operation = command.Notes as SuspendOperation
                ?? new SuspendOperation { Command = command, DeleteDataQueue = fields.DeleteUserDataMigrationQueue };
            command.Notes = operation;
            command.Phase = 1; // begun: no longer to be aborted
            return c.Steps.Suspend.Run(target, operation);
        }

        private static StepResult Resume(ControllerCore c, CommandContext command)
        {
            var fields = new ResumeFields(command.Entry);
            if (FindTarget(c, fields.Cntlid) is not { } target) return command.Fail(Status.InvalidControllerIdentifier);
            if (!target.Suspension.IsSuspended) return command.Fail(Status.ControllerNotSuspended);
            // What came of a state is not committed yet.
            if (target.Suspension.Incoming is not null) return command.Fail(Status.CommandSequenceError);
            return c.Steps.Resume.Run(target);
        }
    }

    /// <summary>Get Controller State.</summary>
    private sealed class MigrationReceive : CommandHandler
    {
        /// <summary>The state as made at the first call, and whether the target was suspended from the beginning.</summary>
        private sealed record Answer(long Changes, bool Suspended)
        {
            public byte[]? Bytes { get; set; }
        }

        public override byte Opcode => (byte)AdminOpcode.MigrationReceive;

        public override bool IsSupported(ControllerCore c) => c.IsManagement;

        public override void Parse(ControllerCore c, CommandContext command)
        {
            var fields = new MigrationReceiveFields(command.Entry);
            command.DataLength = 4L * ((long)fields.NumberOfDwordsZ + 1);
            if (FindTarget(c, fields.Cntlid) is { } target)
                command.Notes = new Answer(target.Suspension.Changes, target.Suspension.IsSuspended);
        }

        public override long Cost(ControllerCore c, CommandContext command) => c.Options.Timing.SaveState.Nanoseconds;

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var fields = new MigrationReceiveFields(command.Entry);
            var options = c.Options.Migration;
            if (fields.Select != MigrationReceiveSelect.GetControllerState) return command.Fail(Status.InvalidField);
            if (FindTarget(c, fields.Cntlid) is not { } target || command.Notes is not Answer answer)
                return command.Fail(Status.InvalidControllerIdentifier);
            if (fields.Csvi > options.StateVersions.Count || fields.Csuuidi > (options.VendorState.Supported ? 1 : 0))
                return command.Fail(Status.InvalidField);
            if (fields.Offset % 4 != 0) return command.Fail(Status.InvalidField);

            if (answer.Bytes is null)
            {
                var request = new StateRequest(fields.Csvi != 0, fields.Csuuidi != 0, fields.VendorParameter);
                var encoded = c.Steps.Encode.Run(target, in request, out var state);
                if (!encoded.IsDone) return encoded;
                answer.Bytes = state.Encode();
            }

            var length = (ulong)answer.Bytes.Length;
            var refusesEnd = c.Options.Ambiguities.ReceiveOffsetEqualsSize == Leniency.Refuse;
            if (fields.Offset > length || (fields.Offset == length && refusesEnd)) return command.Fail(Status.InvalidField);
            var suspended = answer.Suspended && answer.Changes == target.Suspension.Changes;
            command.Dw0 = new MigrationReceiveResult { ControllerSuspended = suspended }.Dw0;
            var rest = answer.Bytes.AsSpan((int)fields.Offset);
            return c.SendAll(command, rest[..(int)Math.Min(rest.Length, command.DataLength)]);
        }
    }
}
