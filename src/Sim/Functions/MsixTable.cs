using Conformance.Device;

namespace Conformance.Sim;

/// <summary>
/// MSI-X of one function: the table and pending bits in its registers, enable and function mask in its configuration space, and
/// where the host's interrupt controller takes each vector's message. Raised on the device lane.
/// </summary>
internal sealed class MsixTable(RegisterFile registers, ConfigSpace config, int vectors)
{
    private const uint Masked = 1;

    private readonly Signal?[] _bound = new Signal?[vectors];
    private int _vectors = vectors;

    /// <summary>Entries that the function has now.</summary>
    public int Vectors
    {
        get => Volatile.Read(ref _vectors);
        set => Volatile.Write(ref _vectors, value);
    }

    public bool IsEnabled => (config.Dword(ConfigLayout.Msix) & ConfigLayout.MsixEnable) != 0;

    public bool IsPending(int vector) => (Pending(vector) >> (vector & 31) & 1) != 0;

    /// <summary>All entries masked and zero, nothing pending; bindings are the host's and stay.</summary>
    public void Reset()
    {
        for (var vector = 0; vector < _bound.Length; vector++)
        {
            var entry = registers.MsixTable + (vector * 16);
            registers.Write64(entry, 0);
            registers[entry + 8] = 0;
            registers[entry + 12] = Masked;
            ClearPending(vector);
        }
    }

    /// <summary>
    /// Where a vector's messages go. The host's interrupt controller programs an entry that nobody has programmed yet, and enables
    /// MSI-X for it, as an operating system does when it hands out a vector; an entry in use is left as it is.
    /// </summary>
    public void Bind(int vector, Signal? signal)
    {
        Volatile.Write(ref _bound[vector], signal);
        if (signal is null) return;
        var entry = registers.MsixTable + (vector * 16);
        if (registers.Read64(entry) != 0 || registers[entry + 8] != 0) return;
        registers.Write64(entry, 0xFEE0_0000);
        registers[entry + 8] = (uint)(0x20 + vector);
        registers[entry + 12] &= ~Masked;
        config.Change(ConfigLayout.Msix, ConfigLayout.MsixEnable, ConfigLayout.MsixEnable);
    }

    /// <summary>Puts back the dwords of the table and the pending bits; nothing is sent by that.</summary>
    public void Restore(ReadOnlySpan<uint> table, ReadOnlySpan<uint> pending)
    {
        for (var i = 0; i < table.Length; i++) registers[registers.MsixTable + (i * 4)] = table[i];
        for (var i = 0; i < pending.Length; i++) registers[registers.MsixPending + (i * 4)] = pending[i];
    }

    /// <summary>Sends a vector's message, or notes it as pending while masked. False where nothing was sent.</summary>
    public bool Raise(int vector)
    {
        if (!IsEnabled || vector >= Vectors) return false;
        if (IsMasked(vector))
        {
            registers[PendingOffset(vector)] = Pending(vector) | (1u << vector);
            return false;
        }

        Volatile.Read(ref _bound[vector])?.Raise();
        return true;
    }

    /// <summary>Sends what became sendable by an unmasking.</summary>
    public void Unmasked()
    {
        for (var vector = 0; vector < Vectors; vector++)
        {
            if (!IsPending(vector) || !IsEnabled || IsMasked(vector)) continue;
            ClearPending(vector);
            Volatile.Read(ref _bound[vector])?.Raise();
        }
    }

    private bool IsMasked(int vector) =>
        (config.Dword(ConfigLayout.Msix) & ConfigLayout.MsixFunctionMask) != 0
        || (registers[registers.MsixTable + (vector * 16) + 12] & Masked) != 0;

    private int PendingOffset(int vector) => registers.MsixPending + (vector / 32 * 4);

    private uint Pending(int vector) => registers[PendingOffset(vector)];

    private void ClearPending(int vector) => registers[PendingOffset(vector)] = Pending(vector) & ~(1u << vector);
}
