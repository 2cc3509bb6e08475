using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// A controller's way to host memory. Who asks is said anew for each access (see <see cref="RequesterStep"/>); the IOMMU answers by
/// that identifier, and the last mapping that matched is tried first.
/// </summary>
internal sealed class DmaPort(SimHost host)
{
    private SimFunction? _function;
    private DmaMapping[]? _table;
    private DmaMapping _last;

    /// <summary>
    /// The bytes at an IOVA: as many of <paramref name="length"/> as one mapping has. Empty where the access is refused; that is then
    /// recorded with the requester.
    /// </summary>
    public Span<byte> Translate(RequesterId requester, ulong iova, int length, DmaAccess access)
    {
        if (!Locate(requester, iova, access)) return default;
        var inside = (long)(iova - _last.Iova);
        var count = (int)Math.Min(length, _last.Length - inside);
        _function!.Space!.Observer?.Invoke(new DmaAccessed(requester, iova, count, access));
        return _last.Memory.DeviceSpan(_last.Offset + inside, count);
    }

    /// <summary>
    /// The bytes at an IOVA where the mapping used last has all of them; else empty. No access: nobody is told of it, and nothing of it may have an effect.
    /// </summary>
    public ReadOnlySpan<byte> Peek(ulong iova, int length)
    {
        var inside = iova - _last.Iova;
        return _function?.Space is { } space && ReferenceEquals(space.Table, _table) && inside < (ulong)_last.Length && _last.Length - (long)inside >= length
            ? _last.Memory.DeviceSpan(_last.Offset + (long)inside, length)
            : default;
    }

    private bool Locate(RequesterId requester, ulong iova, DmaAccess access)
    {
        if (_function is null || _function.Requester != requester) _function = host.FunctionOf(requester);
        if (_function?.Space is not { } space)
        {
            host.RecordUnattached(new DmaFault(host.World.Devices.Now, requester, iova, access));
            return false;
        }

        var table = space.Table;
        if (!ReferenceEquals(table, _table) || iova - _last.Iova >= (ulong)_last.Length)
        {
            var at = DmaSpace.Find(table, iova);
            if (at == table.Length || table[at].Iova != iova) at--;
            if (at < 0 || DmaSpace.End(table[at]) <= iova) return Refuse(space, requester, iova, access);
            (_table, _last) = (table, table[at]);
        }

        return (_last.Access & access) == access || Refuse(space, requester, iova, access);
    }

    private bool Refuse(DmaSpace space, RequesterId requester, ulong iova, DmaAccess access)
    {
        space.Record(new DmaFault(host.World.Devices.Now, requester, iova, access));
        return false;
    }
}
