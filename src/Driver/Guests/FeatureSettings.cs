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

    public byte Fid => Command[Cdw10Offset];

    /// <summary>SV: it outlives resets.</summary>
    public bool IsSaved => (Command[Cdw10Offset + 3] & 0x80) != 0;

    /// <summary>Two settings with one key replace each other: identifier, namespace, and the part of dword 11 that selects an instance.</summary>
    public (byte Fid, uint Nsid, uint Instance) Key
    {
        get
        {
            var cdw11 = BitConverter.ToUInt32(Command, Cdw11Offset);
            var instance = Fid switch
            {
                FeatureLayout.TemperatureThreshold => cdw11 & 0x003F_0000,
                FeatureLayout.InterruptVectorConfiguration => cdw11 & 0xFFFF,
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
    public const byte LbaRangeType = 0x03;
    public const byte TemperatureThreshold = 0x04;
    public const byte NumberOfQueues = 0x07;
    public const byte InterruptVectorConfiguration = 0x09;
    public const byte AutonomousPowerStateTransition = 0x0C;
    public const byte Timestamp = 0x0E;
    public const byte HostBehaviorSupport = 0x16;
    public const byte HostIdentifier = 0x81;

    /// <summary>Bytes that Set Features of <paramref name="fid"/> sends; 0 where there is no data.</summary>
    public static int DataLength(byte fid, uint cdw11) => fid switch
    {
        LbaRangeType => (int)((cdw11 & 0x3F) + 1) * 64,
        AutonomousPowerStateTransition => 256,
        Timestamp => 8,
        HostBehaviorSupport => 512,
        HostIdentifier => (cdw11 & 1) != 0 ? 16 : 8,
        >= 0x7D and <= 0x7F => 4096, // enhanced controller, controller and namespace metadata
        _ => 0,
    };
}
