using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Write Zeroes and Write Uncorrectable: they change what blocks are without moving data.</summary>
internal static class BlockStateCommands
{
    private const int Checked = 1;
    private const int Zeroed = 2;

    public static void AddTo(CommandTable table) => table.Add(new WriteZeroes()).Add(new WriteUncorrectable());

    private sealed class WriteZeroes : LbaCommand
    {
        public override byte Opcode => (byte)NvmOpcode.WriteZeroes;

        public override uint Effects => 1 << 1;

        protected override bool UsesProtection => true;

        public override NamespaceAccess Access(CommandContext command) => NamespaceAccess.Write;

        public override Status Validate(ControllerCore c, CommandContext command)
        {
            var status = base.Validate(c, command);
            if (!status.IsSuccess) return status;
            var limits = c.Options.IoCommands;
            var limit = new LbaFields(command.Entry).Deac ? limits.WriteZeroesDeallocateSizeLimit : null;
            return Limit(c, command, limit ?? limits.WriteZeroesSizeLimit);
        }

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            if (Deallocates(command)) return Mark(c, command, MediumOperation.Deallocate, MediumChangeKind.Deallocated);
            if (command.Phase == 0)
            {
                if (!command.Namespace!.Volume.HasRoom(command.Slba, command.Blocks)) return command.Fail(Status.CapacityExceeded);
                command.Phase = Checked;
            }

            if (command.Phase == Checked)
            {
                var zeroed = Mark(c, command, MediumOperation.Zero, MediumChangeKind.Zeroed);
                if (!zeroed.IsDone) return zeroed;
                command.Phase = Zeroed;
                command.Done = 0;
            }

            // Without PRACT the protection information is zeroes too.
            return BlockProtection.Acts(command) ? BlockProtection.Generate(c, command) : StepResult.Done;
        }

        /// <summary>Deallocated blocks must read as zeroes to stand for them.</summary>
        private static bool Deallocates(CommandContext command) =>
            new LbaFields(command.Entry).Deac
            && command.Namespace!.Definition is { WriteZeroesDeallocates: true, DeallocatedReads: DeallocatedPattern.Zeroes };
    }

    private sealed class WriteUncorrectable : LbaCommand
    {
        public override byte Opcode => (byte)NvmOpcode.WriteUncorrectable;

        public override uint Effects => 1 << 1;

        public override NamespaceAccess Access(CommandContext command) => NamespaceAccess.Write;

        public override Status Validate(ControllerCore c, CommandContext command)
        {
            var status = base.Validate(c, command);
            return status.IsSuccess ? Limit(c, command, c.Options.IoCommands.WriteUncorrectableSizeLimit) : status;
        }

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            if (command.Phase == 0)
            {
                if (!command.Namespace!.Volume.HasRoom(command.Slba, command.Blocks)) return command.Fail(Status.CapacityExceeded);
                command.Phase = Checked;
            }

            return Mark(c, command, MediumOperation.MarkUncorrectable, MediumChangeKind.Uncorrectable);
        }
    }
}
