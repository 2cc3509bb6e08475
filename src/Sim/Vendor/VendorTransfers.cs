using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>SAVE_DATA: drains and freezes what SUSPEND stopped, sends the state, and disables the controller.</summary>
internal sealed class VendorSave(VendorDialect dialect) : VendorCommand(dialect.SaveOpcode, dialect)
{
    /// <summary>The state once the controller is frozen.</summary>
    private sealed record Saving(SuspendOperation Operation)
    {
        public byte[]? Blob { get; set; }
    }

    public override long Cost(ControllerCore c, CommandContext command) => c.Options.Timing.SaveState.Nanoseconds;

    protected override StepResult Execute(ControllerCore c, CommandContext command, ControllerCore target)
    {
        // Also a reset of the controller while this waits ends what SUSPEND began.
        if (!target.Suspension.FetchStopped) return command.Fail(Status.CommandSequenceError);
        command.Notes ??= new Saving(new SuspendOperation { Command = command });
        command.Phase = 1; // begun: no longer to be aborted
        var saving = (Saving)command.Notes;
        if (saving.Blob is null)
        {
            var frozen = c.Steps.Suspend.Run(target, saving.Operation);
            if (!frozen.IsDone) return frozen;
            target.StateSaves++;
            var encoded = Encode(c, target, out var blob);
            if (!encoded.IsDone) return encoded;
            // What one command cannot carry is refused whole; the controller stays suspended and can be resumed.
            if (blob.Length > c.MaximumTransfer) return command.Fail(Status.InvalidField);
            saving.Blob = blob;
            command.DataLength = blob.Length;
            command.Data.BeginData(in command.Entry, blob.Length, c.PageSize);
        }

        var sent = c.SendAll(command, saving.Blob);
        if (sent.IsDone && command.Status.IsSuccess && Dialect.SaveDisables) Disable(c, target, saving.Blob);
        return sent;
    }

    /// <summary>Not enabled, without queues, and still suspended: only RESUME, LOAD_DATA or a reset brings it back.</summary>
    private static void Disable(ControllerCore c, ControllerCore target, byte[] blob)
    {
        if (SavedOf(target) is not null) return;
        target.Machine.Run(new ResetRequest(ResetKind.StateChange));
        target.Suspension.StopFetching(c);
        target.Suspension.Freeze();
        target.Suspension.Saved = blob;
    }
}

/// <summary>LOAD_DATA: takes the state, verifies all of it, and only then makes the controller what it says; suspended until RESUME.</summary>
internal sealed class VendorLoad(VendorDialect dialect) : VendorCommand(dialect.LoadOpcode, dialect)
{
    /// <summary>The state as it comes in.</summary>
    private sealed record Loading(byte[] Blob, SuspendOperation Operation, bool WasRunning);

    public override void Parse(ControllerCore c, CommandContext command)
    {
        if (c.IsPrimary) command.DataLength = (long)new VendorCommandFields(command.Entry).Size * Math.Max(1, Dialect.SizeUnit);
    }

    public override long Cost(ControllerCore c, CommandContext command) => c.Options.Timing.LoadState.Nanoseconds;

    protected override StepResult Execute(ControllerCore c, CommandContext command, ControllerCore target)
    {
        if (command.Notes is null)
        {
            if (command.DataLength == 0 || command.DataLength > c.Options.Migration.MaximumStateBytes)
                return command.Fail(Status.InvalidField);
            if (!IsAcceptable(target)) return command.Fail(Status.CommandSequenceError);
            command.Notes = new Loading(
                new byte[command.DataLength], new SuspendOperation { Command = command }, !target.Suspension.FetchStopped);
            command.Phase = 1; // begun: no longer to be aborted
        }

        var loading = (Loading)command.Notes;
        if (command.Progress < command.DataLength)
        {
            var received = c.ReceiveAll(command, loading.Blob);
            if (!received.IsDone || !command.Status.IsSuccess) return received;
            if (!VendorBlob.TryOpen(loading.Blob, out _)) return command.Fail(Status.InvalidField);
        }

        var frozen = c.Steps.Suspend.Run(target, loading.Operation);
        if (!frozen.IsDone) return frozen;
        var decoded = Decode(c, target, loading.Blob, out var status);
        if (!decoded.IsDone) return decoded;
        if (status.IsSuccess)
        {
            target.Suspension.Saved = null;
            return StepResult.Done;
        }

        // Refused: it is again what it was.
        if (loading.WasRunning) c.Steps.Resume.Run(target);
        return command.Fail(status);
    }

    private bool IsAcceptable(ControllerCore target) => !target.IsFatal && Dialect.LoadPrecondition switch
    {
        VendorLoadPrecondition.SuspendedOrDisabled => target.Suspension.FetchStopped || !target.Configuration.En,
        VendorLoadPrecondition.Suspended => target.Suspension.FetchStopped,
        _ => true,
    };
}
