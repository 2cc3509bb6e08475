using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// The dwords of BAR0: properties, doorbells, MSI-X table and pending bits. Written with release and read with acquire, for the host
/// and the device may be on different threads. Which bits a host may write is decided here; what a write causes is not.
/// </summary>
internal sealed class RegisterFile
{
    private readonly uint[] _cells;
    private readonly ulong[] _rung;

    /// <param name="queuePairs">Doorbell pairs, the admin pair included.</param>
    /// <param name="vectors">Largest MSI-X table that the function can have.</param>
    /// <param name="dstrd">CAP.DSTRD.</param>
    /// <param name="extra">Bytes behind all that, a multiple of 4096: a controller memory buffer.</param>
    public RegisterFile(int queuePairs, int vectors, byte dstrd, int extra = 0)
    {
        Dstrd = dstrd;
        DoorbellPairs = queuePairs;
        MsixTable = Page(Register.Doorbells + (2 * queuePairs * Register.DoorbellStride(dstrd)));
        MsixPending = Page(MsixTable + (vectors * 16));
        ExtraOffset = Page(MsixPending + ((vectors + 63) / 64 * 8));
        ExtraLength = extra;
        Length = (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)(ExtraOffset + (long)extra));
        _cells = new uint[ExtraOffset / 4];
        _rung = new ulong[((2 * queuePairs) + 63) / 64];
    }

    public byte Dstrd { get; }

    public int DoorbellPairs { get; }

    /// <summary>Offset of the MSI-X table, 16 bytes an entry.</summary>
    public int MsixTable { get; }

    /// <summary>Offset of the pending bits.</summary>
    public int MsixPending { get; }

    public int ExtraOffset { get; }

    public int ExtraLength { get; }

    /// <summary>Bytes of BAR0, a power of two.</summary>
    public long Length { get; }

    public uint this[int offset]
    {
        get => Volatile.Read(ref _cells[offset >> 2]);
        set => Volatile.Write(ref _cells[offset >> 2], value);
    }

    public ulong Read64(int offset) => this[offset] | ((ulong)this[offset + 4] << 32);

    public void Write64(int offset, ulong value)
    {
        this[offset] = (uint)value;
        this[offset + 4] = (uint)(value >> 32);
    }

    public Capabilities Cap
    {
        get => new(Read64(Register.Cap));
        set => Write64(Register.Cap, value.Raw);
    }

    public ControllerConfiguration Cc
    {
        get => new(this[Register.Cc]);
        set => this[Register.Cc] = value.Raw;
    }

    public ControllerStatus Csts
    {
        get => new(this[Register.Csts]);
        set => this[Register.Csts] = value.Raw;
    }

    public AdminQueueAttributes Aqa => new(this[Register.Aqa]);

    public ulong Asq => Read64(Register.Asq);

    public ulong Acq => Read64(Register.Acq);

    /// <summary>Stores a doorbell's value and notes that it was rung. From any lane.</summary>
    /// <param name="index">2 x QID, plus 1 for a completion queue.</param>
    public void Ring(int index, uint value)
    {
        this[Register.Doorbells + (index * Register.DoorbellStride(Dstrd))] = value;
        Interlocked.Or(ref _rung[index >> 6], 1UL << index);
    }

    public uint Doorbell(int index) => this[Register.Doorbells + (index * Register.DoorbellStride(Dstrd))];

    /// <summary>Takes the index of one rung doorbell, lowest first.</summary>
    public bool TryTakeRung(out int index)
    {
        for (var word = 0; word < _rung.Length; word++)
        {
            var bits = Volatile.Read(ref _rung[word]);
            if (bits == 0) continue;
            var bit = System.Numerics.BitOperations.TrailingZeroCount(bits);
            // Cleared before the value is read, so that a ring in between is heard again.
            Interlocked.And(ref _rung[word], ~(1UL << bit));
            index = (word << 6) + bit;
            return true;
        }

        index = 0;
        return false;
    }

    public void ClearDoorbells()
    {
        for (var word = 0; word < _rung.Length; word++) Volatile.Write(ref _rung[word], 0);
        for (var index = 0; index < 2 * DoorbellPairs; index++)
            this[Register.Doorbells + (index * Register.DoorbellStride(Dstrd))] = 0;
    }

    private static int Page(int bytes) => (bytes + 4095) & ~4095;
}
