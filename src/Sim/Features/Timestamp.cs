using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// The timestamp of a controller (Base 2.3 5.2.26.1.7): goes on with the time of the world from what the host said, or from a reset. A
/// Controller Reset leaves it, with its origin; every other controller level reset clears it.
/// </summary>
internal sealed class HostClock(ControllerCore c)
{
    private const long Millisecond = 1_000_000;
    private const ulong Mask = (1UL << 48) - 1;

    private ulong _value;
    private long _since = c.Now;
    private TimestampOrigin _origin = TimestampOrigin.Reset;

    /// <summary>ns, of the last controller level reset.</summary>
    public long ResetAt { get; private set; } = c.Now;

    public Nvme.Timestamp Value => new()
    {
        Milliseconds = (_value + (ulong)((c.Now - _since) / Millisecond)) & Mask, Origin = _origin,
    };

    public void Set(ulong milliseconds) => (_value, _since, _origin) = (milliseconds & Mask, c.Now, TimestampOrigin.Host);

    public void Reset(ResetKind kind)
    {
        ResetAt = c.Now;
        if (kind != ResetKind.ControllerReset) (_value, _since, _origin) = (0, c.Now, TimestampOrigin.Reset);
    }
}

/// <summary>The Timestamp feature. Its default is none, and it cannot be saved.</summary>
internal sealed class TimestampFeature : Feature
{
    private const int Length = sizeof(ulong);

    public override FeatureId Id => FeatureId.Timestamp;

    // It has an event of its own (Base 2.3 5.2.12.1.14.2.3).
    public override bool IsLogged => false;

    public override bool IsSupported(ControllerCore c) => c.Options.Features.Timestamp;

    public override int SetLength(in SubmissionEntry entry) => Length;

    public override int GetLength(in SubmissionEntry entry) => Length;

    public override Status Set(ControllerCore c, CommandContext command, ReadOnlySpan<byte> data)
    {
        var clock = c.Logs.Clock;
        var change = new TimestampChangeEvent { Ptstp = clock.Value, Msr = (ulong)((c.Now - clock.ResetAt) / 1_000_000) };
        clock.Set(Wire.Read<ulong>(data));
        c.Subsystem.PersistentLog.Record(c, PersistentEventType.TimestampChange, revision: 1, Wire.Bytes(in change));
        return Status.Success;
    }

    public override Status Get(ControllerCore c, CommandContext command, FeatureSelect select, Span<byte> data)
    {
        if (select == FeatureSelect.Current) Wire.Write(data, c.Logs.Clock.Value);
        return Status.Success;
    }
}
