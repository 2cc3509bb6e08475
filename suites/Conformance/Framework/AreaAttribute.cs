using NUnit.Framework;

namespace Conformance.Suite;

/// <summary>The area of the catalogue that the cases of a class belong to: their folder, and the first part of their identifiers.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class AreaAttribute(string name) : PropertyAttribute(Key, name)
{
    internal const string Key = "Area";

    public string Name { get; } = name;
}
