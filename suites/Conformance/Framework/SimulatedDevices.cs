using Conformance.Device;
using Conformance.Migration;
using Conformance.Sim;

namespace Conformance.Suite;

/// <summary>
/// The simulated pair as a device under test. The only place of this suite that knows it is there: cases reach a device through its wire.
/// </summary>
public static class SimulatedDevices
{
    // It takes its time, so that commands are in flight when a case wants that; virtual time costs nothing.
    private static readonly SimulatedDevice _plain = new()
    {
        Timing = new()
        {
            Admin = Duration.FromMicroseconds(5), Read = Duration.FromMicroseconds(80), Write = Duration.FromMicroseconds(20),
            Flush = Duration.FromMicroseconds(10), OtherIo = Duration.FromMicroseconds(30), Suspend = Duration.FromMicroseconds(50),
            Resume = Duration.FromMicroseconds(50), SaveState = Duration.FromMicroseconds(20), LoadState = Duration.FromMicroseconds(20),
        },
    };

    /// <summary>
    /// Configurations by name, in the order in which a case tries them: the plain one, then such as have what that one lacks.
    /// </summary>
    public static IReadOnlyDictionary<string, SimulatedDevice> Configurations { get; } = new OrderedDictionary<string, SimulatedDevice>
    {
        ["plain"] = _plain,
        ["vendor-state"] = _plain with { Migration = new() { VendorState = new() { Supported = true } } },
        ["small-transfers"] = _plain with { Capabilities = new() { Mdts = 1 } },
        ["no-migration"] = _plain with { Migration = new() { Supported = false, TracksMemory = false, TracksUserData = false } },
    };

    /// <summary>What cases run on where nobody said otherwise.</summary>
    public static CaseSettings Default => new() { Devices = [.. Configurations.Select(it => Of(it.Key, it.Value))] };

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
