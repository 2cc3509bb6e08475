using System.Globalization;
using Conformance.Device;

namespace Conformance.Migration;

/// <summary>A profile, or what is wrong with it: one of the two.</summary>
/// <param name="Profile">Null where there are errors.</param>
/// <param name="Errors">In the order of their places.</param>
public sealed record ProfileResult(Profile? Profile, IReadOnlyList<ProfileError> Errors);

/// <summary>
/// Reads profiles: strict YAML, <c>extends</c> (a base, relative to the file; mappings merge, lists are replaced), <c>defaults</c>
/// (under each combination), and overrides from the command line. Every error has its place.
/// </summary>
public static class ProfileFile
{
    private const string ExtendsKey = "extends";
    private const string NameKey = "name";
    private const string DeviceKey = "device";

    internal const string DevicesKey = "devices";

    internal const string DefaultsKey = "defaults";
    internal const string CombinationsKey = "combinations";

    /// <param name="path">The file.</param>
    /// <param name="overrides">Each <c>key.key=value</c>, applied in order after everything else is merged.</param>
    /// <param name="cases">Tells which cases there are, where the profile asks for some; null: their names are not checked.</param>
    /// <param name="read">Gives the text of a file; null: the file itself.</param>
    public static ProfileResult Load(
        string path, IReadOnlyList<string>? overrides = null, Func<IEnumerable<CaseName>>? cases = null, Func<string, string>? read = null)
    {
        var errors = new List<ProfileError>();
        var root = Merge(path, Place.Whole(path), [], read ?? File.ReadAllText, errors);
        if (root is null) return new ProfileResult(null, Sorted(errors));

        foreach (var text in overrides ?? []) root = Override.Apply(text, root, errors);
        root = Named(root, path);
        var profile = Bind(root, cases, errors);
        if (errors.Count == 0 && profile!.Sweeps.Count > 0) profile = profile with { Swept = [.. Sweep(profile, root, errors)] };
        return new ProfileResult(errors.Count == 0 ? profile : null, Sorted(errors));
    }

    private static Profile? Bind(MapNode root, Func<IEnumerable<CaseName>>? cases, List<ProfileError> errors)
    {
        root = WithDestination(root);
        root = WithVariants(root);
        root = WithDefaults(root, errors);
        var binder = new Binder(errors);
        var profile = binder.Bind<Profile>(root);
        if (errors.Count == 0) new ProfileCheck(profile!, binder, errors, cases).Run();
        return profile;
    }

    /// <summary>The profile at each value of each sweep, each read and checked as if it were written so.</summary>
    private static List<SweptProfile> Sweep(Profile profile, MapNode root, List<ProfileError> errors)
    {
        var swept = new List<SweptProfile>();
        foreach (var (name, sweep) in profile.Sweeps)
        {
            foreach (var value in sweep.Values)
            {
                var wrong = new List<ProfileError>();
                var changed = sweep.With.Append($"{sweep.Key}={value}").Aggregate(root, (map, text) => Override.Apply(text, map, wrong));
                var at = wrong.Count == 0 ? Bind(changed, null, wrong) : null;
                errors.AddRange(wrong.Select(it => it with { What = $"sweeps.{name}, {sweep.Key}={value}: {it.What}" }));
                if (wrong.Count == 0) swept.Add(new SweptProfile(new SweepPoint(name, sweep.Key, value, NumberOf(value)) { Figures = sweep.Figure, Unit = sweep.Unit }, sweep.Of, at!));
            }
        }

        return swept;
    }

