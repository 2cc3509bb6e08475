using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Get Log Page (Base 2.3 5.2.12).</summary>
internal static class LogCommands
{
    private const uint All = 0xFFFF_FFFF;
    private const int PieceOfPadding = 4096;
    private const byte AllCommandSets = 6;

    private static readonly byte[] _padding = new byte[PieceOfPadding];

    public static void AddTo(CommandTable table) => table.Add(new GetLogPage());

    private sealed class GetLogPage : CommandHandler
    {
        public override byte Opcode => (byte)AdminOpcode.GetLogPage;

        public override NamespaceUse NamespaceUse => NamespaceUse.Own;

        public override bool IsAllowedDuringSanitize(ControllerCore c, CommandContext command) =>
            c.Subsystem.LogPages.Find(c, new GetLogPageFields(command.Entry).Lid)?.AllowedDuringSanitize == true;

        public override bool ConcernsSanitized(CommandContext command, uint nsid) =>
            command.Entry.Nsid == nsid && new GetLogPageFields(command.Entry).Lid != (byte)LogId.SanitizeStatus;

        public override void Parse(ControllerCore c, CommandContext command)
        {
            var fields = new GetLogPageFields(command.Entry);
            if (c.Subsystem.LogPages.Find(c, fields.Lid) is { } page) command.DataLength = page.Transferred(in fields);
        }

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var fields = new GetLogPageFields(command.Entry);
            if (c.Subsystem.LogPages.Find(c, fields.Lid) is not { } page) return command.Fail(Status.InvalidLogPage);
            if (command.Phase == 0)
            {
                var status = Begin(c, command, page, in fields);
                if (!status.IsSuccess) return command.Fail(status);
            }

            // From here on the page is in the buffer and its length, plus one, in the phase.
            var sent = Send(c, command, page, in fields, command.Phase - 1);
            if (!sent.IsDone || !command.Status.IsSuccess) return sent;
            page.Read(c, in fields);
            if (!fields.Rae) c.Clear(page.Id);
            return StepResult.Done;
        }

        private static Status Begin(ControllerCore c, CommandContext command, LogPage page, in GetLogPageFields fields)
        {
            var nsid = command.Entry.Nsid;
            if (page.UsesCommandSet && c.Configuration.Css == AllCommandSets && fields.Csi != 0) return Status.IoCommandSetNotSupported;
            if (!page.IsPerNamespace && nsid is not (0 or All)) return Status.InvalidField;
            if (fields.OffsetIsIndex ? page.EntrySize == 0 : fields.Offset % 4 != 0) return Status.InvalidField;
            var status = page.Make(c, command, in fields, out var length);
            if (!status.IsSuccess) return status;
            var end = fields.OffsetIsIndex ? length / page.EntrySize : length;
            if (fields.Offset > (ulong)end) return Status.InvalidField;
            command.Phase = length + 1;
            return Status.Success;
        }

        /// <summary>Sends what was asked for; beyond the end of the page there are zeroes.</summary>
        private static StepResult Send(ControllerCore c, CommandContext command, LogPage page, in GetLogPageFields fields, int length)
        {
            var offset = (long)fields.Offset * (fields.OffsetIsIndex ? page.EntrySize : 1);
            while (command.Progress < command.DataLength)
            {
                var at = offset + command.Progress;
                var left = command.DataLength - command.Progress;
                var piece = at < length
                    ? command.Buffer(length)[(int)at..(int)Math.Min(length, at + left)]
                    : _padding.AsSpan(0, (int)Math.Min(left, PieceOfPadding));
                var sent = c.Send(command, piece);
                if (!sent.IsDone || !command.Status.IsSuccess) return sent;
            }

            return StepResult.Done;
        }
    }
}
