using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// The temperatures of a controller against its thresholds (Base 2.3 5.2.26.1.3): an over or under temperature begins where a threshold is
/// reached, is told once, and ends beyond the hysteresis. There is one sensor, which shows the composite temperature.
/// </summary>
internal sealed class TemperatureWatch(ControllerCore c)
{
    /// <summary>TMPSEL of what can be selected: the composite temperature and sensor 1.</summary>
    public const int Sensors = 2;

    private readonly bool[] _isBeyond = new bool[2 * Sensors];

    /// <summary>TTC: some temperature is beyond a threshold of it.</summary>
    public bool IsBeyond => _isBeyond.Contains(true);

    /// <summary>The instance of the feature that holds a threshold.</summary>
    public static ushort InstanceOf(int sensor, ThresholdType type) => (ushort)((sensor * 2) + (int)type);

    /// <summary>A temperature or a threshold changed.</summary>
    public void Measure()
    {
        var (began, recovered) = (false, false);
        for (ushort instance = 0; instance < _isBeyond.Length; instance++)
        {
            var threshold = new TemperatureThresholdFeature(c.Features.Current(FeatureId.TemperatureThreshold, instance));
            var temperature = c.Subsystem.Health.Temperature;
            var over = instance % 2 == (int)ThresholdType.Over;
            var reached = over ? temperature >= threshold.Threshold : temperature <= threshold.Threshold;
            var left = threshold.Hysteresis == 0
                ? !reached
                : over ? temperature < threshold.Threshold - threshold.Hysteresis : temperature > threshold.Threshold + threshold.Hysteresis;
            if (!_isBeyond[instance] && reached)
            {
                (_isBeyond[instance], began) = (true, true);
            }
            else if (_isBeyond[instance] && left)
            {
                _isBeyond[instance] = false;
                recovered |= threshold.Hysteresis != 0;
            }
        }

        if (began) c.Raise(AsyncEvent.Of(HealthEvent.TemperatureThreshold));
        if (recovered) c.Raise(AsyncEvent.Of(ImmediateEvent.TemperatureThresholdHysteresisRecovery));
    }
}
