using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Suite;

/// <summary>A controller level reset, as a host can bring it about.</summary>
public enum CaseReset
{
    /// <summary>CC.EN 1 to 0.</summary>
    Controller,

    /// <summary>Function Level Reset.</summary>
    Function,

    /// <summary>NVM Subsystem Reset, by the controller's own register.</summary>
    Subsystem,

    /// <summary>To D3hot and back.</summary>
    Power,

    /// <summary>Not a reset: a normal shutdown notification, before CC.EN is cleared.</summary>
    Shutdown,
}

/// <summary>Resets of a host's functions. What the drivers knew of a function is forgotten with it.</summary>
public sealed partial class CaseHost
{
    private const long PowerTransition = 10_000_000; // PCI Express: 10 ms after a change between D0 and D3hot

    /// <summary>Resets a controller; it is disabled afterwards.</summary>
    /// <param name="controller">Of the PF or of a VF.</param>
    /// <param name="reset">How.</param>
    public async ValueTask ResetAsync(NvmeController controller, CaseReset reset)
    {
        var function = controller.Function;
        switch (reset)
        {
            case CaseReset.Controller:
                Lab.Must(await controller.DisableAsync());
                break;
            case CaseReset.Shutdown:
                Lab.Must(await controller.ShutdownAsync());
                Lab.Must(await controller.DisableAsync());
                break;
            case CaseReset.Function:
                await controller.ResetFunctionAsync();
                break;
            case CaseReset.Subsystem:
                Lab.Need(controller.Capabilities.Nssrs, "NVM Subsystem Reset (CAP.NSSRS)");
                function.Write32(Register.Nssr, Register.NssrReset);
                await World.After(PowerTransition * 10);
                controller.Forget();
                break;
            default:
                var power = PciConfig.FindCapability(function, CapabilityId.PowerManagement);
                Lab.Need(power != 0, "D3hot (Power Management capability)");
                var control = power + PowerManagementCapability.ControlOffset;
                var old = new PowerManagementControl((ushort)function.ReadConfig(control, 2));
                Lab.Need(!old.NoSoftReset, "D3hot with a reset on the way back (PMCSR, No_Soft_Reset is set)");
                function.WriteConfig(control, 2, (old with { State = PowerState.D3hot }).Raw);
                await World.After(PowerTransition);
                function.WriteConfig(control, 2, (old with { State = PowerState.D0 }).Raw);
                await World.After(PowerTransition);
                controller.Forget();
                break;
        }
    }

    /// <summary>Resets the PF, enables it again, and finds out whether there are still VFs; those there are have to be brought up anew.</summary>
    public async ValueTask RestartAsync(CaseReset reset)
    {
        await ResetAsync(Pf, reset);
        Lab.Must(await Pf.StartAsync());
        if (Sriov.Find(World, Pf.Function) is not { Control.VfEnable: true }) _functions = null;
    }
}
