using System.Security.Cryptography;
using System.Text;

namespace Conformance.Runner.Bundles;

/// <summary>Whether a bundle is as it was made: nothing is changed, missing or extra, and the one who signed it did.</summary>
internal static class SealCheck
{
    /// <summary>Every file, against the list.</summary>
    public static string Hashes(IReadOnlyDictionary<string, byte[]> files)
    {
        const string Check = "hashes";
        if (!files.TryGetValue(BundleFiles.Sums, out var sums)) throw new RefusedException(Check, $"{BundleFiles.Sums} is missing");
        var listed = new Dictionary<string, string>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in Encoding.ASCII.GetString(sums).Split('\n')[..^1])
        {
            number++;
            if (line.Split("  ", 2) is not [{ Length: 64 } sum, var name] || !listed.TryAdd(name, sum))
                throw new RefusedException(Check, $"{BundleFiles.Sums}:{number}: not a sum and a name that is listed once");
        }

        foreach (var (name, sum) in listed.OrderBy(it => it.Key, StringComparer.Ordinal))
        {
            if (!files.TryGetValue(name, out var content)) throw new RefusedException(Check, $"{name} is listed in {BundleFiles.Sums} and missing");
            if (Convert.ToHexStringLower(SHA256.HashData(content)) != sum)
                throw new RefusedException(Check, $"{name} is not as {BundleFiles.Sums} lists it: it was changed");
        }

        if (files.Keys.FirstOrDefault(name => !BundleFiles.Seal.Contains(name) && !listed.ContainsKey(name)) is { } extra)
            throw new RefusedException(Check, $"{extra} is extra: {BundleFiles.Sums} does not list it");
        // Whatever a reader takes for the end of a line, what was hashed is what we would write.
        if (!BundleWriter.Sums(files).AsSpan().SequenceEqual(sums))
            throw new RefusedException(Check, $"{BundleFiles.Sums} is not written as a bundle writes it");
        foreach (var name in BundleFiles.Required.Append(BundleFiles.Manifest))
        {
            if (!files.ContainsKey(name)) throw new RefusedException(Check, $"{name} is missing");
        }

        return $"{listed.Count} files are as {BundleFiles.Sums} lists them, none is missing or extra";
    }

    /// <param name="files">Of the bundle.</param>
    /// <param name="expected">The key that must have signed it; null: whoever did.</param>
    public static string Signature(IReadOnlyDictionary<string, byte[]> files, ECDsa? expected)
    {
        const string Check = "signature";
        var signature = files.GetValueOrDefault(BundleFiles.Signature);
        var pem = files.GetValueOrDefault(BundleFiles.PublicKey);
        if (signature is null && pem is null)
        {
            return expected is null
                ? "none: whoever changes the files can also make the list of sums again"
                : throw new RefusedException(Check, "it is not signed, and a key was given that it must be signed with");
        }

        if (signature is null || pem is null)
            throw new RefusedException(Check, $"{(signature is null ? BundleFiles.Signature : BundleFiles.PublicKey)} is missing beside the other");
        using var key = BundleKey.TryRead(Encoding.UTF8.GetString(pem)) ?? throw new RefusedException(Check, $"{BundleFiles.PublicKey} is no key for ECDSA");
        if (expected is not null && BundleKey.Fingerprint(expected) != BundleKey.Fingerprint(key))
            throw new RefusedException(Check, $"it is signed with another key (SHA-256 {BundleKey.Fingerprint(key)[..16]}...) than the one given");
        if (!BundleKey.IsSigned(key, files[BundleFiles.Sums], signature))
            throw new RefusedException(Check, $"{BundleFiles.Signature} is not the signature of {BundleFiles.Sums} by {BundleFiles.PublicKey}");
        var whose = expected is null ? "; whose key that is, --key would tell" : ", the one given";
        return $"valid, by the key with SHA-256 {BundleKey.Fingerprint(key)}{whose}";
    }
}
