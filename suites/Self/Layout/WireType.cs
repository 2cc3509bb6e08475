using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Conformance.Nvme;

namespace Conformance.Self;

/// <summary>What the runtime makes of a structure of ours.</summary>
internal static class WireType
{
    /// <summary>Every structure of the project that lays its fields out by offset.</summary>
    public static IEnumerable<Type> Explicit { get; } = All().Where(type => type.IsExplicitLayout && type.IsValueType).ToList();

    /// <summary>Every structure that states its size.</summary>
    public static IEnumerable<Type> Sized { get; } = All().Where(type => type.IsValueType && StatedSize(type) is not null).ToList();

    /// <summary>Every bit group: a record structure over one unsigned word named Raw.</summary>
    public static IEnumerable<Type> BitGroups { get; } = All().Where(type => type.IsValueType && RawOf(type) is not null).ToList();

    public static PropertyInfo? RawOf(Type type) =>
        type.GetConstructors().Any(c => c.GetParameters() is [{ Name: "Raw" }]) ? type.GetProperty("Raw") : null;

    public static int? StatedSize(Type type) =>
        type.GetField("Size", BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)?.GetRawConstantValue() as int?;

    /// <summary>Bytes that the type takes in memory.</summary>
    public static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    public static int OffsetOf(Type type, string field) => (int)Marshal.OffsetOf(type, field);

    public static IEnumerable<FieldInfo> Fields(Type type) => type.GetFields(BindingFlags.Public | BindingFlags.Instance);

    private static IEnumerable<Type> All() =>
        typeof(Wire).Assembly.GetTypes().Where(type => type.IsPublic).OrderBy(type => type.FullName, StringComparer.Ordinal);
}
