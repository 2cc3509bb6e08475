using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Conformance.Migration;
using Conformance.Runner.Running;

namespace Conformance.Runner.Bundles;

/// <summary>
/// Makes a bundle of a run's folder. The same folder gives the same bytes: entries are in order of name and have one date. Only a signature is another
/// each time, since ECDSA draws a number for it.
/// </summary>
internal static class BundleWriter
{
    /// <summary>The first date that a zip can hold.</summary>
    private static readonly DateTimeOffset s_date = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="folder">Of a run.</param>
    /// <param name="key">To sign with; null: not signed.</param>
    /// <exception cref="UsageException">No run is there, or not one that ended.</exception>
    public static byte[] Write(string folder, ECDsa? key)
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var name in BundleFiles.Required)
        {
            if (!File.Exists(Path.Combine(folder, name))) throw new UsageException($"{folder}: no run that ended is there, for it has no {name}");
        }

        var total = 0L;
        foreach (var name in Names(folder))
        {
            if (!BundleFiles.IsKnown(name)) throw new UsageException($"{folder}: {name} has a name that no bundle can hold");
            var bytes = File.ReadAllBytes(Path.Combine(folder, name));
            total += bytes.LongLength;
            if (bytes.LongLength > BundleLimits.Default.FileBytes || total > BundleLimits.Default.AllBytes)
                throw new UsageException($"{folder}: {name} is more than a bundle can hold");
            files[name] = bytes;
        }

        files[BundleFiles.Manifest] = Manifest(folder, files[RunForms.Run]);
        Seal(files, key);
        return Zip(files);
    }

    /// <summary>Adds the list of sums, and the signature of it where there is a key.</summary>
    public static void Seal(SortedDictionary<string, byte[]> files, ECDsa? key)
    {
        var sums = Sums(files);
        files[BundleFiles.Sums] = sums;
        if (key is null) return;
        files[BundleFiles.Signature] = BundleKey.Sign(key, sums);
        files[BundleFiles.PublicKey] = BundleKey.PublicPem(key);
    }

    /// <summary>The lines of SHA256SUMS for files of a bundle.</summary>
    public static byte[] Sums(IEnumerable<KeyValuePair<string, byte[]>> files) => Encoding.ASCII.GetBytes(string.Concat(
        files.Where(it => !BundleFiles.Seal.Contains(it.Key)).OrderBy(it => it.Key, StringComparer.Ordinal)
            .Select(it => $"{Convert.ToHexStringLower(SHA256.HashData(it.Value))}  {it.Key}\n")));

    public static byte[] Zip(IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                var entry = zip.CreateEntry(name, CompressionLevel.Optimal);
                entry.LastWriteTime = s_date;
                using var stream = entry.Open();
                stream.Write(content);
            }
        }

        return bytes.ToArray();
    }

    private static IEnumerable<string> Names(string folder)
    {
        foreach (var name in BundleFiles.Required.Concat(BundleFiles.Optional).Where(name => File.Exists(Path.Combine(folder, name)))) yield return name;
        foreach (var inner in BundleFiles.Folders.Where(inner => Directory.Exists(Path.Combine(folder, inner))))
        {
            foreach (var path in Directory.GetFiles(Path.Combine(folder, inner))) yield return $"{inner}/{Path.GetFileName(path)}";
        }
    }

    private static byte[] Manifest(string run, byte[] json)
    {
        try
        {
            return BundleManifest.Of(JsonSerializer.Deserialize(json, MigrationJson.Default.RunRecord)!).ToBytes();
        }
        catch (JsonException)
        {
            throw new UsageException($"{run}: its {RunForms.Run} is not the record of a run");
        }
    }
}
