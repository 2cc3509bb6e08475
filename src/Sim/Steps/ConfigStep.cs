namespace Conformance.Sim;

/// <summary>What a host's write of configuration space causes; the value is there already.</summary>
internal class ConfigStep
{
    public virtual StepResult Run(ControllerCore c, ConfigWrite write)
    {
        switch (write.Offset)
        {
            case ConfigLayout.Command:
                if (!c.CanComplete) c.Suspension.Drained();
                c.Machine.Wake();
                break;
            case ConfigLayout.PowerControl:
                if (!c.CanComplete) c.Suspension.Drained();
                // Without No_Soft_Reset the way back from D3hot is a reset.
                if (ConfigRules.LeavesD3(write.Old, write.Value))
                    c.Machine.Run(new ResetRequest(ResetKind.ConventionalReset));
                break;
            case ConfigLayout.DeviceControl:
                if (write.Rose(ConfigLayout.InitiateFlr)) c.Machine.Run(new ResetRequest(ResetKind.FunctionLevelReset));
                break;
            case ConfigLayout.Msix:
                c.Machine.InterruptsUnmasked();
                break;
            case ConfigLayout.SriovControl:
                if (write.Rose(ConfigLayout.VfEnable)) SecondaryControllers.EnableFunctions(c);
                if (write.Fell(ConfigLayout.VfEnable)) SecondaryControllers.DisableFunctions(c);
                break;
        }

        return StepResult.Done;
    }
}
