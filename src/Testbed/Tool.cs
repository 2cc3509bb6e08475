using System.Diagnostics;

namespace Conformance.Testbed;

/// <summary>A program of the system that is run to its end, its output kept.</summary>
internal static class Tool
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(15);

    /// <summary>What a program said, and how it ended.</summary>
    public sealed record Result(int ExitCode, string Output, string Errors)
    {
        /// <summary>The last line that says what is wrong, without addresses of servers in it.</summary>
        public string Reason => (Errors + "\n" + Output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } lines
            ? lines.LastOrDefault(line => line.StartsWith("E:", StringComparison.Ordinal)) ?? lines[^1]
            : $"exit code {ExitCode}";
    }

    /// <exception cref="BedUnavailableException">There is no such program.</exception>
    public static Result Run(string program, IEnumerable<string> arguments, string? folder = null, string? aptConfig = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder ?? "",
        };
        start.Environment["LC_ALL"] = "C";
        if (aptConfig is not null) start.Environment["APT_CONFIG"] = aptConfig;
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(s_longest))
            {
                process.Kill(entireProcessTree: true);
                throw new BedUnavailableException($"{program} did not end within {s_longest.TotalMinutes:0} min");
            }

            return new Result(process.ExitCode, output.Result, errors.Result);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new BedUnavailableException($"there is no {program} here; the test bed is put together of Debian packages");
        }
    }
}

/// <summary>The test bed cannot be had on this machine: a tool or the packages are out of reach. Nothing ran, and nothing is wrong.</summary>
public sealed class BedUnavailableException(string message) : Exception(message);

/// <summary>The test bed itself failed: it did not start, did not end, or ended without an exit code.</summary>
public sealed class BedFailedException(string message) : Exception(message);
