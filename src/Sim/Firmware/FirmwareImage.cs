using System.Runtime.InteropServices;
using System.Text;

namespace Conformance.Sim;

/// <summary>An image as it is downloaded, in pieces in any order.</summary>
internal sealed class FirmwareImage
{
    /// <summary>The most bytes of an image.</summary>
    public const int Largest = 1 << 20;

    private const int Head = 24;
    private const int RevisionAt = 8;
    private const int RevisionLength = 8;
    private const int LengthAt = 16;
    private const int SumAt = 20;

    private readonly List<(int Start, int End)> _pieces = [];
    private byte[] _bytes = [];

    /// <summary>Two pieces say what some byte is.</summary>
    public bool Overlaps { get; private set; }

    public bool IsEmpty => _pieces.Count == 0;

    public void Add(int offset, ReadOnlySpan<byte> piece)
    {
        var end = offset + piece.Length;
        Overlaps |= _pieces.Exists(other => offset < other.End && other.Start < end);
        _pieces.Add((offset, end));
        if (_bytes.Length < end) Array.Resize(ref _bytes, end);
        piece.CopyTo(_bytes.AsSpan(offset));
    }

    /// <summary>The revision of a valid image: from its beginning, without gaps and overlaps, its head and its sum right; else null.</summary>
    public string? Revision()
    {
        var next = 0;
        foreach (var (start, end) in _pieces.Order())
        {
            if (start != next) return null;
            next = end;
        }

        if (Overlaps || _bytes.Length < Head || !_bytes.AsSpan().StartsWith("SIMIMAGE"u8)) return null;
        if (BitConverter.ToUInt32(_bytes, LengthAt) != _bytes.Length) return null;
        var sum = 0u;
        foreach (var word in MemoryMarshal.Cast<byte, uint>(_bytes.AsSpan(Head))) sum += word;
        if (BitConverter.ToUInt32(_bytes, SumAt) != sum) return null;
        var revision = _bytes.AsSpan(RevisionAt, RevisionLength);
        return Ascii.IsValid(revision) ? Encoding.ASCII.GetString(revision).TrimEnd(' ', '\0') : null;
    }
}
