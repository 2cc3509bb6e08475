namespace Conformance.Migration;

/// <summary>Everything that a run was and showed: <c>run.json</c>. The report is made of it alone.</summary>
public sealed record RunRecord
{
    /// <summary>Of this form; raised when a reader must know.</summary>
    public int Version { get; init; } = 1;

    /// <summary>What every figure in here is of: a model of a device, which is not a device.</summary>
    public string Figures { get; init; } = "SIMULATED";

    public required EnvironmentRecord Environment { get; init; }

    public required Plan Plan { get; init; }

    /// <summary>Name of the planted bug the device had; null for none.</summary>
    public string? Defect { get; init; }

    public required IReadOnlyList<CombinationRecord> Combinations { get; init; }

    /// <summary>What it is against the baseline that it was held to; null where there was none to hold it to.</summary>
    public BaselineResult? Baseline { get; init; }

    /// <summary>What the suite itself costs here, one for each shape of move; empty where no time of the machine's clock is told.</summary>
    public IReadOnlyList<SuiteCostRecord> Costs { get; init; } = [];

    /// <summary>In the order of the plan, whatever the order of the run.</summary>
    public IReadOnlyList<CaseRecord> Cases { get; init; } = [];

    /// <summary>Every requirement that there is, with what looked at it; empty where no case was asked for.</summary>
    public IReadOnlyList<RequirementRecord> Requirements { get; init; } = [];

    /// <summary>Waivers that are out of date, a sentence each.</summary>
    public IReadOnlyList<string> StaleWaivers { get; init; } = [];

    /// <summary>Where the run is not as it was expected to be; empty where nothing was expected.</summary>
    public IReadOnlyList<Surprise> Surprises { get; init; } = [];

    /// <summary>What may be said of the device; null where no case was asked for.</summary>
    public ConformanceClaim? Conformance { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>The program's.</summary>
    public required int ExitCode { get; init; }

    /// <summary>Stopped before its end; the record is partial.</summary>
    public required bool Interrupted { get; init; }

    /// <summary>What the suite itself costs in moves as those of a combination; null where that is not known.</summary>
    public SuiteCostRecord? CostOf(string combination) => Costs.FirstOrDefault(it => it.IsKnown && it.Combinations.Contains(combination));
}

/// <summary>Where and how it ran: what a reader needs to believe and to repeat it.</summary>
public sealed record EnvironmentRecord
{
    /// <summary>Commit of the suite, or what its build was told; null where unknown.</summary>
    public required string? Commit { get; init; }

    /// <summary>The tree had changes that are in no commit; null where unknown.</summary>
    public required bool? Modified { get; init; }

    /// <summary>SHA-256 over the assemblies of the program, by which two builds of one commit are told apart; null where unknown.</summary>
    public string? Build { get; init; }

    public required string Runtime { get; init; }

    public required string System { get; init; }

    public required string Kernel { get; init; }

    public required string Architecture { get; init; }

    public required string Processor { get; init; }

    public required int Cores { get; init; }

    public required long MemoryBytes { get; init; }

    /// <summary>As it was called.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Path of the profile as it was given.</summary>
    public required string ProfilePath { get; init; }

    public required DateTimeOffset Started { get; init; }

    /// <summary>On the machine's clock.</summary>
    public required double ElapsedSeconds { get; init; }
}

/// <summary>
/// What was found and nothing else: <c>verdicts.json</c>. No time, no machine: on the virtual clock the same profile and seed give the
/// same bytes.
/// </summary>
public sealed record VerdictFile
{
    /// <summary>What was judged: SIMULATED, EMULATED, or a device.</summary>
    public required string Figures { get; init; }

    public required string Profile { get; init; }

    public required string ProfileHash { get; init; }

    public required ulong Seed { get; init; }

    public required string? Defect { get; init; }

    public required Verdict Verdict { get; init; }

    public required IReadOnlyList<CombinationVerdict> Combinations { get; init; }

    public required IReadOnlyList<CaseVerdict> Cases { get; init; }

    public required IReadOnlyList<string> StaleWaivers { get; init; }

    public static VerdictFile Of(RunRecord run) => new()
    {
        Figures = run.Figures,
        Profile = run.Plan.Name,
        ProfileHash = run.Plan.ProfileHash,
        Seed = run.Plan.Seed,
        Defect = run.Defect,
        Verdict = run.Verdict,
        Combinations =
        [
            .. run.Combinations.Select(it => new CombinationVerdict
            {
                Name = it.Name,
                Seed = it.Seed,
                Found = it.Found,
                Verdict = it.Verdict,
                UnexpectedPass = it.UnexpectedPass,
                Cycles = it.Result.Cycles.Count,
                BlocksVerified = it.Result.Cycles.Sum(cycle => cycle.BlocksVerified),
                InFlight = it.Result.Cycles.Select(cycle => cycle.InFlight).ToTotal(),
                Findings = [.. it.AllFindings()],
            }),
        ],
        Cases = [.. run.Cases.Select(CaseVerdict.Of)],
        StaleWaivers = run.StaleWaivers,
    };
}

/// <summary>One combination of <see cref="VerdictFile"/>.</summary>
public sealed record CombinationVerdict
{
    public required string Name { get; init; }

    public required ulong Seed { get; init; }

    public required Verdict Found { get; init; }

    public required Verdict Verdict { get; init; }

    public required bool UnexpectedPass { get; init; }

    public required int Cycles { get; init; }

    public required long BlocksVerified { get; init; }

    public required InFlightRecord InFlight { get; init; }

    public required IReadOnlyList<Finding> Findings { get; init; }
}

/// <summary>Sums over cycles.</summary>
public static class Totals
{
    /// <summary>Each class summed over the cycles that know it; null where none does.</summary>
    public static InFlightRecord ToTotal(this IEnumerable<InFlightRecord> records)
    {
        var all = records.ToList();
        return new InFlightRecord
        {
            Fetched = Sum(all, it => it.Fetched), Unfetched = Sum(all, it => it.Unfetched), Posted = Sum(all, it => it.Posted),
        };
    }

    private static long? Sum(List<InFlightRecord> records, Func<InFlightRecord, long?> of) =>
        records.Exists(it => of(it) is not null) ? records.Sum(of) : null;
}
