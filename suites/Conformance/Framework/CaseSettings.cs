using Conformance.Device;
using Conformance.Migration;

namespace Conformance.Suite;

/// <summary>On what, and how far, cases are run.</summary>
public sealed record CaseSettings
{
    // Of the process: NUnit runs a case on a thread of its own choice, one at a time.
    private static CaseSettings? _current;

    /// <summary>In this order: a case that one does not support is run on the next, and its verdict is that of the last it was run on.</summary>
    public required IReadOnlyList<CaseDevice> Devices { get; init; }

    /// <summary>Of the run; each case has one of its own, derived from it and the case's identifier.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>How far the world of one case may go before it is a timeout.</summary>
    public LimitSettings Limits { get; init; } = new();

    /// <summary>How long nothing must happen where nothing may.</summary>
    public Duration Silence { get; init; } = Duration.FromSeconds(1);

    /// <summary>Where everything that passes between hosts and devices is written; null: nowhere.</summary>
    public TextWriter? Trace { get; init; }

    /// <summary>Told what was looked at after a case failed; null: nothing is looked at.</summary>
    public Action<string>? Failed { get; init; }

    /// <summary>Told each case's record when it ended.</summary>
    public Action<CaseRecord>? Ended { get; init; }

    /// <summary>The same devices, their functions had through another VFIO driver.</summary>
    public CaseSettings Through(VfioAccess access) => this with { Devices = [.. Devices.Select(it => it with { Vfio = access })] };

    /// <summary>Of the cases that are run; the simulated devices of the shipped profile unless somebody said otherwise.</summary>
    public static CaseSettings Current
    {
        get => _current ??= SimulatedDevices.Default;
        set => _current = value;
    }
}
