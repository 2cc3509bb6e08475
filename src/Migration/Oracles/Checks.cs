using Conformance.Driver;

namespace Conformance.Migration;

/// <summary>
/// The observations of one cycle of one guest, each held against an expectation. What was observed is written down whether or not it
/// holds, then judged; an observation that does not hold is a finding.
/// </summary>
/// <param name="journal">Where observations go.</param>
/// <param name="cycle">From 1; null where the observations concern all cycles.</param>
/// <param name="guest">From 1; null where they concern all guests.</param>
public sealed class Checks(Journal journal, int? cycle, int? guest)
{
    private readonly List<Finding> _findings = [];

    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Two values that must be equal, which they are when their texts are.</summary>
    public bool Equal<T>(string requirement, string path, T observed, T expected, string what, Verdict otherwise = Verdict.Fail) =>
        Note(requirement, path, $"{observed}", $"{expected}", what, otherwise);

    /// <summary>A request that must have been carried out; one without an answer is a timeout.</summary>
    public bool Ok(in Outcome outcome, string requirement, string path, string what) =>
        Note(requirement, path, outcome.IsOk ? "ok" : outcome.ToString(), "ok", what, outcome.IsUnknown ? Verdict.Timeout : Verdict.Fail);

    /// <summary>Something that must be so.</summary>
    public bool That(bool holds, string requirement, string path, string what, Verdict otherwise = Verdict.Fail) =>
        Note(requirement, path, holds ? "yes" : "no", "yes", what, otherwise);

    /// <summary>Something that must not have been seen.</summary>
    public void Add(string requirement, string path, string what, string observed = "seen", string expected = "none", Verdict verdict = Verdict.Fail) =>
        Note(requirement, path, observed, expected, what, verdict);

    /// <summary>Something that must not have been seen, and was not.</summary>
    public void None(string requirement, string path) => Note(requirement, path, "none", "none", "");

    /// <summary>Text that must stand to other text as <paramref name="relation"/> says.</summary>
    public bool Note(
        string requirement, string path, string observed, string expected, string what, Verdict otherwise = Verdict.Fail, Relation relation = Relation.Same)
    {
        var same = observed == expected;
        // What is kept of an observation that holds is one string where two would say the same.
        var observation = new Observation(cycle, guest, requirement, path, same ? expected : observed, relation, expected, otherwise, null);
        if (observation.Holds)
        {
            journal.Add(observation);
            return true;
        }

        journal.Add(observation with { What = what });
        _findings.Add((observation with { What = what }).Finding!);
        return false;
    }
}
