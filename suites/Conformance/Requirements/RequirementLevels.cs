namespace Conformance.Suite;

/// <summary>
/// What the requirements of <see cref="RequirementCatalogue.Shipped"/> weigh, read area by area as they are asked for: a process that runs cases asks for few.
/// </summary>
public static class RequirementLevels
{
    private static readonly Lock _lock = new();
    private static readonly CatalogueReader _reader = new(RequirementCatalogue.OpenShipped);
    private static readonly HashSet<string> _read = [];
    private static readonly Dictionary<string, RequirementLevel> _levels = [];

    /// <summary>Null where there is no such requirement.</summary>
    /// <exception cref="InvalidDataException">The catalogue is not as it must be; the message has a line for each error.</exception>
    public static RequirementLevel? Of(string id)
    {
        lock (_lock)
        {
            if (_levels.TryGetValue(id, out var level)) return level;
            if (id.Split('-') is not [_, var abbreviation, _] || !_read.Add(abbreviation)) return null;
            foreach (var it in _reader.ReadArea(abbreviation)?.Requirements ?? []) _levels.Add(it.Id, it.Level);
            if (_reader.Errors.Count > 0) throw new InvalidDataException(string.Join('\n', _reader.Errors));
            return _levels.TryGetValue(id, out level) ? level : null;
        }
    }
}
