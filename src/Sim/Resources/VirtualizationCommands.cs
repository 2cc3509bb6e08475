using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Virtualization Management, of primary controllers only (Base 2.3 5.3.6).</summary>
internal static class VirtualizationCommands
{
    public static void AddTo(CommandTable table) => table.Add(new VirtualizationManagement());

    private sealed class VirtualizationManagement : CommandHandler
    {
        public override byte Opcode => (byte)AdminOpcode.VirtualizationManagement;

        public override bool IsSupported(ControllerCore c) => c.IsPrimary && SecondaryControllers.AreManaged(c.Subsystem);

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var fields = new VirtualizationManagementFields(command.Entry);
            var request = command.Notes as ResourceRequest ?? new ResourceRequest
            {
                Action = fields.Action, Type = fields.ResourceType, Cntlid = fields.Cntlid, Count = fields.NumberOfResources,
            };
            command.Notes = request;
            var result = c.Steps.Resources.Run(c, request);
            if (!result.IsDone) return result;
            command.Dw0 = (uint)request.Modified;
            return request.Status.IsSuccess ? StepResult.Done : command.Fail(request.Status);
        }
    }
}
