using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Conformance.Nvme;

namespace Conformance.Linux;

/// <summary>Segment, bus, device and function, as sysfs names them: <c>0000:01:00.0</c>.</summary>
public readonly record struct PciAddress(ushort Segment, RequesterId Requester) : IParsable<PciAddress>
{
    /// <summary>Reads <c>0000:01:00.0</c>, or <c>01:00.0</c> of the first segment.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out PciAddress result)
    {
        result = default;
        if (s is null) return false;
        ushort segment = 0;
        var rest = s.AsSpan();
        if (s.Length > 7 && s.Length - 8 is > 0 and <= 4 && rest[^8] == ':')
        {
            if (!ushort.TryParse(rest[..^8], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out segment)) return false;
            rest = rest[^7..];
        }

        if (!RequesterId.TryParse(rest, out var requester)) return false;
        result = new PciAddress(segment, requester);
        return true;
    }

    public static PciAddress Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var address) ? address : throw new FormatException($"'{s}' is no PCI address, such as 0000:01:00.0");

    public static PciAddress Parse(string s) => Parse(s, null);

    public override string ToString() => $"{Segment:x4}:{Requester.Bus:x2}:{Requester.Device:x2}.{Requester.Function:x}";
}
