using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// The Persistent Event log of a subsystem (Base 2.3 5.2.12.1.14): events as bytes, the oldest of which make room, and the reporting
/// context, which shows the log as it was when it was established.
/// </summary>
internal sealed class PersistentLog(Subsystem subsystem)
{
    /// <summary>PELS, in units of 64 KiB.</summary>
    public const int Size64K = 1;

    private const int Largest = Size64K << 16;
    private const byte Revision = 3;
    private const byte NoPort = 3;

    private static readonly PersistentEventType[] _supported =
    [
        PersistentEventType.SmartHealthSnapshot, PersistentEventType.FirmwareCommit, PersistentEventType.TimestampChange,
        PersistentEventType.PowerOnOrReset, PersistentEventType.SanitizeStart, PersistentEventType.SanitizeCompletion,
        PersistentEventType.SetFeature, PersistentEventType.TelemetryLogCreated,
    ];

    private readonly Queue<byte[]> _events = new();
    private int _bytes = PersistentEventLogHeader.Size;
    private bool _changed = true;
    private ushort _generation;

    /// <summary>The log as it is reported; null where no context is established.</summary>
    public byte[]? Context { get; private set; }

    /// <summary>Keeps an event that a controller makes.</summary>
    /// <param name="c">The controller.</param>
    /// <param name="type">Event Type.</param>
    /// <param name="revision">Event Type Revision.</param>
    /// <param name="data">Event Data.</param>
    public void Record(ControllerCore c, PersistentEventType type, byte revision, ReadOnlySpan<byte> data)
    {
        var made = new byte[PersistentEventHeader.Size + data.Length];
        Wire.Write(made, new PersistentEventHeader
        {
            Et = type, Etr = revision, Ehl = PersistentEventHeader.LengthAfterField, Ehai = NoPort, Cntlid = c.Cntlid,
            Etstp = c.Logs.Clock.Value, El = (ushort)data.Length,
        });
        data.CopyTo(made.AsSpan(PersistentEventHeader.Size));
        _events.Enqueue(made);
        _bytes += made.Length;
        _changed = true;
        while (_bytes > Largest) _bytes -= _events.Dequeue().Length;
    }

    /// <summary>Makes the log what is reported from here on.</summary>
    public byte[] Establish(ControllerCore c)
    {
        if (_changed) _generation++;
        _changed = false;
        var page = new byte[_bytes];
        ref var head = ref Wire.View<PersistentEventLogHeader>(page);
        var (options, identity) = (c.Options.Health, c.Options.Identity);
        head.Lid = LogId.PersistentEvent;
        head.Tnev = (uint)_events.Count;
        head.Tll = (ulong)page.Length;
        head.Lrev = Revision;
        head.Lhl = PersistentEventLogHeader.LengthAfterField;
        head.Tstmp = c.Logs.Clock.Value;
        head.Poh = (UInt128)(subsystem.Health.PoweredOn(c.Now) / 3_600_000_000_000);
        head.Pwrc = (ulong)options.PowerCycles;
        head.Vid = head.Ssvid = identity.PciVendorId;
        head.Sn = identity.SerialNumber;
        head.Mn = identity.ModelNumber;
        head.Subnqn = identity.SubsystemNqn;
        head.Gnum = _generation;
        foreach (var type in _supported) head.Seb[type] = true;
        // More recent events come first.
        var at = page.Length;
        foreach (var made in _events)
        {
            at -= made.Length;
            made.CopyTo(page, at);
        }

        return Context = page;
    }

    public void Release() => Context = null;

    /// <summary>A controller level reset ends the context and is an event, one of the whole subsystem once.</summary>
    public void ControllerWasReset(ControllerCore c, ResetKind kind, bool activated)
    {
        if (kind == ResetKind.StateChange) return;
        Release();
        if (kind == ResetKind.SubsystemReset && !ReferenceEquals(c, subsystem.Controllers.First())) return;
        var primaries = subsystem.Controllers.Where(controller => controller.IsPrimary).ToArray();
        var data = new byte[Ascii8.Size + (primaries.Length * ControllerResetInformation.Size)];
        Wire.Write(data, (Ascii8)subsystem.Firmware.Running);
        for (var i = 0; i < primaries.Length; i++)
        {
            var primary = primaries[i];
            Wire.Write(data.AsSpan(Ascii8.Size + (i * ControllerResetInformation.Size)), new ControllerResetInformation
            {
                Cntlid = primary.Cntlid, Fa = (byte)(activated ? 1 : 0), Cpwrc = (uint)c.Options.Health.PowerCycles,
                Pom = (ulong)(subsystem.Health.PoweredOn(c.Now) / 1_000_000), Ctstp = primary.Logs.Clock.Value,
            });
        }

        Record(c, PersistentEventType.PowerOnOrReset, revision: 1, data);
    }
}
