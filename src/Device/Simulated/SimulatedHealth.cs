using System.ComponentModel.DataAnnotations;

namespace Conformance.Device;

/// <summary>What the SMART / Health log says of a device as it is delivered, and what becomes of it. Temperatures in kelvins.</summary>
public sealed record SimulatedHealth
{
    /// <summary>Composite temperature.</summary>
    public ushort Temperature { get; init; } = 310;

    /// <summary>Available spare, in percent.</summary>
    [Range(0, 100)]
    public byte AvailableSpare { get; init; } = 100;

    [Range(0, 100)]
    public byte AvailableSpareThreshold { get; init; } = 10;

    /// <summary>In percent; may exceed 100.</summary>
    public byte PercentageUsed { get; init; }

    /// <summary>The reliability of the subsystem is degraded.</summary>
    public bool DegradedReliability { get; init; }

    public long PowerCycles { get; init; } = 1;

    /// <summary>Before the first instant of the run.</summary>
    public long PowerOnHours { get; init; }

    public long UnexpectedPowerLosses { get; init; }

    /// <summary>LPA bit 0: the page can be asked for by namespace. It says the same.</summary>
    public bool PerNamespace { get; init; } = true;

    /// <summary>TMPTHHA: the most hysteresis of a temperature threshold, in kelvins; 0 for none.</summary>
    [Range(0, 7)]
    public byte ThresholdHysteresis { get; init; } = 5;

    /// <summary>What changes while it runs, each once.</summary>
    public IReadOnlyList<SimulatedHealthChange> Changes { get; init; } = [];
}

/// <summary>A change of health at a time after the start; what is not given stays.</summary>
public sealed record SimulatedHealthChange
{
    public Duration After { get; init; }

    public ushort? Temperature { get; init; }

    [Range(0, 100)]
    public byte? AvailableSpare { get; init; }

    public bool? DegradedReliability { get; init; }
}
