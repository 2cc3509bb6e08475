using System.Runtime.CompilerServices;
using System.Text;

namespace Conformance.Nvme;

/// <summary>ASCII text of fixed length, left justified, padded with spaces.</summary>
internal static class Text
{
    /// <summary>The text without its padding (spaces, or zeroes of a device that pads with those). Any byte becomes a character.</summary>
    public static string Read(ReadOnlySpan<byte> field) => Encoding.Latin1.GetString(field.TrimEnd(" \0"u8));

    public static void Write(Span<byte> field, ReadOnlySpan<char> text)
    {
        if (text.Length > field.Length)
        {
            throw new ArgumentException($"'{text}' is longer than the {field.Length} bytes of its field", nameof(text));
        }
        if (!Ascii.IsValid(text))
        {
            throw new ArgumentException($"'{text}' is not ASCII", nameof(text));
        }
        field.Fill((byte)' ');
        Encoding.ASCII.GetBytes(text, field);
    }
}

/// <summary>8 bytes of ASCII: a firmware revision.</summary>
[InlineArray(Size)]
public struct Ascii8
{
    public const int Size = 8;

    private byte _first;

    /// <summary>Throws when the text is longer or not ASCII.</summary>
    public static implicit operator Ascii8(string text)
    {
        Ascii8 field = default;
        Text.Write(field, text);
        return field;
    }

    public override readonly string ToString() => Text.Read(this);
}

/// <summary>20 bytes of ASCII: a serial number.</summary>
[InlineArray(Size)]
public struct Ascii20
{
    public const int Size = 20;

    private byte _first;

    /// <summary>Throws when the text is longer or not ASCII.</summary>
    public static implicit operator Ascii20(string text)
    {
        Ascii20 field = default;
        Text.Write(field, text);
        return field;
    }

    public override readonly string ToString() => Text.Read(this);
}

/// <summary>40 bytes of ASCII: a model number.</summary>
[InlineArray(Size)]
public struct Ascii40
{
    public const int Size = 40;

    private byte _first;

    /// <summary>Throws when the text is longer or not ASCII.</summary>
    public static implicit operator Ascii40(string text)
    {
        Ascii40 field = default;
        Text.Write(field, text);
        return field;
    }

    public override readonly string ToString() => Text.Read(this);
}

/// <summary>An NVMe Qualified Name in its field of 256 bytes: UTF-8, ended by a zero.</summary>
[InlineArray(Size)]
public struct NvmeQualifiedName
{
    public const int Size = 256;

    /// <summary>The longest name, in bytes of UTF-8.</summary>
    public const int LongestName = 223;

    private byte _first;

    /// <summary>Throws when the name is longer than 223 bytes.</summary>
    public static implicit operator NvmeQualifiedName(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) > LongestName)
        {
            throw new ArgumentException($"'{name}' is longer than the {LongestName} bytes of a qualified name", nameof(name));
        }
        NvmeQualifiedName field = default;
        Encoding.UTF8.GetBytes(name, field);
        return field;
    }

    public override readonly string ToString()
    {
        ReadOnlySpan<byte> bytes = this;
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
