namespace Conformance.Migration;

/// <summary>
/// The observations of one cycle, each held against an expectation. What was observed is written down whether or not it holds, then
/// judged; an observation that does not hold is a finding.
/// </summary>
public sealed class Checks(int cycle)
{
    private readonly List<Finding> _findings = [];

    /// <summary>Observations made.</summary>
    public int Count { get; private set; }

    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Two values that must be equal.</summary>
    public bool Equal<T>(string requirement, string path, T observed, T expected, string what, Verdict otherwise = Verdict.Fail)
    {
        Count++;
        if (EqualityComparer<T>.Default.Equals(observed, expected)) return true;
        Add(requirement, path, what, $"{observed}", $"{expected}", otherwise);
        return false;
    }

    /// <summary>Something that must be so.</summary>
    public bool That(bool holds, string requirement, string path, string what, Verdict otherwise = Verdict.Fail)
    {
        Count++;
        if (!holds) Add(requirement, path, what, null, null, otherwise);
        return holds;
    }

    public void Add(string requirement, string path, string what, string? observed = null, string? expected = null, Verdict verdict = Verdict.Fail) =>
        _findings.Add(new Finding
        {
            Verdict = verdict, Requirement = requirement, Path = path, What = what, Observed = observed, Expected = expected, Cycle = cycle,
        });
}
