using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>How an assignment of resources ended.</summary>
/// <param name="Modified">NRM: resources that were actually assigned; may be fewer or more than asked for.</param>
public readonly record struct Assignment(Outcome Outcome, int Modified)
{
    public bool IsOk => Outcome.IsOk;
}

/// <summary>The secondary controllers of a primary one, by Virtualization Management (Base 2.3 8.2.6, 5.3.6).</summary>
public sealed class SecondaryControllers(AdminClient primary)
{
    public SecondaryControllers(NvmeController primary)
        : this(primary.Client)
    {
    }

    private const ushort NotAnIdentifier = ushort.MaxValue;

    /// <summary>Primary Controller Capabilities (Base 2.3 5.2.13.3.1).</summary>
    public ValueTask<Reading<PrimaryControllerCapabilities>> ReadCapabilitiesAsync() =>
        primary.IdentifyAsync<PrimaryControllerCapabilities>(Cns.PrimaryControllerCapabilities, cntid: primary.Identity.Cntlid);

    /// <summary>All secondary controllers, ascending, by as many lists as it takes (Base 2.3 5.2.13.3.2).</summary>
    public async ValueTask<Reading<IReadOnlyList<SecondaryControllerEntry>>> ListAsync()
    {
        var entries = new List<SecondaryControllerEntry>();
        for (ushort first = 0; ;)
        {
            var page = await primary.IdentifyAsync<SecondaryControllerList>(Cns.SecondaryControllerList, cntid: first);
            if (!page.IsOk) return new Reading<IReadOnlyList<SecondaryControllerEntry>>(page.Answer, entries);
            var count = Math.Min((int)page.Value.Nument, SecondaryControllerList.Capacity);
            for (var i = 0; i < count; i++) entries.Add(page.Value.Entries[i]);
            // A list that is not full is the last; one that does not go on would never be.
            if (count < SecondaryControllerList.Capacity || entries[^1].Scid < first || entries[^1].Scid == NotAnIdentifier)
                return new Reading<IReadOnlyList<SecondaryControllerEntry>>(page.Answer, entries);
            first = (ushort)(entries[^1].Scid + 1);
        }
    }

    /// <summary>The secondary controller of a VF, counted from 1.</summary>
    public async ValueTask<(Outcome Outcome, SecondaryControllerEntry Entry)> FindAsync(int vf)
    {
        const string step = "Identify Secondary Controller List";
        var list = await ListAsync();
        if (!list.IsOk) return (Outcome.Of(step, list.Answer), default);
        foreach (var entry in list.Value)
        {
            if (entry.Vfn == vf) return (Outcome.Ok, entry);
        }

        return (Outcome.Failed(step, $"no entry for VF {vf} among {list.Value.Count}"), default);
    }

    public async ValueTask<Outcome> OfflineAsync(ushort controller) =>
        Outcome.Of($"take controller {controller} offline", await ManageAsync(VirtualizationAction.SecondaryOffline, controller));

    public async ValueTask<Outcome> OnlineAsync(ushort controller) =>
        Outcome.Of($"take controller {controller} online", await ManageAsync(VirtualizationAction.SecondaryOnline, controller));

    /// <summary>Assigns flexible resources to a secondary controller that is offline.</summary>
    public ValueTask<Assignment> AssignAsync(ushort controller, ResourceType type, int count) =>
        AssignAsync(VirtualizationAction.SecondaryAssign, controller, type, count);

    /// <summary>Gives flexible resources to the primary; from its next reset other than a Controller Reset on.</summary>
    public ValueTask<Assignment> AllocateToPrimaryAsync(ResourceType type, int count) =>
        AssignAsync(VirtualizationAction.PrimaryFlexibleAllocation, primary.Identity.Cntlid, type, count);

    /// <summary>
    /// Brings a secondary controller from any state online with resources of its own: offline, assign queue pairs and vectors (a type
    /// that is not flexible is left), reset its function so that its MSI-X table has the new size, online.
    /// </summary>
    /// <param name="function">The controller's function.</param>
    /// <param name="controller">Its identifier.</param>
    /// <param name="queuePairs">Queue pairs, the admin queue included: at least 2.</param>
    /// <param name="vectors">Interrupt vectors.</param>
    public async ValueTask<Outcome> BringUpAsync(IFunction function, ushort controller, int queuePairs, int vectors)
    {
        var capabilities = await ReadCapabilitiesAsync();
        if (!capabilities.IsOk) return Outcome.Of("Identify Primary Controller Capabilities", capabilities.Answer);
        var types = capabilities.Value.Crt;
        var outcome = await OfflineAsync(controller);
        if (outcome.IsOk && types.VirtualQueues) outcome = (await AssignAsync(controller, ResourceType.VirtualQueue, queuePairs)).Outcome;
        if (outcome.IsOk && types.VirtualInterrupts)
            outcome = (await AssignAsync(controller, ResourceType.VirtualInterrupt, vectors)).Outcome;
        if (!outcome.IsOk) return outcome;
        await function.ResetAsync();
        return await OnlineAsync(controller);
    }

    private async ValueTask<Assignment> AssignAsync(VirtualizationAction action, ushort controller, ResourceType type, int count)
    {
        var answer = await ManageAsync(action, controller, type, (ushort)count);
        var what = type == ResourceType.VirtualQueue ? "VQ" : "VI";
        return new Assignment(
            Outcome.Of($"assign {count} {what} resources to controller {controller}", answer), (int)(answer.Completion.Dw0 & 0xFFFF));
    }

    private ValueTask<CommandAnswer> ManageAsync(
        VirtualizationAction action, ushort controller, ResourceType type = ResourceType.VirtualQueue, ushort count = 0) =>
        primary.AdminAsync(AdminCommand.VirtualizationManagement(action, controller, type, count));
}
