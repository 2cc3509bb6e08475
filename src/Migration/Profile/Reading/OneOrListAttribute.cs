namespace Conformance.Migration;

/// <summary>A list that may be written as its one value, without brackets.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OneOrListAttribute : Attribute;
