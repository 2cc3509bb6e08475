using Conformance.Runner.Running;

namespace Conformance.Runner.Bundles;

/// <summary>What a bundle may hold, and how much: anything else is refused.</summary>
internal static class BundleFiles
{
    public const string Manifest = "manifest.json";

    /// <summary>SHA-256 of every file but itself and its signature, as sha256sum writes and checks it, in order of name.</summary>
    public const string Sums = "SHA256SUMS";

    /// <summary>ECDSA over SHA-256 of <see cref="Sums"/>, in DER, as openssl dgst writes and checks it.</summary>
    public const string Signature = "SHA256SUMS.sig";

    /// <summary>The key that it is checked by, in PEM.</summary>
    public const string PublicKey = "SHA256SUMS.pub";

    /// <summary>Of a run's folder, without which nothing could be verified.</summary>
    public static IReadOnlyList<string> Required { get; } =
        [RunJournal.FileName, RunForms.Page, RunForms.Run, RunForms.Samples, RunForms.Verdicts, RunFolder.WaiversFile];

    /// <summary>Of a run's folder, where they are.</summary>
    public static IReadOnlyList<string> Optional { get; } = [RunFolder.ExpectationsFile, RunFolder.BaselineFile, HarnessError.FileName];

    /// <summary>Folders of a run whose files are taken, where they are.</summary>
    public static IReadOnlyList<string> Folders => RunFolder.Folders;

    /// <summary>Outside the list of sums.</summary>
    public static IReadOnlyList<string> Seal { get; } = [Sums, Signature, PublicKey];

    /// <summary>Whether a bundle may have a file of this name.</summary>
    public static bool IsKnown(string name) =>
        name == Manifest || Required.Contains(name) || Optional.Contains(name) || Seal.Contains(name)
        || (name.Split('/') is [var folder, var file] && Folders.Contains(folder) && IsPlain(file));

    private static bool IsPlain(string file) =>
        file.Length is > 0 and <= 255 && file[0] != '.' && file.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}

/// <summary>What is read into memory at most; a bundle with more is refused before or while it is read.</summary>
/// <param name="Files">Entries.</param>
/// <param name="FileBytes">Of one file, as it is unpacked.</param>
/// <param name="AllBytes">Of all, as they are unpacked.</param>
internal sealed record BundleLimits(int Files, long FileBytes, long AllBytes)
{
    public static BundleLimits Default { get; } = new(Files: 50_000, FileBytes: 512L << 20, AllBytes: 1L << 30);
}

/// <summary>A bundle is not what it says it is. The message names what and where, in one line.</summary>
internal sealed class RefusedException(string check, string reason) : Exception($"{check}: {reason}");
