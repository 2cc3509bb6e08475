namespace Conformance.Migration;

/// <summary>
/// <c>expected.json</c>: what a run showed, name by name. Written by each run; given to a later one it is a gate, which a better result breaks as
/// well as a worse one.
/// </summary>
public sealed record ExpectedResults
{
    public required string Profile { get; init; }

    /// <summary>By name; in order of the run's plan.</summary>
    public required OrderedDictionary<string, Verdict> Cases { get; init; }

    public required OrderedDictionary<string, Verdict> Combinations { get; init; }

    public static ExpectedResults Of(RunRecord run) => new()
    {
        Profile = run.Plan.Name,
        Cases = new(run.Cases.Select(it => KeyValuePair.Create(it.Id, it.Verdict))),
        Combinations = new(run.Combinations.Select(it => KeyValuePair.Create(it.Name, it.Verdict))),
    };

    /// <summary>Where a run is not as expected; what the file does not name is expected to pass.</summary>
    /// <param name="cases">What cases showed.</param>
    /// <param name="combinations">What combinations showed.</param>
    /// <param name="exists">Whether there is a case or combination of a name, selected or not.</param>
    public IEnumerable<Surprise> Surprises(
        IEnumerable<CaseRecord> cases, IEnumerable<CombinationRecord> combinations, Func<string, bool> exists)
    {
        foreach (var it in cases)
        {
            if (Differs(Cases, it.Id, it.Verdict) is { } surprise) yield return surprise;
        }

        foreach (var it in combinations)
        {
            if (Differs(Combinations, it.Name, it.Verdict) is { } surprise) yield return surprise;
        }

        foreach (var name in Cases.Keys.Concat(Combinations.Keys).Where(name => !exists(name))) yield return new Surprise(name, null, null);
    }

    private static Surprise? Differs(OrderedDictionary<string, Verdict> expected, string name, Verdict actual)
    {
        var known = expected.TryGetValue(name, out var verdict);
        if (known ? verdict == actual : actual is Verdict.Pass or Verdict.NotSupported or Verdict.Skipped) return null;
        return new Surprise(name, known ? verdict : Verdict.Pass, actual);
    }
}

/// <summary>A result that is not the expected one.</summary>
/// <param name="Name">Of the case or combination.</param>
/// <param name="Expected">As the file says; null: the file names what is not there.</param>
/// <param name="Actual">As the run showed; null likewise.</param>
public sealed record Surprise(string Name, Verdict? Expected, Verdict? Actual)
{
    /// <summary>Better than expected, or no longer there: the file is out of date.</summary>
    public bool IsStale => Actual is null
        || (Actual is Verdict.Pass or Verdict.Waived or Verdict.Warn && (Expected > Actual || Expected is Verdict.NotSupported or Verdict.Skipped));

    public override string ToString() => Actual is { } actual
        ? $"{Name}: {Words.Of(actual)}, expected {Words.Of(Expected!.Value)}"
        : $"{Name}: expected, and there is no such case or combination";
}
