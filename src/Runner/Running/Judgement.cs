using Conformance.Migration;
using Conformance.Suite;

namespace Conformance.Runner.Running;

/// <summary>
/// The record of a run made of what its journal holds, by one rule for all: at the end of a run, and again by <c>verify</c>, who was not there.
/// </summary>
internal sealed record Judgement
{
    public required Plan Plan { get; init; }

    public required EnvironmentRecord Environment { get; init; }

    /// <summary>The planted bug; null for none.</summary>
    public required string? Defect { get; init; }

    /// <summary>Every run of every case.</summary>
    public required IEnumerable<CaseRecord> Cases { get; init; }

    /// <summary>Each combination with what it observed.</summary>
    public required IEnumerable<(CombinationRecord Record, Journal Journal)> Combinations { get; init; }

    /// <summary>What is excused.</summary>
    public IReadOnlyList<Waiver> Waivers { get; init; } = [];

    /// <summary>What the run was expected to show; null: nothing in particular.</summary>
    public ExpectedResults? Expected { get; init; }

    /// <summary>Names of all cases that there are, selected or not.</summary>
    public IReadOnlyList<string> Known { get; init; } = [];

    /// <summary>The cases are those of this suite, which alone may say that a device conforms.</summary>
    public bool OwnSuite { get; init; } = true;

    /// <summary>How the run was ended before its end; null where it was not.</summary>
    public ExitCode? Signal { get; init; }

    /// <summary>What its figures are held against; null: nothing.</summary>
    public HeldBaseline? Baseline { get; init; }

    /// <summary>What the suite itself cost, which was measured and follows from nothing.</summary>
    public IReadOnlyList<SuiteCostRecord> Costs { get; init; } = [];

    /// <summary>The day by which waivers are held to have expired or not: that on which the run started.</summary>
    public DateOnly Day => DateOnly.FromDateTime(Environment.Started.UtcDateTime);

    public RunRecord Record()
    {
        var combinations = Combinations.ToList();
        var records = combinations.ConvertAll(it => it.Record);
        var (ran, stale) = Waived.Apply(Waivers, Together(), pattern => Known.Any(it => CaseGlob.Matches(pattern, it)), Day);
        bool Exists(string name) => Known.Contains(name) || Plan.Combinations.Any(it => it.Name == name);
        var surprises = Expected?.Surprises(ran, records, Exists).ToList();
        var record = new RunRecord
        {
            Costs = Costs,
            Figures = Plan.Figures,
            Environment = Environment,
            Plan = Plan,
            Defect = Defect,
            Combinations = records,
            Cases = ran,
            Requirements = Plan.Cases is null
                ? []
                : Coverage.Of(RequirementCatalogue.Shipped, ran, combinations.Select(it => (it.Record.Name, it.Journal))),
            StaleWaivers = stale,
            Surprises = surprises ?? [],
            Conformance = Plan.Cases is null || !OwnSuite ? null : ConformanceClaim.Of(MustPass.Frozen, ran, Environment.Modified, Defect is not null),
            Verdict = Verdicts.Worst([.. records.Select(record => record.Verdict), .. ran.Select(record => record.Verdict)]),
            ExitCode = (int)(Signal ?? ExitCodes.Of(records, ran, stale.Count > 0, surprises)),
            Interrupted = Signal is not null,
        };
        if (Baseline is null || Signal is not null) return record;
        var result = Baseline.Against(record);
        return record with { Baseline = result, ExitCode = (int)ExitCodes.Of(records, ran, stale.Count > 0, surprises, result) };
    }

    /// <summary>Each case that was run, its repetitions taken together, in the order of the plan.</summary>
    private List<CaseRecord> Together()
    {
        var runs = Cases.ToLookup(it => it.Id);
        return
        [
            .. from it in Plan.Cases?.Cases ?? []
               where runs.Contains(it.Id)
               select CaseRecord.Together([.. runs[it.Id].OrderBy(run => run.Repetition)]),
        ];
    }
}
