using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Write Zeroes and Write Uncorrectable: they change what blocks are without moving data.</summary>
internal static class BlockStateCommands
{
    public static void AddTo(CommandTable table) => table.Add(new WriteZeroes()).Add(new WriteUncorrectable());

    private sealed class WriteZeroes : LbaCommand
    {
        public override byte Opcode => (byte)NvmOpcode.WriteZeroes;

        public override uint Effects => 1 << 1;

        public override Status Validate(ControllerCore c, CommandContext command)
        {
            var status = base.Validate(c, command);
            return status.IsSuccess ? Limit(c, command, c.Options.IoCommands.WriteZeroesSizeLimit) : status;
        }

        public override StepResult Execute(ControllerCore c, CommandContext command) =>
            new LbaFields(command.Entry).Deac
                ? Mark(c, command, MediumOperation.Deallocate, MediumChangeKind.Deallocated)
                : Mark(c, command, MediumOperation.Zero, MediumChangeKind.Zeroed);
    }

    private sealed class WriteUncorrectable : LbaCommand
    {
        public override byte Opcode => (byte)NvmOpcode.WriteUncorrectable;

        public override uint Effects => 1 << 1;

        public override Status Validate(ControllerCore c, CommandContext command)
        {
            var status = base.Validate(c, command);
            return status.IsSuccess ? Limit(c, command, c.Options.IoCommands.WriteUncorrectableSizeLimit) : status;
        }

        public override StepResult Execute(ControllerCore c, CommandContext command) =>
            Mark(c, command, MediumOperation.MarkUncorrectable, MediumChangeKind.Uncorrectable);
    }
}
