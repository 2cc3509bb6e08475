using System.Globalization;

namespace Conformance.Migration;

/// <summary>
/// <c>--set key.key=value</c>: the value is YAML. A combination is addressed by its name, or all at once by <c>*</c>:
/// <c>combinations.*.cycles=5</c>; an entry of a list by its place, from 0: <c>device.sim.namespaces[0].blocks=4096</c>.
/// </summary>
internal static class Override
{
    public static MapNode Apply(string text, MapNode root, List<ProfileError> errors)
    {
        var place = Place.Whole($"--set {text}");
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var keys = equals < 0 ? [] : text[..equals].Split('.', StringSplitOptions.TrimEntries);
        if (keys.Length == 0 || Array.Exists(keys, string.IsNullOrEmpty))
        {
            errors.Add(new ProfileError(place, "an override is key=value or key.key=value"));
            return root;
        }

        var value = YamlReader.ReadArgument(text[(equals + 1)..], place, errors);
        return value is null ? root : Set(root, keys, value, errors);
    }

    private static MapNode Set(MapNode map, ReadOnlySpan<string> keys, Node value, List<ProfileError> errors, bool inCombinations = false)
    {
        var key = keys[0];
        var rest = keys[1..];
        if (inCombinations && key == "*")
        {
            foreach (var name in map.Entries.Keys) map = Put(map, name, rest, value, errors, nested: false);
            return map;
        }

        if (inCombinations && !map.Entries.ContainsKey(key) && !rest.IsEmpty)
        {
            var nearest = Nearest.To(key, map.Entries.Keys);
            errors.Add(new ProfileError(value.Place, $"no combination is named '{key}'; the nearest is '{nearest}'"));
            return map;
        }

        return Put(map, key, rest, value, errors, nested: key == ProfileFile.CombinationsKey);
    }

    private static MapNode Put(MapNode map, string key, ReadOnlySpan<string> rest, Node value, List<ProfileError> errors, bool nested)
    {
        if (ItemOf(key) is var (name, index)) return PutItem(map, name, index, rest, value, errors);
        var entry = map.Entries.TryGetValue(key, out var old) ? old : new MapEntry(value.Place, new MapNode(value.Place));
        if (rest.IsEmpty) return map.With(key, new MapEntry(value.Place, value));
        var below = entry.Value as MapNode ?? new MapNode(value.Place);
        return map.With(key, entry with { Value = Set(below, rest, value, errors, nested) });
    }

    private static MapNode PutItem(MapNode map, string name, int index, ReadOnlySpan<string> rest, Node value, List<ProfileError> errors)
    {
        if (map[name] is not ListNode list || index >= list.Items.Count)
        {
            var nearest = Nearest.To(name, map.Entries.Where(it => it.Value.Value is ListNode).Select(it => it.Key));
            var has = map[name] is ListNode { Items.Count: var count }
                ? $"'{name}' has {count}, counted from 0"
                : $"no list '{name}' is written here{(nearest is null ? "" : $"; the nearest is '{nearest}'")}";
            errors.Add(new ProfileError(value.Place, $"no entry '{name}[{index}]': {has}"));
            return map;
        }

        var item = rest.IsEmpty ? value : Set(list.Items[index] as MapNode ?? new MapNode(value.Place), rest, value, errors);
        return map.With(name, map.Entries[name] with { Value = list with { Items = [.. list.Items.Select((old, i) => i == index ? item : old)] } });
    }

    /// <summary>The list and the place of <c>name[0]</c>; null where the key is a plain one.</summary>
    private static (string Name, int Index)? ItemOf(string key)
    {
        var at = key.IndexOf('[', StringComparison.Ordinal);
        return at > 0 && key[^1] == ']' && int.TryParse(key.AsSpan(at + 1, key.Length - at - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? (key[..at], index)
            : null;
    }
}
