using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Asynchronous Event Configuration (Base 2.3 5.2.26.1.5): which events are reported. Errors, one-shot events and those of a command set
/// always are.
/// </summary>
internal sealed class EventConfiguration() : WordFeature(FeatureId.AsynchronousEventConfiguration, uint.MaxValue, saveable: true)
{
    public override bool IsLogged => false;

    public static bool Wants(ControllerCore c, in AsyncEvent raised)
    {
        var mask = raised.Type switch
        {
            AsynchronousEventType.Health => WarningsOf((HealthEvent)raised.Dw0.Information).Raw,
            AsynchronousEventType.Notice => BitOf((NoticeEvent)raised.Dw0.Information).Raw,
            AsynchronousEventType.Immediate => BitOf((ImmediateEvent)raised.Dw0.Information).Raw,
            _ => uint.MaxValue,
        };
        return mask == uint.MaxValue || (c.Features.Current(FeatureId.AsynchronousEventConfiguration) & mask) != 0;
    }

    protected override Status Check(ControllerCore c, ref uint value) =>
        // There are no endurance groups to report of.
        new AsynchronousEventFeature(value).EnduranceGroupAggregate ? Status.InvalidField : Status.Success;

    protected override void Changed(ControllerCore c, uint value)
    {
        // What is no longer wanted is not sent any more, even if it happened before.
        c.Events.Withdraw(pending => !Wants(c, in pending));
    }

    private static AsynchronousEventFeature WarningsOf(HealthEvent information) => information switch
    {
        HealthEvent.TemperatureThreshold => new() { TemperatureThreshold = true },
        HealthEvent.SpareBelowThreshold => new() { SpareBelowThreshold = true },
        _ => new()
        {
            DegradedReliability = true, AllMediaReadOnly = true, VolatileMemoryBackupFailed = true, PersistentMemoryReadOnly = true,
        },
    };

    private static AsynchronousEventFeature BitOf(ImmediateEvent information) => information switch
    {
        ImmediateEvent.NormalSubsystemShutdown => new() { NormalSubsystemShutdown = true },
        ImmediateEvent.TemperatureThresholdHysteresisRecovery => new() { TemperatureThresholdHysteresis = true },
        _ => new(uint.MaxValue),
    };

    private static AsynchronousEventFeature BitOf(NoticeEvent information) => information switch
    {
        NoticeEvent.AttachedNamespaceAttributeChanged => new() { AttachedNamespaceAttribute = true },
        NoticeEvent.FirmwareActivationStarting => new() { FirmwareActivation = true },
        NoticeEvent.TelemetryLogChanged => new() { TelemetryLog = true },
        NoticeEvent.LbaStatusInformationAlert => new() { LbaStatusInformation = true },
        NoticeEvent.AllocatedNamespaceAttributeChanged => new() { AllocatedNamespaceAttribute = true },
        _ => default, // a kind that this device does not have
    };
}
