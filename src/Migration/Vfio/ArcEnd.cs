using Conformance.Driver;

namespace Conformance.Migration;

/// <summary>How what an arc asks of the device ended: done; refused, the device being as it was; or lost, nobody knowing how it is.</summary>
public readonly record struct ArcEnd(Outcome Outcome, bool IsLost)
{
    public static ArcEnd Done => default;

    /// <summary>As the device answered: without an answer it is lost.</summary>
    public static ArcEnd Of(Outcome outcome) => new(outcome, outcome.IsUnknown);

    /// <summary>The device was half way and is not back.</summary>
    public static ArcEnd Lost(Outcome outcome) => new(outcome, true);
}
