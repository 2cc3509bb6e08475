using Conformance.Nvme;
using Conformance.Sim;
using static Conformance.Nvme.VirtualizationAction;

namespace Conformance.Defects;

/// <summary>Bugs of Virtualization Management and of what a primary tells of its secondaries.</summary>
internal static class VirtualizationDefects
{
    public static IReadOnlyList<Defect> All { get; } =
    [
        Of(
            "capabilities-of-another", "LM-VIRT-01", "The primary's capabilities name another controller.",
            static () => new() { Identify = new WrongPage(Cns.PrimaryControllerCapabilities, static page => page[0]++) }),
        Of(
            "secondary-listed-twice", "LM-VIRT-02", "The second secondary is listed as a copy of the first.",
            static () => new()
            {
                Identify = new WrongPage(Cns.SecondaryControllerList, static page => { if (page[0] > 1) page.Slice(32, 32).CopyTo(page.Slice(64, 32)); }),
            }),
        Of(
            "list-from-the-first", "LM-VIRT-03", "The secondary list begins with the first secondary, whichever is asked for.",
            static () => new() { Identify = new ListFromFirst() }),
        Resources(
            "assignment-untold", "LM-VIRT-04", "The completion of an assignment does not say how many were assigned.",
            static (_, request, _, rightly) =>
            {
                rightly(request);
                if (request.Action == SecondaryAssign) request.Modified = 0;
            }),
        Resources(
            "assignment-on-top", "LM-VIRT-04", "Queues that are assigned come on top of those that the secondary had.",
            static (_, request, secondary, rightly) =>
            {
                var before = secondary?.Resources.Queues ?? 0;
                rightly(request);
                if (request is { Action: SecondaryAssign, Type: ResourceType.VirtualQueue, Count: > 0, Status.IsSuccess: true })
                    secondary!.Resources.Queues += before;
            }),
        Resources(
            "assigned-while-online", "LM-VIRT-05", "An online secondary is told that it was assigned what it was not.",
            static (_, request, _, rightly) => Unless(request, rightly, Status.InvalidSecondaryControllerState, SecondaryAssign)),
        Resources(
            "maximum-clamped", "LM-VIRT-06", "More than the maximum of a secondary is cut to the maximum.",
            static (_, request, _, rightly) => Unless(request, rightly, Status.InvalidNumberOfControllerResources, SecondaryAssign)),
        Resources(
            "pool-overdrawn", "LM-VIRT-07", "Queues are assigned that the pool does not have.",
            static (_, request, secondary, rightly) =>
            {
                Unless(request, rightly, Status.InvalidResourceIdentifier, SecondaryAssign);
                if (request is { Action: SecondaryAssign, Modified: 0, Type: ResourceType.VirtualQueue } && secondary is not null)
                    secondary.Resources.Queues = request.Count;
            }),
        Resources(
            "foreigners-managed", "LM-VIRT-08", "What is asked for a controller of another primary is answered with success.",
            static (_, request, _, rightly) =>
            {
                rightly(request);
                if (request.Action != PrimaryFlexibleAllocation && request.Status == Status.InvalidControllerIdentifier) request.Status = Status.Success;
            }),
        Resources(
            "primary-share-by-any-name", "LM-VIRT-09", "The primary's share is allocated whatever identifier is given.",
            static (_, request, _, rightly) => Unless(request, rightly, Status.InvalidControllerIdentifier, PrimaryFlexibleAllocation)),
        Resources(
            "online-with-an-admin-queue-only", "LM-VIRT-10", "A secondary goes online with an admin queue and no I/O queue.",
            static (_, request, secondary, rightly) =>
            {
                rightly(request);
                if (request.Action != SecondaryOnline || request.Status.IsSuccess || secondary is not { Resources.Queues: 1, Resources.Vectors: > 0 }) return;
                SecondaryControllers.BringOnline(secondary);
                request.Status = Status.Success;
            }),
        Resources(
            "online-again-refused", "LM-VIRT-11", "To ask an online secondary to be online is an error.",
            static (_, request, secondary, rightly) =>
            {
                var wasOnline = secondary?.Resources.Online == true;
                rightly(request);
                if (request.Action == SecondaryOnline && wasOnline) request.Status = Status.InvalidSecondaryControllerState;
            }),
        Resources(
            "offline-keeps-resources", "LM-VIRT-12", "A secondary that goes offline keeps its queues.",
            static (_, request, secondary, rightly) =>
            {
                var before = secondary is { Resources.Online: true } ? secondary.Resources.Queues : 0;
                rightly(request);
                if (request.Action == SecondaryOffline && before != 0) secondary!.Resources.Queues = before;
            }),
        Resources(
            "offline-without-cfs", "LM-VIRT-12", "CSTS.CFS of an offline secondary is clear.",
            static (_, request, secondary, rightly) =>
            {
                rightly(request);
                if (request.Action == SecondaryOffline && secondary is not null) secondary.Registers.Csts = default;
            }),
        Of(
            "online-through-a-shutdown", "LM-VIRT-13", "A shutdown of the primary leaves its secondaries online.",
            static () => new() { Property = new SurvivesShutdown() }),
        Of(
            "online-without-a-function", "LM-VIRT-14", "Secondaries whose VFs were taken away are still online.",
            static () => new() { Config = new OnlineWithoutFunction() }),
        Resources(
            "online-beyond-numvfs", "LM-VIRT-15", "A secondary whose VF there is not goes online.",
            static (_, request, secondary, rightly) =>
            {
                rightly(request);
                if (request.Action != SecondaryOnline || request.Status.IsSuccess) return;
                if (secondary is not { Resources.Queues: >= 2, Function.IsPresent: false }) return;
                secondary.Resources.Online = true;
                request.Status = Status.Success;
            }),
        Of(
            "one-function-too-many", "LM-VIRT-17", "One VF more than NumVFs appears.",
            static () => new() { Config = new OneTooMany() }),
        Of(
            "function-with-an-identity", "LM-VIRT-18", "A VF shows its vendor and device identifier.",
            static () => new() { Config = new ShowsIdentity() }),
        Of(
            "memory-space-resets", "LM-VIRT-19", "To clear VF MSE resets the VFs.",
            static () => new() { Config = new ResetsWithMemorySpace() }),
        Resources(
            "primary-share-at-once", "LM-VIRT-20", "The primary has its new share without a reset.",
            static (primary, request, _, rightly) =>
            {
                rightly(request);
                if (request.Action == PrimaryFlexibleAllocation) primary.Resources.Allocate(primary.Options.Resources);
            }),
        Of(
            "primary-share-forgotten", "LM-VIRT-20", "The primary's share lasts until the reset after the next.",
            static () => new() { Reset = new ForgetsShare() }),
        Of(
            "admin-queue-counted", "LM-VIRT-21", "Number of Queues counts the admin queue.",
            static () => new() { Complete = new CountsAdminQueue() }),
        Of(
            "vectors-as-built", "LM-VIRT-22", "The MSI-X table of a VF has its largest size, whatever it was assigned.",
            static () => new() { Reset = new LargestTable() }),
        Resources(
            "offline-detaches", "LM-VIRT-23", "A secondary that goes offline loses its namespaces.",
            static (_, request, secondary, rightly) =>
            {
                var wasOnline = secondary?.Resources.Online == true;
                rightly(request);
                if (request.Action == SecondaryOffline && wasOnline) Array.Clear(secondary!.Attached);
            }),
        Of(
            "foreign-suspended-for-good", "LM-VIRT-24", "A VF of another primary can be suspended, and not resumed.",
            static () => new() { Validate = new KeepsForeigners() }),
        Of(
            "offline-becomes-ready", "LM-VIRT-25", "An offline VF becomes ready when it is enabled.",
            static () => new() { Property = new ReadyOffline() }),
    ];

