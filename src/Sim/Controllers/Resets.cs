using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>What the reset kinds do to registers and configuration space.</summary>
internal static class Resets
{
    /// <summary>The properties of a controller that has just got power.</summary>
    public static void PowerOn(ControllerCore c)
    {
        var options = c.Options.Capabilities;
        c.Registers.Cap = new Capabilities
        {
            MqesZ = options.MqesZ,
            Cqr = options.ContiguousQueuesRequired,
            Ams = (byte)(options.WeightedRoundRobin ? 1 : 0),
            To = options.Timeout,
            Dstrd = options.Dstrd,
            // Who has a VF is not to reset the others (Base 2.3 3.7.1.1).
            Nssrs = options.SubsystemReset && c.IsPrimary,
            Css = 1,
            Cmbs = c.Function.Local is { HasBuffer: true },
            Pmrs = c.Function.Local is { HasRegion: true },
            MpsMin = options.MpsMin,
            MpsMax = options.MpsMax,
            Crms = 1,
        };
        c.Registers[Register.Vs] = RevisionOf(options.Revision).Raw;
        c.Registers[Register.Crto] = new ControllerReadyTimeouts { Crwmt = options.Timeout, Crimt = options.Timeout }.Raw;
        ResetProperties(c, ResetKind.ConventionalReset);
    }

    public static Nvme.Version RevisionOf(string revision)
    {
        var parts = revision.Split('.');
        if (parts.Length is < 2 or > 3 || !Array.TrueForAll(parts, p => byte.TryParse(p, out _)))
            throw new ArgumentException($"'{revision}' is no revision of the standard: major.minor.", nameof(revision));
        return Nvme.Version.Of(byte.Parse(parts[0]), byte.Parse(parts[1]), parts.Length == 3 ? byte.Parse(parts[2]) : (byte)0);
    }

    /// <summary>After a Controller Reset AQA, ASQ and ACQ stay, and CC as the host wrote it.</summary>
    public static void ResetProperties(ControllerCore c, ResetKind kind)
    {
        var keepsAdminQueue = kind == ResetKind.ControllerReset;
        c.Registers.ClearDoorbells();
        c.Registers[Register.Intms] = c.Registers[Register.Intmc] = 0;
        // CSTS.RDY is cleared by the reset itself, after its time.
        var offline = !c.IsPrimary && !c.Resources.Online;
        var old = c.Registers.Csts;
        c.Registers.Csts = new ControllerStatus { Rdy = keepsAdminQueue && old.Rdy, Cfs = offline, Nssro = old.Nssro };
        c.Function.Local?.Reset(kind);
        if (keepsAdminQueue) return;
        c.Configuration = default;
        c.Registers.Cc = default;
        c.Registers[Register.Aqa] = 0;
        c.Registers.Write64(Register.Asq, 0);
        c.Registers.Write64(Register.Acq, 0);
    }

    /// <summary>Configuration space and MSI-X after a reset of the function; the table has the size of the vectors it has now.</summary>
    public static void ResetFunction(ControllerCore c, ResetKind kind)
    {
        var function = c.Function;
        if (kind == ResetKind.StateChange) return;
        // A reset of the PF takes VF Enable with it; so does an NVM Subsystem Reset, with which the link goes down.
        if ((function.Config.Dword(ConfigLayout.SriovControl) & ConfigLayout.VfEnable) != 0) SecondaryControllers.DisableFunctions(c);
        function.Config.Reset();
        function.BusyUntil(c.Now + c.Options.Timing.FunctionReset.Nanoseconds);
        SizeInterrupts(c);
    }

    /// <summary>
    /// The MSI-X table gets as many entries as there are vectors, all as after a reset. Of a secondary only while it is offline
    /// (Base 2.3 8.2.6.2).
    /// </summary>
    public static void SizeInterrupts(ControllerCore c)
    {
        var function = c.Function;
        function.Msix.Vectors = c.Resources.Vectors;
        function.Config.Redefine(ConfigLayout.Msix, 0x07FF_0000, (uint)Math.Max(0, c.Resources.Vectors - 1) << 16);
        function.Msix.Reset();
    }

    /// <summary>An NVM Subsystem Reset: every controller of it.</summary>
    public static void ResetSubsystem(Subsystem subsystem)
    {
        subsystem.SharedFeatures.Reset();
        foreach (var controller in subsystem.Controllers)
        {
            controller.Machine.Run(new ResetRequest(ResetKind.SubsystemReset));
            if (controller.IsPrimary) controller.Registers.Csts = controller.Registers.Csts with { Nssro = true };
        }
    }
}
