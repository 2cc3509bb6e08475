using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>One entry of an MSI-X table, saved.</summary>
/// <param name="Control">Vector control; bit 0 masked.</param>
public readonly record struct SavedVector(ulong Address, uint Data, uint Control)
{
    internal MsixTableEntry Entry => new() { Address = Address, Data = Data, Control = new MsixVectorControl(Control) };

    internal static SavedVector Of(in MsixTableEntry entry) => new(entry.Address, entry.Data, entry.Control.Raw);
}

/// <summary>
/// What the host owns of a function and has to put back on the destination: PCI command, MSI-X as the guest set it, interrupts not yet
/// sent, vectors in use, and the trapped admin side of a mediated guest.
/// </summary>
public sealed record HostState
{
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>The PCI Command register.</summary>
    public ushort Command { get; init; }

    /// <summary>Message control of MSI-X; 0 without MSI-X.</summary>
    public ushort MsixControl { get; init; }

    /// <summary>The MSI-X table, masks included.</summary>
    public IReadOnlyList<SavedVector> Entries { get; init; } = [];

    /// <summary>Vectors whose pending bit is set.</summary>
    public IReadOnlyList<int> Pending { get; init; } = [];

    /// <summary>Vectors that are bound.</summary>
    public IReadOnlyList<int> Bound { get; init; } = [];

    /// <summary>Null where the device holds the admin queue itself.</summary>
    public MediatedState? Admin { get; init; }
}
