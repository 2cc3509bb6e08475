using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// The events of a controller in the vendor part of its state: the log page that each masked type waits for, identifiers of outstanding
/// requests, and events not yet reported.
/// </summary>
internal sealed record EventsState(LogId?[] MaskedBy, ushort[] Requests, AsyncEvent[] Pending)
{
    private const int MostPending = 256;
    private const ushort NotMasked = 0xFFFF;

    public static void Encode(ControllerCore c, VendorStateCodec.Writer writer)
    {
        writer.Begin(VendorStateCodec.Section.Events);
        foreach (var log in c.Events.MaskedBy) writer.Word(log is { } masked ? (uint)masked : NotMasked);
        writer.Word((uint)c.Events.Requests.Count).Word((uint)c.Events.Pending.Count);
        foreach (var request in c.Events.Requests) writer.Word(request.Cid);
        foreach (var pending in c.Events.Pending) writer.Word(pending.Dw0.Raw).Word(pending.Parameter);
        writer.End();
    }

    /// <summary>Bytes that further requests and events could take.</summary>
    public static int Reserve(ControllerCore c)
    {
        const int Step = 32;
        var pending = c.Events.Pending.Count;
        return (4 * (c.Options.Capabilities.AerlZ + 1 - c.Events.Requests.Count)) + (8 * ((((pending / Step) + 1) * Step) - pending));
    }

    /// <summary>Reads the section; null when it is not one of this controller.</summary>
    public static EventsState? TryDecode(ControllerCore c, ref VendorStateCodec.Reader reader)
    {
        var masked = new LogId?[c.Events.MaskedBy.Count];
        foreach (ref var log in masked.AsSpan())
        {
            var word = reader.Word();
            if (word > NotMasked) return null;
            log = word == NotMasked ? null : (LogId)word;
        }

        var (requests, pending) = (reader.Word(), reader.Word());
        if (requests > c.Options.Capabilities.AerlZ + 1u || pending > MostPending) return null;
        var state = new EventsState(masked, new ushort[requests], new AsyncEvent[pending]);
        for (var i = 0; i < requests; i++) state.Requests[i] = (ushort)reader.Word();
        for (var i = 0; i < pending; i++) state.Pending[i] = new AsyncEvent(new AsynchronousEvent(reader.Word()), reader.Word());
        return reader.IsExact ? state : null;
    }

    /// <summary>The admin queue that the requests came from is there already.</summary>
    public void Commit(ControllerCore c)
    {
        c.Events.Clear();
        for (var type = 0; type < MaskedBy.Length; type++)
        {
            if (MaskedBy[type] is { } log) c.Events.Mask((AsynchronousEventType)type, log);
        }

        if (c.Queues.Sq(0) is { } queue)
        {
            foreach (var cid in Requests) Park(c, queue, cid);
        }

        foreach (var pending in Pending) c.Events.Raise(in pending);
    }

    private static void Park(ControllerCore c, SubmissionQueue queue, ushort cid)
    {
        var request = c.Commands.Add(queue);
        request.Entry = AdminCommand.AsyncEventRequest() with { Cid = cid };
        request.Handler = c.Subsystem.AdminCommands[request.Opcode];
        request.Stage = CommandStage.Execute;
        c.Commands.Park(request);
        c.Events.Add(request);
    }
}
