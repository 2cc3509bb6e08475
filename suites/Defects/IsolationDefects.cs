using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>Bugs by which one function's migration reaches another's, or a guest learns of others.</summary>
internal static class IsolationDefects
{
    public static IReadOnlyList<Defect> All { get; } =
    [
        Of(
            "neighbours-suspended-too", "LM-ISO-01", "Suspend stops all virtual functions of its physical function.",
            static () => new() { Suspend = new SuspendsAll() }),
        Of(
            "neighbours-slowed", "LM-ISO-01", "While one controller is suspended, the others wait a millisecond at each command.",
            static () => new() { Execute = new WaitsForSuspended(ofPrimary: false) }),
        Of(
            "controlling-function-stands-still", "LM-ISO-02", "The controlling controller does no I/O of its own while another is suspended.",
            static () => new() { Execute = new WaitsForSuspended(ofPrimary: true) }),
        Of(
            "virtual-functions-manage", "LM-ISO-03", "The migration commands are not refused on a virtual function.",
            static () => new() { Parse = new AnswersVirtualFunctions(AdminOpcode.MigrationSend, AdminOpcode.MigrationReceive) }),
        Of(
            "bare-do-not-retry", "LM-ISO-04",
            "A data queue that a virtual function asks for is refused with Do Not Retry and no code (seen in an emulator's branch).",
            static () => new() { Complete = new BareDoNotRetry() }),
        Of(
            "state-of-the-neighbour", "LM-ISO-05", "One buffer for saved states: two that are read by turns mix.",
            static () => new() { Encode = new OneSavedState() }),
        Of(
            "guest-sees-management", "LM-ISO-06", "Identify Controller of a virtual function is a copy of the physical one's.",
            static () => new() { Identify = new CopiedIdentity() }),
        Of(
            "guest-told-of-its-migration", "LM-ISO-06", "Resume raises an event on the controller that is resumed.",
            static () => new() { Resume = new RaisesEvent() }),
        Of(
            "queues-by-the-physical-function", "LM-ISO-07", "A loaded queue is read and written under the physical function's requester identifier.",
            static () => new() { Requester = new BorrowedRequester() }),
    ];

    private static Defect Of(string name, string breaks, string story, Func<ControllerSteps> steps) => Defect.OfDevice(name, breaks, story, steps);
}

/// <summary>All secondary controllers of the same primary are suspended.</summary>
internal sealed class SuspendsAll : SuspendStep
{
    public override StepResult Run(ControllerCore target, SuspendOperation operation)
    {
        var result = base.Run(target, operation);
        if (!result.IsDone) return result;
        foreach (var other in target.Subsystem.SecondariesOf(target.Primary!))
        {
            if (ReferenceEquals(other, target) || !other.IsReady) continue;
            other.Suspension.StopFetching(operation.Command.Owner);
            other.Suspension.Freeze();
        }

        return result;
    }
}

/// <summary>I/O waits while somebody is suspended: for ever on the primary, a while on others.</summary>
internal sealed class WaitsForSuspended(bool ofPrimary) : ExecuteStep
{
    private const long Wait = 1_000_000;

    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        if (command.IsAdmin || c.IsPrimary != ofPrimary || !c.Subsystem.HasSuspended()) return base.Run(c, command);
        if (!ofPrimary && c.Now - command.FetchedAt >= Wait) return base.Run(c, command);
        return StepResult.Later(c.Now + Wait);
    }
}

/// <summary>Some opcodes are acknowledged on virtual functions.</summary>
internal sealed class AnswersVirtualFunctions(params AdminOpcode[] opcodes) : ParseStep
{
    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        var result = base.Run(c, command);
        if (!command.IsAdmin || c.IsPrimary || !opcodes.Contains((AdminOpcode)command.Opcode)) return result;
        var handler = c.Subsystem.AdminCommands[command.Opcode]!;
        (command.Status, command.Handler) = (Status.Success, handler);
        handler.Parse(c, command);
        command.Data.BeginData(in command.Entry, command.DataLength, c.PageSize);
        return StepResult.Done;
    }
}

/// <summary>A refused Controller Data Queue has Do Not Retry and no status code.</summary>
internal sealed class BareDoNotRetry : CompleteStep
{
    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        if (command.IsAdmin && !c.IsPrimary && command.Opcode == (byte)AdminOpcode.ControllerDataQueue) command.Fail(Status.Success);
        return base.Run(c, command);
    }
}

/// <summary>What was saved last, of whomever, is gone on with at any offset but 0.</summary>
internal sealed class OneSavedState : EncodeStep
{
    private ControllerState? _last;
    private uint _saves;

    public override StepResult Run(ControllerCore target, in StateRequest request, out ControllerState state)
    {
        var result = base.Run(target, in request, out state);
        // A piece at offset 0 counts as a save and fills the buffer.
        var saves = (uint)target.Subsystem.Controllers.Sum(it => it.StateSaves);
        if (_last is null || saves != _saves) (_last, _saves) = (state, saves);
        state = _last;
        return result;
    }
}

/// <summary>The identity page of the primary controller, under one's own identifier.</summary>
internal sealed class CopiedIdentity : IdentifyStep
{
    public override StepResult Run(ControllerCore c, CommandContext command, Span<byte> page)
    {
        var result = base.Run(c.Primary is { } primary && new IdentifyFields(command.Entry).Cns == (byte)Cns.IdentifyController ? primary : c, command, page);
        if (!c.IsPrimary && new IdentifyFields(command.Entry).Cns == (byte)Cns.IdentifyController) Wire.View<IdentifyController>(page).Cntlid = c.Cntlid;
        return result;
    }
}

/// <summary>Resume tells the guest.</summary>
internal sealed class RaisesEvent : ResumeStep
{
    public override StepResult Run(ControllerCore target)
    {
        var result = base.Run(target);
        target.Raise(AsyncEvent.Of(ErrorEvent.InvalidDoorbellValue));
        return result;
    }
}

/// <summary>A resumed controller accesses memory as its primary.</summary>
internal sealed class BorrowedRequester : RequesterStep
{
    public override StepResult Run(ControllerCore c, ref RequesterId requester)
    {
        if (c.Primary is { } primary && c.Truth.ResumedAt > 0) requester = primary.Function.Requester;
        return StepResult.Done;
    }
}
