using Conformance.Migration;

namespace Conformance.Report;

/// <summary>The command line that repeats one thing of a run alone, as a user types it: on the console, in each exported file and in evidence.</summary>
public static class Reproduce
{
    /// <summary>Options that say what is run, rather than how much of it.</summary>
    private static readonly string[] s_kept = ["--set", "--suite"];

    /// <summary>The same where all of a run is repeated: figures are held against a baseline as a whole.</summary>
    private static readonly string[] s_keptOfAll = [.. s_kept, "--only", "--skip", "--baseline"];

    /// <summary>A run in a virtual machine is begun by other words, and its own stand behind a mark.</summary>
    private const string Testbed = "testbed";

    /// <summary>Options that say in what machine.</summary>
    private static readonly string[] s_machine = ["--qemu", "--qemu-args", "--kernel"];

    /// <summary>That of all that was run.</summary>
    public static string Of(RunRecord run) => Line(run.Environment.ProfilePath, run.Defect, run.Environment.Arguments, null, run.Plan.Seed);

    /// <summary>That of a case, with the seed of the repetition that is recorded.</summary>
    public static string Of(RunRecord run, CaseRecord it) => Line(
        run.Environment.ProfilePath, run.Defect, run.Environment.Arguments, it.Id, run.Plan.Cases?.SeedOf(it.Repetition) ?? run.Plan.Seed);

    /// <summary>That of a combination.</summary>
    public static string Of(RunRecord run, CombinationRecord it) =>
        Line(run.Environment.ProfilePath, run.Defect, run.Environment.Arguments, it.Name, run.Plan.Seed);

    /// <param name="profile">As it was named.</param>
    /// <param name="defect">The planted bug; null for none.</param>
    /// <param name="arguments">Of the run: what changes the profile is taken over.</param>
    /// <param name="name">Of the case or combination; null: all that was run.</param>
    /// <param name="seed">Of the run that repeats it.</param>
    public static string Line(string profile, string? defect, IReadOnlyList<string> arguments, string? name, ulong seed)
    {
        var begin = arguments is [Testbed, ..]
            ? (IEnumerable<string>)["./run.sh", Testbed, .. Kept(arguments, s_machine), profile, "--"]
            : ["./run.sh", "run", profile];
        List<string> kept = [.. begin, "--seed", seed.ToString()];
        if (name is not null) kept.AddRange(["--only", name]);
        if (defect is not null) kept.AddRange(["--defect", defect]);
        kept.AddRange(Kept(arguments, name is null ? s_keptOfAll : s_kept));
        return string.Join(' ', kept.Select(Quoted));
    }

    private static IEnumerable<string> Kept(IReadOnlyList<string> arguments, string[] options)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            foreach (var option in options)
            {
                if (arguments[i] == option && i + 1 < arguments.Count)
                {
                    yield return option;
                    yield return arguments[i + 1];
                }
                else if (arguments[i].StartsWith($"{option}=", StringComparison.Ordinal)) yield return arguments[i];
            }
        }
    }

    private static string Quoted(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '=' or ':' or ',')
            ? word
            : $"'{word.Replace("'", "'\\''")}'";
}
