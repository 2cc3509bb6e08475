using System.Text;
using System.Text.Json;
using Conformance.Migration;
using Conformance.Runner.Running;
using Conformance.Suite;

namespace Conformance.Runner.Bundles;

/// <summary>
/// Judges everything in a journal once more, from its observations, and sees to it that all of the plan is there. Does not trust what the journal
/// says of itself: a verdict beside observations that give another is refused.
/// </summary>
internal sealed class JournalCheck(RunRecord run, byte[] journal, CaseCatalogue catalogue)
{
    private const string Name = "journal.jsonl";
    private const string UntilFailOption = "--until-fail";
    private const string BareOption = "--bare";

    private readonly List<CaseRecord> _cases = [];
    private readonly Dictionary<string, (CombinationRecord Record, Journal Journal)> _combinations = [];
    private readonly List<RunHeader> _headers = [];
    private readonly List<SuiteCostRecord> _costs = [];
    private int _number;
    private int _cut;

    /// <summary>Every run of every case, judged again.</summary>
    public IReadOnlyList<CaseRecord> Cases => _cases;

    /// <summary>Likewise, in the order of the plan.</summary>
    public IReadOnlyList<(CombinationRecord Record, Journal Journal)> Combinations =>
        [.. run.Plan.Combinations.Where(it => _combinations.ContainsKey(it.Name)).Select(it => _combinations[it.Name])];

    /// <summary>What the suite itself cost, which follows from nothing else.</summary>
    public IReadOnlyList<SuiteCostRecord> Costs => _costs;

    /// <summary>Verdicts against observations.</summary>
    public string Verdicts()
    {
        var observations = 0L;
        foreach (var text in Encoding.UTF8.GetString(journal).Split('\n'))
        {
            _number++;
            if (text.Length == 0 || Read(text) is not { } line) continue;
            if (_headers.Count == 0 && line.Run is null) throw Refused("it does not begin with what was run");
            if (line.Run is { } header) Take(header);
            else if (line.Case is { } it) observations += Take(it, line.Observations);
            else if (line.Combination is { } combination) observations += Take(combination, line.Observations);
            else if (line.Cost is { } cost) Take(cost);
            else throw Refused("neither a header, a case, a combination nor a cost of the suite");
        }

        if (_headers.Count == 0) throw Refused("it is empty");
        if (_headers[^1].PlanHash != run.Plan.Hash()) throw new RefusedException(Name, "the plan in run.json is not the one that was run: its hash is another");
        var cut = _cut == 0 ? "" : $", {_cut} lines were cut off";
        var cycles = _combinations.Values.Sum(it => it.Record.Result.AllCycles.Count());
        var held = cycles == 0 ? "" : $", the figures of {cycles} cycles are held against the instants of their steps, which are believed";
        return $"{_cases.Count} runs of cases and {_combinations.Count} combinations are judged again from {observations} observations{held}{cut}";
    }

    /// <summary>All that was planned is there, as often as it was planned, and nothing else.</summary>
    public string Completeness()
    {
        var planned = run.Plan.Cases?.Cases.Select(it => it.Id).ToHashSet(StringComparer.Ordinal) ?? [];
        if (_cases.Find(it => !planned.Contains(it.Id)) is { } extra) throw new RefusedException(Name, $"{extra.Id} was run and is not in the plan");
        if (_combinations.Keys.FirstOrDefault(name => !run.Plan.Combinations.Any(it => it.Name == name)) is { } other)
            throw new RefusedException(Name, $"{other} was run and is not in the plan");
        var repeat = run.Plan.Cases?.Repeat ?? 1;
        var runs = _cases.ToLookup(it => it.Id, it => it.Repetition);
        foreach (var id in planned)
        {
            if (runs[id].GroupBy(it => it).FirstOrDefault(it => it.Count() > 1) is { } twice)
                throw new RefusedException(Name, $"{id} has repetition {twice.Key} twice");
        }

        if (run.Interrupted) return "the run was interrupted: what is missing was not run";
        if (!run.Environment.Arguments.Contains(BareOption) && Combinations.FirstOrDefault(it => NeedsCost(it.Record)).Record is { Name: { } costless })
            throw new RefusedException(Name, $"what the suite itself costs in moves as those of {costless} is missing");
        // It ends with the first failure, and only with one.
        if (run.Environment.Arguments.Contains(UntilFailOption) && _cases.Find(it => Session.IsFailure(it.Verdict)) is { } failed)
            return $"the run was made with {UntilFailOption}, and ended with {failed.Id}";
        foreach (var id in planned)
        {
            if (Enumerable.Range(1, repeat).FirstOrDefault(it => !runs[id].Contains(it)) is > 0 and var missing)
                throw new RefusedException(Name, $"{id} is planned and missing{(repeat > 1 ? $": repetition {missing} of {repeat}" : "")}");
        }

        if (run.Plan.Combinations.FirstOrDefault(it => !_combinations.ContainsKey(it.Name)) is { } absent)
            throw new RefusedException(Name, $"{absent.Name} is planned and missing");
        return $"all {planned.Count} cases and {run.Plan.Combinations.Count} combinations of the plan were run";
    }