    /// <summary>A value as a number, in bytes or ns where it has a unit; null where it is none, so that a plot takes it for a word.</summary>
    private static double? NumberOf(string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : Size.TryParse(value, null, out var size) ? size.Bytes
        : Duration.TryParse(value, null, out var duration) ? duration.Nanoseconds
        : null;

    private static MapNode? Merge(string path, Place asked, IReadOnlyList<string> chain, Func<string, string> read, List<ProfileError> errors)
    {
        var full = Path.GetFullPath(path);
        if (chain.Contains(full))
        {
            var circle = string.Join(" -> ", chain.Append(full).Select(Path.GetFileName));
            errors.Add(new ProfileError(asked, $"extends goes in a circle: {circle}"));
            return null;
        }

        string text;
        try
        {
            text = read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var why = e is FileNotFoundException or DirectoryNotFoundException ? "no such file" : e.Message;
            errors.Add(new ProfileError(asked, chain.Count == 0 ? why : $"extends '{path}': {why}"));
            return null;
        }

        var node = YamlReader.ReadFile(text, path, errors);
        if (node is not MapNode map)
        {
            if (errors.Count == 0)
                errors.Add(new ProfileError(new Place(path, 1, 1), "a profile is a mapping of keys to values; there is none here"));
            return null;
        }

        if (map[ExtendsKey] is not { } extends) return map;
        map = map.With(ExtendsKey, null);
        if (extends is not ScalarNode { IsNull: false } name)
        {
            errors.Add(new ProfileError(extends.Place, "extends must be the path of a profile"));
            return map;
        }

        var below = Merge(Path.Combine(Path.GetDirectoryName(path) ?? "", name.Text), extends.Place, [.. chain, full], read, errors);
        return below?.With(NameKey, null).MergedWith(map);
    }

    private static MapNode Named(MapNode root, string path) => root.Entries.ContainsKey(NameKey)
        ? root
        : root.With(NameKey, new MapEntry(root.Place, new ScalarNode(root.Place, Path.GetFileNameWithoutExtension(path), Quoted: true)));

    /// <summary>What the destination does not say, it has from the source.</summary>
    private static MapNode WithDestination(MapNode root)
    {
        var key = Words.OfName(nameof(DeviceUnderTest.SimDestination));
        return root[DeviceKey] is MapNode device
            && device[Words.OfName(nameof(DeviceUnderTest.Sim))] is MapNode source
            && device[key] is MapNode other
            ? root.With(DeviceKey, root.Entries[DeviceKey] with
            {
                Value = device.With(key, device.Entries[key] with { Value = source.MergedWith(other) }),
            })
            : root;
    }

    /// <summary>What a further device does not say, it has from the first.</summary>
    private static MapNode WithVariants(MapNode root)
    {
        if (root[DevicesKey] is not MapNode variants || root[DeviceKey] is not MapNode device) return root;
        if (device[Words.OfName(nameof(DeviceUnderTest.Sim))] is not MapNode source) return root;
        var entries = new OrderedDictionary<string, MapEntry>();
        foreach (var (name, entry) in variants.Entries)
        {
            if (entry.Value is ScalarNode { IsNull: true }) continue;
            entries[name] = entry.Value is MapNode own ? entry with { Value = source.MergedWith(own) } : entry;
        }

        return root.With(DevicesKey, root.Entries[DevicesKey] with { Value = new MapNode(variants.Place, entries) });
    }

    private static MapNode WithDefaults(MapNode root, List<ProfileError> errors)
    {
        var defaults = new MapNode(root.Place);
        if (root[DefaultsKey] is { } given)
        {
            root = root.With(DefaultsKey, null);
            if (given is MapNode map) defaults = map;
            else errors.Add(new ProfileError(given.Place, "defaults must be a mapping, with keys of a combination"));
        }

        if (root[CombinationsKey] is not MapNode combinations) return root;
        var entries = new OrderedDictionary<string, MapEntry>();
        foreach (var (name, entry) in combinations.Entries)
        {
            // A base's combination that the profile does not want.
            if (entry.Value is ScalarNode { IsNull: true }) continue;
            entries[name] = entry.Value is MapNode own ? entry with { Value = defaults.MergedWith(own) } : entry;
        }

        return root.With(CombinationsKey, root.Entries[CombinationsKey] with { Value = new MapNode(combinations.Place, entries) });
    }

    /// <summary>In order of place, each place once: what is wrong with the defaults is wrong in each combination.</summary>
    private static IReadOnlyList<ProfileError> Sorted(List<ProfileError> errors) =>
    [
        .. errors.DistinctBy(error => error.Place with { Source = error.Place.Line == 0 ? error.ToString() : error.Place.Source })
            .OrderBy(error => error.Place.Line == 0)
            .ThenBy(error => error.Place.Source, StringComparer.Ordinal)
            .ThenBy(error => error.Place.Line)
            .ThenBy(error => error.Place.Column),
    ];
}
