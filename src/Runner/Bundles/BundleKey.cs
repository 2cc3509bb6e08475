using System.Security.Cryptography;
using System.Text;

namespace Conformance.Runner.Bundles;

/// <summary>ECDSA over SHA-256, on whatever curve the user's key is of. Keys are PEM files; the suite makes and keeps none.</summary>
internal static class BundleKey
{
    /// <exception cref="UsageException">The file holds no private key for ECDSA that can be read without a password.</exception>
    public static ECDsa ReadPrivate(string path)
    {
        var key = Read(path, "an ECDSA private key in PEM, without a password");
        try
        {
            // A public key is read as well, and found out only when it is to sign.
            key.SignData([], HashAlgorithmName.SHA256);
            return key;
        }
        catch (CryptographicException)
        {
            key.Dispose();
            throw new UsageException($"--key {path}: not an ECDSA private key in PEM, without a password");
        }
    }

    /// <summary>Of a private key's file the public half is taken.</summary>
    /// <exception cref="UsageException">The file holds no key for ECDSA.</exception>
    public static ECDsa ReadPublic(string path) => Read(path, "an ECDSA public key in PEM");

    /// <summary>Null where the text holds none.</summary>
    public static ECDsa? TryRead(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            return key;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            return null;
        }
    }

    public static byte[] Sign(ECDsa key, byte[] sums) => key.SignData(sums, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    public static bool IsSigned(ECDsa key, byte[] sums, byte[] signature) =>
        key.VerifyData(sums, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    public static byte[] PublicPem(ECDsa key) => Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem() + "\n");

    /// <summary>SHA-256 of the public key, by which people compare keys.</summary>
    public static string Fingerprint(ECDsa key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    private static ECDsa Read(string path, string what)
    {
        string pem;
        try
        {
            pem = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--key {path}: {(e is FileNotFoundException or DirectoryNotFoundException ? "no such file" : e.Message)}");
        }

        return TryRead(pem) ?? throw new UsageException($"--key {path}: not {what}");
    }
}
