namespace Conformance.Nvme;

/// <summary>What Track Send does. Unknown ones are values.</summary>
public enum TrackSendSelect : byte
{
    LogUserDataChanges = 0,
    TrackMemoryChanges = 1,
}

/// <summary>LACT of Log User Data Changes. Unknown ones are values.</summary>
public enum LoggingAction : byte
{
    Stop = 0,
    Start = 1,
}

/// <summary>Track Send (3Dh; Base 2.3 5.2.28.1.1, 5.2.28.1.2): what both its operations share.</summary>
public record struct TrackSendFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>SEL.</summary>
    public TrackSendSelect Select
    {
        readonly get => (TrackSendSelect)Bits.Get(Entry.Cdw10, 7, 0);
        set => Bits.Set(ref Entry.Cdw10, 7, 0, (byte)value);
    }

    /// <summary>MOS.</summary>
    public ushort ManagementOperationSpecific
    {
        readonly get => (ushort)Bits.Get(Entry.Cdw10, 31, 16);
        set => Bits.Set(ref Entry.Cdw10, 31, 16, value);
    }
}

/// <summary>Track Send, Log User Data Changes (Base 2.3 5.2.28.1.1). No data.</summary>
public record struct LogUserDataChangesFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>LACT.</summary>
    public LoggingAction Action
    {
        readonly get => (LoggingAction)Bits.Get(Entry.Cdw10, 19, 16);
        set => Bits.Set(ref Entry.Cdw10, 19, 16, (byte)value);
    }

    /// <summary>The user data migration queue; it names the controller.</summary>
    public ushort Cdqid { readonly get => (ushort)Bits.Get(Entry.Cdw11, 15, 0); set => Bits.Set(ref Entry.Cdw11, 15, 0, value); }
}

/// <summary>Track Send, Track Memory Changes (Base 2.3 5.2.28.1.2). The data is <see cref="TrackMemoryChanges"/>, when starting.</summary>
public record struct TrackMemoryChangesFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>TACT: start; else stop.</summary>
    public bool Start { readonly get => Bits.Get(Entry.Cdw10, 16); set => Bits.Set(ref Entry.Cdw10, 16, value); }

    /// <summary>The controller to track.</summary>
    public ushort Cntlid { readonly get => (ushort)Bits.Get(Entry.Cdw11, 15, 0); set => Bits.Set(ref Entry.Cdw11, 15, 0, value); }
}

/// <summary>
/// Completion dwords of Track Memory Changes that ended with Not Enough Resources (Base 2.3 5.2.28.1.2): what would have been possible.
/// </summary>
public readonly record struct TrackMemoryChangesResult(uint Dw0, uint Dw1)
{
    /// <summary>MRTG: exponent n of the finest possible granularity, 2^n x 4 KiB.</summary>
    public ushort Granularity { get => (ushort)Bits.Get(Dw0, 15, 0); init => Dw0 = Bits.With(Dw0, 15, 0, value); }

    /// <summary>NMRTD: possible number of descriptors.</summary>
    public uint Descriptors { get => Dw1; init => Dw1 = value; }
}
