using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Namespace Attachment.</summary>
internal static class NamespaceCommands
{
    public static void AddTo(CommandTable table) => table.Add(new NamespaceAttachment());

    /// <summary>Attaches to, or detaches from, all controllers of a list, or none.</summary>
    private sealed class NamespaceAttachment : CommandHandler
    {
        private static readonly AsyncEvent _attributeChanged =
            AsyncEvent.Of(NoticeEvent.AttachedNamespaceAttributeChanged, LogId.ChangedAttachedNamespaces);

        private const byte Attach = 0;
        private const byte Detach = 1;

        public override byte Opcode => (byte)AdminOpcode.NamespaceAttachment;

        public override NamespaceUse NamespaceUse => NamespaceUse.Own;

        public override void Parse(ControllerCore c, CommandContext command) => command.DataLength = ControllerList.Size;

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var fields = new NamespaceAttachmentFields(command.Entry);
            if (fields.Select is not (Attach or Detach)) return command.Fail(Status.InvalidField);
            if (c.Subsystem.FindNamespace(command.Entry.Nsid) is not { } ns) return command.Fail(Status.InvalidField);
            var bytes = command.Buffer(ControllerList.Size);
            var result = c.ReceiveAll(command, bytes);
            if (!result.IsDone || !command.Status.IsSuccess) return result;

            ref readonly var list = ref Wire.Peek<ControllerList>(bytes);
            if (list.Numid is 0 or > ControllerList.Capacity) return command.Fail(Status.ControllerListInvalid);
            var controllers = new ControllerCore[list.Numid];
            for (var i = 0; i < controllers.Length; i++)
            {
                if ((i > 0 && list.Ids[i] <= list.Ids[i - 1]) || c.Subsystem.FindController(list.Ids[i]) is not { } controller)
                    return command.Fail(Status.ControllerListInvalid);
                controllers[i] = controller;
            }

            var status = fields.Select == Attach ? CheckAttach(ns, controllers) : CheckDetach(ns, controllers);
            if (!status.IsSuccess) return command.Fail(status);
            foreach (var controller in controllers)
            {
                if (fields.Select == Attach) ns.Attach(controller);
                else ns.Detach(controller);
                if (!ReferenceEquals(controller, c)) controller.Raise(_attributeChanged);
            }

            return StepResult.Done;
        }

        private static Status CheckAttach(Namespace ns, ControllerCore[] controllers)
        {
            if (Array.Exists(controllers, controller => ns.IsAttachedTo(controller))) return Status.NamespaceAlreadyAttached;
            return !ns.IsShared && ns.Controllers.Count + controllers.Length > 1 ? Status.NamespaceIsPrivate : Status.Success;
        }

        private static Status CheckDetach(Namespace ns, ControllerCore[] controllers) =>
            Array.TrueForAll(controllers, controller => ns.IsAttachedTo(controller))
                ? Status.Success
                : Status.NamespaceNotAttached;
    }
}
