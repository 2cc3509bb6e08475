using System.Collections.Immutable;
using Conformance.Device;

namespace Conformance.Linux;

/// <summary>
/// The IOMMU domain of one function, which nobody else is in: what it maps is all that the function reaches. Guarantees:
/// <list type="bullet">
/// <item>When <see cref="Map"/> returns the memory is pinned and the function reaches it; when <see cref="Unmap"/> returns no access is under way.</item>
/// <item>A mapping is taken out as it was put in, whole.</item>
/// </list>
/// </summary>
internal interface IIommu : IDisposable
{
    /// <summary>For people: "group 7 in a container (type1v2)".</summary>
    string Name { get; }

    /// <summary>What can be mapped, ascending.</summary>
    ImmutableArray<IovaRange> Ranges { get; }

    /// <summary>Maps memory of this process.</summary>
    /// <param name="iova">First address.</param>
    /// <param name="address">Of the memory, in this process.</param>
    /// <param name="length">Bytes, whole pages.</param>
    /// <param name="access">What the function may do.</param>
    void Map(ulong iova, nint address, long length, DmaAccess access);

    void Unmap(ulong iova, long length);
}
