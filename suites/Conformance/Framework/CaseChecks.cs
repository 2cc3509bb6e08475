using Conformance.Device;
using Conformance.Driver;
using Conformance.Migration;
using Conformance.Nvme;

namespace Conformance.Suite;

/// <summary>
/// What a case observes, held against what its requirements say. Written down first, then judged; how much it weighs follows from the
/// requirement's level. Every call names the requirement, where it looked, what it saw and what should have been; each tells whether it held.
/// </summary>
public sealed class CaseChecks
{
    private readonly Checks _checks;

    internal CaseChecks(Journal journal) => _checks = new Checks(journal, cycle: null, guest: null);

    /// <summary>Two values that must be equal, which they are when their texts are.</summary>
    public bool Equal<T>(string requirement, string path, T observed, T expected, string what) =>
        _checks.Equal(requirement, path, observed, expected, what, OfEffect(requirement));

    /// <summary>Something that must be so.</summary>
    public bool That(string requirement, string path, bool holds, string what) => _checks.That(holds, requirement, path, what, OfEffect(requirement));

    /// <summary>A command that must succeed.</summary>
    public bool Ok(string requirement, string path, in CommandAnswer answer, string what) =>
        _checks.Note(requirement, path, Text(answer), Text(Status.Success), what, Unless(answer, OfEffect(requirement)));

    /// <summary>A procedure that must succeed.</summary>
    public bool Ok(string requirement, string path, in Outcome outcome, string what) =>
        _checks.Note(requirement, path, outcome.IsOk ? "ok" : outcome.ToString(), "ok", what, outcome.IsUnknown ? Verdict.Timeout : OfEffect(requirement));

    /// <summary>
    /// A command that must be refused: that it was is one check, that the status is a legal one another, which weighs less where a source only
    /// demands the effect. Do Not Retry and More do not count.
    /// </summary>
    /// <param name="legal">The statuses that are legal; where a command has several errors, those of all of them.</param>
    public bool Refused(string requirement, string path, in CommandAnswer answer, params ReadOnlySpan<Status> legal)
    {
        var refused = answer.Outcome == TicketOutcome.Completed && !answer.Status.IsSuccess;
        _checks.Note(
            requirement, path, answer.Outcome == TicketOutcome.Completed ? refused ? "refused" : "accepted" : "no answer in time", "refused",
            "a command that must be refused was not", Unless(answer, OfEffect(requirement)));
        if (!refused) return false;
        var status = answer.Status;
        var expected = status;
        if (!legal.Contains(status)) expected = legal[0];
        _checks.Note(
            requirement, $"{path}.status", Text(status), Text(expected), $"refused with another status than {Text(legal)}", OfFigure(requirement));
        return true;
    }

    /// <summary>An exact figure or status of a requirement whose source may demand the effect only.</summary>
    public bool Figure<T>(string requirement, string path, T observed, T expected, string what) =>
        _checks.Equal(requirement, path, observed, expected, what, OfFigure(requirement));

    /// <summary>
    /// Which of several legal ways a device went, or a figure; it is noted, and always right. So it is no look at a requirement that demands
    /// something; of one that recommends, is inferred or asks for a figure it is all there is to see.
    /// </summary>
    public void Saw(string requirement, string path, string alternative) =>
        _checks.Note(requirement, path, alternative, "", "", relation: OfEffect(requirement) == Verdict.Fail ? Relation.Any : Relation.Told);

    /// <summary>A hazard that the case needs: without it nothing was shown, so that the verdict is inconclusive.</summary>
    /// <param name="requirement">The requirement that could then not be looked at.</param>
    /// <param name="path">Where it was looked for.</param>
    /// <param name="happened">It did.</param>
    /// <param name="what">What should have come about: "commands in flight at the suspend".</param>
    public bool Hazard(string requirement, string path, bool happened, string what) =>
        _checks.That(happened, requirement, path, $"did not come about: {what}", Verdict.Inconclusive);

    /// <summary>A status as it is written: SCT/SC and its name.</summary>
    public static string Text(Status status) => status.ToString();

    private static string Text(in CommandAnswer answer) => answer.Outcome == TicketOutcome.Completed ? Text(answer.Status) : "no answer in time";

    private static string Text(ReadOnlySpan<Status> statuses) => string.Join(" or ", statuses.ToArray().Select(Text));

    private static Verdict Unless(in CommandAnswer answer, Verdict otherwise) => answer.Outcome == TicketOutcome.Completed ? otherwise : Verdict.Timeout;

    private static Verdict OfEffect(string requirement) => Level(requirement) switch
    {
        RequirementLevel.Mandatory or RequirementLevel.MandatoryEffect => Verdict.Fail,
        RequirementLevel.Harness => Verdict.HarnessError,
        _ => Verdict.Warn,
    };

    private static Verdict OfFigure(string requirement) => Level(requirement) == RequirementLevel.MandatoryEffect ? Verdict.Warn : OfEffect(requirement);

    private static RequirementLevel Level(string requirement) =>
        RequirementLevels.Of(requirement) ?? throw new ArgumentException($"{requirement} is in no catalogue.", nameof(requirement));
}
