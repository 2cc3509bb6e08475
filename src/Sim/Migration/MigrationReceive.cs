using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Migration Receive, Get Controller State (Base 2.3 5.2.16).</summary>
internal sealed class MigrationReceive : CommandHandler
{
    /// <summary>Whether the target was suspended when the command came, and the state as made at the first call.</summary>
    private sealed record Answer(ControllerCore Target, long Changes, bool WasSuspended)
    {
        public byte[]? Bytes { get; set; }

        /// <summary>Suspended ever since the command came.</summary>
        public bool IsSuspended => WasSuspended && Changes == Target.Suspension.Changes;
    }

    public override byte Opcode => (byte)AdminOpcode.MigrationReceive;

    public override bool IsSupported(ControllerCore c) => c.IsManagement;

    public override void Parse(ControllerCore c, CommandContext command)
    {
        var fields = new MigrationReceiveFields(command.Entry);
        command.DataLength = 4L * ((long)fields.NumberOfDwordsZ + 1);
        if (MigrationCommands.FindTarget(c, fields.Cntlid) is { } target)
            command.Notes = new Answer(target, target.Suspension.Changes, target.Suspension.IsSuspended);
    }

    public override Status Validate(ControllerCore c, CommandContext command)
    {
        var entry = command.Entry;
        if (new MigrationReceiveFields(entry).Select != MigrationReceiveSelect.GetControllerState) return Status.InvalidField;
        var status = MigrationCommands.CheckReserved(c, entry.Cdw10 & 0xFF00_FF00);
        return status.IsSuccess ? MigrationCommands.CheckUuidIndex(c, in entry) : status;
    }

    public override long Cost(ControllerCore c, CommandContext command) => c.Options.Timing.SaveState.Nanoseconds;

    public override StepResult Execute(ControllerCore c, CommandContext command)
    {
        var fields = new MigrationReceiveFields(command.Entry);
        if (command.Notes is not Answer answer) return command.Fail(Status.InvalidControllerIdentifier);
        if (MigrationCommands.HasSanitizedNamespace(answer.Target)) return command.Fail(Status.SanitizeNamespaceInProgress, dnr: false);
        if (!MigrationCommands.AreFormats(c, fields.Csvi, fields.Csuuidi) || fields.Offset % 4 != 0)
            return command.Fail(Status.InvalidField);
        if (answer.Bytes is null)
        {
            // One that is read in pieces from its beginning is one save.
            if (fields.Offset == 0) answer.Target.StateSaves++;
            var request = new StateRequest(fields.Csvi != 0, fields.Csuuidi != 0, fields.VendorParameter);
            var encoded = c.Steps.Encode.Run(answer.Target, in request, out var state);
            if (!encoded.IsDone) return encoded;
            answer.Bytes = state.Encode();
            // CSATTR and CSUP say the same: suspended all the time, not only now.
            ref var header = ref Wire.View<ControllerStateHeader>(answer.Bytes);
            header.Attributes = header.Attributes with { Suspended = header.Attributes.Suspended && answer.IsSuspended };
        }

        var length = (ulong)answer.Bytes.Length;
        var refusesEnd = c.Options.Ambiguities.ReceiveOffsetEqualsSize == Leniency.Refuse;
        if (fields.Offset > length || (fields.Offset == length && refusesEnd)) return command.Fail(Status.InvalidField);
        var rest = answer.Bytes.AsSpan((int)fields.Offset);
        var sent = c.SendAll(command, rest[..(int)Math.Min(rest.Length, command.DataLength)]);
        command.Dw0 = new MigrationReceiveResult { ControllerSuspended = answer.IsSuspended }.Dw0;
        return sent;
    }
}
