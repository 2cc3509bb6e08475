using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Conformance.Runner.Bundles;

/// <summary>
/// Reads a bundle into memory, and nothing onto the disk. Names are those that a bundle may have, each once: no path leads anywhere. What is unpacked
/// is counted while it is, whatever the archive says of its size.
/// </summary>
internal static class BundleReader
{
    private const string Check = "container";

    /// <param name="bytes">The file.</param>
    /// <param name="limits">See <see cref="BundleLimits.Default"/>.</param>
    /// <returns>Content by name; null where the file is no bundle at all.</returns>
    /// <exception cref="RefusedException">It is one, and a wrong one.</exception>
    public static IReadOnlyDictionary<string, byte[]>? Read(byte[] bytes, BundleLimits limits)
    {
        using var stream = new MemoryStream(bytes, writable: false);
        try
        {
            using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
            if (zip.Entries.Count > limits.Files) throw new RefusedException(Check, $"{zip.Entries.Count} files are more than a bundle can hold");
            var names = zip.Entries.Select(entry => entry.FullName).ToList();
            if (!names.Contains(BundleFiles.Manifest) && !names.Contains(BundleFiles.Sums)) return null;
            if (zip.Comment.Length > 0) throw new RefusedException(Check, "it has a comment, which nothing vouches for");
            if (!IsPlain(bytes, zip)) throw new RefusedException(Check, "it is not packed as a bundle is: there is more in it than its files, or other names");
            return Files(zip, limits);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static SortedDictionary<string, byte[]> Files(ZipArchive zip, BundleLimits limits)
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        var left = limits.AllBytes;
        foreach (var entry in zip.Entries)
        {
            var name = entry.FullName;
            if (!BundleFiles.IsKnown(name)) throw new RefusedException(Check, $"'{Shown(name)}' is no file of a bundle");
            var most = Math.Min(left, limits.FileBytes);
            var content = entry.Length > most ? null : Content(entry, most);
            if (content is null) throw new RefusedException(Check, $"{name} is larger than a bundle can hold");
            if (!files.TryAdd(name, content)) throw new RefusedException(Check, $"{name} is there twice");
            left -= content.LongLength;
        }

        return files;
    }

    /// <summary>
    /// Whether it is what was packed and not a byte more: one file after the other, under the names that the directory gives them, then the directory, then
    /// its end. What lay between would be vouched for by nothing, and another reader could take it for a file.
    /// </summary>
    private static bool IsPlain(ReadOnlySpan<byte> bytes, ZipArchive zip)
    {
        const int local = 30, central = 46, end = 22;
        const uint signature = 0x04034b50;
        var at = 0L;
        var directory = 0L;
        foreach (var entry in zip.Entries)
        {
            var name = Encoding.UTF8.GetBytes(entry.FullName);
            if (at + local + name.Length > bytes.Length) return false;
            var header = bytes[(int)at..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(header) != signature || BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) != name.Length
                || BinaryPrimitives.ReadUInt16LittleEndian(header[28..]) != 0 || !header.Slice(local, name.Length).SequenceEqual(name))
                return false;
            at += local + name.Length + entry.CompressedLength;
            directory += central + name.Length;
        }

        return at + directory + end == bytes.Length;
    }

    /// <summary>Null where there is more than <paramref name="most"/>.</summary>
    private static byte[]? Content(ZipArchiveEntry entry, long most)
    {
        using var content = new MemoryStream();
        try
        {
            using var stream = entry.Open();
            var buffer = new byte[64 << 10];
            for (int n; (n = stream.Read(buffer)) > 0;)
            {
                if (content.Length + n > most) return null;
                content.Write(buffer, 0, n);
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new RefusedException(Check, $"{entry.FullName} is damaged and cannot be unpacked");
        }

        return content.ToArray();
    }

    /// <summary>A hostile name on one line.</summary>
    private static string Shown(string name)
    {
        const int longest = 100;
        var plain = string.Concat(name.Select(c => char.IsControl(c) ? '?' : c));
        return plain.Length <= longest ? plain : $"{plain[..longest]}...";
    }
}
