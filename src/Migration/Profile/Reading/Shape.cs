using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Conformance.Migration;

/// <summary>A key that a record understands.</summary>
/// <param name="Name">As written in a profile.</param>
/// <param name="Property">Where its value goes.</param>
/// <param name="Type">What the value is, without its question mark.</param>
/// <param name="Required">Must be given.</param>
/// <param name="Nullable">May be given as ~.</param>
/// <param name="Limits">Least and most, where narrower than the type's.</param>
/// <param name="OneOrList">A list that may be written as its one value.</param>
internal sealed record Member(string Name, PropertyInfo Property, Type Type, bool Required, bool Nullable, RangeAttribute? Limits, bool OneOrList);

/// <summary>The keys of a record type: its settable properties, in kebab-case.</summary>
internal sealed class Shape
{
    private static readonly Dictionary<Type, Shape> s_known = [];

    private Shape(Type type)
    {
        var nullability = new NullabilityInfoContext();
        Members =
        [
            .. from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
               where property.CanWrite
               select new Member(
                   Words.OfName(property.Name),
                   property,
                   Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType,
                   property.IsDefined(typeof(RequiredMemberAttribute)),
                   nullability.Create(property).WriteState == NullabilityState.Nullable,
                   property.GetCustomAttribute<RangeAttribute>(),
                   property.IsDefined(typeof(OneOrListAttribute))),
        ];
    }

    public IReadOnlyList<Member> Members { get; }

    public static Shape Of(Type type)
    {
        lock (s_known)
        {
            if (!s_known.TryGetValue(type, out var shape)) s_known[type] = shape = new Shape(type);
            return shape;
        }
    }

    public Member? this[string name] => Members.FirstOrDefault(member => member.Name == name);
}
