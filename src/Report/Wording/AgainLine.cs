using Conformance.Migration;

namespace Conformance.Report;

/// <summary>The command line that repeats one case or combination alone.</summary>
public static class AgainLine
{
    /// <summary>Options that say what is run, rather than how much of it.</summary>
    private static readonly string[] s_kept = ["--set", "--suite"];

    public static string Of(RunRecord run, CombinationRecord it) => Of(run, it.Name, run.Plan.Seed);

    public static string Of(RunRecord run, CaseRecord it) => Of(run, it.Id, run.Plan.Cases?.SeedOf(it.Repetition) ?? run.Plan.Seed);

    /// <param name="profile">Its path or name, as it was given.</param>
    /// <param name="defect">The planted bug; null for none.</param>
    /// <param name="arguments">Those of the run.</param>
    /// <param name="name">Of the case or combination.</param>
    /// <param name="seed">Of the run that is repeated.</param>
    public static string Of(string profile, string? defect, IReadOnlyList<string> arguments, string name, ulong seed)
    {
        List<string> kept = ["./run.sh", "run", profile, "--seed", seed.ToString(), "--only", name];
        if (defect is not null) kept.AddRange(["--defect", defect]);
        for (var i = 0; i < arguments.Count; i++)
        {
            foreach (var option in s_kept)
            {
                if (arguments[i] == option && i + 1 < arguments.Count) kept.AddRange([option, arguments[i + 1]]);
                else if (arguments[i].StartsWith($"{option}=", StringComparison.Ordinal)) kept.Add(arguments[i]);
            }
        }

        return string.Join(' ', kept.Select(Quoted));
    }

    private static string Of(RunRecord run, string name, ulong seed) =>
        Of(run.Environment.ProfilePath, run.Defect, run.Environment.Arguments, name, seed);

    private static string Quoted(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '=' or ':' or ',')
            ? word
            : $"'{word.Replace("'", "'\\''")}'";
}
