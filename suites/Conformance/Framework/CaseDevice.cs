using Conformance.Device;
using Conformance.Migration;

namespace Conformance.Suite;

/// <summary>A device that cases run on. Each case gets a pair of its own, as good as new.</summary>
/// <param name="Name">For people and records.</param>
/// <param name="Create">A pair in a world; null where this device cannot be had with that medium.</param>
public sealed record CaseDevice(string Name, Func<World, MediumSharing, PairUnderTest?> Create)
{
    public ClockKind Clock { get; init; }

    /// <summary>An emulator's, in the same machine.</summary>
    public bool IsEmulated { get; init; }

    /// <summary>Commands of it are made to fail, for the cases that need that: that a case cannot begin there says nothing of it.</summary>
    public bool IsMadeToFail { get; init; }

    /// <summary>The dialect of its vendor commands, as its profile tells it; by default that of the December 2022 series.</summary>
    public VendorOptions Vendor { get; init; } = new();

    /// <summary>How its virtual functions are had behind VFIO; by default through the variant driver of this suite.</summary>
    public VfioAccess Vfio { get; init; } = new VariantAccess();
}