    /// <summary>What is done instead of a Virtualization Management command.</summary>
    /// <param name="primary">Whose command it is.</param>
    /// <param name="request">The command; its outcome is put there.</param>
    /// <param name="secondary">The controller that it names, where it is one of this primary's secondaries.</param>
    /// <param name="rightly">Does what should be done.</param>
    private delegate void Wrongly(ControllerCore primary, ResourceRequest request, ControllerCore? secondary, Action<ResourceRequest> rightly);

    private static Defect Of(string name, string breaks, string story, Func<ControllerSteps> steps) => Defect.OfDevice(name, breaks, story, steps);

    private static Defect Resources(string name, string breaks, string story, Wrongly wrongly) =>
        Of(name, breaks, story, () => new() { Resources = new WrongResources(wrongly) });

    /// <summary>One refusal of an action is a success.</summary>
    private static void Unless(ResourceRequest request, Action<ResourceRequest> rightly, Status refusal, VirtualizationAction action)
    {
        rightly(request);
        if (request.Action == action && request.Status == refusal) request.Status = Status.Success;
    }

    private sealed class WrongResources(Wrongly wrongly) : ResourcesStep
    {
        public override StepResult Run(ControllerCore primary, ResourceRequest request)
        {
            var secondary = primary.Subsystem.FindController(request.Cntlid);
            wrongly(primary, request, ReferenceEquals(secondary?.Primary, primary) ? secondary : null, it => base.Run(primary, it));
            return StepResult.Done;
        }
    }