    private JournalLine? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, MigrationJson.Line.JournalLine);
        }
        catch (JsonException)
        {
            // A run that was killed left half a line, and another went on below it. That nothing is missing by it, completeness tells.
            _cut++;
            return null;
        }
    }

    private void Take(RunHeader header)
    {
        _headers.Add(header);
        if (header.ProfileHash != run.Plan.ProfileHash) throw Refused("the run had another profile than run.json says");
        if (header.Seed != run.Plan.Seed) throw Refused($"the run had seed {header.Seed}, run.json says {run.Plan.Seed}");
        if (header.Defect != run.Defect) throw Refused($"the run had {header.Defect ?? "no"} planted bug, run.json says {run.Defect ?? "none"}");
    }

    private int Take(CaseRecord it, string? text)
    {
        var observed = Observed(it.Id, text);
        var again = CaseRecord.Judge(it.Id, it.Device, it.Covers, observed, it.Stop);
        if (again.Verdict != it.Verdict) throw Refused($"{it.Id} is said to be {Words.Of(it.Verdict)}, its observations give {Words.Of(again.Verdict)}");
        if (again.Reason != it.Reason) throw Refused($"{it.Id} has another reason than its observations give");
        if (!again.Findings.SequenceEqual(it.Findings) || !again.Requirements.SequenceEqual(it.Requirements))
            throw Refused($"{it.Id} has other findings than its observations give");
        // A waiver excuses what was found; it stands in no journal.
        if (it.Found is not null) throw Refused($"{it.Id} is excused before it was judged");
        // A case that died told nothing of what it was to look at.
        var died = it is { Stop: not null, Covers: [] };
        if (run.Conformance is not null && !died && catalogue.Find(it.Id) is { } info && !info.Covers.SequenceEqual(it.Covers))
            throw Refused($"{it.Id} is to look at {string.Join(' ', info.Covers)}, and is said to look at {string.Join(' ', it.Covers)}");
        _cases.Add(it with
        {
            Verdict = again.Verdict, Reason = again.Reason, Findings = again.Findings, Requirements = again.Requirements, Journal = observed,
        });
        return observed.Observations.Count;
    }

    private int Take(CombinationRecord it, string? text)
    {
        if (run.Plan.Combinations.FirstOrDefault(plan => plan.Name == it.Name) is not { } plan) throw Refused($"{it.Name} was run and is not in the plan");
        var observed = Observed(it.Name, text);
        var cycles = it.Result.AllCycles.Count();
        var begun = cycles > 0 || observed.Observations.Count > 0;
        if (cycles > 0 && observed.Observations.Count == 0) throw Refused($"{it.Name} has {cycles} cycles and not one observation");
        if (begun && !Same(observed.Findings, it.AllFindings())) throw Refused($"{it.Name} has other findings than its observations give");
        foreach (var cycle in it.Result.AllCycles)
        {
            if (new CycleCheck(plan, cycle).Contradiction() is { } why) throw Refused($"{it.Name}: cycle {cycle.Number}{(plan.Vfs > 1 ? $", guest {cycle.Guest}" : "")}: {why}");
        }

        if (new LoadCheck(plan, it.Result).Contradiction() is { } contradiction) throw Refused($"{it.Name}: {contradiction}");
        var again = CombinationRecord.Of(plan, it.Result);
        if (again.Verdict != it.Verdict || again.Found != it.Found)
            throw Refused($"{it.Name} is said to be {Words.Of(it.Verdict)}, its cycles give {Words.Of(again.Verdict)}");
        if (Text(again) != Text(it)) throw Refused($"{it.Name}: its gates or its control are not judged as its cycles give");
        // One that was interrupted is run again by who goes on.
        if (_combinations.TryGetValue(it.Name, out var earlier) && !earlier.Record.Result.Interrupted) throw Refused($"{it.Name} was run twice");
        _combinations[it.Name] = (again, observed);
        return observed.Observations.Count;
    }

    private void Take(SuiteCostRecord it)
    {
        const string What = "what the suite itself costs is";
        foreach (var name in it.Combinations)
        {
            if (run.Plan.Combinations.FirstOrDefault(one => one.Name == name) is not { } plan || !SuiteCost.IsMeasured(plan))
                throw Refused($"{What} told of {name}, of which the plan has no time on the machine's clock");
            if (it.IsKnown && !it.Steps.Select(step => step.Step).SequenceEqual(plan.Steps)) throw Refused($"{What} not of the steps of {name}");
            if (_costs.Append(it).SelectMany(cost => cost.Combinations).Count(one => one == name) > 1) throw Refused($"{What} told of {name} twice");
        }

        if (SuiteCost.Shapes(run.Plan.Combinations.Where(plan => it.Combinations.Contains(plan.Name))).Count() != 1)
            throw Refused($"{What} told of {string.Join(", ", it.Combinations)} as one, and they do not move alike");
        if (it.GuestDowntimeNs < it.OrchestratorDowntimeNs) throw Refused($"{What} more of the orchestrator's downtime than of the guest's, which contains it");
        _costs.Add(it);
    }

    /// <summary>Whether it has figures on the machine's clock, and nothing says what of them is the suite's.</summary>
    private bool NeedsCost(CombinationRecord it) =>
        SuiteCost.HasFigures(it) && SuiteCost.IsMeasured(run.Plan.Combinations.First(plan => plan.Name == it.Name)) && !_costs.Exists(cost => cost.Combinations.Contains(it.Name));

    private Journal Observed(string name, string? text)
    {
        try
        {
            return Journal.Read(new StringReader(text ?? ""));
        }
        catch (FormatException e)
        {
            throw Refused($"{name}: {e.Message}");
        }
    }

    /// <summary>The same findings, in whatever order: a record has those of the whole before those of its cycles.</summary>
    private static bool Same(IEnumerable<Finding> left, IEnumerable<Finding> right)
    {
        static List<string> Texts(IEnumerable<Finding> findings) => [.. findings.Select(it => it.ToString()).Order(StringComparer.Ordinal)];
        return Texts(left).SequenceEqual(Texts(right));
    }

    private static string Text(CombinationRecord it) => JsonSerializer.Serialize(it, MigrationJson.Line.CombinationRecord);

    private RefusedException Refused(string why) => new($"{Name}:{_number}", why);
}
