namespace Conformance.Migration;

/// <summary>
/// A combination that must be found non-conformant, and in what: each name of the plan's must-find is the identifier of a requirement, or
/// the kind of finding with which a sentence begins (LOST, STALE, TORN, MISPLACED, PHANTOM). Only that it fails, and in nothing else, is
/// what was expected.
/// </summary>
internal static class NegativeControl
{
    /// <summary>Names that nothing was found of: the control was not noticed, or not as what it is.</summary>
    public static IReadOnlyList<string> Missed(IReadOnlyList<string> names, IEnumerable<Finding> findings)
    {
        var against = findings.Where(it => it.Verdict.IsNonConformant()).ToList();
        return [.. names.Where(name => !against.Exists(it => Is(it, name)))];
    }

    /// <summary>What was found and not expected, whatever it is.</summary>
    public static IEnumerable<Finding> Unexpected(IReadOnlyList<string> names, IEnumerable<Finding> findings) =>
        findings.Where(it => it.Verdict > Verdict.Warn && !names.Any(name => it.Verdict.IsNonConformant() && Is(it, name)));

    private static bool Is(Finding finding, string name) =>
        finding.Requirement == name || (finding.What.StartsWith(name, StringComparison.Ordinal) && finding.What.AsSpan(name.Length) is [' ', ..]);
}
