using System.Runtime.InteropServices;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Dataset Management: deallocates its ranges in their order; the other attributes are hints that change nothing here.</summary>
internal static class DatasetCommands
{
    public static void AddTo(CommandTable table) => table.Add(new DatasetManagement());

    private sealed class DatasetManagement : CommandHandler
    {
        private const int Checked = 1;

        public override byte Opcode => (byte)NvmOpcode.DatasetManagement;

        public override NamespaceUse NamespaceUse => NamespaceUse.Attached;

        public override uint Effects => 1 << 1;

        public override NamespaceAccess Access(CommandContext command) =>
            new DatasetManagementFields(command.Entry).Deallocate ? NamespaceAccess.Write : NamespaceAccess.Flush;

        public override void Parse(ControllerCore c, CommandContext command) =>
            command.DataLength = (new DatasetManagementFields(command.Entry).NumberOfRangesZ + 1) * DatasetManagementRange.Size;

        public override long Cost(ControllerCore c, CommandContext command) => c.Options.Timing.OtherIo.Nanoseconds;

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var bytes = command.Buffer((int)command.DataLength);
            var ranges = MemoryMarshal.Cast<byte, DatasetManagementRange>(bytes);
            if (command.Phase != Checked)
            {
                var received = c.ReceiveAll(command, bytes);
                if (!received.IsDone || !command.Status.IsSuccess) return received;
                // All ranges first: a refused command changes nothing.
                var status = Check(c, command, ranges);
                if (!status.IsSuccess) return command.Fail(status);
                command.Phase = Checked;
            }

            if (!new DatasetManagementFields(command.Entry).Deallocate) return StepResult.Done;
            for (; command.Done < ranges.Length; command.Done++)
            {
                ref var range = ref ranges[(int)command.Done];
                while (range.LengthInBlocks != 0)
                {
                    var access = new MediumAccess
                    {
                        Operation = MediumOperation.Deallocate,
                        Namespace = command.Namespace!,
                        Slba = range.Slba,
                        Blocks = range.LengthInBlocks,
                    };
                    var reached = c.Steps.Medium.Run(c, ref access);
                    if (!reached.IsDone) return reached;
                    c.Changed(new MediumChange(command.Namespace!, access.Slba, access.Blocks, MediumChangeKind.Deallocated));
                    range.Slba += access.Blocks;
                    range.LengthInBlocks -= (uint)access.Blocks;
                }
            }

            return StepResult.Done;
        }

        private static Status Check(ControllerCore c, CommandContext command, ReadOnlySpan<DatasetManagementRange> ranges)
        {
            var limits = c.Options.IoCommands;
            if (limits.DatasetRanges != 0 && ranges.Length > limits.DatasetRanges) return Status.CommandSizeLimitExceeded;
            var size = command.Namespace!.Blocks;
            var total = 0L;
            foreach (ref readonly var range in ranges)
            {
                if (range.LengthInBlocks > size || range.Slba > size - range.LengthInBlocks) return Status.LbaOutOfRange;
                if (limits.DatasetRangeBlocks != 0 && range.LengthInBlocks > limits.DatasetRangeBlocks)
                    return Status.CommandSizeLimitExceeded;
                total += range.LengthInBlocks;
            }

            return limits.DatasetBlocks != 0 && total > limits.DatasetBlocks ? Status.CommandSizeLimitExceeded : Status.Success;
        }
    }
}
