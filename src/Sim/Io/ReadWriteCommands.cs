using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Read, Write and Flush.</summary>
internal static class ReadWriteCommands
{
    public static void AddTo(CommandTable table) => table.Add(new Read()).Add(new Write()).Add(new Flush());

    private sealed class Read : LbaCommand
    {
        public override byte Opcode => (byte)NvmOpcode.Read;

        protected override bool MovesData => true;

        public override long Cost(ControllerCore c, CommandContext command) => Moved(c.Options.Timing.Read.Nanoseconds, c, command);

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var ns = command.Namespace!;
            if (ns.Medium.FindUncorrectable(command.Slba, command.Blocks) is not null)
                return command.Fail(Status.UnrecoveredReadError, dnr: false);
            while (command.Progress < command.DataLength)
            {
                var access = Next(command, MediumOperation.Read);
                var reached = c.Steps.Medium.Run(c, ref access);
                if (!reached.IsDone) return reached;
                var sent = c.Send(command, access.Source[(int)(command.Progress % ns.BlockSize)..]);
                if (!sent.IsDone || !command.Status.IsSuccess) return sent;
            }

            return StepResult.Done;
        }
    }

    private sealed class Write : LbaCommand
    {
        public override byte Opcode => (byte)NvmOpcode.Write;

        protected override bool MovesData => true;

        public override uint Effects => 1 << 1;

        public override long Cost(ControllerCore c, CommandContext command) => Moved(c.Options.Timing.Write.Nanoseconds, c, command);

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var ns = command.Namespace!;
            while (command.Progress < command.DataLength)
            {
                var access = Next(command, MediumOperation.Write);
                var reached = c.Steps.Medium.Run(c, ref access);
                if (!reached.IsDone) return reached;
                var received = c.Receive(command, access.Target[(int)(command.Progress % ns.BlockSize)..]);
                if (!received.IsDone) return received;
                if (!command.Status.IsSuccess) break;
            }

            // Also a write that broke off has changed something.
            c.Changed(new MediumChange(ns, command.Slba, command.Blocks, MediumChangeKind.Written));
            return StepResult.Done;
        }
    }

    /// <summary>Flush: everything is durable as soon as it is written, so there is nothing to do but to answer.</summary>
    private sealed class Flush : CommandHandler
    {
        public override byte Opcode => (byte)NvmOpcode.Flush;

        public override NamespaceUse NamespaceUse => NamespaceUse.AttachedOrAll;

        public override long Cost(ControllerCore c, CommandContext command) => c.Options.Timing.Flush.Nanoseconds;

        public override StepResult Execute(ControllerCore c, CommandContext command) => StepResult.Done;
    }
}
