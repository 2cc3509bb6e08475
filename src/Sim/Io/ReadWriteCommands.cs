using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Read, Write and Flush. Everything is durable as soon as it is written, so FUA and Flush have nothing to do.</summary>
internal static class ReadWriteCommands
{
    private const int Judged = 1;
    private const int Transferred = 2;

    public static void AddTo(CommandTable table) => table.Add(new Read()).Add(new Write()).Add(new Flush());

    private sealed class Read : LbaCommand
    {
        public override byte Opcode => (byte)NvmOpcode.Read;

        protected override bool MovesData => true;

        public override NamespaceAccess Access(CommandContext command) => NamespaceAccess.Read;

        public override long Cost(ControllerCore c, CommandContext command) => Moved(c.Options.Timing.Read.Nanoseconds, c, command);

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            if (command.Phase != Judged)
            {
                var judged = Judge(c, command);
                if (!judged.IsDone || !command.Status.IsSuccess) return judged;
                command.Phase = Judged;
            }

            return BlockData.Send(c, command);
        }
    }

    private sealed class Write : LbaCommand
    {
        public override byte Opcode => (byte)NvmOpcode.Write;

        protected override bool MovesData => true;

        public override uint Effects => 1 << 1;

        public override NamespaceAccess Access(CommandContext command) => NamespaceAccess.Write;

        public override Status Validate(ControllerCore c, CommandContext command)
        {
            var status = base.Validate(c, command);
            if (!status.IsSuccess) return status;
            // There are no directives.
            return new LbaFields(command.Entry).DirectiveType == 0 ? Status.Success : Status.InvalidField;
        }

        public override long Cost(ControllerCore c, CommandContext command) => 
            Moved(c.Options.Timing.Write.Nanoseconds + WriteCache.Delay(c), c, command);

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var ns = command.Namespace!;
            if (command.Phase == 0)
            {
                if (!ns.Volume.HasRoom(command.Slba, command.Blocks)) return command.Fail(Status.CapacityExceeded);
                var status = BlockData.Prove(c, command);
                if (!status.IsSuccess) return command.Fail(status, dnr: status != Status.DataTransferError);
                command.Phase = Judged;
            }

            if (command.Phase == Judged)
            {
                var received = BlockData.Receive(c, command);
                if (!received.IsDone) return received;
                command.Phase = Transferred;
            }

            if (command.Status.IsSuccess && BlockProtection.Acts(command))
            {
                var generated = BlockProtection.Generate(c, command);
                if (!generated.IsDone) return generated;
            }

            // Also a write that broke off has changed something.
            c.Changed(new MediumChange(ns, command.Slba, command.Blocks, MediumChangeKind.Written));
            return StepResult.Done;
        }
    }

    private sealed class Flush : CommandHandler
    {
        public override byte Opcode => (byte)NvmOpcode.Flush;

        public override NamespaceUse NamespaceUse => NamespaceUse.AttachedOrAll;

        public override bool AllowedDuringSanitize => true;

        public override bool ConcernsSanitized(CommandContext command, uint nsid) => false;

        public override NamespaceAccess Access(CommandContext command) => NamespaceAccess.Flush;

        public override long Cost(ControllerCore c, CommandContext command) => c.Options.Timing.Flush.Nanoseconds;

        public override StepResult Execute(ControllerCore c, CommandContext command) => StepResult.Done;
    }
}
