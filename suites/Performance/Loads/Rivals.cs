using System.Diagnostics;
using System.Text.Json;

namespace Conformance.Performance;

/// <summary>What else moves blocks on this machine, where it is installed: fio, qemu-img and cp, on files in memory (tmpfs).</summary>
internal static class Rivals
{
    public const string Folder = "/dev/shm";
    public const string Fio = "fio";
    public const string QemuImg = "qemu-img";
    public const string Cp = "cp";

    private const int MiB = 512;

    /// <summary>Whether it is in PATH, and there is a folder in memory.</summary>
    public static bool Has(string tool) => Directory.Exists(Folder)
        && (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, tool)));

    /// <summary>ns of one random 4 KiB command.</summary>
    /// <param name="engine">null or psync.</param>
    /// <param name="kind">randread or randwrite.</param>
    public static double FioCommand(string engine, string kind) => InFile(path =>
    {
        var target = engine == "null" ? [$"--size={MiB}m", "--filename=null"] : new[] { $"--size={MiB}m", $"--filename={path}" };
        if (engine != "null") File.WriteAllBytes(path, new byte[MiB << 20]);
        var job = RunFio([$"--ioengine={engine}", $"--rw={kind}", "--bs=4k", "--iodepth=32", "--time_based", "--runtime=2", "--randrepeat=1", "--norandommap", .. target]);
        var side = job.GetProperty(kind == "randread" ? "read" : "write");
        return side.GetProperty("runtime").GetDouble() * 1e6 / side.GetProperty("total_ios").GetDouble();
    });

    /// <summary>Bytes a second, written and then verified: the time of both.</summary>
    public static double FioVerify() => InFile(path =>
    {
        var job = RunFio(
            ["--ioengine=psync", "--rw=write", "--bs=128k", "--verify=crc32c", "--do_verify=1", "--verify_state_save=0", $"--size={MiB}m", $"--filename={path}"]);
        var milliseconds = job.GetProperty("write").GetProperty("runtime").GetDouble() + job.GetProperty("read").GetProperty("runtime").GetDouble();
        return (MiB << 20) * 1000.0 / milliseconds;
    });

    /// <summary>Bytes a second of a copy of a whole file.</summary>
    public static double Copy(string tool) => InFile(path =>
    {
        using (var file = File.Create(path))
        {
            var piece = new byte[1 << 20];
            for (var i = 0; i < MiB; i++)
            {
                Array.Fill(piece, (byte)(i + 1));
                file.Write(piece);
            }
        }

        var best = double.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            var to = path + ".copy";
            File.Delete(to);
            var watch = Stopwatch.StartNew();
            if (tool == Cp) Run(Cp, ["--reflink=never", path, to]);
            else Run(QemuImg, ["convert", "-f", "raw", "-O", "raw", path, to]);
            best = Math.Min(best, watch.Elapsed.TotalSeconds);
            File.Delete(to);
        }

        return (MiB << 20) / best;
    });

    private static JsonElement RunFio(IEnumerable<string> arguments)
    {
        var text = Run(Fio, ["--name=bench", "--output-format=json", "--thread", .. arguments]);
        // Notes may stand before it.
        return JsonDocument.Parse(text[text.IndexOf('{')..]).RootElement.GetProperty("jobs")[0];
    }

    private static string Run(string tool, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? text : throw new InvalidOperationException($"{tool} ended with {process.ExitCode}.");
    }

    private static double InFile(Func<string, double> measure)
    {
        var path = Path.Combine(Folder, $"bench-{Environment.ProcessId}");
        try
        {
            return measure(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
