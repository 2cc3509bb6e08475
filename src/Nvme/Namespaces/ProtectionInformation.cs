using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>
/// Protection information tuple with the 16-bit guard, 8 bytes in front of or at the end of the metadata. All fields are big endian.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size, Pack = 1)]
public record struct ProtectionInformation
{
    public const int Size = 8;

    /// <summary>CRC-16 of the logical block.</summary>
    [FieldOffset(0)] public BigEndian16 Guard;

    /// <summary>FFFFh turns checks off.</summary>
    [FieldOffset(2)] public BigEndian16 ApplicationTag;

    /// <summary>Storage and reference space.</summary>
    [FieldOffset(4)] public BigEndian32 ReferenceTag;
}

/// <summary>End-to-end data protection type.</summary>
public enum ProtectionType : byte
{
    None = 0,
    Type1 = 1,
    Type2 = 2,
    Type3 = 3,
}
