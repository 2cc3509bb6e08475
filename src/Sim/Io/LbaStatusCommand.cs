using System.Runtime.InteropServices;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Get LBA Status (86h): allocated blocks, in whole granules (TLBAAG), or blocks that cannot be read. The device knows all of the latter,
/// so a scan finds none that is not tracked.
/// </summary>
internal static class LbaStatusCommand
{
    /// <summary>Most bytes of one answer: more than MDTS lets through anywhere but on a device without that limit.</summary>
    private const int MostBytes = 1 << 20;

    public static void AddTo(CommandTable table) => table.Add(new GetLbaStatus());

    private sealed class GetLbaStatus : CommandHandler
    {
        private const int Filled = 1;

        public override byte Opcode => (byte)AdminOpcode.GetLbaStatus;

        public override NamespaceUse NamespaceUse => NamespaceUse.Attached;

        public override NamespaceAccess Access(CommandContext command) => NamespaceAccess.Medium;

        public override bool IsSupported(ControllerCore c) => c.Options.IoCommands.GetLbaStatus;

        public override void Parse(ControllerCore c, CommandContext command) =>
            command.DataLength = (new GetLbaStatusFields(command.Entry).MaximumDwordsZ + 1L) * sizeof(uint);

        public override Status Validate(ControllerCore c, CommandContext command)
        {
            var fields = new GetLbaStatusFields(command.Entry);
            switch ((LbaStatusAction)fields.ActionType)
            {
                case LbaStatusAction.TrackedAllocated when c.Options.IoCommands.ReportsAllocatedBlocks:
                case LbaStatusAction.ScanUnrecoverable:
                case LbaStatusAction.TrackedUnrecoverable:
                    var blocks = command.Namespace!.Blocks;
                    return fields.Slba >= blocks || fields.RangeLength > blocks - fields.Slba ? Status.LbaOutOfRange : Status.Success;
                default:
                    return Status.InvalidField;
            }
        }

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var answer = command.Buffer((int)Math.Min(command.DataLength, MostBytes));
            if (command.Phase != Filled)
            {
                command.Done = Fill(c, command, answer);
                command.Phase = Filled;
            }

            return c.SendAll(command, answer[..(int)command.Done]);
        }

        /// <summary>Returns the bytes of the answer that are to be sent.</summary>
        private static int Fill(ControllerCore c, CommandContext command, Span<byte> answer)
        {
            var fields = new GetLbaStatusFields(command.Entry);
            var ns = command.Namespace!;
            var limit = fields.RangeLength == 0 ? ns.Blocks : fields.Slba + fields.RangeLength;
            var room = answer.Length > LbaStatusHeader.Size
                ? MemoryMarshal.Cast<byte, LbaStatusDescriptor>(answer[LbaStatusHeader.Size..])
                : [];
            var allocated = (LbaStatusAction)fields.ActionType == LbaStatusAction.TrackedAllocated;
            var granularity = Math.Max(1, c.Options.Migration.AllocationGranularity);
            // A descriptor counts blocks in 32 bits; a longer run takes several, each of whole granules.
            var most = uint.MaxValue - (uint.MaxValue % granularity);
            var count = 0;
            var isWhole = true;
            for (var lba = fields.Slba; lba < limit && isWhole;)
            {
                var found = allocated
                    ? ns.Medium.NextAllocated(lba, limit, granularity, out var start, out var length)
                    : NextUncorrectable(ns.Medium, lba, limit, out start, out length);
                if (!found) break;
                length = Math.Min(length, most - (start % granularity));
                isWhole = count < room.Length;
                if (!isWhole) break;
                room[count++] = new LbaStatusDescriptor
                {
                    Dslba = start, Nlb = (uint)length, Status = allocated ? LbaStatusDescriptor.Allocated : (byte)0,
                };
                lba = start + length;
            }

            Span<byte> header = stackalloc byte[LbaStatusHeader.Size];
            Wire.Write(header, new LbaStatusHeader
            {
                Nlsd = (uint)count, Cmpc = (byte)(isWhole ? LbaStatusCompletion.Complete : LbaStatusCompletion.Incomplete),
            });
            header[..Math.Min(header.Length, answer.Length)].CopyTo(answer);
            return Math.Min(answer.Length, LbaStatusHeader.Size + (count * LbaStatusDescriptor.Size));
        }

        private static bool NextUncorrectable(BlockStore medium, ulong lba, ulong limit, out ulong start, out ulong length)
        {
            (start, length) = (medium.FindUncorrectable(lba, limit - lba) ?? limit, 0);
            return medium.NextExtent(start, limit, out _, out length);
        }
    }
}
