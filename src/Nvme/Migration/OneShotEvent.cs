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
/// Completion dwords of an Asynchronous Event Request that reports a one-shot event; reporting clears it, no log page is read.
/// </summary>
public readonly record struct OneShotEvent(uint Dw0, uint Dw1)
{
    /// <summary>Asynchronous Event Type of one-shot events.</summary>
    public const byte OneShotType = 4;

    /// <summary>AET; <see cref="OneShotType"/> if the dwords are such an event at all.</summary>
    public byte Type { get => (byte)Bits.Get(Dw0, 2, 0); init => Dw0 = Bits.With(Dw0, 2, 0, value); }

    /// <summary>AEI.</summary>
    public OneShotInformation Information
    {
        get => (OneShotInformation)Bits.Get(Dw0, 15, 8);
        init => Dw0 = Bits.With(Dw0, 15, 8, (byte)value);
    }

    /// <summary>LID; means nothing for these events.</summary>
    public byte LogPage { get => (byte)Bits.Get(Dw0, 23, 16); init => Dw0 = Bits.With(Dw0, 23, 16, value); }

    /// <summary>Event Specific Parameter of the controller data queue events.</summary>
    public ushort Cdqid { get => (ushort)Bits.Get(Dw1, 15, 0); init => Dw1 = Bits.With(Dw1, 15, 0, value); }

    public bool IsOneShot => Type == OneShotType;

    public static OneShotEvent OfQueue(OneShotInformation information, ushort cdqid) =>
        new(0, 0) { Type = OneShotType, Information = information, Cdqid = cdqid };
}
