using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Where in a submission entry the parameter is that a command failed for.</summary>
internal static class ErrorLocations
{
    private const byte OpcodeByte = 0;
    private const byte NsidByte = 4;
    private const byte MetadataByte = 16;
    private const byte DataByte = 24;
    private const byte Cdw10Byte = 40;
    private const byte SaveByte = 43;
    private const byte SaveBit = 7;

    private static readonly SortedDictionary<ushort, ParameterErrorLocation> _byStatus = new()
    {
        [Status.InvalidOpcode.Value] = At(OpcodeByte),
        [Status.ProhibitedByLockdown.Value] = At(OpcodeByte),
        [Status.InvalidNamespaceOrFormat.Value] = At(NsidByte),
        [Status.NamespaceWriteProtected.Value] = At(NsidByte),
        [Status.FeatureNotNamespaceSpecific.Value] = At(NsidByte),
        [Status.MetadataSglLengthInvalid.Value] = At(MetadataByte),
        [Status.PrpOffsetInvalid.Value] = At(DataByte),
        [Status.DataTransferError.Value] = At(DataByte),
        [Status.DataSglLengthInvalid.Value] = At(DataByte),
        [Status.InvalidSglSegmentDescriptor.Value] = At(DataByte),
        [Status.InvalidNumberOfSglDescriptors.Value] = At(DataByte),
        [Status.SglDescriptorTypeInvalid.Value] = At(DataByte),
        [Status.SglOffsetInvalid.Value] = At(DataByte),
        [Status.LbaOutOfRange.Value] = At(Cdw10Byte),
        [Status.InvalidQueueIdentifier.Value] = At(Cdw10Byte),
        [Status.InvalidQueueDeletion.Value] = At(Cdw10Byte),
        [Status.InvalidQueueSize.Value] = At(Cdw10Byte + 2),
        [Status.InvalidInterruptVector.Value] = At(Cdw10Byte + 6),
        [Status.CompletionQueueInvalid.Value] = At(Cdw10Byte + 6),
        [Status.InvalidLogPage.Value] = At(Cdw10Byte),
        [Status.FeatureNotChangeable.Value] = At(Cdw10Byte),
        [Status.FeatureNotSaveable.Value] = At(SaveByte, SaveBit),
    };

    /// <summary>What the command says itself, or what its status implies; none where that names no parameter.</summary>
    public static ParameterErrorLocation Of(CommandContext command)
    {
        if (command.ErrorLocation is { } said) return said;
        return _byStatus.TryGetValue(command.Status.Value, out var location) ? location : ParameterErrorLocation.None;
    }

    private static ParameterErrorLocation At(byte index, byte bit = 0) => new() { Byte = index, Bit = bit };
}
