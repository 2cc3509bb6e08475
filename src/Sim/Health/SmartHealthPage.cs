using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>SMART / Health Information (Base 2.3 5.2.12.1.3), of the controller; by namespace it says the same.</summary>
internal sealed class SmartHealthPage : LogPage
{
    private const uint All = 0xFFFF_FFFF;
    private const long Second = 1_000_000_000;
    private const long Minute = 60 * Second;
    private const long Hour = 60 * Minute;

    public override LogId Id => LogId.SmartHealth;

    public override bool IsPerNamespace => true;

    public override bool AllowedDuringSanitize => true;

    public override Status Make(ControllerCore c, CommandContext command, in GetLogPageFields fields, out int length)
    {
        ref var page = ref Blank<SmartHealthLog>(command, out length);
        var nsid = command.Entry.Nsid;
        if (nsid is not (0 or All))
        {
            if (!c.Options.Health.PerNamespace) return Status.InvalidField;
            if (nsid >= (uint)c.Attached.Length) return Status.InvalidNamespaceOrFormat;
            if (c.FindNamespace(nsid) is null) return Status.InvalidField;
        }

        Fill(c, ref page);
        return Status.Success;
    }

    /// <summary>The page as it stands now; also what an event keeps of it.</summary>
    public static void Fill(ControllerCore c, ref SmartHealthLog page)
    {
        var (health, options, counters) = (c.Subsystem.Health, c.Options.Health, c.Logs.Counters);
        page.Cw = health.Warnings with { TemperatureThreshold = c.Logs.Temperatures.IsBeyond };
        page.Ctemp = page.Tsen[0] = health.Temperature;
        page.Avsp = health.AvailableSpare;
        page.Avspt = options.AvailableSpareThreshold;
        page.Pused = options.PercentageUsed;
        page.Dur = counters.DataRead;
        page.Duw = counters.DataWritten;
        page.Hrc = counters.ReadCommands;
        page.Hwc = counters.WriteCommands;
        page.Cbt = (UInt128)(counters.Busy(c.Now) / Minute);
        page.Pwrc = (UInt128)options.PowerCycles;
        page.Poh = (UInt128)(health.PoweredOn(c.Now) / Hour);
        page.Upl = (UInt128)options.UnexpectedPowerLosses;
        page.Mdie = counters.MediaErrors;
        page.Neile = c.Logs.Errors.Total;
        var (warm, hot) = health.HeatTimes(c.Now);
        page.Wctt = (uint)(warm / Minute);
        page.Cctt = (uint)(hot / Minute);
        var throttle = c.Logs.Throttle;
        (page.Tmt1tc, page.Tmt2tc) = (throttle.Transitions(1), throttle.Transitions(2));
        (page.Tttmt1, page.Tttmt2) = ((uint)(throttle.Time(1) / Second), (uint)(throttle.Time(2) / Second));
    }
}
