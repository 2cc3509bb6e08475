using Conformance.Device;
using Conformance.Migration;
using Conformance.Sim;

namespace Conformance.Suite;

/// <summary>
/// The simulated pair as a device under test. The only place of this suite that knows it is there: cases reach a device through its wire.
/// </summary>
public static class SimulatedDevices
{
    /// <summary>What cases run on where nobody said otherwise.</summary>
    public static CaseSettings Default => new() { Devices = [Of("simulated", new SimulatedDevice())] };

    /// <param name="name">For records.</param>
    /// <param name="device">Both sides.</param>
    /// <param name="build">Builds the pair; null: the correct one.</param>
    public static CaseDevice Of(string name, SimulatedDevice device, Func<World, SimulatedPairOptions, SimulatedPair>? build = null) => new(
        name,
        (world, medium) => PairOf((build ?? ((w, options) => SimulatedPair.Create(w, options)))(
            world, new SimulatedPairOptions { Device = device, Medium = medium })));

    private static PairUnderTest PairOf(SimulatedPair pair) => new()
    {
        SourceBus = pair.Source,
        SourcePf = pair.Source.PhysicalFunctions[0].Requester,
        DestinationBus = pair.Destination,
        DestinationPf = pair.Destination.PhysicalFunctions[0].Requester,
        Description = "simulated",
        Simulated = true,
        Fresh = true,
    };
}
