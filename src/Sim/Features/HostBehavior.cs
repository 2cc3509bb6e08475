using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Host Behavior Support (Base 2.3 5.2.26.1.14): what the host is up to. The device keeps its four flags and the Copy formats as one word.
/// </summary>
internal sealed class HostBehavior : Feature
{
    private const int Flags = 4;
    private const int FormatsShift = 16;
    private const uint UsedFormats = 0x1C;

    public override FeatureId Id => FeatureId.HostBehaviorSupport;

    /// <summary>The Copy descriptor formats that the host has enabled.</summary>
    public static CopyFormatsEnable CopyFormats(ControllerCore c) =>
        new((ushort)(c.Features.Current(FeatureId.HostBehaviorSupport) >> FormatsShift));

    public override IEnumerable<ushort> Instances(ControllerCore c) => [0];

    public override void Define(ControllerCore c) => c.Features.Define(Id, 0);

    public override int SetLength(in SubmissionEntry entry) => HostBehaviorSupport.Size;

    public override int GetLength(in SubmissionEntry entry) => HostBehaviorSupport.Size;

    public override Status Set(ControllerCore c, CommandContext command, ReadOnlySpan<byte> data)
    {
        // All values but 0 and 1 are reserved.
        if (data[..Flags].ContainsAnyExceptInRange((byte)0, (byte)1)) return Status.InvalidField;
        var value = (Wire.Peek<HostBehaviorSupport>(data).Cdfe.Raw & UsedFormats) << FormatsShift;
        for (var flag = 0; flag < Flags; flag++) value |= (uint)data[flag] << flag;
        c.Features.Set(Id, value, save: false);
        return Status.Success;
    }

    public override Status Get(ControllerCore c, CommandContext command, FeatureSelect select, Span<byte> data)
    {
        var value = c.Features.Get(Id, select);
        for (var flag = 0; flag < Flags; flag++) data[flag] = (byte)((value >> flag) & 1);
        Wire.View<HostBehaviorSupport>(data).Cdfe = new((ushort)(value >> FormatsShift));
        return Status.Success;
    }
}
