using System.Diagnostics;

namespace Conformance.Performance;

/// <summary>The program as run.sh built it, started as a user starts it.</summary>
internal sealed class ProgramLoad
{
    // A device that takes its time: of one that takes none the guest has millions of commands in these microseconds.
    private const string OneMove = """
        clock: virtual
        device: { sim: { timing: { admin: 5us, read: 80us, write: 20us, suspend: 50us, resume: 50us } } }
        dwell: { before: 100us, after: 100us }
        combinations: { one: { commands: hmlm, admin-queue: mediated, medium: shared } }
        """;

    // As many cases as there are, which are more than 500.
    private const string ManyCases = """
        extends: {profiles}/conformance.yaml
        combinations: { hundred: { commands: hmlm, admin-queue: mediated, medium: shared, cycles: 100 } }
        """;

    private readonly string _program;
    private readonly string _profiles;

    private ProgramLoad(string program, string profiles) => (_program, _profiles) = (program, profiles);

    /// <summary>Null where it was not built, which run.sh does first.</summary>
    public static ProgramLoad? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var program = Path.Combine(folder.FullName, "artifacts", "program", "Conformance.Runner.dll");
            if (File.Exists(program)) return new ProgramLoad(program, Path.Combine(folder.FullName, "profiles"));
        }

        return null;
    }

    /// <summary>
    /// From the start of a process to the end of the first move, seen by its journal from outside: the first migration command came before that.
    /// </summary>
    public TimeSpan FirstMove()
    {
        var folder = Directory.CreateTempSubdirectory("bench").FullName;
        try
        {
            var profile = Path.Combine(folder, "one.yaml");
            File.WriteAllText(profile, OneMove);
            var journal = Path.Combine(folder, "out", "journal.jsonl");
            var watch = Stopwatch.StartNew();
            using var process = Start("run", profile, "--out", Path.Combine(folder, "out"));
            var seen = TimeSpan.Zero;
            while (seen == TimeSpan.Zero && !process.WaitForExit(1))
            {
                if (File.Exists(journal) && Text(journal).Contains("\"combination\"", StringComparison.Ordinal)) seen = watch.Elapsed;
            }

            End(process);
            return seen == TimeSpan.Zero ? watch.Elapsed : seen;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The whole conformance profile, from start to end of the process.</summary>
    public TimeSpan Conformance()
    {
        var folder = Directory.CreateTempSubdirectory("bench").FullName;
        try
        {
            var watch = Stopwatch.StartNew();
            using var process = Start("run", Path.Combine(_profiles, "conformance.yaml"), "--out", folder);
            End(process);
            return watch.Elapsed;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Every form of the report of a run of all cases and 100 cycles made again, from start to end of the process.</summary>
    /// <param name="times">How often; the fastest counts.</param>
    public TimeSpan Report(int times)
    {
        var folder = Directory.CreateTempSubdirectory("bench").FullName;
        try
        {
            var (profile, run) = (Path.Combine(folder, "many.yaml"), Path.Combine(folder, "out"));
            File.WriteAllText(profile, ManyCases.Replace("{profiles}", _profiles));
            using (var process = Start("run", profile, "--out", run)) End(process);
            var fastest = TimeSpan.MaxValue;
            for (var i = 0; i < times; i++)
            {
                var watch = Stopwatch.StartNew();
                using var process = Start("report", run);
                End(process);
                if (watch.Elapsed < fastest) fastest = watch.Elapsed;
            }

            return fastest;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <exception cref="ProgramFailedException">It ended otherwise than well.</exception>
    private static void End(Process process)
    {
        process.WaitForExit();
        if (process.ExitCode != 0) throw new ProgramFailedException($"the program ended with {process.ExitCode}");
    }

    private Process Start(params string[] arguments)
    {
        // Where it brings its runtime along it is a program of its own.
        var own = File.ReadAllText(Path.ChangeExtension(_program, "runtimeconfig.json")).Contains("includedFrameworks", StringComparison.Ordinal);
        var start = own
            ? new ProcessStartInfo(Path.ChangeExtension(_program, null), arguments)
            : new ProcessStartInfo("dotnet", [_program, .. arguments]);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static string Text(string path)
    {
        using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return file.ReadToEnd();
    }
}

/// <summary>The program did not do what was to be timed.</summary>
internal sealed class ProgramFailedException(string what) : Exception(what);
