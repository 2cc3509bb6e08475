using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Identify (Base 2.3 5.2.13).</summary>
internal static class IdentifyCommands
{
    public static void AddTo(CommandTable table) => table.Add(new Identify());

    private sealed class Identify : CommandHandler
    {
        public override byte Opcode => (byte)AdminOpcode.Identify;

        public override NamespaceUse NamespaceUse => NamespaceUse.Own;

        public override bool AllowedDuringSanitize => true;

        public override bool ConcernsSanitized(CommandContext command, uint nsid) => false;

        public override void Parse(ControllerCore c, CommandContext command) => command.DataLength = IdentifyController.Size;

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var page = command.Buffer(IdentifyController.Size);
            if (command.Progress == 0)
            {
                page.Clear();
                var filled = c.Steps.Identify.Run(c, command, page);
                if (!filled.IsDone || !command.Status.IsSuccess) return filled;
            }

            return c.SendAll(command, page);
        }
    }
}
