using System.Globalization;

namespace Conformance.Migration;

/// <summary>
/// A file that the system writes anew at each look. It stays open, and nothing is allocated at a look: who looks is about to measure, and what it does
/// is between the caches and what is measured.
/// </summary>
internal sealed class SystemFile : IDisposable
{
    // What is looked for is in the first page.
    private const int Most = 4096;

    private readonly Microsoft.Win32.SafeHandles.SafeFileHandle? _handle;

    public SystemFile(string path)
    {
        try
        {
            _handle = File.OpenHandle(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _handle = null;
        }
    }

    /// <summary>A number in the first line that begins so; null where there is no such file, line or word.</summary>
    /// <param name="line">With what the line begins; empty: the first.</param>
    /// <param name="word">Which word of it, from 0 on.</param>
    public long? Number(ReadOnlySpan<byte> line, int word)
    {
        if (_handle is null) return null;
        Span<byte> text = stackalloc byte[Most];
        try
        {
            text = text[..RandomAccess.Read(_handle, text, 0)];
        }
        catch (IOException)
        {
            // What it told of is gone.
            return null;
        }

        while (!text.StartsWith(line))
        {
            var end = text.IndexOf((byte)'\n');
            if (end < 0) return null;
            text = text[(end + 1)..];
        }

        return long.TryParse(Word(text, word), CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    public void Dispose() => _handle?.Dispose();

    private static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> text, int word)
    {
        for (; ; word--)
        {
            text = text.TrimStart(" \t"u8);
            var end = text.IndexOfAny(" \t\n"u8);
            if (end < 0) end = text.Length;
            if (word == 0 || end == 0) return text[..end];
            text = text[end..];
        }
    }
}
