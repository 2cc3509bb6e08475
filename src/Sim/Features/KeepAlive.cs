using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Keep Alive Timer (Base 2.3 3.9, 5.2.26.1.8), restarted by the Keep Alive command only. When it expires the controller stops with
/// Controller Fatal Status. While the controller is suspended its host cannot keep it alive: the timer begins anew when it is resumed.
/// </summary>
internal sealed class KeepAliveTimer : WordFeature
{
    private const long Millisecond = 1_000_000;
    private const uint Unit = 100;

    public KeepAliveTimer()
        : base(FeatureId.KeepAliveTimer, uint.MaxValue, saveable: false)
    {
    }

    public override bool IsSupported(ControllerCore c) => c.Options.Features.KeepAliveGranularity != 0;

    /// <summary>Begins anew where the timer is on.</summary>
    public static void Restart(ControllerCore c)
    {
        var timeout = c.Features.Current(FeatureId.KeepAliveTimer);
        c.Machine.PutOff(c.KeepAlive, timeout == 0 ? Device.World.Never : c.Now + (timeout * Millisecond));
    }

    protected override Status Check(ControllerCore c, ref uint value)
    {
        var granularity = c.Options.Features.KeepAliveGranularity * Unit;
        var rounded = ((ulong)value + granularity - 1) / granularity * granularity;
        value = (uint)Math.Min(rounded, uint.MaxValue / granularity * granularity);
        return Status.Success;
    }

    protected override void Changed(ControllerCore c, uint value) => Restart(c);

    /// <summary>What happens when nobody has kept the controller alive.</summary>
    public sealed class Expiry : ControllerWork
    {
        public override StepResult Run(ControllerCore c)
        {
            if (c.Suspension.FetchStopped || !c.IsReady) return StepResult.Done;
            c.Logs.Errors.Add(Status.KeepAliveTimerExpired);
            c.Fail();
            return StepResult.Done;
        }
    }

    /// <summary>Keep Alive (Base 2.3 5.2.14).</summary>
    public sealed class Command : CommandHandler
    {
        public override byte Opcode => (byte)AdminOpcode.KeepAlive;

        public override bool AllowedDuringSanitize => true;

        public override bool IsSupported(ControllerCore c) => c.Options.Features.KeepAliveGranularity != 0;

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            Restart(c);
            return StepResult.Done;
        }
    }
}
