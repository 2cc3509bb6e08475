namespace Conformance.Migration;

/// <summary>A time of one move, ns, by the name that a profile has for it: an observer of downtime (<c>guest</c>), or what a step took (<c>step.suspend</c>).</summary>
/// <param name="Name">As in the profile.</param>
/// <param name="Title">As in tables: <c>guest downtime</c>, <c>step suspend</c>.</param>
/// <param name="Downtime">Who observes it; null: it is a step's.</param>
/// <param name="Step">The step; null: it is a downtime.</param>
public sealed record MoveFigure(string Name, string Title, DowntimeObserver? Downtime, CycleStep? Step)
{
    private const string StepPrefix = "step.";

    /// <summary>All downtimes, then all steps, each in their order.</summary>
    public static IReadOnlyList<MoveFigure> All { get; } =
    [
        .. Downtimes.All.Select(it => new MoveFigure(Words.Of(it.Observer), it.Name, it.Observer, null)),
        .. Enum.GetValues<CycleStep>().Select(step => new MoveFigure($"{StepPrefix}{Words.Of(step)}", $"step {Words.Of(step)}", null, step)),
    ];

    /// <summary>Null where nothing is called so.</summary>
    public static MoveFigure? Named(string name) => All.FirstOrDefault(it => it.Name == name);

    /// <summary>Null where it was not observed. A step counts in a completed move only: one that was broken off says nothing of how long it takes.</summary>
    public long? Of(CycleRecord cycle) =>
        Downtime is { } observer ? Downtimes.Of(observer, cycle.Downtime)
        : Step is { } step && cycle.Outcome == CycleOutcome.Completed ? cycle.TimeOf(step)
        : null;
}
