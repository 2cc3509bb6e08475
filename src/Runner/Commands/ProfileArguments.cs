using System.CommandLine;
using Conformance.Migration;

namespace Conformance.Runner.Commands;

/// <summary>The arguments of every command that reads a profile.</summary>
internal sealed class ProfileArguments
{
    private readonly Argument<string> _profile = new("PROFILE")
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

    private readonly Option<string[]> _only = new("--only")
    {
        Description = "Only the combinations of this name; * stands for any text.", HelpName = "NAME",
    };

    public void AddTo(Command command)
    {
        command.Add(_profile);
        command.Add(_seed);
        command.Add(_set);
        command.Add(_only);
    }

    /// <summary>The plan; null when the profile is wrong, which has then been told.</summary>
    public Plan? Read(ParseResult parsed, Services services, out string path)
    {
        path = Shipped.Find(parsed.GetRequiredValue(_profile), services.Root);
        var result = ProfileFile.Load(path, parsed.GetValue(_set) ?? []);
        foreach (var error in result.Errors) services.Error.WriteLine(error);
        if (result.Profile is not { } profile) return null;
        if (parsed.GetValue(_seed) is { } seed) profile = profile with { Seed = seed };
        var plan = Plan.Of(profile);
        if (services.WhyNot(plan) is { } reason) throw new UsageException($"{path}: {reason}");
        return parsed.GetValue(_only) is { Length: > 0 } only ? plan with { Combinations = Select(plan, only) } : plan;
    }

    private static IReadOnlyList<PlannedCombination> Select(Plan plan, string[] patterns)
    {
        foreach (var pattern in patterns)
        {
            if (plan.Combinations.Any(it => Matches(it, pattern))) continue;
            var nearest = Nearest.To(pattern, plan.Combinations.Select(it => it.Name));
            throw new UsageException($"--only {pattern}: no combination has that name; the nearest is '{nearest}'");
        }

        return [.. plan.Combinations.Where(it => Array.Exists(patterns, pattern => Matches(it, pattern)))];
    }

    private static bool Matches(PlannedCombination it, string pattern) =>
        System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, it.Name, ignoreCase: false);
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
