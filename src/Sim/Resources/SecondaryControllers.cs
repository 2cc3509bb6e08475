using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>VFs and the secondary controllers behind them, as their primary sees them (Base 2.3 8.2.6).</summary>
internal static class SecondaryControllers
{
    /// <summary>Whether secondaries get flexible resources; else each has private ones and is online while its VF is there.</summary>
    public static bool AreFlexible(Subsystem subsystem) => subsystem.Options.Resources.FlexibleQueues != 0;

    /// <summary>VF Enable was set: the first NumVFs functions appear.</summary>
    public static void EnableFunctions(ControllerCore primary)
    {
        var count = primary.Function.Config.Read(ConfigLayout.NumVfs, 2);
        foreach (var secondary in primary.Subsystem.SecondariesOf(primary))
        {
            if (secondary.Function.VfNumber > count) continue;
            secondary.Machine.Run(new ResetRequest(ResetKind.ConventionalReset));
            secondary.Function.IsPresent = true;
            if (!AreFlexible(primary.Subsystem)) BringOnline(secondary);
        }
    }

    /// <summary>VF Enable was cleared: all functions go, and their controllers are offline.</summary>
    public static void DisableFunctions(ControllerCore primary)
    {
        TakeAllOffline(primary);
        foreach (var secondary in primary.Subsystem.SecondariesOf(primary)) secondary.Function.IsPresent = false;
    }

    /// <summary>The primary was disabled, reset or shut down, or its VFs went.</summary>
    public static void TakeAllOffline(ControllerCore primary)
    {
        foreach (var secondary in primary.Subsystem.SecondariesOf(primary))
        {
            if (secondary.Resources.Online) TakeOffline(secondary);
        }
    }

    public static void TakeOffline(ControllerCore secondary)
    {
        secondary.Resources.Online = false;
        if (AreFlexible(secondary.Subsystem)) secondary.Resources.Queues = secondary.Resources.Vectors = 0;
        secondary.Machine.Run(new ResetRequest(ResetKind.StateChange));
        secondary.Registers.Csts = new ControllerStatus { Cfs = true };
    }

    public static void BringOnline(ControllerCore secondary)
    {
        secondary.Resources.Online = true;
        secondary.Registers.Csts = default;
    }
}
