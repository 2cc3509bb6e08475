namespace Conformance.Nvme;

/// <summary>Asynchronous Event Information of one-shot events. Unknown ones are values.</summary>
public enum OneShotInformation : byte
{
    /// <summary>An entry was posted at the trigger slot of a controller data queue.</summary>
    ControllerDataQueueTailPointer = 0x00,

    /// <summary>A controller data queue became full.</summary>
    ControllerDataQueueFull = 0x01,

    PowerThresholdExceeded = 0x02,
}

/// <summary>
/// Both completion dwords of an Asynchronous Event Request that reports a one-shot event; reporting clears it, no log page is read.
/// </summary>
public readonly record struct OneShotEvent(AsynchronousEvent Dw0, uint Dw1)
{
    public OneShotEvent(uint dw0, uint dw1)
        : this(new AsynchronousEvent(dw0), dw1)
    {
    }

    /// <summary>Whether the dwords report a one-shot event at all.</summary>
    public bool IsOneShot => Dw0.Type == AsynchronousEventType.OneShot;

    /// <summary>AEI.</summary>
    public OneShotInformation Information => (OneShotInformation)Dw0.Information;

    /// <summary>Event Specific Parameter of the controller data queue events.</summary>
    public ushort Cdqid { get => (ushort)Bits.Get(Dw1, 15, 0); init => Dw1 = Bits.With(Dw1, 15, 0, value); }

    public static OneShotEvent OfQueue(OneShotInformation information, ushort cdqid) =>
        new(new AsynchronousEvent { Type = AsynchronousEventType.OneShot, Information = (byte)information }, 0) { Cdqid = cdqid };
}
