using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>Readiness Time Reporting extended capability: how long the function takes until it answers configuration requests again.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public record struct ReadinessTimeReportingCapability
{
    public const int Size = 12;
    public const int HeaderOffset = 0x00;
    public const int Times1Offset = 0x04;
    public const int Times2Offset = 0x08;

    [FieldOffset(HeaderOffset)] public ExtendedCapabilityHeader Header;

    [FieldOffset(Times1Offset)] public ReadinessTimes1 Times1;

    [FieldOffset(Times2Offset)] public ReadinessTimes2 Times2;
}

/// <summary>Readiness Time Reporting 1.</summary>
public readonly record struct ReadinessTimes1(uint Raw)
{
    /// <summary>After a conventional reset; of a VF: after VF Enable was set.</summary>
    public ReadinessTime Reset { get => new((ushort)Bits.Get(Raw, 11, 0)); init => Raw = Bits.With(Raw, 11, 0, value.Code); }

    /// <summary>After the data link became active.</summary>
    public ReadinessTime LinkUp { get => new((ushort)Bits.Get(Raw, 23, 12)); init => Raw = Bits.With(Raw, 23, 12, value.Code); }

    /// <summary>The times of this capability hold.</summary>
    public bool Valid { get => Bits.Get(Raw, 31); init => Raw = Bits.With(Raw, 31, value); }
}

/// <summary>Readiness Time Reporting 2.</summary>
public readonly record struct ReadinessTimes2(uint Raw)
{
    /// <summary>After a Function Level Reset.</summary>
    public ReadinessTime FunctionReset { get => new((ushort)Bits.Get(Raw, 11, 0)); init => Raw = Bits.With(Raw, 11, 0, value.Code); }

    /// <summary>After the way from D3hot to D0.</summary>
    public ReadinessTime D3HotToD0 { get => new((ushort)Bits.Get(Raw, 23, 12)); init => Raw = Bits.With(Raw, 23, 12, value.Code); }
}

/// <summary>A time of <see cref="ReadinessTimeReportingCapability"/>: 12 bits, a value of 9 bits times 32^scale ns.</summary>
public readonly record struct ReadinessTime(ushort Code)
{
    private const int ValueBits = 9;

    /// <summary>The highest scale that is not reserved.</summary>
    private const int MaximumScale = 5;

    public int Value => Code & ((1 << ValueBits) - 1);

    /// <summary>0 to 5; 6 and 7 are reserved.</summary>
    public int Scale => Code >> ValueBits & 7;

    public long Nanoseconds => (long)Value << (5 * Scale);

    /// <summary>The shortest time that can be said and is not shorter than <paramref name="nanoseconds"/>.</summary>
    public static ReadinessTime AtLeast(long nanoseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nanoseconds);
        for (var scale = 0; scale <= MaximumScale; scale++)
        {
            var value = (nanoseconds + (1L << (5 * scale)) - 1) >> (5 * scale);
            if (value < 1 << ValueBits) return new ReadinessTime((ushort)((scale << ValueBits) | (int)value));
        }

        throw new ArgumentOutOfRangeException(nameof(nanoseconds), nanoseconds, "Longer than the capability can say.");
    }
}
