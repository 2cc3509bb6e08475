using System.Buffers.Binary;

namespace Conformance.Sim;

/// <summary>
/// The opaque state of the vendor commands: a header of 24 bytes (magic, version, total length, payload length, checksum), a controller
/// state that carries everything, and zeroes up to whole units of the dialect's sizes.
/// </summary>
internal static class VendorBlob
{
    public const uint Magic = 0x4256_4953; // "SIVB"
    public const ushort Version = 1;
    public const int HeaderSize = 24;

    private const int LengthOffset = 8;
    private const int PayloadOffset = 12;
    private const int ChecksumOffset = 16;

    /// <param name="payload">The controller state.</param>
    /// <param name="unit">Bytes that the result is a multiple of.</param>
    public static byte[] Seal(ReadOnlySpan<byte> payload, int unit)
    {
        var blob = new byte[(HeaderSize + payload.Length + unit - 1) / unit * unit];
        BinaryPrimitives.WriteUInt32LittleEndian(blob, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(blob.AsSpan(4), Version);
        BinaryPrimitives.WriteInt32LittleEndian(blob.AsSpan(LengthOffset), blob.Length);
        BinaryPrimitives.WriteInt32LittleEndian(blob.AsSpan(PayloadOffset), payload.Length);
        payload.CopyTo(blob.AsSpan(HeaderSize));
        BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(ChecksumOffset), Checksum(blob));
        return blob;
    }

    /// <summary>The controller state of a blob that is whole and unharmed; false for anything else. What it says is not judged here.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> blob, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (blob.Length < HeaderSize || BinaryPrimitives.ReadUInt32LittleEndian(blob) != Magic
            || BinaryPrimitives.ReadUInt16LittleEndian(blob[4..]) != Version
            || BinaryPrimitives.ReadInt32LittleEndian(blob[LengthOffset..]) != blob.Length
            || BinaryPrimitives.ReadUInt32LittleEndian(blob[ChecksumOffset..]) != Checksum(blob))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(blob[PayloadOffset..]);
        if (length < 0 || length > blob.Length - HeaderSize) return false;
        payload = blob.Slice(HeaderSize, length);
        return true;
    }

    /// <summary>FNV-1a of everything but the checksum itself: notices every single byte that was changed.</summary>
    private static uint Checksum(ReadOnlySpan<byte> blob)
    {
        var hash = 2166136261u;
        for (var i = 0; i < blob.Length; i++)
        {
            if (i is >= ChecksumOffset and < ChecksumOffset + 4) continue;
            hash = unchecked((hash ^ blob[i]) * 16777619);
        }

        return hash;
    }
}
