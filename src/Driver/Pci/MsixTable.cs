using Conformance.Device;

namespace Conformance.Driver;

/// <summary>One entry of an MSI-X table: where its message goes, what it says, and its vector control (bit 0: masked).</summary>
public readonly record struct MsixEntry(ulong Address, uint Data, uint VectorControl)
{
    public const int Size = 16;

    public bool IsMasked => (VectorControl & 1) != 0;
}

/// <summary>
/// The MSI-X capability of a function, with its table and pending bits in BAR0. A function whose table lies behind another BAR has none
/// here: nothing reaches it through <see cref="IFunction"/>, and its host programs it.
/// </summary>
public sealed class MsixTable
{
    private const byte CapabilityId = 0x11;
    private const uint EnableBit = 1u << 15;
    private const uint FunctionMaskBit = 1u << 14;

    private readonly IFunction _function;
    private readonly int _capability;

    private MsixTable(IFunction function, int capability)
    {
        _function = function;
        _capability = capability;
        Count = (int)(Control & 0x7FF) + 1;
        TableOffset = function.ReadConfig(capability + 4, 4) & ~7u;
        PendingOffset = function.ReadConfig(capability + 8, 4) & ~7u;
    }

    /// <summary>Offset of the message control register in configuration space.</summary>
    public int ControlOffset => _capability + 2;

    /// <summary>Vectors.</summary>
    public int Count { get; }

    /// <summary>Byte of BAR0 where the table begins.</summary>
    public long TableOffset { get; }

    /// <summary>Byte of BAR0 where the pending bits begin.</summary>
    public long PendingOffset { get; }

    /// <summary>Bytes of the table.</summary>
    public long TableLength => (long)Count * MsixEntry.Size;

    /// <summary>Bytes of the pending bit array: whole quadwords.</summary>
    public long PendingLength => (Count + 63) / 64 * 8L;

    /// <summary>Message control: bit 15 enable, bit 14 function mask, bits 10:0 the size, 0's based.</summary>
    public ushort Control
    {
        get => (ushort)_function.ReadConfig(ControlOffset, 2);
        set => _function.WriteConfig(ControlOffset, 2, value);
    }

    public bool IsEnabled => IsEnabledIn(Control);

    /// <summary>The table of a function, null where it has none in BAR0.</summary>
    public static MsixTable? Find(IFunction function)
    {
        var capability = PciConfig.FindCapability(function, CapabilityId);
        if (capability == 0) return null;
        var bar = (function.ReadConfig(capability + 4, 4) & 7) | (function.ReadConfig(capability + 8, 4) & 7);
        return bar == 0 ? new MsixTable(function, capability) : null;
    }

    public static bool IsEnabledIn(ushort control) => (control & EnableBit) != 0;

    public static bool IsMaskedIn(ushort control) => (control & FunctionMaskBit) != 0;

    /// <summary>MSI-X on or off, the function mask clear.</summary>
    public void Enable(bool on = true) => Control = (ushort)(on ? (Control | EnableBit) & ~FunctionMaskBit : Control & ~EnableBit);

    public MsixEntry Read(int vector)
    {
        var at = TableOffset + ((long)vector * MsixEntry.Size);
        return new MsixEntry(_function.Read32(at) | ((ulong)_function.Read32(at + 4) << 32), _function.Read32(at + 8), _function.Read32(at + 12));
    }

    /// <summary>Writes an entry; masked while it changes, so that no message is sent to half an address.</summary>
    public void Write(int vector, in MsixEntry entry)
    {
        var at = TableOffset + ((long)vector * MsixEntry.Size);
        _function.Write32(at + 12, entry.VectorControl | 1);
        _function.Write32(at, (uint)entry.Address);
        _function.Write32(at + 4, (uint)(entry.Address >> 32));
        _function.Write32(at + 8, entry.Data);
        if (!entry.IsMasked) _function.Write32(at + 12, entry.VectorControl);
    }

    public void Mask(int vector, bool masked)
    {
        var at = TableOffset + ((long)vector * MsixEntry.Size) + 12;
        var control = _function.Read32(at);
        _function.Write32(at, masked ? control | 1 : control & ~1u);
    }

    public bool IsPending(int vector) => ((_function.Read32(PendingOffset + (vector / 32 * 4)) >> (vector % 32)) & 1) != 0;
}
