using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>Supported Log Pages, LID 00h (Base 2.3 5.2.12.1.1).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct SupportedLogPages
{
    public const int Size = 1024;

    /// <summary>What the controller supports of log page n.</summary>
    [FieldOffset(0)] public LogPageSupports Lids;
}

/// <summary>LID Supported and Effects data structure.</summary>
public readonly record struct LogPageSupport(uint Raw)
{
    /// <summary>LSUPP.</summary>
    public bool Supported { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }

    /// <summary>IOS: the offset of Get Log Page may be an index.</summary>
    public bool IndexOffset { get => Bits.Get(Raw, 1); init => Raw = Bits.With(Raw, 1, value); }

    /// <summary>LIDSP, LID Specific Parameter.</summary>
    public ushort Specific { get => (ushort)Bits.Get(Raw, 31, 16); init => Raw = Bits.With(Raw, 31, 16, value); }
}

/// <summary>A <see cref="LogPageSupport"/> for each log page.</summary>
[InlineArray(256)]
public struct LogPageSupports
{
    private LogPageSupport _first;
}
