using System.Text.Json;
using System.Text.Json.Nodes;
using Conformance.Migration;

namespace Conformance.Report;

/// <summary>
/// What two plans ask for besides their devices: where figures of two devices are compared, what else differs may be all that the difference is of.
/// </summary>
public static class PlanDifference
{
    /// <summary>The devices, and what follows from who is asked.</summary>
    private static readonly string[] s_expected = ["pair", "seed", "name", "real"];

    /// <summary>A sentence for each setting that differs, by combination; of each, where it stands in the plan and both values.</summary>
    public static IEnumerable<string> Of(Plan a, Plan b)
    {
        var (olds, news) = (a.Combinations.ToDictionary(it => it.Name, StringComparer.Ordinal), b.Combinations.ToDictionary(it => it.Name, StringComparer.Ordinal));
        foreach (var name in olds.Keys.Union(news.Keys))
        {
            if (!olds.TryGetValue(name, out var old) || !news.TryGetValue(name, out var now))
            {
                yield return $"{name}: only in {(olds.ContainsKey(name) ? "A" : "B")}";
                continue;
            }

            var (before, after) = (Settings(old), Settings(now));
            foreach (var key in before.Keys.Union(after.Keys).Order(StringComparer.Ordinal))
            {
                var (left, right) = (before.GetValueOrDefault(key, "none"), after.GetValueOrDefault(key, "none"));
                if (left != right) yield return $"{name}: {key} is {left} in A and {right} in B";
            }
        }
    }

    private static Dictionary<string, string> Settings(PlannedCombination plan)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        var root = JsonSerializer.SerializeToNode(plan, MigrationJson.Default.PlannedCombination)!.AsObject();
        foreach (var (key, value) in root.Where(it => !s_expected.Contains(it.Key))) Flatten(settings, key, value);
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
