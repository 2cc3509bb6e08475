using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>What the copier must know of a namespace.</summary>
/// <param name="Nsid">Its id on this side.</param>
/// <param name="Blocks">Size in logical blocks.</param>
/// <param name="BlockSize">Bytes of data.</param>
/// <param name="MetadataSize">Bytes of metadata a block, 0 for none.</param>
/// <param name="Extended">Metadata follows the data of each block instead of lying apart.</param>
/// <param name="ProtectionType">0 for none.</param>
/// <param name="DeallocatedReads">What DLFEAT promises.</param>
/// <param name="Identity">NGUID, EUI64 and UUID as text, for the identity precondition.</param>
public sealed record MediumFormat(
    uint Nsid, ulong Blocks, int BlockSize, int MetadataSize, bool Extended, int ProtectionType, DeallocatedReads DeallocatedReads, string Identity)
{
    private const int IdentifyBytes = 4096;

    /// <summary>Bytes that one block takes in the data buffer.</summary>
    public int TransferSize => BlockSize + (Extended ? MetadataSize : 0);

    /// <summary>Bytes that one block takes in a separate metadata buffer.</summary>
    public int SeparateSize => Extended ? 0 : MetadataSize;

    /// <summary>
    /// A host that has no metadata of its own can use it: there is none, or it is nothing but protection information, which the controller
    /// inserts and strips (PRACT 1; NVM Command Set, end-to-end data protection).
    /// </summary>
    public bool IsPlainToHosts => MetadataSize == 0 || IsProtectionOnly;

    /// <summary>The metadata is one tuple of protection information and nothing else.</summary>
    public bool IsProtectionOnly => ProtectionType != 0 && MetadataSize == ProtectionInformation.Size;

    public static async ValueTask<(Outcome Outcome, MediumFormat? Format)> ReadAsync(ControllingFunction side, uint nsid)
    {
        var reading = await side.Client.IdentifyAsync<IdentifyNamespace>(Cns.IdentifyNamespace, nsid);
        if (!reading.IsOk) return (Outcome.Of($"Identify Namespace {nsid} on {side.Name}", reading.Answer), null);
        if (reading.Value.Nsze == 0) return (Outcome.Failed("Identify Namespace", $"namespace {nsid} is not attached to {side.Name}"), null);
        var format = Of(nsid, reading.Value);
        var descriptors = await side.Client.ReadBytesAsync(AdminCommand.Identify((byte)Cns.NamespaceIdentificationDescriptors, nsid), IdentifyBytes);
        if (!descriptors.IsOk) return (Outcome.Of($"Identify, descriptors of namespace {nsid} on {side.Name}", descriptors.Answer), null);
        return (Outcome.Ok, format with { Identity = $"{format.Identity} UUID {UuidOf(descriptors.Value)}" });
    }

    private static string UuidOf(ReadOnlySpan<byte> descriptors)
    {
        while (descriptors.Length >= NamespaceDescriptor.Size)
        {
            var head = Wire.Read<NamespaceDescriptor>(descriptors);
            var length = NamespaceDescriptor.Size + head.Nidl;
            if (head.Nidl == 0 || length > descriptors.Length) break;
            if (head.Nidt == NamespaceIdentifierType.Uuid) return Convert.ToHexStringLower(descriptors[NamespaceDescriptor.Size..length]);
            descriptors = descriptors[length..];
        }

        return "none";
    }

    public static MediumFormat Of(uint nsid, in IdentifyNamespace ns)
    {
        var format = ns.Lbaf[ns.Flbas.Index];
        return new MediumFormat(
            nsid, ns.Nsze, 1 << format.Lbads, format.Ms, ns.Flbas.MetadataExtended, (int)ns.Dps.Type,
            (DeallocatedReads)ns.Dlfeat.ReadBehavior, $"NGUID {ns.Nguid} EUI64 {ns.Eui64}");
    }

    /// <summary>Why data of this format cannot go to <paramref name="other"/>; null when it can.</summary>
    public string? Incompatible(MediumFormat other)
    {
        if (BlockSize != other.BlockSize) return $"logical blocks of {BlockSize} bytes against {other.BlockSize}";
        if (MetadataSize != other.MetadataSize || Extended != other.Extended) return "metadata of another size or place";
        if (ProtectionType != other.ProtectionType) return $"protection information type {ProtectionType} against {other.ProtectionType}";
        return Blocks > other.Blocks ? $"{Blocks} blocks do not fit into {other.Blocks}" : null;
    }
}
