using Conformance.Migration;
using Conformance.Suite;

namespace Conformance.Runner.Running;

/// <summary>What a run is asked, with all decided that can be before a device is looked at.</summary>
internal sealed record RunRequest
{
    /// <summary>What is to be carried out.</summary>
    public required Errand Errand { get; init; }

    /// <summary>Text and content of what is excused.</summary>
    public required (string Text, IReadOnlyList<Waiver> List) Waivers { get; init; }

    /// <summary>Null: nothing in particular.</summary>
    public required ExpectedResults? Expected { get; init; }

    /// <summary>The folder of the report; null: a new one.</summary>
    public string? Out { get; init; }

    /// <summary>The folder of the run that is gone on with; null: none is.</summary>
    public string? Resumed { get; init; }

    /// <summary>What was carried out already: by the run that is gone on with, or elsewhere.</summary>
    public IReadOnlyList<JournalLine> Earlier { get; init; } = [];

    /// <summary>The file of figures that must be reached; null: as the profile says.</summary>
    public string? Baseline { get; init; }

    public string? Suite { get; init; }

    /// <summary>A session of it; keeps in the folder what it is judged by, without which nobody could make its verdicts again.</summary>
    /// <param name="plan">Its plan, or the same of real functions that were looked at.</param>
    /// <param name="folder">Of the run.</param>
    /// <param name="services">For the baseline.</param>
    public Session Session(Plan plan, RunFolder folder, Services services)
    {
        var held = BaselineFile.Of(Baseline, plan, services);
        folder.KeepAsked(Waivers.Text, Expected, held);
        var options = SessionOptions.Of(Errand, plan);
        options = options with
        {
            HeaderIsKept = Resumed is not null && Errand.Header.PlanHash == options.Header.PlanHash,
            Suite = Suite,
            Waivers = Waivers.List,
            Expected = Expected,
            Baseline = held,
            Earlier = Earlier,
        };
        return new Session(plan, options, folder);
    }
}
