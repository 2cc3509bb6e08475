using Conformance.Device;
using Conformance.Migration;
using Conformance.Sim;

namespace Conformance.Suite;

/// <summary>
/// The simulated pair as a device under test. The only place of this suite that knows it is there: cases reach a device through its wire.
/// </summary>
public static class SimulatedDevices
{
    private const string ProfileName = "conformance.yaml";

    /// <summary>What cases run on where nobody said otherwise: the devices of <c>profiles/conformance.yaml</c>, in their order.</summary>
    public static CaseSettings Default => BuiltBy(null);

    private static Profile ShippedProfile => field ??= ReadShipped();

    /// <summary>The same devices, built otherwise: with a planted defect.</summary>
    /// <param name="build">Builds each pair; null: the correct one.</param>
    public static CaseSettings BuiltBy(Func<World, SimulatedPairOptions, SimulatedPair>? build) => Of(CasePlan.Of(ShippedProfile, [])!, build);

    /// <summary>As a plan says.</summary>
    /// <param name="plan">Its devices, clock, limits and seed; its cases are of no matter.</param>
    /// <param name="build">Builds the pairs; null: correct ones.</param>
    public static CaseSettings Of(CasePlan plan, Func<World, SimulatedPairOptions, SimulatedPair>? build = null) => new()
    {
        Devices = [.. plan.Devices.Select(it => Of(it.Name, it.Device!, build, it.Destination) with { Clock = plan.Clock })],
        Seed = plan.Seed,
        Limits = plan.Limits,
        Silence = plan.Silence,
    };

    /// <param name="name">For records.</param>
    /// <param name="device">Both sides, or the source.</param>
    /// <param name="build">Builds the pair; null: the correct one.</param>
    /// <param name="destination">Where it differs.</param>
    public static CaseDevice Of(
        string name, SimulatedDevice device, Func<World, SimulatedPairOptions, SimulatedPair>? build = null, SimulatedDevice? destination = null) => new(
        name,
        (world, medium) => PairOf((build ?? ((w, options) => SimulatedPair.Create(w, options)))(
            world, new SimulatedPairOptions { Device = device, Destination = destination, Medium = medium })))
    {
        IsMadeToFail = device.Faults.Count > 0 || destination?.Faults.Count > 0,
        Vendor = VendorOptions.Of(device.VendorRfc, CancelAfterSave.LoadThenResume),
    };

    private static Profile ReadShipped()
    {
        var result = ProfileFile.Load(ProfileName, read: _ => SuiteFile.Read(ProfileName));
        return result.Profile ?? throw new InvalidDataException(string.Join('\n', result.Errors));
    }

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
