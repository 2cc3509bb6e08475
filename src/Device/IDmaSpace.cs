using Conformance.Nvme;

namespace Conformance.Device;

[Flags]
public enum DmaAccess
{
    None = 0,
    Read = 1,
    Write = 2,
    ReadWrite = 3,
}

/// <summary>One mapping of a DMA space.</summary>
public readonly record struct DmaMapping(ulong Iova, GuestMemory Memory, long Offset, long Length, DmaAccess Access);

/// <summary>An access that the IOMMU let through.</summary>
/// <param name="Requester">Who reads or writes.</param>
/// <param name="Iova">First byte.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Access">Read or write.</param>
public readonly record struct DmaAccessed(RequesterId Requester, ulong Iova, int Length, DmaAccess Access);

/// <summary>An access that the IOMMU refused.</summary>
/// <param name="At">ns.</param>
/// <param name="Requester">Who tried.</param>
/// <param name="Iova">First byte that was not mapped with this access.</param>
public readonly record struct DmaFault(long At, RequesterId Requester, ulong Iova, DmaAccess Access);

/// <summary>
/// The addresses that a function may reach: an IOMMU domain. Guarantees:
/// <list type="bullet">
/// <item>A function reaches exactly what is mapped in the space it is attached to; all else faults, changes nothing and is recorded.</item>
/// <item>Mappings are whole pages and never overlap; <see cref="Map"/> takes effect before any doorbell rung after it.</item>
/// <item>When the task of <see cref="UnmapAsync"/> ends, no access through the mapping is under way and none can begin.</item>
/// </list>
/// </summary>
public interface IDmaSpace
{
    string Name { get; }

    /// <summary>Told each access that was let through, by a host that can see them; others ignore it. For traces; null: nobody.</summary>
    Action<DmaAccessed>? Observer
    {
        get => null;
        set { }
    }

    /// <summary>What is mapped, ascending by IOVA.</summary>
    IReadOnlyList<DmaMapping> Mappings { get; }

    /// <summary>The host tells which accesses it refused.</summary>
    bool TellsFaults => true;

    /// <summary>Accesses refused so far, oldest first; empty on a host that does not tell.</summary>
    IReadOnlyList<DmaFault> Faults { get; }

    void Map(in DmaMapping mapping);

    /// <summary>Takes out every mapping that lies within the range.</summary>
    ValueTask UnmapAsync(ulong iova, long length);
}
