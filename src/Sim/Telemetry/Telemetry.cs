using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// The two telemetry logs of a controller (Base 2.3 8.1.29). A capture is a SMART / Health log (area 1), the newest errors (to area 2) and
/// the older ones (to area 3). The controller captures by itself when it stops with a fatal error, or its reliability degrades.
/// </summary>
internal sealed class Telemetry(ControllerCore c)
{
    /// <summary>Bytes of a block.</summary>
    public const int Block = 512;

    private const int FirstArea = 1;
    private const int SecondArea = 2;
    private const int ThirdArea = 4;
    private const byte ControllerScope = 1;

    private byte[] _byHost = [];
    private byte[] _byController = [];
    private byte _hostGeneration;
    private byte _controllerGeneration;

    /// <summary>TCDA: the controller captured something that nobody has read.</summary>
    public bool IsAvailable { get; private set; }

    public void CaptureByHost()
    {
        _byHost = Capture();
        _hostGeneration++;
        Record(LogId.TelemetryHostInitiated);
    }

    public void CaptureByController()
    {
        _byController = Capture();
        _controllerGeneration++;
        IsAvailable = true;
        Tell();
        Record(LogId.TelemetryControllerInitiated);
    }

    /// <summary>Tells the host that there is something to read; again after a reset.</summary>
    public void Tell()
    {
        if (IsAvailable) c.Raise(AsyncEvent.Of(NoticeEvent.TelemetryLogChanged, LogId.TelemetryControllerInitiated));
    }

    /// <summary>The host has read the controller's capture.</summary>
    public void WasRead() => IsAvailable = false;

    /// <summary>Bytes of a log: its head, and the blocks of a capture.</summary>
    public int LengthOf(LogId log) => TelemetryHeader.Size + Of(log).Length;

    public void Write(LogId log, Span<byte> page)
    {
        page.Clear();
        var isHost = log == LogId.TelemetryHostInitiated;
        ref var head = ref Wire.View<TelemetryHeader>(page);
        head.Lid = log;
        head.Ieee = IeeeOui.Of((uint)c.Options.Identity.IeeeOui);
        head.ThdgnOrTcs = isHost ? _hostGeneration : ControllerScope;
        head.Ths = isHost ? ControllerScope : (byte)0;
        head.Tcda = (byte)(IsAvailable ? 1 : 0);
        head.Tcdgn = _controllerGeneration;
        var blocks = Of(log);
        if (blocks.Length == 0) return;
        (head.Da1lb, head.Da2lb, head.Da3lb) = (FirstArea, SecondArea, ThirdArea);
        blocks.CopyTo(page[TelemetryHeader.Size..]);
    }

    private byte[] Of(LogId log) => log == LogId.TelemetryHostInitiated ? _byHost : _byController;

    private byte[] Capture()
    {
        var blocks = new byte[ThirdArea * Block];
        SmartHealthPage.Fill(c, ref Wire.View<SmartHealthLog>(blocks));
        var errors = Wire.Entries<ErrorInformationEntry>(blocks.AsSpan(FirstArea * Block));
        for (var age = 0; age < Math.Min(errors.Length, c.Logs.Errors.Count); age++) errors[age] = c.Logs.Errors[age];
        return blocks;
    }

    private void Record(LogId log)
    {
        Span<byte> head = stackalloc byte[LengthOf(log)];
        Write(log, head);
        c.Subsystem.PersistentLog.Record(c, PersistentEventType.TelemetryLogCreated, revision: 1, head[..TelemetryHeader.Size]);
    }
}
