namespace Conformance.Migration;

/// <summary>What a cycle does besides moving.</summary>
/// <param name="CancelAfter">The orchestrator changes its mind when this step is done; null: never.</param>
/// <param name="BreakAt">The destination dies when this step begins; null: never.</param>
public sealed record CycleOptions(CycleStep? CancelAfter, CycleStep? BreakAt);

/// <summary>Ends a cycle before its commit point; caught by the cycle itself, which then rolls back. Never leaves it.</summary>
internal sealed class CycleEnd(CycleOutcome outcome, string reason) : Exception(reason)
{
    public CycleOutcome Outcome { get; } = outcome;
}
