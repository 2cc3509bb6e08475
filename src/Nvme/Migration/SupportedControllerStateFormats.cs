using System.Buffers.Binary;

namespace Conformance.Nvme;

/// <summary>
/// Supported Controller State Formats, CNS 20h, 4096 bytes (Base 2.3 5.2.13.2.21): the versions and vendor UUIDs that CSVI and CSUUIDI
/// count from 1.
/// </summary>
public sealed class SupportedControllerStateFormats
{
    public const int Size = 4096;

    private const int UuidSize = 16;

    /// <summary>Versions of the NVMe part; 0 is the only one defined. CSVI n is entry n - 1.</summary>
    public IReadOnlyList<ushort> Versions { get; init; } = [];

    /// <summary>Formats of the vendor part. CSUUIDI n is entry n - 1.</summary>
    public IReadOnlyList<Guid> Uuids { get; init; } = [];

    /// <summary>CSVI of a version, 0 when it is not supported.</summary>
    public byte Csvi(ushort version) => IndexOf(Versions, version);

    /// <summary>CSUUIDI of a vendor format, 0 when it is not supported.</summary>
    public byte Csuuidi(Guid uuid) => IndexOf(Uuids, uuid);

    /// <summary>Fills the whole buffer. Lists that do not fit it are a programming error and throw.</summary>
    public void Encode(Span<byte> data)
    {
        data[..Size].Clear();
        data[0] = checked((byte)Versions.Count);
        data[1] = checked((byte)Uuids.Count);
        var rest = data[2..Size];
        foreach (var version in Versions)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(rest, version);
            rest = rest[sizeof(ushort)..];
        }
        foreach (var uuid in Uuids)
        {
            uuid.TryWriteBytes(rest[..UuidSize], bigEndian: true, out _);
            rest = rest[UuidSize..];
        }
    }

    /// <summary>Reads the lists; null and the reason when they leave the structure or the data. What follows is not looked at.</summary>
    public static SupportedControllerStateFormats? TryDecode(ReadOnlySpan<byte> data, out DecodeError error)
    {
        error = default;
        if (data.Length < 2)
        {
            error = new("Supported Controller State Formats", data.Length, $"the lists' lengths take 2 bytes, there are {data.Length}");
            return null;
        }
        var (versionCount, uuidCount) = (data[0], data[1]);
        var uuidStart = 2 + (sizeof(ushort) * versionCount);
        var end = uuidStart + (UuidSize * uuidCount);
        var available = Math.Min(data.Length, Size);
        if (uuidStart > available)
        {
            error = new("NV", 0, $"{versionCount} versions end at byte {uuidStart}, there are {available}");
            return null;
        }
        if (end > available)
        {
            error = new("NUUID", 1, $"{uuidCount} UUIDs end at byte {end}, there are {available}");
            return null;
        }

        var versions = new ushort[versionCount];
        for (var i = 0; i < versions.Length; i++)
        {
            versions[i] = BinaryPrimitives.ReadUInt16LittleEndian(data[(2 + (sizeof(ushort) * i))..]);
        }
        var uuids = new Guid[uuidCount];
        for (var i = 0; i < uuids.Length; i++)
        {
            uuids[i] = new Guid(data.Slice(uuidStart + (UuidSize * i), UuidSize), bigEndian: true);
        }
        return new() { Versions = versions, Uuids = uuids };
    }

    private static byte IndexOf<T>(IReadOnlyList<T> list, T wanted)
        where T : IEquatable<T>
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].Equals(wanted))
            {
                return (byte)(i + 1);
            }
        }
        return 0;
    }
}
