using System.ComponentModel.DataAnnotations;
using Conformance.Device;

namespace Conformance.Migration;

/// <summary>The virtual machine of the command testbed: two physical functions with virtual ones, and what they share.</summary>
public sealed record TestbedOptions
{
    /// <summary>1: both physical functions belong to one subsystem and share its namespaces. 2: each has a subsystem and namespaces of its own.</summary>
    [Range(1, 2)]
    public int Subsystems { get; init; } = 1;

    /// <summary>Virtual functions of each physical function.</summary>
    [Range(1, 7)]
    public int VirtualFunctions { get; init; } = 2;

    /// <summary>Sizes of the namespaces of each subsystem, from NSID 1.</summary>
    [MinLength(1)]
    public IReadOnlyList<Size> Namespaces { get; init; } = [Size.MiB(64), Size.MiB(64)];

    /// <summary>Bytes of a block.</summary>
    [Range(typeof(Size), "512", "4KiB")]
    public Size BlockSize { get; init; } = new(512);

    /// <summary>More properties of each emulated controller, as the emulator writes them: "mdts=5,hmlms=on".</summary>
    public string Controller { get; init; } = "";

    /// <summary>Memory of the machine.</summary>
    [Range(typeof(Size), "1GiB", "64GiB")]
    public Size Memory { get; init; } = Size.MiB(2048);

    /// <summary>Processors of the machine. With more than one, emulated, the first was seen to lose its timer and its interrupts for good after some resets of functions.</summary>
    [Range(1, 64)]
    public int Processors { get; init; } = 1;

    /// <summary>After so long the machine is ended, whatever it does.</summary>
    [Range(typeof(Duration), "10s", "24h")]
    public Duration Time { get; init; } = Duration.FromSeconds(600);
}
