using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>What the variant driver knows of the function that it drives; its steps work on this.</summary>
/// <param name="world">Whose clock it waits on.</param>
/// <param name="function">The virtual function.</param>
/// <param name="device">How the controlling function is asked about it.</param>
/// <param name="streamFormat">Names the state that the device gives and takes.</param>
public sealed class VariantCore(World world, IFunction function, IMigrator device, string streamFormat)
{
    public World World { get; } = world;

    public IFunction Function { get; } = function;

    public IMigrator Device { get; } = device;

    public string StreamFormat { get; } = streamFormat;

    /// <summary>State of the stopped device, as long as it is stopped; null where it was not read, or can be read as often as one likes.</summary>
    public byte[]? Kept { get; set; }

    /// <summary>The stopped device was loaded: it is not what it was when it stopped.</summary>
    public bool IsLoaded { get; set; }

    /// <summary>The device stands because it was never enabled; it did not want to be suspended.</summary>
    public bool IsDormant { get; set; }

    /// <summary>The device had a fatal status when it was stopped: what it holds is nobody's to have.</summary>
    public bool IsFatal { get; set; }

    /// <summary>The controller has a fatal status now (CSTS.CFS). One whose registers cannot be read tells none.</summary>
    public bool ReadsFatal => new ControllerStatus(Function.Read32(Register.Csts)) is { Raw: not uint.MaxValue, Cfs: true };

    /// <summary>The device runs, or was reset: nothing that was known of the stopped one holds.</summary>
    public void Forget() => (Kept, IsLoaded, IsDormant, IsFatal) = (null, false, false, false);
}
