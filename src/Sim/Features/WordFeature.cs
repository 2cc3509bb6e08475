using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>A feature of a controller whose value is dword 11: the bits that it defines, kept as they are.</summary>
internal class WordFeature(FeatureId id, uint mask, bool saveable) : Feature
{
    /// <summary>Those that nothing but their users look at.</summary>
    public static IEnumerable<WordFeature> All =>
    [
        new(FeatureId.Arbitration, 0xFFFF_FF07, saveable: true) { Initial = 3 },
        new(FeatureId.InterruptCoalescing, 0xFFFF, saveable: true),
        new(FeatureId.WriteAtomicityNormal, 1, saveable: true),
        new(FeatureId.SoftwareProgressMarker, 0xFF, saveable: true) { Records = false },
    ];

    public override FeatureId Id => id;

    public override bool IsSaveable => saveable;

    public override bool IsLogged => Records;

    /// <summary>Default value.</summary>
    protected uint Initial { get; init; }

    protected bool Records { get; init; } = true;

    public override IEnumerable<ushort> Instances(ControllerCore c) => [0];

    public override void Define(ControllerCore c) => c.Features.Define(id, Initial);

    public override Status Set(ControllerCore c, CommandContext command, ReadOnlySpan<byte> data)
    {
        var value = command.Entry.Cdw11 & mask;
        var status = Check(c, ref value);
        if (!status.IsSuccess) return status;
        c.Features.Set(id, value, new SetFeaturesFields(command.Entry).Save);
        Changed(c, value);
        return Status.Success;
    }

    public override Status Get(ControllerCore c, CommandContext command, FeatureSelect select, Span<byte> data)
    {
        command.Dw0 = c.Features.Get(id, select);
        return Status.Success;
    }

    /// <summary>Refuses a value, or rounds it to what the device can do.</summary>
    protected virtual Status Check(ControllerCore c, ref uint value) => Status.Success;

    /// <summary>A value has become current.</summary>
    protected virtual void Changed(ControllerCore c, uint value)
    {
    }
}
