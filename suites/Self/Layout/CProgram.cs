using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Conformance.Self;

/// <summary>What the C compiler says of one assertion.</summary>
internal enum CAnswer
{
    Holds,
    Fails,

    /// <summary>A name in it means nothing to the header.</summary>
    Unknown,
}

/// <summary>
/// A C program of static assertions against one system header, judged by the compiler of the machine. Each assertion has a line of its
/// own, so one run answers for all.
/// </summary>
internal static partial class CProgram
{
    private static readonly ConcurrentDictionary<string, string?> Missing = new(StringComparer.Ordinal);

    /// <summary>Why nothing can be proven against this header here; null when it can.</summary>
    public static string? WhyNot(string header) => Missing.GetOrAdd(header, Probe);

    /// <summary>An answer to each expression, in order.</summary>
    public static IReadOnlyList<CAnswer> Judge(string header, IReadOnlyList<string> expressions)
    {
        var lines = expressions.Select((expression, index) => $"#line {index + 1} \"claim\"\n_Static_assert({expression}, \"\");");
        var errors = Compile($"#include <stddef.h>\n#include <{header}>\n{string.Join('\n', lines)}\n").Errors;
        var answers = new CAnswer[expressions.Count];
        foreach (Match error in ErrorLine().Matches(errors))
        {
            var claim = int.Parse(error.Groups["line"].ValueSpan) - 1;
            var failed = error.Groups["message"].Value.Contains("assert", StringComparison.Ordinal)
                && error.Groups["message"].Value.Contains("failed", StringComparison.Ordinal);
            answers[claim] = failed && answers[claim] != CAnswer.Unknown ? CAnswer.Fails : CAnswer.Unknown;
        }
        return answers;
    }

    private static string? Probe(string header)
    {
        try
        {
            if (Compile("int x;\n").Code != 0)
            {
                return "the C compiler (cc) of this machine does not work";
            }
            return Compile($"#include <{header}>\n").Code == 0 ? null : $"<{header}> is not installed";
        }
        catch (Win32Exception)
        {
            return "there is no C compiler (cc)";
        }
    }

    private static (int Code, string Errors) Compile(string source)
    {
        var start = new ProcessStartInfo("cc", ["-x", "c", "-std=gnu11", "-fsyntax-only", "-w", "-"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["LC_ALL"] = "C";
        using var compiler = Process.Start(start)!;
        var errors = compiler.StandardError.ReadToEndAsync();
        compiler.StandardInput.Write(source);
        compiler.StandardInput.Close();
        compiler.WaitForExit();
        return (compiler.ExitCode, errors.Result);
    }

    [GeneratedRegex(@"^claim:(?<line>\d+):[^\n]*?error: (?<message>[^\n]*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ErrorLine();
}