    private delegate void Edit(Span<byte> page);

    private sealed class WrongPage(Cns cns, Edit edit) : IdentifyStep
    {
        public override StepResult Run(ControllerCore c, CommandContext command, Span<byte> page)
        {
            var result = base.Run(c, command, page);
            if (new IdentifyFields(command.Entry).Cns == (byte)cns && command.Status.IsSuccess) edit(page);
            return result;
        }
    }

    private sealed class ListFromFirst : IdentifyStep
    {
        public override StepResult Run(ControllerCore c, CommandContext command, Span<byte> page)
        {
            var fields = new IdentifyFields(command.Entry);
            if (fields.Cns == (byte)Cns.SecondaryControllerList) command.Entry = (fields with { CntId = 0 }).Entry;
            return base.Run(c, command, page);
        }
    }

    private sealed class SurvivesShutdown : PropertyStep
    {
        public override StepResult Run(ControllerCore c, PropertyWrite write)
        {
            if (!c.IsPrimary || write.Offset != Register.Cc || new ControllerConfiguration(write.Value).Shn == 0) return base.Run(c, write);
            var online = c.Subsystem.SecondariesOf(c).Where(it => it.Resources.Online).Select(it => (it, it.Resources.Queues, it.Resources.Vectors)).ToList();
            var result = base.Run(c, write);
            foreach (var (secondary, queues, vectors) in online)
            {
                (secondary.Resources.Queues, secondary.Resources.Vectors) = (queues, vectors);
                SecondaryControllers.BringOnline(secondary);
            }

            return result;
        }
    }

    private sealed class OnlineWithoutFunction : ConfigStep
    {
        public override StepResult Run(ControllerCore c, ConfigWrite write)
        {
            var online = c.IsPrimary ? c.Subsystem.SecondariesOf(c).Where(it => it.Resources.Online).ToList() : [];
            var result = base.Run(c, write);
            if (write.Offset == ConfigLayout.SriovControl && write.Fell(ConfigLayout.VfEnable)) online.ForEach(it => it.Resources.Online = true);
            return result;
        }
    }

