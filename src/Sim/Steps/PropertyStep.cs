using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>What a host's write of a controller property causes; its value is in the register already.</summary>
internal class PropertyStep
{
    private const int Enabling = 1;
    private const int ShuttingDown = 2;

    public virtual StepResult Run(ControllerCore c, PropertyWrite write)
    {
        // The properties of an offline secondary controller are undefined but for CSTS (Base 2.3 8.2.6).
        if (!c.IsPrimary && !c.Resources.Online) return StepResult.Done;
        switch (write.Offset)
        {
            case Register.Cc:
                return Configure(c, write);
            case Register.Csts:
                if (new ControllerStatus(write.Value).Nssro) c.Registers.Csts = c.Registers.Csts with { Nssro = false };
                return StepResult.Done;
            case Register.Nssr:
                if (write.Value == Register.NssrReset && c.Registers.Cap.Nssrs) Resets.ResetSubsystem(c.Subsystem);
                return StepResult.Done;
            default:
                return StepResult.Done;
        }
    }

    private static StepResult Configure(ControllerCore c, PropertyWrite write)
    {
        if (write.Phase == Enabling)
        {
            BecomeReady(c);
            return StepResult.Done;
        }

        if (write.Phase == ShuttingDown)
        {
            c.Registers.Csts = c.Registers.Csts with { Shst = 2 };
            return StepResult.Done;
        }

        var old = c.Configuration;
        var wanted = new ControllerConfiguration(write.Value);
        c.Configuration = wanted;
        if (old.En && !wanted.En)
        {
            c.Machine.Run(new ResetRequest(ResetKind.ControllerReset));
            return StepResult.Done;
        }

        if (wanted.Shn != 0 && old.Shn == 0)
        {
            c.Registers.Csts = c.Registers.Csts with { Shst = 1 };
            // A shutdown of the primary takes its secondary controllers offline (Base 2.3 8.2.6).
            if (c.IsPrimary) SecondaryControllers.TakeAllOffline(c);
            write.Phase = ShuttingDown;
            return After(c, write, c.Options.Timing.Shutdown.Nanoseconds);
        }

        if (old.En || !wanted.En) return StepResult.Done;
        write.Phase = Enabling;
        return After(c, write, c.Options.Timing.Enable.Nanoseconds);
    }

    private static StepResult After(ControllerCore c, PropertyWrite write, long cost) =>
        cost == 0 ? Configure(c, write) : StepResult.Later(c.Now + cost);

    private static void BecomeReady(ControllerCore c)
    {
        var (cc, cap, aqa) = (c.Configuration, c.Registers.Cap, c.Registers.Aqa);
        var acceptable = cc.Mps >= cap.MpsMin && cc.Mps <= cap.MpsMax
            && (cc.Ams == 0 || (cc.Ams == 1 && (cap.Ams & 1) != 0))
            && cc.Css is 0 or 6
            && aqa.AsqsZ != 0 && aqa.AcqsZ != 0
            && Prp.Offset(c.Registers.Asq | c.Registers.Acq, c.PageSize) == 0;
        if (!acceptable)
        {
            c.Fail();
            return;
        }

        AdminQueues.Create(c);
        c.Registers.Csts = c.Registers.Csts with { Rdy = true, Shst = 0 };
        c.Machine.Wake();
    }
}
