using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>How the subsystem is: what a profile sets, and changes with time. Its controllers are told of every change.</summary>
internal sealed class Health
{
    /// <summary>WCTEMP, kelvins.</summary>
    public const ushort Warning = 343;

    /// <summary>CCTEMP, kelvins.</summary>
    public const ushort Critical = 353;

    private readonly Subsystem _subsystem;
    private readonly long _start;
    private long _since;
    private long _warm;
    private long _hot;

    public Health(Subsystem subsystem)
    {
        _subsystem = subsystem;
        var options = subsystem.Options.Health;
        (Temperature, AvailableSpare, IsDegraded) = (options.Temperature, options.AvailableSpare, options.DegradedReliability);
        _start = _since = subsystem.Background.Now;
        foreach (var change in options.Changes) subsystem.Background.At(new Change(this, change), _start + change.After.Nanoseconds);
    }

    /// <summary>Kelvins.</summary>
    public ushort Temperature { get; private set; }

    /// <summary>Percent.</summary>
    public byte AvailableSpare { get; private set; }

    public bool IsDegraded { get; private set; }

    /// <summary>ns since the subsystem got power, the hours that a profile gives it included.</summary>
    public long PoweredOn(long now) => now - _start + (_subsystem.Options.Health.PowerOnHours * 3_600_000_000_000);

    /// <summary>ns at or above WCTEMP and below CCTEMP, and at or above CCTEMP.</summary>
    public (long Warm, long Hot) HeatTimes(long now)
    {
        var passed = now - _since;
        return (_warm + (IsWarm ? passed : 0), _hot + (IsHot ? passed : 0));
    }

    /// <summary>The critical warnings, but for temperatures, whose thresholds each controller has its own.</summary>
    public CriticalWarning Warnings => new()
    {
        SpareBelowThreshold = AvailableSpare < _subsystem.Options.Health.AvailableSpareThreshold,
        DegradedReliability = IsDegraded,
    };

    private bool IsHot => Temperature >= Critical;

    private bool IsWarm => Temperature is >= Warning and < Critical;

    private void Apply(SimulatedHealthChange change)
    {
        var now = _subsystem.Background.Now;
        (_warm, _hot) = HeatTimes(now);
        _since = now;
        var before = Warnings;
        Temperature = change.Temperature ?? Temperature;
        AvailableSpare = change.AvailableSpare ?? AvailableSpare;
        IsDegraded = change.DegradedReliability ?? IsDegraded;
        foreach (var controller in _subsystem.Controllers)
        {
            controller.Logs.Temperatures.Measure();
            controller.Logs.Throttle.Measure();
            if (Warnings.SpareBelowThreshold && !before.SpareBelowThreshold)
                controller.Raise(AsyncEvent.Of(HealthEvent.SpareBelowThreshold));
            if (!Warnings.DegradedReliability || before.DegradedReliability) continue;
            controller.Raise(AsyncEvent.Of(HealthEvent.Reliability));
            controller.Logs.Telemetry.CaptureByController();
        }
    }

    private sealed class Change(Health health, SimulatedHealthChange change) : BackgroundWork
    {
        public override StepResult Run()
        {
            health.Apply(change);
            return StepResult.Done;
        }
    }
}
