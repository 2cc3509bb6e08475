namespace Conformance.Device;

/// <summary>
/// What things cost on the simulated device. As delivered, a command completes in the step that fetched it. Commands outstanding
/// at the same time overlap.
/// </summary>
public sealed record SimulatedTiming
{
    /// <summary>ns: the most that PCI Express grants a function that was reset before it must answer.</summary>
    public const long LongestFunctionReset = 100_000_000;

    /// <summary>Any admin command without a figure of its own.</summary>
    public Duration Admin { get; init; }

    public Duration Read { get; init; }

    public Duration Write { get; init; }

    public Duration Flush { get; init; }

    /// <summary>Every other I/O command.</summary>
    public Duration OtherIo { get; init; }

    /// <summary>On top, for each KiB of user data moved.</summary>
    public Duration PerKibibyte { get; init; }

    /// <summary>Suspend, after the last fetched command completed.</summary>
    public Duration Suspend { get; init; }

    public Duration Resume { get; init; }

    /// <summary>Migration Receive and SAVE_DATA.</summary>
    public Duration SaveState { get; init; }

    /// <summary>Migration Send (Set Controller State) and LOAD_DATA.</summary>
    public Duration LoadState { get; init; }

    /// <summary>From CC.EN set to CSTS.RDY set.</summary>
    public Duration Enable { get; init; }

    /// <summary>From CC.EN cleared to CSTS.RDY cleared.</summary>
    public Duration Disable { get; init; }

    /// <summary>From CC.SHN set to CSTS.SHST complete.</summary>
    public Duration Shutdown { get; init; }

    /// <summary>
    /// From a Function Level Reset, a way from D3hot to D0, or VF Enable set to the function answering again. Announced by Readiness Time
    /// Reporting where shorter than the 100 ms of PCI Express, which is the most.
    /// </summary>
    public Duration FunctionReset { get; init; } = Duration.FromMicroseconds(100);

    /// <summary>Format NVM of a namespace.</summary>
    public Duration Format { get; init; }

    /// <summary>Sanitize, from its completion to the end of the operation.</summary>
    public Duration Sanitize { get; init; }

    /// <summary>Device self-test, short; the extended one takes ten times as long.</summary>
    public Duration SelfTest { get; init; }
}

/// <summary>What a fault does to a command that matches.</summary>
public enum FaultAction
{
    /// <summary>Ends with <see cref="SimulatedFault.Status"/> without being executed.</summary>
    Status,

    /// <summary>Is executed <see cref="SimulatedFault.Delay"/> late.</summary>
    Delay,

    /// <summary>Never completes.</summary>
    Drop,

    /// <summary>Is executed and completes with success, but one bit of the data it moved is wrong.</summary>
    Corrupt,
}

/// <summary>
/// A fault as data: a submission entry matches where <c>(entry AND mask) = pattern</c>, byte by byte. Strings of hexadecimal
/// digits, at most 128 each; missing bytes are zero, so an empty mask matches everything.
/// </summary>
public sealed record SimulatedFault
{
    public string Pattern { get; init; } = "";

    public string Mask { get; init; } = "";

    /// <summary>Only on admin queues, only on I/O queues, or null for both.</summary>
    public bool? Admin { get; init; }

    /// <summary>Only on this controller, or null for all.</summary>
    public ushort? Cntlid { get; init; }

    public FaultAction Action { get; init; }

    /// <summary>SCT in bits 10:8, SC in bits 7:0.</summary>
    public ushort Status { get; init; } = 0x006;

    /// <summary>DNR of the status.</summary>
    public bool Dnr { get; init; } = true;

    /// <summary>How late a delayed command is executed.</summary>
    public Duration Delay { get; init; }

    /// <summary>Matches that pass unharmed before the fault strikes.</summary>
    public int After { get; init; }

    /// <summary>How often it strikes; 0 without end.</summary>
    public int Times { get; init; } = 1;
}
