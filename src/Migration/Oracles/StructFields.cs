using System.Reflection;
using System.Runtime.InteropServices;

namespace Conformance.Migration;

/// <summary>The fields of a wire structure by name and place, and the bytes between them as reserved ones: every byte belongs to one.</summary>
internal static class StructFields
{
    /// <summary>In their order; where fields share bytes the longest has them.</summary>
    public static IReadOnlyList<(string Name, int Offset, int Length)> Of<T>(int size)
        where T : struct
    {
        var fields = new List<(string Name, int Offset, int Length)>();
        var at = 0;
        var declared = typeof(T).GetFields(BindingFlags.Public | BindingFlags.Instance)
            .Select(it => (it.Name, Offset: it.GetCustomAttribute<FieldOffsetAttribute>()!.Value, Length: SizeOf(it.FieldType)))
            .OrderBy(it => it.Offset).ThenByDescending(it => it.Length);
        foreach (var (name, offset, length) in declared)
        {
            if (offset < at) continue;
            if (offset > at) fields.Add(($"reserved[{at}]", at, offset - at));
            fields.Add((name.ToLowerInvariant(), offset, length));
            at = offset + length;
        }

        if (at < size) fields.Add(($"reserved[{at}]", at, size - at));
        return fields;
    }

    private static int SizeOf(Type type) => Marshal.SizeOf(type.IsEnum ? Enum.GetUnderlyingType(type) : type);
}
