using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>
/// MSI-X of a function, with table and pending bits in BAR0. A function that has them behind another BAR has none here: nothing reaches
/// them through <see cref="IFunction"/>, and its host programs them.
/// </summary>
public sealed class MsixTable
{
    private readonly IFunction _function;

    private MsixTable(IFunction function, int capability, MsixLocation table, MsixLocation pending)
    {
        _function = function;
        ControlOffset = capability + MsixCapability.ControlOffset;
        Count = Control.TableSizeZ + 1;
        TableOffset = table.Offset;
        PendingOffset = pending.Offset;
    }

    /// <summary>Offset of Message Control in configuration space.</summary>
    public int ControlOffset { get; }

    /// <summary>Vectors.</summary>
    public int Count { get; }

    /// <summary>Byte of BAR0 where the table begins.</summary>
    public long TableOffset { get; }

    /// <summary>Byte of BAR0 where the pending bits begin.</summary>
    public long PendingOffset { get; }

    /// <summary>Bytes of the table.</summary>
    public long TableLength => (long)Count * MsixTableEntry.Size;

    /// <summary>Bytes of the pending bit array: whole quadwords.</summary>
    public long PendingLength => MsixPendingBits.SizeFor(Count);

    public MsixControl Control
    {
        get => new((ushort)_function.ReadConfig(ControlOffset, 2));
        set => _function.WriteConfig(ControlOffset, 2, value.Raw);
    }

    /// <summary>The table of a function, null where it has none in BAR0.</summary>
    public static MsixTable? Find(IFunction function)
    {
        var capability = PciConfig.FindCapability(function, CapabilityId.Msix);
        if (capability == 0) return null;
        var table = new MsixLocation(function.ReadConfig(capability + MsixCapability.TableOffset, 4));
        var pending = new MsixLocation(function.ReadConfig(capability + MsixCapability.PendingBitsOffset, 4));
        return table.Bir == 0 && pending.Bir == 0 ? new MsixTable(function, capability, table, pending) : null;
    }

    /// <summary>Null when a guest finds its vectors at the same places in another table; else what differs.</summary>
    public string? IncompatibleWith(MsixTable? other)
    {
        if (other is null) return "MSI-X: not in BAR0 there";
        if (Count > other.Count) return $"interrupt vectors: {Count} here, {other.Count} there";
        return (ControlOffset, TableOffset, PendingOffset) == (other.ControlOffset, other.TableOffset, other.PendingOffset)
            ? null
            : $"MSI-X: capability, table and pending bits at {ControlOffset:X}h, {TableOffset:X}h, {PendingOffset:X}h here, "
                + $"{other.ControlOffset:X}h, {other.TableOffset:X}h, {other.PendingOffset:X}h there";
    }

    /// <summary>MSI-X on or off, the function mask clear.</summary>
    public void Enable(bool on = true) => Control = Control with { Enable = on, FunctionMask = false };

    public MsixTableEntry Read(int vector)
    {
        var at = At(vector);
        return new MsixTableEntry
        {
            Address = _function.Read32(at) | ((ulong)_function.Read32(at + 4) << 32),
            Data = _function.Read32(at + MsixTableEntry.DataOffset),
            Control = new MsixVectorControl(_function.Read32(at + MsixTableEntry.ControlOffset)),
        };
    }

    /// <summary>Writes an entry; masked while it changes, so that no message is sent to half an address.</summary>
    public void Write(int vector, in MsixTableEntry entry)
    {
        var at = At(vector);
        _function.Write32(at + MsixTableEntry.ControlOffset, (entry.Control with { Masked = true }).Raw);
        _function.Write32(at, (uint)entry.Address);
        _function.Write32(at + 4, (uint)(entry.Address >> 32));
        _function.Write32(at + MsixTableEntry.DataOffset, entry.Data);
        if (!entry.Control.Masked) _function.Write32(at + MsixTableEntry.ControlOffset, entry.Control.Raw);
    }

    public void Mask(int vector, bool masked)
    {
        var at = At(vector) + MsixTableEntry.ControlOffset;
        _function.Write32(at, (new MsixVectorControl(_function.Read32(at)) with { Masked = masked }).Raw);
    }

    public bool IsPending(int vector) => ((ReadPending(vector / 32) >> (vector % 32)) & 1) != 0;

    /// <summary>The pending bits of 32 vectors, the first of them in bit 0.</summary>
    public uint ReadPending(int word) => _function.Read32(PendingOffset + (word * sizeof(uint)));

    private long At(int vector) => TableOffset + ((long)vector * MsixTableEntry.Size);
}
