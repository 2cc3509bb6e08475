using Conformance.Device;

namespace Conformance.Sim;

/// <summary>What a step of the controller answers: finished, or to be called again at a time.</summary>
internal readonly record struct StepResult
{
    private StepResult(long at) => At = at;

    /// <summary>When to call again, ns; 0 for finished. <see cref="World.Never"/>: when somebody says so.</summary>
    public long At { get; }

    public bool IsDone => At == 0;

    public static StepResult Done => default;

    /// <summary>Not finished: call again, with the same things, at <paramref name="at"/> ns.</summary>
    public static StepResult Later(long at) => new(Math.Max(at, 1));

    /// <summary>Not finished: somebody else will say when.</summary>
    public static StepResult WhenTold => new(World.Never);
}
