using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Power Management (Base 2.3 5.2.26.1.2) of up to three power states: full speed, half of it, and one that processes no I/O command: the
/// next one brings the controller back into the last operational state, and takes as much longer (8.1.18.1).
/// </summary>
internal sealed class PowerManagement() : WordFeature(FeatureId.PowerManagement, 0xFF, saveable: false)
{
    private const byte Slow = 1;
    private const byte NonOperational = 2;
    private const ushort FullPower = 800;
    private const ushort SlowPower = 400;
    private const ushort IdlePower = 50;
    private const byte SlowRank = 1;
    private const long Microsecond = 1_000;

    /// <summary>The power state descriptors.</summary>
    public static void Describe(ControllerCore c, ref IdentifyController page)
    {
        var options = c.Options.Features;
        page.NpssZ = (byte)(options.PowerStates - 1);
        page.Psd[0] = new() { Mp = FullPower };
        if (options.PowerStates > Slow)
            page.Psd[Slow] = new() { Mp = SlowPower, Rrt = SlowRank, Rrl = SlowRank, Rwt = SlowRank, Rwl = SlowRank };
        if (options.PowerStates <= NonOperational) return;
        page.Psd[NonOperational] = new()
        {
            Mp = IdlePower, Flags = new() { NonOperational = true }, Exlat = (uint)(options.PowerStateExit.Nanoseconds / Microsecond),
        };
    }

    /// <summary>ns that the present power state adds to an I/O command. A non-operational one ends with it.</summary>
    public static long Delay(ControllerCore c, CommandContext command)
    {
        var value = new PowerManagementFeature(c.Features.Current(FeatureId.PowerManagement));
        if (command.IsAdmin || value.PowerState == 0) return 0;
        if (value.PowerState == Slow) return command.Handler!.Cost(c, command);
        c.Features.Set(FeatureId.PowerManagement, (value with { PowerState = c.Features.LastOperational }).Raw, save: false);
        return c.Options.Features.PowerStateExit.Nanoseconds;
    }

    protected override Status Check(ControllerCore c, ref uint value) =>
        new PowerManagementFeature(value).PowerState < c.Options.Features.PowerStates ? Status.Success : Status.InvalidField;

    protected override void Changed(ControllerCore c, uint value)
    {
        if (new PowerManagementFeature(value).PowerState is var state and not NonOperational) c.Features.LastOperational = state;
    }
}

/// <summary>Non-Operational Power State Config (Base 2.3 5.2.26.1.10). There is no background work that could use the permission.</summary>
internal sealed class NonOperationalPower() : WordFeature(FeatureId.NonOperationalPowerState, 1, saveable: true)
{
    public override bool IsSupported(ControllerCore c) => c.Options.Features.PowerStates > 2;

    protected override Status Check(ControllerCore c, ref uint value) =>
        new NonOperationalPowerFeature(value).PermissiveMode && !c.Options.Features.NonOperationalPermissive
            ? Status.InvalidField
            : Status.Success;
}

/// <summary>Volatile Write Cache (Base 2.3 5.2.26.1.4), where there is one.</summary>
internal sealed class WriteCache : WordFeature
{
    public WriteCache()
        : base(FeatureId.VolatileWriteCache, 1, saveable: true) => Initial = 1;

    public override bool IsSupported(ControllerCore c) => c.Options.Features.VolatileWriteCache;

    /// <summary>ns that a write costs on top while the cache is disabled: what it writes must be persistent.</summary>
    public static long Delay(ControllerCore c) =>
        c.Options.Features.VolatileWriteCache && c.Features.Current(FeatureId.VolatileWriteCache) == 0
            ? c.Options.Timing.Flush.Nanoseconds
            : 0;
}
