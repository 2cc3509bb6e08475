using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Raising and clearing events of a controller.</summary>
internal static class EventExtensions
{
    /// <summary>
    /// Something happened that the host may want to know: reported when there is a request, the host asked for this kind (Asynchronous
    /// Event Configuration), and the controller processes commands. An error event leaves an entry in the Error Information log.
    /// </summary>
    public static void Raise(this ControllerCore c, in AsyncEvent raised)
    {
        if (raised.Type == AsynchronousEventType.Error) c.Logs.Errors.Add(StatusOf((ErrorEvent)raised.Dw0.Information));
        // One that is disabled because it was saved has not its own configuration: it is asked when the controller is back.
        if (c.Suspension.Saved is null && !EventConfiguration.Wants(c, in raised)) return;
        c.Events.Raise(in raised);
        c.Machine.Wake();
    }

    /// <summary>A log page was read without Retain Asynchronous Event: what it tells of is cleared, and its event type unmasked.</summary>
    public static void Clear(this ControllerCore c, LogId log)
    {
        c.Events.Clear(log);
        c.Machine.Wake();
    }

    /// <summary>The status that says most about an error that is no command's.</summary>
    private static Status StatusOf(ErrorEvent error) => error switch
    {
        ErrorEvent.InvalidDoorbellRegister => Status.InvalidQueueIdentifier,
        ErrorEvent.InvalidDoorbellValue => Status.InvalidField,
        ErrorEvent.FirmwareImageLoadError => Status.InvalidFirmwareImage,
        _ => Status.InternalError,
    };
}
