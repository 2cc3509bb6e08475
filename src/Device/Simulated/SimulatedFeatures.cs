using System.ComponentModel.DataAnnotations;

namespace Conformance.Device;

/// <summary>Optional features, and what their users see of them.</summary>
public sealed record SimulatedFeatures
{
    /// <summary>VWC: a volatile write cache; while it is disabled a write costs a flush too.</summary>
    public bool VolatileWriteCache { get; init; }

    /// <summary>ONCS.TMSTMPS. Not part of a controller state: after a migration a timestamp is what the host sets anew.</summary>
    public bool Timestamp { get; init; }

    /// <summary>KAS: granularity of the Keep Alive Timer in units of 100 ms; 0 for none.</summary>
    [Range(0, 600)]
    public ushort KeepAliveGranularity { get; init; } = 1;

    /// <summary>HCTMA: host controlled thermal management.</summary>
    public bool ThermalManagement { get; init; } = true;

    /// <summary>CTRATT.NOPSPM: background work may exceed the power of a non-operational state.</summary>
    public bool NonOperationalPermissive { get; init; } = true;

    /// <summary>
    /// NPSS, plainly counted: 1 to 3 power states, of which the third is non-operational. The second works half as fast; an I/O command ends
    /// the third.
    /// </summary>
    [Range(1, 3)]
    public int PowerStates { get; init; } = 3;

    /// <summary>EXLAT of the non-operational power state: on top of the I/O command that ends it.</summary>
    public Duration PowerStateExit { get; init; } = Duration.FromMicroseconds(500);
}
