using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>One Virtualization Management command, parsed.</summary>
internal sealed class ResourceRequest
{
    public required VirtualizationAction Action { get; init; }

    public required ResourceType Type { get; init; }

    public required ushort Cntlid { get; init; }

    /// <summary>NR.</summary>
    public required int Count { get; init; }

    public Status Status { get; set; }

    /// <summary>NRM: resources that were modified.</summary>
    public int Modified { get; set; }
}

/// <summary>Carries out a Virtualization Management command (Base 2.3 5.3.6).</summary>
internal class ResourcesStep
{
    public virtual StepResult Run(ControllerCore primary, ResourceRequest request)
    {
        request.Status = request.Action switch
        {
            VirtualizationAction.PrimaryFlexibleAllocation => AllocatePrimary(primary, request),
            VirtualizationAction.SecondaryOffline => Of(primary, request, Offline),
            VirtualizationAction.SecondaryAssign => Of(primary, request, Assign),
            VirtualizationAction.SecondaryOnline => Of(primary, request, Online),
            _ => Status.InvalidField,
        };
        return StepResult.Done;
    }

    private static Status Of(ControllerCore primary, ResourceRequest request, Func<ControllerCore, ResourceRequest, Status> act)
    {
        var secondary = primary.Subsystem.FindController(request.Cntlid);
        if (secondary is null || !ReferenceEquals(secondary.Primary, primary)) return Status.InvalidControllerIdentifier;
        return act(secondary, request);
    }

    private static Status AllocatePrimary(ControllerCore primary, ResourceRequest request)
    {
        if (request.Cntlid != primary.Cntlid) return Status.InvalidControllerIdentifier;
        if (request.Type > ResourceType.VirtualInterrupt) return Status.InvalidResourceIdentifier;
        var pool = FlexiblePool.Of(primary, request.Type);
        if (request.Count > pool.Total) return Status.InvalidNumberOfControllerResources;
        if (request.Count > pool.Total - pool.Assigned) return Status.InvalidResourceIdentifier;
        request.Modified = pool.Round(request.Count, pool.Total - pool.Assigned);
        if (request.Type == ResourceType.VirtualQueue) primary.Resources.NextPrimaryFlexibleQueues = request.Modified;
        else primary.Resources.NextPrimaryFlexibleVectors = request.Modified;
        return Status.Success;
    }

    private static Status Offline(ControllerCore secondary, ResourceRequest request)
    {
        // Also what was assigned to one that has not been online goes back.
        SecondaryControllers.TakeOffline(secondary);
        return Status.Success;
    }

    private static Status Assign(ControllerCore secondary, ResourceRequest request)
    {
        if (request.Type > ResourceType.VirtualInterrupt) return Status.InvalidResourceIdentifier;
        if (secondary.Resources.Online) return Status.InvalidSecondaryControllerState;
        var pool = FlexiblePool.Of(secondary.Primary!, request.Type);
        if (pool.Total == 0) return Status.InvalidResourceIdentifier; // private
        if (request.Count > pool.SecondaryMaximum) return Status.InvalidNumberOfControllerResources;
        var free = pool.Free + secondary.Resources.Of(request.Type);
        if (request.Count > free) return Status.InvalidResourceIdentifier;
        request.Modified = pool.Round(request.Count, Math.Min(free, pool.SecondaryMaximum));
        if (request.Type == ResourceType.VirtualQueue)
        {
            secondary.Resources.Queues = request.Modified;
            return Status.Success;
        }

        secondary.Resources.Vectors = request.Modified;
        Resets.SizeInterrupts(secondary);
        return Status.Success;
    }

    private static Status Online(ControllerCore secondary, ResourceRequest request)
    {
        if (secondary.Resources.Online) return Status.Success;
        var enough = secondary.Resources.Queues >= 2 && secondary.Resources.Vectors >= 1;
        if (!enough || !secondary.Primary!.IsReady || !secondary.Function.IsPresent) return Status.InvalidSecondaryControllerState;
        SecondaryControllers.BringOnline(secondary);
        return Status.Success;
    }
}
