using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace Conformance.Migration;

/// <summary>
/// Makes records of nodes. Goes on after an error, so that one reading finds all of them; the result counts only if there was none.
/// </summary>
internal sealed class Binder(List<ProfileError> errors)
{
    private readonly Dictionary<object, MapNode> _origins = new(ReferenceEqualityComparer.Instance);

    public T? Bind<T>(MapNode root, string path = "")
        where T : class => (T?)BindRecord(typeof(T), root, path);

    /// <summary>Where <paramref name="property"/> of a bound record was given; where it was not, where its mapping begins.</summary>
    public Place PlaceOf(object record, string property)
    {
        var origin = _origins[record];
        return origin.Entries.TryGetValue(Words.OfName(property), out var entry) ? entry.Place : origin.Place;
    }

    /// <summary>Where a bound record begins.</summary>
    public Place PlaceOf(object record) => _origins[record].Place;

    /// <summary>Whether a bound record was written at all, rather than being a default.</summary>
    public bool IsGiven(object record) => _origins.ContainsKey(record);

    private object? BindValue(Type type, Node node, string path)
    {
        if (node is ScalarNode { IsNull: true }) return null;
        if (ScalarType.Of(type) is { } scalar) return BindScalar(scalar, node, path);
        if (!type.IsGenericType) return BindRecord(type, node, path);
        return type.GetGenericTypeDefinition() == typeof(OrderedDictionary<,>)
            ? BindDictionary(type, node, path)
            : BindList(type.GetGenericArguments()[0], node, path);
    }

    private object? BindScalar(ScalarType scalar, Node node, string path)
    {
        if (node is not ScalarNode word)
        {
            Fail(node, $"{path} must be {scalar.Kind}, not {KindOf(node)}");
            return null;
        }

        switch (scalar.Read(word.Text))
        {
            case null:
                var hint = scalar.Choices is { } choices ? $"; the nearest is '{Nearest.To(word.Text, choices)}'" : "";
                Fail(node, $"{path} must be {scalar.Kind}, not '{word.Text}'{hint}");
                return null;
            case OutOfRange range:
                Fail(node, $"{path} must be {range.Least} to {range.Most}, not {word.Text}");
                return null;
            case var value:
                return value;
        }
    }

    private object? BindList(Type item, Node node, string path)
    {
        if (node is not ListNode list)
        {
            Fail(node, $"{path} must be a list, not {KindOf(node)}");
            return null;
        }

        var values = Array.CreateInstance(item, list.Items.Count);
        for (var i = 0; i < values.Length; i++)
        {
            if (list.Items[i] is ScalarNode { IsNull: true }) Fail(list.Items[i], $"{path}[{i}] has no value");
            else if (BindValue(item, list.Items[i], $"{path}[{i}]") is { } value) values.SetValue(value, i);
        }

        return values;
    }

    private object? BindDictionary(Type type, Node node, string path)
    {
        if (node is not MapNode map)
        {
            Fail(node, $"{path} must be a mapping, not {KindOf(node)}");
            return null;
        }

        var values = (IDictionary)Activator.CreateInstance(type)!;
        foreach (var (key, entry) in map.Entries)
        {
            if (BindValue(type.GetGenericArguments()[1], entry.Value, Join(path, key)) is { } value) values.Add(key, value);
        }

        return values;
    }

    private object? BindRecord(Type type, Node node, string path)
    {
        if (node is not MapNode map)
        {
            Fail(node, $"{path} must be a mapping, not {KindOf(node)}");
            return null;
        }

        var shape = Shape.Of(type);
        var where = path.Length == 0 ? "" : $" in {path}";
        var record = Activator.CreateInstance(type)!;
        _origins[record] = map;
        foreach (var (key, entry) in map.Entries)
        {
            if (shape[key] is not { } member)
            {
                var nearest = Nearest.To(key, shape.Members.Select(known => known.Name));
                errors.Add(new ProfileError(entry.Place, $"unknown key '{key}'{where}; the nearest is '{nearest}'"));
                continue;
            }

            if (entry.Value is ScalarNode { IsNull: true } && !member.Nullable)
            {
                errors.Add(new ProfileError(entry.Place, $"{Join(path, key)} has no value"));
                continue;
            }

            var given = member.OneOrList && entry.Value is ScalarNode { IsNull: false } one ? new ListNode(one.Place, [one]) : entry.Value;
            var value = BindValue(member.Type, given, Join(path, key));
            if (value is not null) CheckLimits(member, value, entry.Value, Join(path, key));
            if (value is not null || member.Nullable) member.Property.SetValue(record, value);
        }

        foreach (var member in shape.Members)
        {
            if (!member.Required || map.Entries.ContainsKey(member.Name)) continue;
            var kind = ScalarType.Of(member.Type) is { } scalar ? $", {scalar.Kind}" : "";
            Fail(map, $"missing key '{member.Name}'{where}{kind}");
        }

        return record;
    }

    private void CheckLimits(Member member, object value, Node node, string path)
    {
        if (member.Limits is { } limits)
        {
            var (least, most) = (Limit(limits.Minimum, member.Type), Limit(limits.Maximum, member.Type));
            if (Comparer.Default.Compare(value, least) < 0 || Comparer.Default.Compare(value, most) > 0)
                Fail(node, $"{path} must be {least} to {most}, not {((ScalarNode)node).Text}");
        }

        if (member.Property.GetCustomAttribute<MinLengthAttribute>() is { } length && ((ICollection)value).Count < length.Length)
            Fail(node, $"{path} must have at least {length.Length} of them");
        if (member.Property.GetCustomAttribute<RegularExpressionAttribute>() is { } pattern && !pattern.IsValid(value))
            Fail(node, $"{path} must match {pattern.Pattern}, which '{value}' does not");
    }

    /// <summary>A limit is written in the attribute as text, or as a number of another width.</summary>
    internal static object Limit(object limit, Type type) =>
        limit is string text ? ScalarType.Of(type)!.Read(text)! : Convert.ChangeType(limit, type);

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    private static string KindOf(Node node) => node switch
    {
        MapNode => "a mapping",
        ListNode => "a list",
        _ => $"'{((ScalarNode)node).Text}'",
    };

    private void Fail(Node node, string what) => errors.Add(new ProfileError(node.Place, what));
}
