using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>What a command asks to be checked: PRCHK, the low three bits of PRINFO (CDW12 bits 28:26).</summary>
[Flags]
public enum ProtectionChecks : byte
{
    None = 0,
    ReferenceTag = 1,
    ApplicationTag = 2,
    Guard = 4,
    All = 7,
}

/// <summary>Which check failed.</summary>
public enum ProtectionResult : byte
{
    Good = 0,

    /// <summary>Status 2/82h.</summary>
    Guard,

    /// <summary>Status 2/83h.</summary>
    ApplicationTag,

    /// <summary>Status 2/84h.</summary>
    ReferenceTag,
}

/// <summary>The tags of a command: (E)LBAT, (E)LBATM and (E)ILBRT, the last for the first block of a piece.</summary>
public readonly record struct ProtectionTags(ushort ApplicationTag, ushort ApplicationTagMask, uint ReferenceTag);

/// <summary>
/// Protection information with a 16-bit guard: 8 bytes of each block's metadata, big-endian: guard (CRC-16/T10-DIF), application tag,
/// reference tag (32 bits). The guard covers the data and the metadata before the tuple, so none where the tuple comes first.
/// <para>PRACT is the command's affair: set on a write it means <see cref="Generate"/>, otherwise and on reads <see cref="Verify"/>.</para>
/// </summary>
public sealed class Protection
{
    private const ushort AnyApplication = 0xFFFF;
    private const uint AnyReference = 0xFFFF_FFFF;

    private readonly int _blockSize;
    private readonly int _metadataSize;

    /// <param name="type">Type 1 to 3.</param>
    /// <param name="first">The tuple is in the first bytes of the metadata (DPS bit 3), not the last.</param>
    /// <param name="blockSize">Bytes of data per block.</param>
    /// <param name="metadataSize">Bytes of metadata per block; at least <see cref="ProtectionInformation.Size"/>.</param>
    public Protection(ProtectionType type, bool first, int blockSize, int metadataSize)
    {
        if (type is < ProtectionType.Type1 or > ProtectionType.Type3)
            throw new ArgumentOutOfRangeException(nameof(type), type, "Not type 1 to 3.");
        ArgumentOutOfRangeException.ThrowIfLessThan(blockSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(metadataSize, ProtectionInformation.Size);
        Type = type;
        Offset = first ? 0 : metadataSize - ProtectionInformation.Size;
        _blockSize = blockSize;
        _metadataSize = metadataSize;
    }

    public ProtectionType Type { get; }

    /// <summary>Where in a block's metadata the tuple starts.</summary>
    public int Offset { get; }

    /// <summary>The tags for a later piece of the same command: types 1 and 2 count, type 3 does not.</summary>
    public ProtectionTags Advance(in ProtectionTags tags, int blocks) =>
        Type == ProtectionType.Type3 ? tags : tags with { ReferenceTag = unchecked(tags.ReferenceTag + (uint)blocks) };

    /// <summary>
    /// Whether a command may ask for these checks with this initial reference tag; if not, it is refused with Invalid Protection
    /// Information (1/81h): type 1 demands the low part of the LBA, type 3 has no reference check.
    /// </summary>
    public bool Allows(ProtectionChecks checks, ulong lba, uint initialReferenceTag) =>
        (checks & ProtectionChecks.ReferenceTag) == ProtectionChecks.None || Type switch
        {
            ProtectionType.Type1 => initialReferenceTag == (uint)lba,
            ProtectionType.Type2 => true,
            _ => false,
        };

    /// <summary>Sets the tuple of each block; the rest of the metadata must be in place, for the guard may cover it.</summary>
    /// <param name="data">Whole blocks.</param>
    /// <param name="metadata">The metadata of as many blocks.</param>
    /// <param name="tags">What to put in; the mask plays no part.</param>
    public void Generate(ReadOnlySpan<byte> data, Span<byte> metadata, in ProtectionTags tags)
    {
        for (int i = 0, blocks = Count(data.Length, metadata.Length); i < blocks; i++)
        {
            var block = metadata.Slice(i * _metadataSize, _metadataSize);
            Put(block[Offset..], GuardOf(data, block, i), tags.ApplicationTag, Advance(tags, i).ReferenceTag);
        }
    }

    /// <summary>
    /// Checks the tuple of each block against its bytes and the tags expected; returns the first failure and its block, counted from the
    /// first. A tuple with application tag FFFFh, for type 3 also with reference tag FFFFFFFFh, is not checked. For type 3 the reference
    /// tag never is.
    /// </summary>
    public ProtectionResult Verify(
        ReadOnlySpan<byte> data, ReadOnlySpan<byte> metadata, in ProtectionTags expected, ProtectionChecks checks, out int block)
    {
        var blocks = Count(data.Length, metadata.Length);
        for (block = 0; block < blocks; block++)
        {
            var bytes = metadata.Slice(block * _metadataSize, _metadataSize);
            var tuple = Wire.Read<ProtectionInformation>(bytes[Offset..]);
            if (tuple.ApplicationTag == AnyApplication && (Type != ProtectionType.Type3 || tuple.ReferenceTag == AnyReference)) continue;

            if ((checks & ProtectionChecks.Guard) != ProtectionChecks.None && tuple.Guard != GuardOf(data, bytes, block))
                return ProtectionResult.Guard;
            if ((checks & ProtectionChecks.ApplicationTag) != ProtectionChecks.None
                && ((tuple.ApplicationTag ^ expected.ApplicationTag) & expected.ApplicationTagMask) != 0)
            {
                return ProtectionResult.ApplicationTag;
            }

            if ((checks & ProtectionChecks.ReferenceTag) != ProtectionChecks.None && Type != ProtectionType.Type3
                && tuple.ReferenceTag != Advance(expected, block).ReferenceTag)
            {
                return ProtectionResult.ReferenceTag;
            }
        }

        return ProtectionResult.Good;
    }

    /// <summary>
    /// The metadata that a deallocated block reads as: tags all ones, so that nothing is checked, and the guard either the CRC of the bytes
    /// read (DLFEAT bit 4) or FFFFh.
    /// </summary>
    /// <param name="value">What each byte of the data, and of the rest of the metadata, reads as.</param>
    public byte[] Deallocated(byte value, bool guardIsCrc)
    {
        var data = new byte[_blockSize];
        var metadata = new byte[_metadataSize];
        Array.Fill(data, value);
        Array.Fill(metadata, value);
        Put(metadata.AsSpan(Offset), guardIsCrc ? GuardOf(data, metadata, 0) : (ushort)0xFFFF, AnyApplication, AnyReference);
        return metadata;
    }

    private static void Put(Span<byte> tuple, ushort guard, ushort application, uint reference) => Wire.Write(
        tuple, new ProtectionInformation { Guard = guard, ApplicationTag = application, ReferenceTag = reference });

    private ushort GuardOf(ReadOnlySpan<byte> data, ReadOnlySpan<byte> metadata, int block) =>
        Crc16.Compute(metadata[..Offset], Crc16.Compute(data.Slice(block * _blockSize, _blockSize)));

    private int Count(int dataBytes, int metadataBytes)
    {
        var blocks = dataBytes / _blockSize;
        if (blocks * _blockSize != dataBytes || blocks * _metadataSize != metadataBytes)
            throw new ArgumentException($"{dataBytes} and {metadataBytes} bytes are not the data and metadata of the same whole blocks.");
        return blocks;
    }
}
