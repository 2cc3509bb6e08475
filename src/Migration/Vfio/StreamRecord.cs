using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>What a record of the stream holds.</summary>
public enum StreamRecordKind : byte
{
    /// <summary>The state as it was while the controller ran: a later one takes its place.</summary>
    Ahead = 1,

    /// <summary>The state of the stopped controller; the last record of a stream.</summary>
    Whole = 2,
}

/// <summary>
/// Header of a record in the variant driver's stream, 32 bytes. The stream has a frame of its own because the protocol asks of an arc from
/// RESUMING to fail when data is missing, mixed up or not this device's, and neither the state of the standard, which has no checksum and is
/// sent more than once where it is copied ahead, nor the opaque blob of the vendor commands, which does not even tell its length, shows it.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4, Size = Size)]
public struct StreamRecordHeader
{
    public const int Size = 32;

    /// <summary>"NVMeVFIO", little-endian.</summary>
    public const ulong MagicValue = 0x4F49_4656_654D_564E;

    public const ushort CurrentVersion = 1;

    public ulong Magic;
    public ushort Version;
    public StreamRecordKind Kind;
    public byte Reserved11;

    /// <summary>From 0 in each stream.</summary>
    public uint Sequence;

    /// <summary>First 8 bytes of the SHA-256 of the format's name.</summary>
    public ulong Format;

    /// <summary>Bytes of state that follow.</summary>
    public uint Length;

    /// <summary>CRC-32C of the header, this field 0, and of the state.</summary>
    public uint Crc;

    /// <summary>A record, header and state.</summary>
    public static byte[] Write(StreamRecordKind kind, uint sequence, string format, ReadOnlySpan<byte> state)
    {
        var record = new byte[Size + state.Length];
        state.CopyTo(record.AsSpan(Size));
        var header = new StreamRecordHeader
        {
            Magic = MagicValue, Version = CurrentVersion, Kind = kind, Sequence = sequence, Format = FormatOf(format), Length = (uint)state.Length,
        };
        header.Crc = CrcOf(header, state);
        MemoryMarshal.Write(record, header);
        return record;
    }

    /// <summary>The header is one that may stand here; the state has not come yet.</summary>
    public readonly bool Fits(uint sequence, string format, int most) =>
        Magic == MagicValue && Version == CurrentVersion && Kind is StreamRecordKind.Ahead or StreamRecordKind.Whole && Reserved11 == 0
        && Sequence == sequence && Format == FormatOf(format) && Length > 0 && Length <= most;

    /// <summary>Header and state are what was written.</summary>
    public readonly bool Holds(ReadOnlySpan<byte> state) => Crc == CrcOf(this with { Crc = 0 }, state);

    private static uint CrcOf(StreamRecordHeader header, ReadOnlySpan<byte> state)
    {
        var crc = ~0u;
        foreach (var b in Wire.Bytes(header)) crc = System.Numerics.BitOperations.Crc32C(crc, b);
        foreach (var b in state) crc = System.Numerics.BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    private static ulong FormatOf(string format) => MemoryMarshal.Read<ulong>(SHA256.HashData(Encoding.UTF8.GetBytes(format)));
}
