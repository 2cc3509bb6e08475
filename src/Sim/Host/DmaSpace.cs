using Conformance.Device;

namespace Conformance.Sim;

/// <summary>
/// An IOMMU domain. The table of mappings is replaced as a whole, so the device lane reads it without a lock; a mapping is there for
/// every doorbell rung after it, and gone once the device lane has passed the end of whatever it did at the time.
/// </summary>
internal sealed class DmaSpace(World world, string name) : IDmaSpace
{
    // A device that goes wild must not eat the memory of the run: later faults are counted, not kept.
    private const int KeptFaults = 4096;

    private readonly Lock _faultLock = new();
    private readonly List<DmaFault> _faults = [];
    private DmaMapping[] _table = [];

    public string Name { get; } = name;

    public Action<DmaAccessed>? Observer { get; set; }

    public IReadOnlyList<DmaMapping> Mappings => Volatile.Read(ref _table);

    public IReadOnlyList<DmaFault> Faults
    {
        get
        {
            lock (_faultLock) return [.. _faults];
        }
    }

    /// <summary>The current table, ascending; a new array after each change.</summary>
    public DmaMapping[] Table => Volatile.Read(ref _table);

    public void Map(in DmaMapping mapping)
    {
        if (mapping.Length <= 0 || (mapping.Iova | (ulong)mapping.Offset | (ulong)mapping.Length) % GuestMemory.PageSize != 0)
            throw new ArgumentException($"{mapping.Length} bytes at {mapping.Iova:X}h are not whole pages.", nameof(mapping));
        if (mapping.Offset < 0 || mapping.Offset + mapping.Length > mapping.Memory.Length)
            throw new ArgumentException($"{mapping.Length} bytes at {mapping.Offset} are not in {mapping.Memory}.", nameof(mapping));
        var old = Table;
        var at = Find(old, mapping.Iova);
        if (at < old.Length && old[at].Iova - mapping.Iova < (ulong)mapping.Length)
            throw new ArgumentException($"{mapping.Iova:X}h overlaps a mapping of {Name}.", nameof(mapping));
        if (at > 0 && End(old[at - 1]) > mapping.Iova)
            throw new ArgumentException($"{mapping.Iova:X}h overlaps a mapping of {Name}.", nameof(mapping));
        Volatile.Write(ref _table, [.. old[..at], mapping, .. old[at..]]);
    }

    public ValueTask UnmapAsync(ulong iova, long length)
    {
        var end = iova + (ulong)length;
        Volatile.Write(ref _table, Array.FindAll(Table, m => m.Iova < iova || End(m) > end));
        return DeviceLane.PassAsync(world);
    }

    /// <summary>Keeps a refused access.</summary>
    public void Record(in DmaFault fault)
    {
        lock (_faultLock)
        {
            if (_faults.Count < KeptFaults) _faults.Add(fault);
        }
    }

    public override string ToString() => $"{Name}: {Table.Length} mappings";

    /// <summary>Index of the first mapping that begins at or after an address.</summary>
    internal static int Find(DmaMapping[] table, ulong iova)
    {
        int low = 0, high = table.Length;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (table[middle].Iova < iova) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>First address behind a mapping.</summary>
    internal static ulong End(in DmaMapping mapping) => mapping.Iova + (ulong)mapping.Length;
}