    private sealed class OneTooMany : ConfigStep
    {
        public override StepResult Run(ControllerCore c, ConfigWrite write)
        {
            var result = base.Run(c, write);
            if (write.Offset != ConfigLayout.SriovControl || !write.Rose(ConfigLayout.VfEnable)) return result;
            var count = c.Function.Config.Read(ConfigLayout.NumVfs, 2);
            foreach (var secondary in c.Subsystem.SecondariesOf(c))
            {
                if (secondary.Function.VfNumber != count + 1) continue;
                secondary.Machine.Run(new ResetRequest(ResetKind.ConventionalReset));
                secondary.Function.IsPresent = true;
            }

            return result;
        }
    }

    private sealed class ShowsIdentity : ConfigStep
    {
        public override StepResult Run(ControllerCore c, ConfigWrite write)
        {
            var result = base.Run(c, write);
            if (write.Offset != ConfigLayout.SriovControl || !write.Rose(ConfigLayout.VfEnable)) return result;
            var identity = c.Options.Identity;
            foreach (var vf in c.Function.VirtualFunctions)
                vf.Config.Change(PciHeader.VendorIdOffset, uint.MaxValue, identity.PciVendorId | ((uint)identity.VfDeviceId << 16));
            return result;
        }
    }

    private sealed class ResetsWithMemorySpace : ConfigStep
    {
        public override StepResult Run(ControllerCore c, ConfigWrite write)
        {
            var result = base.Run(c, write);
            if (write.Offset != ConfigLayout.SriovControl || !write.Fell(ConfigLayout.VfMemorySpace) || write.Fell(ConfigLayout.VfEnable)) return result;
            foreach (var secondary in c.Subsystem.SecondariesOf(c)) secondary.Machine.Run(new ResetRequest(ResetKind.StateChange));
            return result;
        }
    }

    private sealed class ForgetsShare : ResetStep
    {
        public override StepResult Run(ControllerCore c, ResetRequest request)
        {
            var result = base.Run(c, request);
            if (c.IsPrimary && request.Kind != ResetKind.ControllerReset) c.Resources.NextPrimaryFlexibleQueues = 0;
            return result;
        }
    }

    private sealed class CountsAdminQueue : CompleteStep
    {
        public override StepResult Run(ControllerCore c, CommandContext command)
        {
            if (!c.IsPrimary && command.IsAdmin && command.Opcode == (byte)AdminOpcode.GetFeatures
                && (command.Entry.Cdw10 & 0xFF) == (uint)FeatureId.NumberOfQueues)
                command.Dw0 += 0x0001_0001;
            return base.Run(c, command);
        }
    }

    private sealed class LargestTable : ResetStep
    {
        public override StepResult Run(ControllerCore c, ResetRequest request)
        {
            var result = base.Run(c, request);
            if (!c.IsPrimary && request.Kind == ResetKind.FunctionLevelReset)
                c.Function.Config.Redefine(ConfigLayout.Msix, 0x07FF_0000, (uint)(c.Options.Resources.SecondaryMaximum - 1) << 16);
            return result;
        }
    }

    private sealed class KeepsForeigners : ValidateStep
    {
        public override StepResult Run(ControllerCore c, CommandContext command)
        {
            var select = new MigrationSendFields(command.Entry).Select;
            var resume = command.IsAdmin && command.Opcode == (byte)AdminOpcode.MigrationSend && select == MigrationSendSelect.Resume;
            return resume && c.Subsystem.FindController(new ResumeFields(command.Entry).Cntlid) is { Primary: { } primary } && !ReferenceEquals(primary, c)
                ? command.Fail(Status.InvalidControllerIdentifier)
                : base.Run(c, command);
        }
    }

    private sealed class ReadyOffline : PropertyStep
    {
        public override StepResult Run(ControllerCore c, PropertyWrite write)
        {
            if (!c.IsPrimary && !c.Resources.Online && write.Offset == Register.Cc && new ControllerConfiguration(write.Value).En)
                c.Registers.Csts = c.Registers.Csts with { Rdy = true };
            return base.Run(c, write);
        }
    }
}
