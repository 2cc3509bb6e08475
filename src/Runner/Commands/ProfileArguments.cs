using System.CommandLine;
using Conformance.Migration;

namespace Conformance.Runner.Commands;

/// <summary>The arguments of every command that reads a profile.</summary>
internal sealed class ProfileArguments
{
    private readonly Argument<string?> _profile = new("PROFILE")
    {
        Description = "Path of a profile, or the name of a shipped one (see list).",
    };

    private readonly Option<ulong?> _seed = new("--seed")
    {
        Description = "Take this seed instead of the profile's.",
        HelpName = "N",
        CustomParser = result =>
        {
            if (ulong.TryParse(result.Tokens[0].Value, out var seed)) return seed;
            result.AddError($"--seed must be a whole number, not '{result.Tokens[0].Value}'");
            return null;
        },
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Change a value of the profile: guest.depth=32, combinations.*.cycles=5.", HelpName = "key=value",
    };

    private readonly Option<string[]> _only = CreateOnly();

    private readonly Option<string[]> _skip = CreateSkip();

    private readonly Option<string?> _suite = new("--suite") { Description = "Another assembly with cases.", HelpName = "PATH", Hidden = true };

    public static Option<string[]> CreateOnly() => new("--only")
    {
        Description = "Only the cases and combinations of this name; * stands for any text.", HelpName = "NAME",
    };

    public static Option<string[]> CreateSkip() => new("--skip") { Description = "Not the cases and combinations of this name.", HelpName = "NAME" };

    /// <param name="command">Gets them.</param>
    /// <param name="needsProfile">False where something else may name the profile.</param>
    public void AddTo(Command command, bool needsProfile = true)
    {
        if (!needsProfile) _profile.Arity = ArgumentArity.ZeroOrOne;
        command.Add(_profile);
        command.Add(_seed);
        command.Add(_set);
        command.Add(_only);
        command.Add(_skip);
        command.Add(_suite);
    }

    /// <summary>Where a suite of other cases is; null: ours.</summary>
    public string? Suite(ParseResult parsed) => parsed.GetValue(_suite);

    /// <summary>Instead of the profile's; null: the profile's.</summary>
    public ulong? Seed(ParseResult parsed) => parsed.GetValue(_seed);

    /// <summary>What was asked, the profile not yet read; null where no profile was named.</summary>
    public RunHeader? Asked(ParseResult parsed, Services services) => parsed.GetValue(_profile) is not { } profile
        ? null
        : new RunHeader
        {
            ProfilePath = Shipped.Find(profile, services.Root),
            ProfileHash = "",
            Seed = 0,
            Set = parsed.GetValue(_set) ?? [],
            Only = parsed.GetValue(_only) ?? [],
            Skip = parsed.GetValue(_skip) ?? [],
            Defect = null,
        };

    /// <summary>The plan; null when the profile is wrong, which has then been told.</summary>
    public Plan? Read(ParseResult parsed, Services services) =>
        Read(Asked(parsed, services)!, parsed.GetValue(_seed), Suite(parsed), services);

    /// <summary>The same of what was asked earlier.</summary>
    /// <param name="asked">Profile, overrides and selection.</param>
    /// <param name="seed">Instead of the profile's; null: the profile's.</param>
    /// <param name="suite">See <see cref="Suite"/>.</param>
    /// <param name="services">Where errors are told.</param>
    public static Plan? Read(RunHeader asked, ulong? seed, string? suite, Services services)
    {
        List<CaseName>? known = null;
        IEnumerable<CaseName> Names() => known ??= [.. services.Cases(suite).Cases.Select(it => it.Name)];
        var result = ProfileFile.Load(asked.ProfilePath, asked.Set, Names);
        foreach (var error in result.Errors) services.Error.WriteLine(error);
        if (result.Profile is not { } profile) return null;
        if (seed is { } other) profile = profile with { Seed = other };
        var plan = Plan.Of(profile, Names);
        if (services.WhyNot(plan) is { } reason) throw new UsageException($"{asked.ProfilePath}: {reason}");
        if (asked.Repeat is { } repeat && plan.Cases is { } cases) plan = plan with { Cases = cases with { Repeat = repeat } };
        return Select(plan, asked.Only, asked.Skip, services);
    }

    private static Plan Select(Plan plan, IReadOnlyList<string> only, IReadOnlyList<string> skip, Services services)
    {
        var cases = plan.Cases?.Cases ?? [];
        List<string> names = [.. plan.Combinations.Select(it => it.Name), .. cases.Select(it => it.Id)];
        foreach (var (option, pattern) in only.Select(it => ("--only", it)).Concat(skip.Select(it => ("--skip", it))))
        {
            if (names.Exists(name => CaseGlob.Matches(pattern, name))) continue;
            // A name is a slip of the pen; a pattern may find nothing, and then that is what there is to run.
            if (!CaseGlob.IsPattern(pattern)) throw new UsageException($"{option} {pattern}: {CaseGlob.Unmatched(pattern, "combination or case", names)}");
            services.Error.WriteLine($"{option} {pattern}: it matches no combination and no case");
        }

        bool Wanted(string name) =>
            (only.Count == 0 || only.Any(pattern => CaseGlob.Matches(pattern, name))) && !skip.Any(pattern => CaseGlob.Matches(pattern, name));
        return plan with
        {
            Combinations = [.. plan.Combinations.Where(it => Wanted(it.Name))],
            Cases = plan.Cases is { } all ? all with { Cases = [.. cases.Where(it => Wanted(it.Id))] } : null,
        };
    }
}

/// <summary>The profiles of the tree.</summary>
internal static class Shipped
{
    /// <summary>The file itself where there is one; else the shipped profile of that name.</summary>
    public static string Find(string profile, string root)
    {
        if (File.Exists(profile)) return Path.IsPathRooted(profile) ? Near(profile) : profile;
        var shipped = Path.Combine(root, "profiles", profile + ".yaml");
        if (File.Exists(shipped)) return Near(shipped);
        if (profile.EndsWith(".yaml", StringComparison.Ordinal) || profile.Contains('/')) return profile;
        var nearest = Nearest.To(profile, All(root).Select(it => it.Name));
        throw new UsageException($"{profile}: no such file, and no shipped profile has that name; the nearest is '{nearest}'");
    }

    /// <summary>A path as a user would type it here.</summary>
    public static string Near(string path)
    {
        var near = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return near.StartsWith("..", StringComparison.Ordinal) ? path : near;
    }

    /// <summary>Name and description of each, in order of name.</summary>
    public static IEnumerable<(string Name, string Description)> All(string root)
    {
        var folder = Path.Combine(root, "profiles");
        if (!Directory.Exists(folder)) yield break;
        foreach (var path in Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal))
        {
            var remarks = File.ReadLines(path)
                .TakeWhile(line => line.StartsWith('#'))
                .Select(line => line.TrimStart('#', ' '))
                .Where(line => !line.StartsWith("yaml-language-server", StringComparison.Ordinal));
            yield return (Path.GetFileNameWithoutExtension(path), string.Join(' ', remarks));
        }
    }
}
