using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Telemetry Host-Initiated (Base 2.3 5.2.12.1.8) and Controller-Initiated (5.2.12.1.9), read in blocks of 512 bytes.</summary>
internal sealed class TelemetryPage(LogId id) : LogPage
{
    private const byte Create = 1;

    public override LogId Id => id;

    public override Status Make(ControllerCore c, CommandContext command, in GetLogPageFields fields, out int length)
    {
        length = 0;
        if (fields.Offset % Telemetry.Block != 0 || Transferred(in fields) % Telemetry.Block != 0) return Status.InvalidField;
        var telemetry = c.Logs.Telemetry;
        if (id == LogId.TelemetryHostInitiated && (fields.Lsp & Create) != 0) telemetry.CaptureByHost();
        length = telemetry.LengthOf(id);
        telemetry.Write(id, command.Buffer(length));
        return Status.Success;
    }

    public override void Read(ControllerCore c, in GetLogPageFields fields)
    {
        if (id == LogId.TelemetryControllerInitiated && !fields.Rae) c.Logs.Telemetry.WasRead();
    }
}
