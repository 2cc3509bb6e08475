using System.Text.Json;
using System.Text.Json.Nodes;
using Conformance.Migration;

namespace Conformance.Report;

/// <summary>
/// What two plans ask for besides their devices: where figures of two devices are compared, what else differs may be all that the difference is of.
/// </summary>
public static class PlanDifference
{
    private const int Most = 10;

    /// <summary>The devices, and what follows from who is asked.</summary>
    private static readonly string[] s_expected = ["pair", "seed", "name", "real"];

    /// <summary>What follows from the profile's name and seed, and what no figure depends on.</summary>
    private static readonly string[] s_ofNoFigure = ["seed", "name", "gates", "steps", "needs"];

    /// <summary>A sentence for each setting that differs, by combination; of each, where it stands in the plan and both values.</summary>
    public static IEnumerable<string> Of(Plan a, Plan b) => Few(
        [.. Settings(a, b, s_expected).Select(it => it.Key is null ? $"{it.Name}: only in {it.Old ?? it.New}" : $"{it.Name}: {it.Key} is {it.Old} in A and {it.New} in B")]);

    /// <summary>
    /// Why figures of two runs say nothing of each other, a sentence each: what <see cref="Fingerprint.Differences"/> tells, and of other profiles the
    /// settings too, which no hash tells.
    /// </summary>
    public static IEnumerable<string> OfFingerprints(RunRecord old, RunRecord now)
    {
        var (mine, its) = (Fingerprint.Of(old), Fingerprint.Of(now));
        var differences = mine.Differences(its);
        return mine.ProfileHash == its.ProfileHash
            ? differences
            : differences.Concat(Few(
                [
                    .. Settings(old.Plan, now.Plan, s_ofNoFigure)
                        .Select(it => it.Key is null ? $"{it.Name}: only {(it.Old is null ? "here" : "there")}" : $"{it.Name}: {it.Key}: {it.Old}, here {it.New}"),
                ]));
    }

    private static IEnumerable<string> Few(List<string> all) => all.Count <= Most ? all : all.Take(Most).Append($"{all.Count - Most} more settings differ");

    /// <summary>Each setting that differs, by combination; without a key where only one plan has the combination, told by its letter.</summary>
    private static IEnumerable<(string Name, string? Key, string? Old, string? New)> Settings(Plan a, Plan b, string[] but)
    {
        var (olds, news) = (a.Combinations.ToDictionary(it => it.Name, StringComparer.Ordinal), b.Combinations.ToDictionary(it => it.Name, StringComparer.Ordinal));
        foreach (var name in olds.Keys.Union(news.Keys))
        {
            if (!olds.TryGetValue(name, out var old) || !news.TryGetValue(name, out var now))
            {
                yield return (name, null, olds.ContainsKey(name) ? "A" : null, news.ContainsKey(name) ? "B" : null);
                continue;
            }

            var (before, after) = (Settings(old, but), Settings(now, but));
            foreach (var key in before.Keys.Union(after.Keys).Order(StringComparer.Ordinal))
            {
                var (left, right) = (before.GetValueOrDefault(key, "none"), after.GetValueOrDefault(key, "none"));
                if (left != right) yield return (name, key, left, right);
            }
        }
    }

    private static Dictionary<string, string> Settings(PlannedCombination plan, string[] but)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        var root = JsonSerializer.SerializeToNode(plan, MigrationJson.Default.PlannedCombination)!.AsObject();
        foreach (var (key, value) in root.Where(it => !but.Contains(it.Key))) Flatten(settings, key, value);
        return settings;
    }

    private static void Flatten(Dictionary<string, string> settings, string path, JsonNode? node)
    {
        if (node is JsonObject inner)
        {
            foreach (var (key, value) in inner) Flatten(settings, $"{path}.{key}", value);
        }
        else if (node is not null) settings[path] = node.ToJsonString();
    }
}
