using System.Diagnostics;
using Conformance.Migration;
using Conformance.Suite;

namespace Conformance.Runner;

/// <summary>What the commands are given from outside, so that a test can give something else.</summary>
public sealed record Services
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Out is a terminal: colours, and a line that changes in place.</summary>
    public required bool IsTerminal { get; init; }

    /// <summary>Columns of the terminal; of a pipe as many as one likes.</summary>
    public int Width { get; init; } = int.MaxValue;

    public required TimeProvider Time { get; init; }

    /// <summary>The folder that holds <c>profiles</c> and <c>reports</c>.</summary>
    public required string Root { get; init; }

    /// <summary>Names of planted bugs, each with a sentence about it.</summary>
    public required IReadOnlyDictionary<string, string> Defects { get; init; }

    /// <summary>The requirement that each planted bug breaks, as it names it.</summary>
    public IReadOnlyDictionary<string, string> Breaks { get; init; } = Composition.Breaks;

    /// <summary>Makes what carries out combinations.</summary>
    public required BenchFactory Bench { get; init; }

    /// <summary>Why the device of a plan cannot be built, in a line; null where it can.</summary>
    public Func<Plan, string?> WhyNot { get; init; } = _ => null;

    /// <summary>The cases of a suite; given the path of its assembly, or null for the suite of this program.</summary>
    public Func<string?, CaseCatalogue> Cases { get; init; } = Composition.Cases;

    /// <summary>How this program is started once more, to run cases; given its words.</summary>
    public Func<IReadOnlyList<string>, ProcessStartInfo> Again { get; init; } = Composition.Again;

    /// <summary>An environment variable; null where it is not set.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Called for SIGINT and SIGTERM while a run is under way; null: the process's own signals.</summary>
    public Func<Action<ExitCode>, IDisposable>? Signals { get; init; }

    /// <summary>Those of the process.</summary>
    public static Services OfProcess()
    {
        var isTerminal = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        return new Services
        {
            Out = Console.Out,
            Error = Console.Error,
            IsTerminal = isTerminal,
            // A terminal that does not tell its width says 0.
            Width = isTerminal && Console.WindowWidth > 0 ? Console.WindowWidth : int.MaxValue,
            Time = TimeProvider.System,
            Root = FindRoot(AppContext.BaseDirectory) ?? Environment.CurrentDirectory,
            Defects = Composition.Defects,
            Bench = Composition.Bench,
            WhyNot = Composition.WhyNot,
        };
    }

    private static string? FindRoot(string? folder)
    {
        while (folder is not null && !File.Exists(Path.Combine(folder, "Conformance.sln"))) folder = Path.GetDirectoryName(folder);
        return folder;
    }
}

/// <summary>Makes what carries out combinations.</summary>
/// <param name="defect">The name of a planted bug of the simulated device, or null.</param>
/// <param name="traceOf">The file that the trace of a combination goes to, by its name; null: none is written.</param>
public delegate CombinationRunner BenchFactory(string? defect, Func<string, string>? traceOf = null);
