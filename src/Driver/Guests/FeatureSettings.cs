using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>One Set Features of the guest that succeeded.</summary>
/// <param name="Command">The 64 bytes of the command; identifier and data pointer mean nothing any more.</param>
/// <param name="Data">What it sent along; empty for most features.</param>
/// <param name="Result">Completion dword 0: for Number of Queues, what the guest was granted.</param>
/// <param name="At">ns; when it succeeded.</param>
public sealed record FeatureSetting(byte[] Command, byte[] Data, uint Result, long At)
{
    private const int NsidOffset = 4;
    private const int Cdw10Offset = 40;
    private const int Cdw11Offset = 44;

    public FeatureId Fid => (FeatureId)Command[Cdw10Offset];

    /// <summary>SV: it outlives resets.</summary>
    public bool IsSaved => (Command[Cdw10Offset + 3] & 0x80) != 0;

    /// <summary>Settings with one key replace each other: identifier, namespace, the part of dword 11 that selects an instance.</summary>
    public (FeatureId Fid, uint Nsid, uint Instance) Key
    {
        get
        {
            var cdw11 = BitConverter.ToUInt32(Command, Cdw11Offset);
            var instance = Fid switch
            {
                FeatureId.TemperatureThreshold => cdw11 & 0x003F_0000,
                FeatureId.InterruptVectorConfiguration => cdw11 & 0xFFFF,
                _ => 0u,
            };
            return (Fid, BitConverter.ToUInt32(Command, NsidOffset), instance);
        }
    }
}

/// <summary>The features that the guest set, the last value of each, in the order in which they were last set.</summary>
public sealed class FeatureSettings
{
    private readonly List<FeatureSetting> _settings = [];

    public IReadOnlyList<FeatureSetting> All => _settings;

    public void Record(FeatureSetting setting)
    {
        _settings.RemoveAll(s => s.Key == setting.Key);
        _settings.Add(setting);
    }

    /// <summary>A controller level reset leaves what was saved.</summary>
    public void ForgetUnsaved() => _settings.RemoveAll(s => !s.IsSaved);

    public void Replace(IEnumerable<FeatureSetting> settings)
    {
        _settings.Clear();
        _settings.AddRange(settings);
    }
}

/// <summary>What the mediator must know of features: which carry data, how much, and which instances they have.</summary>
internal static class FeatureLayout
{
    /// <summary>Bytes that Set Features of <paramref name="fid"/> sends; 0 where there is no data.</summary>
    public static int DataLength(FeatureId fid, uint cdw11) => fid switch
    {
        FeatureId.LbaRangeType => (int)((cdw11 & 0x3F) + 1) * 64,
        FeatureId.AutonomousPowerStateTransition => 256,
        FeatureId.Timestamp => 8,
        FeatureId.HostBehaviorSupport => 512,
        FeatureId.HostIdentifier => (cdw11 & 1) != 0 ? 16 : 8,
        FeatureId.EnhancedControllerMetadata or FeatureId.ControllerMetadata or FeatureId.NamespaceMetadata => 4096,
        FeatureId.PredictableLatencyModeConfig => 512,
        _ => 0,
    };
}
