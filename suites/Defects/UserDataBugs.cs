using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>Changes are logged otherwise than they were made, or not at all (null).</summary>
internal sealed class Mislogged(Func<ControllerCore, MediumChange, MediumChange?> mislog) : TrackLbaStep
{
    public override StepResult Run(ControllerCore c, in MediumChange change) => mislog(c, change) is { } logged ? base.Run(c, in logged) : StepResult.Done;
}

/// <summary>Entries of a data queue are posted otherwise than they should be, or not at all (null).</summary>
internal sealed class Misposted(Func<DataQueue, LbaMigrationQueueEntry, LbaMigrationQueueEntry?> mispost) : DataQueueStep
{
    public override StepResult Run(ControllerCore owner, DataQueue queue, LbaMigrationQueueEntry entry) =>
        mispost(queue, entry) is { } posted ? base.Run(owner, queue, posted) : StepResult.Done;
}

/// <summary>Entries of a data queue are written at another address or with another phase.</summary>
internal sealed class Misplaced(Func<DataQueue, ulong> address, Func<DataQueue, bool> phase) : DataQueueStep
{
    public override StepResult Run(ControllerCore owner, DataQueue queue, LbaMigrationQueueEntry entry)
    {
        entry.Attributes = entry.Attributes with { Phase = phase(queue) };
        owner.PublishHost(address(queue), Wire.Bytes(in entry));
        queue.Posted();
        return StepResult.Done;
    }
}

/// <summary>The tail trigger of a data queue is another around the posting of an entry.</summary>
internal sealed class MistriggeredTail(Func<DataQueue, int?> before, Func<DataQueue, int?, int?> after) : DataQueueStep
{
    public override StepResult Run(ControllerCore owner, DataQueue queue, LbaMigrationQueueEntry entry)
    {
        var armed = queue.TailTrigger;
        queue.TailTrigger = before(queue);
        var result = base.Run(owner, queue, entry);
        queue.TailTrigger = after(queue, armed);
        return result;
    }
}

/// <summary>A write is logged when it was found to be good, before it is carried out.</summary>
internal sealed class LoggedAhead : ValidateStep
{
    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        var result = base.Run(c, command);
        if (!command.IsAdmin && command.Opcode == (byte)NvmOpcode.Write && command.Status.IsSuccess && c.UserDataLog is not null)
            c.Steps.TrackLba.Run(c, new MediumChange(command.Namespace!, command.Slba, command.Blocks, MediumChangeKind.Written));
        return result;
    }
}

/// <summary>What one controller changes is logged for others too.</summary>
/// <param name="isLogged">Whether a change of that namespace goes into the log of another controller.</param>
internal sealed class LoggedForOthers(Func<ControllerCore, uint, bool> isLogged) : CompleteStep
{
    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        if (!command.IsAdmin && command.Status.IsSuccess && command.Opcode is (byte)NvmOpcode.Write or (byte)NvmOpcode.WriteZeroes)
        {
            var change = new MediumChange(command.Namespace!, command.Slba, command.Blocks, MediumChangeKind.Written);
            foreach (var other in c.Subsystem.Controllers)
            {
                if (ReferenceEquals(other, c) || other.UserDataLog is not { } log || !isLogged(other, command.Entry.Nsid)) continue;
                log.Log(in change);
                log.Flush();
            }
        }

        return base.Run(c, command);
    }
}

/// <summary>The event that a data queue is full does not say which.</summary>
internal sealed class NamelessFullEvent : EventStep
{
    public override StepResult Run(ControllerCore c, CommandContext request, in AsyncEvent reported)
    {
        var result = base.Run(c, request, in reported);
        if (new OneShotEvent(reported.Dw0, 0) is { IsOneShot: true, Information: OneShotInformation.ControllerDataQueueFull }) request.Dw1 = 0;
        return result;
    }
}

/// <summary>A suspend ends the logging for good.</summary>
internal sealed class LoggingEndsAtSuspend : SuspendStep
{
    public override StepResult Run(ControllerCore target, SuspendOperation operation)
    {
        var result = base.Run(target, operation);
        if (result.IsDone) target.UserDataLog?.Silence();
        return result;
    }
}
