using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>What a host's write of a controller property causes; its value is in the register already.</summary>
internal class PropertyStep
{
    private const int Enabling = 1;
    private const int ShuttingDown = 2;

    private const byte ShutdownInProgress = 1;
    private const byte ShutdownComplete = 2;

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
            case Register.CmbMsc:
            case Register.CmbMsc + 4:
                c.Function.Local?.BufferControlled();
                return StepResult.Done;
            case Register.PmrCtl:
            case Register.PmrMscL:
            case Register.PmrMscU:
                c.Function.Local?.RegionControlled(c.Subsystem.Sanitizing.IsInProgress);
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
            // Enabled meanwhile: that has ended it.
            if (c.Registers.Csts.Shst != ShutdownInProgress) return StepResult.Done;
            c.Registers.Csts = c.Registers.Csts with { Shst = ShutdownComplete };
            c.Suspension.Drained();
            return StepResult.Done;
        }

        var old = c.Configuration;
        var wanted = new ControllerConfiguration(write.Value);
        c.Configuration = wanted;
        // One write may do both (Base 2.3 3.1.4.5).
        if (old.En && !wanted.En) c.Machine.Run(new ResetRequest(ResetKind.ControllerReset));
        if (wanted.Shn != 0 && old.Shn == 0)
        {
            c.Registers.Csts = c.Registers.Csts with { Shst = ShutdownInProgress };
            // A shutdown of the primary takes its secondary controllers offline (Base 2.3 8.2.6).
            if (c.IsPrimary) SecondaryControllers.TakeAllOffline(c);
            write.Phase = ShuttingDown;
            return After(c, write, c.Options.Timing.Shutdown.Nanoseconds);
        }

        if (old.En || !wanted.En) return StepResult.Done;
        // After a shutdown only a reset helps, or the write that enables and takes back the notification (Base 2.3 3.6.1).
        if (c.Registers.Csts.Shst != 0 && wanted.Shn != 0) return StepResult.Done;
        c.Registers.Csts = c.Registers.Csts with { Shst = 0 };
        write.Phase = Enabling;
        return After(c, write, c.Options.Timing.Enable.Nanoseconds);
    }

    private static StepResult After(ControllerCore c, PropertyWrite write, long cost) =>
        cost == 0 ? Configure(c, write) : StepResult.Later(c.Now + cost);

    private static void BecomeReady(ControllerCore c)
    {
        var registers = c.Registers;
        if (!AdminQueues.AreAcceptable(registers.Cap, c.Configuration, registers.Aqa, registers.Asq, registers.Acq)
            || !AdminQueues.MayLie(c))
        {
            c.Fail();
            return;
        }

        AdminQueues.Create(c);
        c.Registers.Csts = c.Registers.Csts with { Rdy = true };
        c.Machine.Wake();
    }
}
