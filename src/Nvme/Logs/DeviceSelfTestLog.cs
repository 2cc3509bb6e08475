using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>Head of the Device Self-test log, LID 06h (Base 2.3 5.2.12.1.7).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size, Pack = 1)]
public record struct DeviceSelfTestLogHeader
{
    public const int Size = 4;

    /// <summary>Current Device Self-Test Operation.</summary>
    [FieldOffset(0)] public SelfTestOperation Cdsto;

    /// <summary>Current Device Self-Test Completion.</summary>
    [FieldOffset(1)] public SelfTestCompletion Cdstc;
}

/// <summary>Device Self-test log, LID 06h: the operation under way and the last 20 results, the newest first.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct DeviceSelfTestLog
{
    public const int Size = 564;

    [FieldOffset(0)] public DeviceSelfTestLogHeader Header;

    /// <summary>Self-test Result data structures.</summary>
    [FieldOffset(4)] public SelfTestResults Rds;
}

/// <summary>CDSTO.</summary>
public readonly record struct SelfTestOperation(byte Raw)
{
    /// <summary>DSTOS.</summary>
    public SelfTestCode Code { get => (SelfTestCode)Bits.Get(Raw, 3, 0); init => Raw = (byte)Bits.With(Raw, 3, 0, (uint)value); }
}

/// <summary>CDSTC.</summary>
public readonly record struct SelfTestCompletion(byte Raw)
{
    /// <summary>DSTCS: how much of the operation is done.</summary>
    public byte Percentage { get => (byte)Bits.Get(Raw, 6, 0); init => Raw = (byte)Bits.With(Raw, 6, 0, value); }
}

/// <summary>Codes of Device Self-test. Unknown ones are values.</summary>
public enum SelfTestCode : byte
{
    None = 0x0,
    Short = 0x1,
    Extended = 0x2,
    HostInitiatedRefresh = 0x3,
    Vendor = 0xE,
    Abort = 0xF,
}

/// <summary>DSTR, how a self-test ended.</summary>
public enum SelfTestOutcome : byte
{
    Passed = 0x0,
    AbortedByCommand = 0x1,
    AbortedByReset = 0x2,
    AbortedByNamespaceRemoval = 0x3,
    AbortedByFormat = 0x4,
    FatalError = 0x5,
    UnknownSegmentFailed = 0x6,
    SegmentFailed = 0x7,
    AbortedForUnknownReason = 0x8,
    AbortedBySanitize = 0x9,
    Empty = 0xF,
}

/// <summary>Self-test Result data structure.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size, Pack = 1)]
public record struct SelfTestResult
{
    public const int Size = 28;

    /// <summary>Device Self-test Status.</summary>
    [FieldOffset(0)] public SelfTestStatus Dsts;

    /// <summary>Segment Number, where a segment failed.</summary>
    [FieldOffset(1)] public byte Segn;

    /// <summary>Valid Diagnostic Information: which of the fields below hold.</summary>
    [FieldOffset(2)] public SelfTestDiagnostics Vdinfo;

    /// <summary>Power On Hours.</summary>
    [FieldOffset(4)] public ulong Poh;

    /// <summary>Namespace Identifier.</summary>
    [FieldOffset(12)] public uint Nsid;

    /// <summary>Failing LBA.</summary>
    [FieldOffset(16)] public ulong Flba;

    /// <summary>Status Code Type: bits 2:0.</summary>
    [FieldOffset(24)] public StatusCodeType Sctc;

    /// <summary>Status Code.</summary>
    [FieldOffset(25)] public byte Stc;

    /// <summary>Vendor Specific.</summary>
    [FieldOffset(26)] public ushort Vs;
}

/// <summary>DSTS.</summary>
public readonly record struct SelfTestStatus(byte Raw)
{
    /// <summary>DSTR.</summary>
    public SelfTestOutcome Outcome { get => (SelfTestOutcome)Bits.Get(Raw, 3, 0); init => Raw = (byte)Bits.With(Raw, 3, 0, (uint)value); }

    /// <summary>DSTC.</summary>
    public SelfTestCode Code { get => (SelfTestCode)Bits.Get(Raw, 7, 4); init => Raw = (byte)Bits.With(Raw, 7, 4, (uint)value); }
}

/// <summary>VDINFO.</summary>
public readonly record struct SelfTestDiagnostics(byte Raw)
{
    public bool NsidValid { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    public bool FlbaValid { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }

    public bool SctValid { get => Bits.Get(Raw, 2); init => Raw = (byte)Bits.With(Raw, 2, value); }

    public bool ScValid { get => Bits.Get(Raw, 3); init => Raw = (byte)Bits.With(Raw, 3, value); }
}

/// <summary>The last 20 self-test results.</summary>
[InlineArray(20)]
public struct SelfTestResults
{
    private SelfTestResult _first;
}
