using System.CommandLine;
using Conformance.Runner.Bundles;

namespace Conformance.Runner.Commands;

/// <summary>
/// <c>verify</c>: whether a bundle is whole, whose it is, and whether its verdicts follow from what was observed. Exit 0; 1 where it is refused.
/// </summary>
internal static class VerifyCommand
{
    public static Command Create(Services services)
    {
        const string About = "Verify a bundle: nothing changed, missing or extra; every verdict made again from its journal, every figure held against what stands there beside it.";
        var command = new ExampleCommand("verify", About, """
            ./run.sh verify claim.zip
            ./run.sh verify claim.zip --key vendor.pem     it must be signed, and with this key
            """);
        var bundle = new Argument<string>("BUNDLE") { Description = "A file that bundle made." };
        var key = new Option<string?>("--key") { Description = "The ECDSA public key that it must be signed with.", HelpName = "PUBLIC.pem" };
        command.Add(bundle);
        command.Add(key);
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(bundle);
            using var expected = parsed.GetValue(key) is { } pem ? BundleKey.ReadPublic(pem) : null;
            var bytes = Read(path);
            try
            {
                var files = BundleReader.Read(bytes, BundleLimits.Default) ?? throw new UsageException($"{path}: not a bundle");
                const int width = 14;
                Verifier.Verify(files, expected, services.Cases(null), (name, what) => services.Out.WriteLine($"{name.PadRight(width)}{what}"));
                services.Out.WriteLine("verified");
                return (int)ExitCode.Conformant;
            }
            catch (RefusedException e)
            {
                services.Out.WriteLine($"refused: {e.Message}");
                return (int)ExitCode.NonConformant;
            }
        });
        return command;
    }

    private static byte[] Read(string path)
    {
        if (Directory.Exists(path)) throw new UsageException($"{path}: a folder, not a bundle");
        try
        {
            if (new FileInfo(path).Length > BundleLimits.Default.AllBytes) throw new UsageException($"{path}: too large for a bundle");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"{path}: no such file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: {e.Message}");
        }
    }
}
