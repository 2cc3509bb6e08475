using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Namespace Management and Namespace Attachment (Base 2.3 8.1.16).</summary>
internal static class NamespaceCommands
{
    public static void AddTo(CommandTable table) => table.Add(new NamespaceManagement()).Add(new NamespaceAttachment()).Add(new FormatNvm());

    /// <summary>Attaches to, or detaches from, all controllers of a list, or none (Base 2.3 5.2.20).</summary>
    private sealed class NamespaceAttachment : CommandHandler
    {
        private const uint All = 0xFFFF_FFFF;

        public override byte Opcode => (byte)AdminOpcode.NamespaceAttachment;

        public override NamespaceUse NamespaceUse => NamespaceUse.Own;

        public override uint Effects => new CommandEffects { NamespaceInventoryChange = true }.Raw;

        public override NamespaceAccess Access(CommandContext command) => NamespaceAccess.WriteGroup;

        public override void Parse(ControllerCore c, CommandContext command) => command.DataLength = ControllerList.Size;

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var (select, nsid) = ((NamespaceAttachmentSelect)new NamespaceAttachmentFields(command.Entry).Select, command.Entry.Nsid);
            if (select is not (NamespaceAttachmentSelect.Attach or NamespaceAttachmentSelect.Detach)) return command.Fail(Status.InvalidField);
            if (nsid != All && (nsid == 0 || nsid >= (uint)c.Attached.Length)) return command.Fail(Status.InvalidNamespaceOrFormat);
            if (c.Subsystem.FindNamespace(nsid) is not { } ns) return command.Fail(Status.InvalidField);
            var bytes = command.Buffer(ControllerList.Size);
            var result = c.ReceiveAll(command, bytes);
            if (!result.IsDone || !command.Status.IsSuccess) return result;

            ref readonly var list = ref Wire.Peek<ControllerList>(bytes);
            var attaches = select == NamespaceAttachmentSelect.Attach;
            if (list.Numid is 0 or > ControllerList.Capacity) return command.Fail(Status.ControllerListInvalid);
            for (var i = 0; i < list.Numid; i++)
            {
                var status = Check(c, ns, in list, i, attaches);
                if (status.IsSuccess) continue;
                // Where in the list the entry is that failed.
                command.SpecificInformation = (ulong)(sizeof(ushort) * (i + 1));
                return command.Fail(status);
            }

            foreach (var cntlid in list.Ids[..list.Numid])
            {
                var controller = c.Subsystem.FindController(cntlid)!;
                if (attaches) ns.Attach(controller);
                else ns.Detach(controller);
                NamespaceChanges.Moved(controller, nsid);
            }

            NamespaceChanges.MovedSomewhere(c.Subsystem, nsid);
            return StepResult.Done;
        }

        private static Status Check(ControllerCore c, Namespace ns, in ControllerList list, int i, bool attaches)
        {
            if ((i > 0 && list.Ids[i] <= list.Ids[i - 1]) || c.Subsystem.FindController(list.Ids[i]) is not { } controller)
                return Status.ControllerListInvalid;
            if (!attaches) return ns.IsAttachedTo(controller) ? Status.Success : Status.NamespaceNotAttached;
            if (ns.IsAttachedTo(controller)) return Status.NamespaceAlreadyAttached;
            if (!ns.IsShared && ns.Controllers.Count + i > 0) return Status.NamespaceIsPrivate;
            var limits = c.Options.Capabilities;
            var all = c.Subsystem.Namespaces.Sum(other => other.Controllers.Count) + i;
            var here = controller.Attached.Count(other => other is not null);
            return (limits.ControllerAttachments != 0 && here >= limits.ControllerAttachments)
                || (limits.DomainAttachments != 0 && all >= limits.DomainAttachments)
                ? Status.NamespaceAttachmentLimitExceeded
                : Status.Success;
        }
    }
}
