namespace Conformance.Migration;

/// <summary>Where something was said: a file with line and column (from 1), or, with line 0, the argument or file as a whole.</summary>
public sealed record Place(string Source, int Line, int Column)
{
    public static Place Whole(string source) => new(source, 0, 0);

    public override string ToString() => Line == 0 ? Source : $"{Source}:{Line}:{Column}";
}

/// <summary>One thing wrong with a profile; prints as one line: <c>file:line:column: what</c>.</summary>
public sealed record ProfileError(Place Place, string What)
{
    public override string ToString() => $"{Place}: {What}";
}
