using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Temperature Threshold (Base 2.3 5.2.26.1.3): over and under, of the composite temperature and of each sensor.</summary>
internal sealed class TemperatureThreshold : Feature
{
    private const byte AllSensors = 0xF;

    public override FeatureId Id => FeatureId.TemperatureThreshold;

    public override bool IsSaveable => true;

    public override IEnumerable<ushort> Instances(ControllerCore c) =>
        Enumerable.Range(0, TemperatureWatch.Sensors * 2).Select(instance => (ushort)instance);

    public override void Define(ControllerCore c)
    {
        for (var sensor = 0; sensor < TemperatureWatch.Sensors; sensor++)
        {
            var over = sensor == 0 ? Health.Warning : ushort.MaxValue;
            c.Features.Define(Id, over, TemperatureWatch.InstanceOf(sensor, ThresholdType.Over));
            c.Features.Define(Id, 0, TemperatureWatch.InstanceOf(sensor, ThresholdType.Under));
        }
    }

    public override Status Set(ControllerCore c, CommandContext command, ReadOnlySpan<byte> data)
    {
        var asked = new TemperatureThresholdFeature(command.Entry.Cdw11);
        var all = asked.Sensor == AllSensors;
        if (asked.Type > ThresholdType.Under || (asked.Sensor >= TemperatureWatch.Sensors && !all)) return Status.InvalidField;
        if (asked.Hysteresis > c.Options.Health.ThresholdHysteresis) return Status.InvalidField;
        var save = new SetFeaturesFields(command.Entry).Save;
        for (var sensor = all ? 0 : asked.Sensor; sensor < (all ? TemperatureWatch.Sensors : asked.Sensor + 1); sensor++)
        {
            var value = new TemperatureThresholdFeature { Threshold = asked.Threshold, Hysteresis = asked.Hysteresis };
            c.Features.Set(Id, value.Raw, save, TemperatureWatch.InstanceOf(sensor, asked.Type));
        }

        c.Logs.Temperatures.Measure();
        return Status.Success;
    }

    public override Status Get(ControllerCore c, CommandContext command, FeatureSelect select, Span<byte> data)
    {
        var asked = new TemperatureThresholdFeature(command.Entry.Cdw11);
        if (asked.Type > ThresholdType.Under || asked.Sensor >= TemperatureWatch.Sensors) return Status.InvalidField;
        var value = new TemperatureThresholdFeature(c.Features.Get(Id, select, TemperatureWatch.InstanceOf(asked.Sensor, asked.Type)));
        command.Dw0 = (value with { Sensor = asked.Sensor, Type = asked.Type }).Raw;
        return Status.Success;
    }
}
