using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Asynchronous Event Request and Abort.</summary>
internal static class EventCommands
{
    public static void AddTo(CommandTable table) => table.Add(new AsynchronousEventRequest()).Add(new Abort());

    /// <summary>Waits for an event, without holding a completion entry meanwhile.</summary>
    private sealed class AsynchronousEventRequest : CommandHandler
    {
        public override byte Opcode => (byte)AdminOpcode.AsynchronousEventRequest;

        public override bool AllowedDuringSanitize => true;

        public override long Cost(ControllerCore c, CommandContext command) => 0;

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            if (command.Notes is AsyncEvent reported) return c.Steps.Event.Run(c, command, in reported);
            if (c.Events.Requests.Count > c.Options.Capabilities.AerlZ) return command.Fail(Status.AerLimitExceeded);
            Controller.Release(command);
            c.Commands.Park(command);
            c.Events.Add(command);
            return StepResult.WhenTold;
        }
    }

    /// <summary>
    /// Abort (08h): ends a command that has been fetched and whose execution has not begun. Bit 0 of dword 0 says: not aborted.
    /// </summary>
    private sealed class Abort : CommandHandler
    {
        public override byte Opcode => (byte)AdminOpcode.Abort;

        public override bool AllowedDuringSanitize => true;

        public override Status Validate(ControllerCore c, CommandContext command)
        {
            // ACL, 0's based: so many at once.
            var others = 0;
            for (var other = c.Commands.First; other is not null; other = other.Next)
            {
                if (other.Handler is Abort && !ReferenceEquals(other, command)) others++;
            }

            return others > c.Options.Capabilities.AclZ ? Status.AbortCommandLimitExceeded : Status.Success;
        }

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var fields = new AbortFields(command.Entry);
            command.Dw0 = 1;
            var victim = c.Commands.Find(fields.Sqid, fields.Cid);
            if (victim is null || ReferenceEquals(victim, command)) return StepResult.Done;
            // The second half of a fused operation ends with the first, never alone.
            if (victim.Stage != CommandStage.Execute || victim.Phase != 0 || victim.IsHeld) return StepResult.Done;
            if (victim.Outstanding)
            {
                if (victim.Queue.Completion.Free == 0) return StepResult.Done;
                c.Events.Remove(victim);
                victim.Queue.Completion.Reserved++;
                victim.HoldsEntry = true;
                c.Commands.Unpark(victim);
            }

            c.Machine.Finish(victim, Status.AbortRequested);
            command.Dw0 = 0;
            return StepResult.Done;
        }
    }
}
