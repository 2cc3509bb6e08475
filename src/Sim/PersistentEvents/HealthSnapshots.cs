using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Every 24 power on hours a snapshot of the SMART / Health log of each primary controller is an event (Base 2.3 5.2.12.1.14.2.1).</summary>
internal sealed class HealthSnapshots : BackgroundWork
{
    private const long Day = 24 * 3_600_000_000_000;

    private readonly Subsystem _subsystem;

    public HealthSnapshots(Subsystem subsystem)
    {
        _subsystem = subsystem;
        subsystem.Background.At(this, subsystem.Background.Now + Day);
    }

    public override StepResult Run()
    {
        foreach (var c in _subsystem.Controllers)
        {
            if (!c.IsPrimary) continue;
            var page = default(SmartHealthLog);
            SmartHealthPage.Fill(c, ref page);
            _subsystem.PersistentLog.Record(c, PersistentEventType.SmartHealthSnapshot, revision: 1, Wire.Bytes(in page));
        }

        return StepResult.Later(_subsystem.Background.Now + Day);
    }
}
