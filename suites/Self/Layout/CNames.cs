using System.Globalization;

namespace Conformance.Self;

/// <summary>
/// Names of a C header beside ours: members of an enum by value, bits of a group by mask, fields of a structure by offset.
/// </summary>
/// <param name="Prefix">What their names begin with.</param>
/// <param name="Type">Our enum, bit group or structure.</param>
/// <param name="Pairs">Pairs <c>theirs:ours</c>.</param>
internal sealed record CNames(string Prefix, Type Type, string Pairs)
{
    public override string ToString() => $"{Prefix} as {Type.Name}";

    /// <summary>Names of ours that are judged.</summary>
    public IEnumerable<string> Ours => Split().Select(pair => pair.Ours);

    /// <summary>One claim a name.</summary>
    public IEnumerable<string> Claims() =>
        Split().Select(pair => $"(unsigned int)({Prefix}{pair.Theirs}) == {Value(pair.Ours).ToString(CultureInfo.InvariantCulture)}u");

    /// <summary>The bits of a group that one property stands for.</summary>
    public static ulong Mask(Type group, string property)
    {
        var raw = WireType.RawOf(group)!;
        var member = group.GetProperty(property) ?? throw new ArgumentException($"{group.Name} has no {property}", nameof(property));
        var allSet = Activator.CreateInstance(group, raw.PropertyType.GetField("MaxValue")!.GetRawConstantValue());
        var only = Activator.CreateInstance(group)!;
        member.SetValue(only, member.GetValue(allSet));
        return Convert.ToUInt64(raw.GetValue(only), CultureInfo.InvariantCulture);
    }

    private ulong Value(string ours)
    {
        if (Type.IsEnum)
        {
            return Convert.ToUInt64(Enum.Parse(Type, ours), CultureInfo.InvariantCulture);
        }
        return WireType.RawOf(Type) is null ? (ulong)WireType.OffsetOf(Type, ours) : Mask(Type, ours);
    }

    private IEnumerable<(string Theirs, string Ours)> Split() =>
        Pairs.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split(':')).Select(pair => (pair[0], pair[1]));
}
