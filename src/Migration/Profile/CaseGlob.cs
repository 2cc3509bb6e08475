using System.IO.Enumeration;

namespace Conformance.Migration;

/// <summary>Names with <c>*</c> for any text and <c>?</c> for any character.</summary>
public static class CaseGlob
{
    public static bool IsPattern(string text) => text.AsSpan().ContainsAny('*', '?');

    public static bool Matches(string pattern, string name) => pattern == name || FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);

    /// <summary>Why a pattern that matches nothing is a mistake, and what was probably meant.</summary>
    public static string Unmatched(string pattern, string kind, IEnumerable<string> names) =>
        $"no {kind} matches '{pattern}'" + (Nearest.To(pattern, names) is { } nearest ? $"; the nearest is '{nearest}'" : "");
}
