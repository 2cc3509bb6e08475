using System.CommandLine;
using Conformance.Runner.Bundles;
using Conformance.Runner.Running;

namespace Conformance.Runner.Commands;

/// <summary><c>bundle</c>: a run as one file that can be given away, and verified by who gets it.</summary>
internal static class BundleCommand
{
    public static Command Create(Services services)
    {
        const string About = "Pack a run into one file that others can verify: record, journal, verdicts, samples, report; signed with your key.";
        var command = new ExampleCommand("bundle", About, """
            ./run.sh bundle reports/conformance-20250102-030405
            ./run.sh bundle reports/RUN --out claim.zip --key private.pem
            openssl ecparam -genkey -name prime256v1 -noout -out private.pem      a key of your own
            """);
        var run = new Argument<string>("RUN") { Description = "The folder of a run that ended, or its name under reports." };
        var outFile = new Option<string?>("--out") { Description = "The bundle; default RUN.zip beside the folder.", HelpName = "FILE" };
        var key = new Option<string?>("--key") { Description = "Sign it with this ECDSA private key.", HelpName = "PEM" };
        command.Add(run);
        command.Add(outFile);
        command.Add(key);
        command.SetAction(parsed =>
        {
            var folder = RunFile.FolderOf(parsed.GetRequiredValue(run), services);
            using var signer = parsed.GetValue(key) is { } pem ? BundleKey.ReadPrivate(pem) : null;
            var path = parsed.GetValue(outFile) ?? $"{Path.TrimEndingDirectorySeparator(folder)}.zip";
            var bytes = BundleWriter.Write(folder, signer);
            try
            {
                File.WriteAllBytes(path, bytes);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new UsageException($"--out {path}: {e.Message}");
            }

            var by = signer is null ? "not signed" : $"signed by the key with SHA-256 {BundleKey.Fingerprint(signer)}";
            services.Out.WriteLine($"{path}: {bytes.Length} bytes, {by}");
            return (int)ExitCode.Conformant;
        });
        return command;
    }
}
