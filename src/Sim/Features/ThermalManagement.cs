using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Host Controlled Thermal Management (Base 2.3 5.2.26.1.9): two temperatures, of which the first is the lower.</summary>
internal sealed class ThermalManagement() : WordFeature(FeatureId.HostControlledThermalManagement, uint.MaxValue, saveable: true)
{
    /// <summary>MNTMT and MXTMT, kelvins.</summary>
    public const ushort Minimum = 300;
    public const ushort Maximum = 360;

    public override bool IsSupported(ControllerCore c) => c.Options.Features.ThermalManagement;

    protected override Status Check(ControllerCore c, ref uint value)
    {
        var (first, second) = (new ThermalManagementFeature(value).Temperature1, new ThermalManagementFeature(value).Temperature2);
        if (first is not (0 or (>= Minimum and <= Maximum)) || second is not (0 or (>= Minimum and <= Maximum))) return Status.InvalidField;
        return first != 0 && second != 0 && first >= second ? Status.InvalidField : Status.Success;
    }

    protected override void Changed(ControllerCore c, uint value) => c.Logs.Throttle.Measure();
}

/// <summary>What a controller does about its temperature because the host said so: light, or heavy throttling (Base 2.3 8.1.18.5).</summary>
internal sealed class Throttle(ControllerCore c)
{
    private readonly uint[] _transitions = new uint[Levels];
    private readonly long[] _times = new long[Levels];
    private int _level;
    private long _since;

    private const int Levels = 3;

    /// <summary>How often it came to 1, light, or 2, heavy throttling.</summary>
    public uint Transitions(int level) => _transitions[level];

    /// <summary>ns in it.</summary>
    public long Time(int level) => _times[level] + (_level == level ? c.Now - _since : 0);

    /// <summary>The temperature or its limits changed. It throttles until it is below the first temperature.</summary>
    public void Measure()
    {
        var limits = new ThermalManagementFeature(c.Features.Current(FeatureId.HostControlledThermalManagement));
        var temperature = c.Subsystem.Health.Temperature;
        var isHeavy = limits.Temperature2 != 0 && temperature >= limits.Temperature2;
        var isLight = limits.Temperature1 != 0 && temperature >= limits.Temperature1;
        var level = isHeavy ? 2 : isLight ? Math.Max(1, _level) : 0;
        if (level == _level) return;
        _times[_level] += c.Now - _since;
        (_level, _since) = (level, c.Now);
        if (level != 0) _transitions[level]++;
    }
}
