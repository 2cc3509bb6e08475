using Conformance.Nvme;

namespace Conformance.Linux;

/// <summary>Where the capabilities of a function are.</summary>
internal sealed class CapabilityList
{
    private const int First = 0x40;
    private const int Length = 0x1000;

    private readonly Dictionary<CapabilityId, int> _plain = [];
    private readonly Dictionary<ExtendedCapabilityId, int> _extended = [];

    /// <param name="read">Reads configuration space: offset and width.</param>
    public static CapabilityList Read(Func<int, int, uint> read)
    {
        var list = new CapabilityList();
        if (new PciStatus((ushort)read(PciHeader.StatusOffset, 2)).CapabilityList)
        {
            // The list of a broken device may be a ring: each place is looked at once.
            for (var at = (int)read(PciHeader.CapabilitiesPointerOffset, 1) & ~3; at >= First && !list._plain.ContainsValue(at);)
            {
                if (!list._plain.TryAdd((CapabilityId)read(at + CapabilityHeader.IdOffset, 1), at)) break;
                at = (int)read(at + CapabilityHeader.NextOffset, 1) & ~3;
            }
        }

        for (var at = ExtendedCapabilityHeader.First; at >= ExtendedCapabilityHeader.First && at < Length;)
        {
            var header = new ExtendedCapabilityHeader(read(at, 4));
            if (header.Raw is 0 or uint.MaxValue || !list._extended.TryAdd(header.Id, at)) break;
            at = header.Next & ~3;
        }

        return list;
    }

    public int? Find(CapabilityId id) => _plain.TryGetValue(id, out var at) ? at : null;

    public int? FindExtended(ExtendedCapabilityId id) => _extended.TryGetValue(id, out var at) ? at : null;
}
