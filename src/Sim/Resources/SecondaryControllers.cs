using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>VFs and the secondary controllers behind them, as their primary sees them (Base 2.3 8.2.6).</summary>
internal static class SecondaryControllers
{
    /// <summary>Whether secondaries are assigned resources of a type; else each has private ones.</summary>
    public static bool AreFlexible(Subsystem subsystem, ResourceType type) => type switch
    {
        ResourceType.VirtualQueue => subsystem.Options.Resources.FlexibleQueues != 0,
        ResourceType.VirtualInterrupt => subsystem.Options.Resources.FlexibleVectors != 0,
        _ => false,
    };

    /// <summary>
    /// Virtualization Enhancements: primaries manage their secondaries. Without, a VF has a controller like any other, online while the VF
    /// is there.
    /// </summary>
    public static bool AreManaged(Subsystem subsystem) =>
        subsystem.Options.Topology.VirtualFunctions != 0
        && (AreFlexible(subsystem, ResourceType.VirtualQueue) || AreFlexible(subsystem, ResourceType.VirtualInterrupt));

    /// <summary>VF Enable was set: the first NumVFs functions appear.</summary>
    public static void EnableFunctions(ControllerCore primary)
    {
        var count = primary.Function.Config.Read(ConfigLayout.NumVfs, 2);
        foreach (var secondary in primary.Subsystem.SecondariesOf(primary))
        {
            if (secondary.Function.VfNumber > count) continue;
            secondary.Machine.Run(new ResetRequest(ResetKind.ConventionalReset));
            secondary.Function.IsPresent = true;
            if (!AreManaged(primary.Subsystem)) BringOnline(secondary);
        }
    }

    /// <summary>VF Enable was cleared: all functions go, and their controllers are offline.</summary>
    public static void DisableFunctions(ControllerCore primary)
    {
        TakeOnlineOnesOffline(primary);
        foreach (var secondary in primary.Subsystem.SecondariesOf(primary)) secondary.Function.IsPresent = false;
    }

    /// <summary>The primary was disabled, reset or shut down (Base 2.3 8.2.6.3).</summary>
    public static void TakeAllOffline(ControllerCore primary)
    {
        if (AreManaged(primary.Subsystem)) TakeOnlineOnesOffline(primary);
    }

    private static void TakeOnlineOnesOffline(ControllerCore primary)
    {
        foreach (var secondary in primary.Subsystem.SecondariesOf(primary))
        {
            if (secondary.Resources.Online) TakeOffline(secondary);
        }
    }

    public static void TakeOffline(ControllerCore secondary)
    {
        secondary.Resources.Online = false;
        if (AreFlexible(secondary.Subsystem, ResourceType.VirtualQueue)) secondary.Resources.Queues = 0;
        if (AreFlexible(secondary.Subsystem, ResourceType.VirtualInterrupt)) secondary.Resources.Vectors = 0;
        secondary.Machine.Run(new ResetRequest(ResetKind.StateChange));
        secondary.Registers.Csts = new ControllerStatus { Cfs = true };
    }

    public static void BringOnline(ControllerCore secondary)
    {
        secondary.Resources.Online = true;
        secondary.Registers.Csts = default;
    }
}
