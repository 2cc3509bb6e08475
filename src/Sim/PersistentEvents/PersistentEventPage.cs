using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Persistent Event (Base 2.3 5.2.12.1.14): read by way of a reporting context.</summary>
internal sealed class PersistentEventPage : LogPage
{
    private const ushort EstablishesAndReadsHeader = 1;

    public override LogId Id => LogId.PersistentEvent;

    public override ushort Specific(ControllerCore c) => EstablishesAndReadsHeader;

    public override long Transferred(in GetLogPageFields fields) => Of(in fields) switch
    {
        PersistentEventAction.Release => 0,
        PersistentEventAction.EstablishAndReadHeader => PersistentEventLogHeader.Size,
        _ => base.Transferred(in fields),
    };

    public override Status Make(ControllerCore c, CommandContext command, in GetLogPageFields fields, out int length)
    {
        var (log, action) = (c.Subsystem.PersistentLog, Of(in fields));
        var existed = log.Context is not null;
        length = 0;
        switch (action)
        {
            case PersistentEventAction.Release:
                log.Release();
                return Status.Success;
            case PersistentEventAction.Read when !existed:
            case PersistentEventAction.EstablishAndRead when existed:
                return Status.CommandSequenceError;
        }

        var context = log.Context ?? log.Establish(c);
        length = action == PersistentEventAction.EstablishAndReadHeader ? PersistentEventLogHeader.Size : context.Length;
        var page = command.Buffer(length);
        context.AsSpan(0, length).CopyTo(page);
        if (action == PersistentEventAction.EstablishAndReadHeader && existed)
            Wire.View<PersistentEventLogHeader>(page).Rci = new() { Exists = true, PortType = 1 };
        return Status.Success;
    }

    private static PersistentEventAction Of(in GetLogPageFields fields) => (PersistentEventAction)(fields.Lsp & 3);
}
