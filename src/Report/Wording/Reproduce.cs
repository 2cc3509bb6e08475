using Conformance.Migration;

namespace Conformance.Report;

/// <summary>The command line that repeats one thing of a run alone, as a user types it: on the console, in each exported file and in evidence.</summary>
public static class Reproduce
{
    /// <summary>Options that say what is run, rather than how much of it.</summary>
    private static readonly string[] s_kept = ["--set", "--suite"];

    /// <summary>The same where all of a run is repeated: figures are held against a baseline as a whole.</summary>
    private static readonly string[] s_keptOfAll = [.. s_kept, "--only", "--skip", "--baseline"];

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
        List<string> kept = ["./run.sh", "run", profile, "--seed", seed.ToString()];
        if (name is not null) kept.AddRange(["--only", name]);
        if (defect is not null) kept.AddRange(["--defect", defect]);
        for (var i = 0; i < arguments.Count; i++)
        {
            foreach (var option in name is null ? s_keptOfAll : s_kept)
            {
                if (arguments[i] == option && i + 1 < arguments.Count) kept.AddRange([option, arguments[i + 1]]);
                else if (arguments[i].StartsWith($"{option}=", StringComparison.Ordinal)) kept.Add(arguments[i]);
            }
        }

        return string.Join(' ', kept.Select(Quoted));
    }

    private static string Quoted(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '=' or ':' or ',')
            ? word
            : $"'{word.Replace("'", "'\\''")}'";
}
