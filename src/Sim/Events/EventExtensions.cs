namespace Conformance.Sim;

/// <summary>Raising events of a controller.</summary>
internal static class EventExtensions
{
    /// <summary>
    /// Something happened that the host may want to know: reported when there is a request, the host asked for this kind (Asynchronous
    /// Event Configuration), and the controller processes commands.
    /// </summary>
    public static void Raise(this ControllerCore c, in AsyncEvent raised)
    {
        if (!c.Features.Wants(raised)) return;
        c.Events.Raise(raised);
        c.Machine.Wake();
    }
}
