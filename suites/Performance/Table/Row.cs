namespace Conformance.Performance;

/// <summary>One line of the table.</summary>
/// <param name="What">What is measured.</param>
/// <param name="Figure">As measured, for people.</param>
/// <param name="Beside">What it is held against, as measured in the same run.</param>
/// <param name="Ratio">The figure as a multiple of that; null where there is none.</param>
/// <param name="Demand">What must be reached; null where nothing is demanded.</param>
/// <param name="Reached">Null where it was not measured.</param>
/// <param name="Why">Why it was not measured, or was not reached: where the time goes.</param>
internal sealed record Row(string What, string Figure, string Beside, double? Ratio, string? Demand, bool? Reached, string? Why = null)
{
    public static Row AtLeast(double least, string what, string figure, string beside, double ratio, string? why = null) =>
        new(what, figure, beside, ratio, $"at least {least:0.0#}", ratio >= least, ratio >= least ? null : why);

    public static Row AtMost(double most, string what, string figure, string beside, double ratio, string? why = null) =>
        new(what, figure, beside, ratio, $"at most {most:0.0#}", ratio <= most, ratio <= most ? null : why);

    public static Row NotMeasured(string what, string demand, string why) => new(what, "-", "-", null, demand, null, why);

    /// <summary>As the last column says it.</summary>
    public string Verdict => Demand is null ? "" : Reached switch { true => "reached", false => "NOT REACHED", _ => "not measured" };
}
