namespace Conformance.Migration;

/// <summary>What a cycle does besides moving.</summary>
/// <param name="CancelAfter">The orchestrator changes its mind when this step is done; null: never.</param>
/// <param name="BreakAt">The destination dies when this step begins; null: never.</param>
/// <param name="ReadsBack">What was loaded is read back, where anybody can read it.</param>
/// <param name="VerifyAll">Every block that the guest ever changed is read at the end, not only those since the last look.</param>
public sealed record CycleOptions(CycleStep? CancelAfter = null, CycleStep? BreakAt = null, bool ReadsBack = true, bool VerifyAll = false);
