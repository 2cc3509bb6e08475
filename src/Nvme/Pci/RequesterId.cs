using System.Globalization;

namespace Conformance.Nvme;

/// <summary>
/// PCI Express requester id: bus, device, function. Text is <c>0000:01:00.0</c>; the id itself carries no segment, so it is always the
/// first one.
/// </summary>
public readonly record struct RequesterId(ushort Value)
{
    public byte Bus => (byte)(Value >> 8);

    /// <summary>0 to 31.</summary>
    public byte Device => (byte)((Value >> 3) & 0x1F);

    /// <summary>0 to 7.</summary>
    public byte Function => (byte)(Value & 7);

    /// <summary>Throws when the device is above 31 or the function above 7.</summary>
    public static RequesterId Of(byte bus, byte device, byte function)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(device, (byte)0x1F);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(function, (byte)7);
        return new((ushort)((bus << 8) | (device << 3) | function));
    }

    /// <summary>
    /// The id of virtual function <paramref name="number"/>, counted from 1, of this physical function: the first VF offset, then a
    /// stride each, modulo 2^16.
    /// </summary>
    public RequesterId VirtualFunction(int number, ushort firstVfOffset, ushort vfStride)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        return new(unchecked((ushort)(Value + firstVfOffset + ((number - 1) * vfStride))));
    }

    /// <summary>Reads <c>bb:dd.f</c>, or the same after <c>0000:</c>, in hexadecimal.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out RequesterId id)
    {
        id = default;
        if (text.StartsWith("0000:"))
        {
            text = text[5..];
        }
        if (text.Length != 7 || text[2] != ':' || text[5] != '.'
            || !byte.TryParse(text[..2], NumberStyles.AllowHexSpecifier, null, out var bus)
            || !byte.TryParse(text[3..5], NumberStyles.AllowHexSpecifier, null, out var device) || device > 0x1F
            || text[6] is < '0' or > '7')
        {
            return false;
        }
        id = Of(bus, device, (byte)(text[6] - '0'));
        return true;
    }

    public override string ToString() => $"0000:{Bus:x2}:{Device:x2}.{Function}";
}
