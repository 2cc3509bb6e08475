namespace Conformance.Migration;

/// <summary>A piece of a profile before it has a type: what was written and where.</summary>
internal abstract record Node(Place Place);

/// <summary>A scalar; <paramref name="Quoted"/> text is text, whatever it looks like.</summary>
internal sealed record ScalarNode(Place Place, string Text, bool Quoted) : Node(Place)
{
    public bool IsNull => !Quoted && Text is "" or "~" or "null";
}

internal sealed record ListNode(Place Place, IReadOnlyList<Node> Items) : Node(Place);

/// <summary>A mapping; keys keep their order. Never changed once built.</summary>
internal sealed record MapNode(Place Place, OrderedDictionary<string, MapEntry> Entries) : Node(Place)
{
    public MapNode(Place place)
        : this(place, [])
    {
    }

    public Node? this[string key] => Entries.TryGetValue(key, out var entry) ? entry.Value : null;

    /// <summary>The same with <paramref name="key"/> given anew, or left out where <paramref name="entry"/> is null.</summary>
    public MapNode With(string key, MapEntry? entry)
    {
        var entries = new OrderedDictionary<string, MapEntry>(Entries);
        if (entry is null) entries.Remove(key);
        else entries[key] = entry;
        return new MapNode(Place, entries);
    }

    /// <summary>This, with everything that <paramref name="over"/> says on top: mappings merge key by key, all else is replaced.</summary>
    public MapNode MergedWith(MapNode over)
    {
        var entries = new OrderedDictionary<string, MapEntry>(Entries);
        foreach (var (key, entry) in over.Entries)
        {
            entries[key] = entries.TryGetValue(key, out var under) && under.Value is MapNode below && entry.Value is MapNode above
                ? entry with { Value = below.MergedWith(above) }
                : entry;
        }

        return new MapNode(over.Place, entries);
    }
}

/// <summary>A key's value and where the key stands.</summary>
internal sealed record MapEntry(Place Place, Node Value);
