using System.ComponentModel.DataAnnotations;
using Conformance.Device;

namespace Conformance.Migration;

/// <summary>Which cases are run, in what order, and how far each may go. On the device, then on each of devices that is needed.</summary>
public sealed record CaseOptions
{
    /// <summary>Those that one of these names; * stands for any text: suspend/*.</summary>
    [MinLength(1)]
    public IReadOnlyList<string> Only { get; init; } = ["*"];

    /// <summary>But not those that one of these names.</summary>
    public IReadOnlyList<string> Skip { get; init; } = [];

    /// <summary>listed: by area, then by name. seeded: shuffled by the seed. The verdicts are the same.</summary>
    public CaseOrder Order { get; init; } = CaseOrder.Listed;

    /// <summary>How often each is run; each time it draws other random numbers.</summary>
    [Range(1, 1_000_000)]
    public int Repeat { get; init; } = 1;

    /// <summary>How long nothing must happen where nothing may, on the profile's clock.</summary>
    [Range(typeof(Duration), "1us", "24h")]
    public Duration Silence { get; init; } = Duration.FromSeconds(1);

    /// <summary>How long a case may take on the machine's clock before its process is ended.</summary>
    [Range(typeof(Duration), "1ms", "24h")]
    public Duration Timeout { get; init; } = Duration.FromSeconds(30);

    /// <summary>The same for some: by class (SuspendCases), area (suspend) or name (suspend/*); the most specific holds.</summary>
    public OrderedDictionary<string, Duration> Timeouts { get; init; } = [];
}

/// <summary>In which order cases are run.</summary>
public enum CaseOrder
{
    Listed,
    Seeded,
}

/// <summary>What a case is called and what it belongs to.</summary>
/// <param name="Id">Area and name: <c>suspend/Nothing_is_fetched(3)</c>.</param>
/// <param name="Area">Of the requirements.</param>
/// <param name="Class">That it is written in.</param>
public readonly record struct CaseName(string Id, string Area, string Class);
