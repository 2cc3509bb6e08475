using Conformance.Device;

namespace Conformance.Migration;

/// <summary>A limit that the figure of each cycle is held to.</summary>
/// <param name="Name">Of the figure.</param>
/// <param name="Limit">As the profile has it.</param>
/// <param name="Beyond">What a cycle is that does not hold it: over 1ms.</param>
/// <param name="Figure">Of a cycle, the more the worse; null where it was not measured.</param>
/// <param name="Most">What it may be at most.</param>
/// <param name="Say">The worst figure, in words.</param>
internal sealed record CycleLimit(string Name, string Limit, string Beyond, Func<CycleRecord, double?> Figure, double Most, Func<double, string> Say)
{
    /// <summary>A time, ns.</summary>
    public static CycleLimit AtMost(string name, Duration most, Func<CycleRecord, long?> of) =>
        new(name, $"{most}", $"over {most}", cycle => of(cycle), most.Nanoseconds, ns => $"the longest was {new Duration((long)ns)}");

    /// <summary>The load after the move, of which more is better.</summary>
    /// <param name="percent">Of what was to come.</param>
    public static CycleLimit OfThroughput(int percent) =>
        new(
            "throughput after", $"{percent} % of what was to come", $"under {percent} % of what was to come", cycle => -100 * cycle.Throughput.AfterShare,
            -percent, share => $"the lowest was {-share:0.#} %");

    public bool IsBeyond(CycleRecord cycle) => Figure(cycle) > Most;

    /// <summary>The worst of some cycles that are beyond it.</summary>
    public string Worst(IReadOnlyList<CycleRecord> beyond)
    {
        var worst = beyond.MaxBy(Figure)!;
        return $"{Say(Figure(worst)!.Value)} in cycle {worst.Number}";
    }
}
