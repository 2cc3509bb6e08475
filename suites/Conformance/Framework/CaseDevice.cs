using Conformance.Device;
using Conformance.Migration;

namespace Conformance.Suite;

/// <summary>A device that cases run on. Each case gets a pair of its own, as good as new.</summary>
/// <param name="Name">For people and records.</param>
/// <param name="Create">A pair in a world; null where this device cannot be had with that medium.</param>
public sealed record CaseDevice(string Name, Func<World, MediumSharing, PairUnderTest?> Create)
{
    public ClockKind Clock { get; init; }
}
