using Conformance.Device;

namespace Conformance.Sim;

/// <summary>
/// What a write of configuration space means the moment it is made, on the host's side; what it causes in the device comes later
/// (<see cref="ConfigStep"/>). So a host never sees the state of before its own write.
/// </summary>
internal static class ConfigRules
{
    private const uint PowerState = 3;
    private const uint D3Hot = 3;

    /// <summary>Bit n of System Page Size is a page of 2^(n + 12) bytes.</summary>
    private const int PageShift = 12;

    /// <summary>
    /// Bits of a dword that may not change now: NumVFs and System Page Size while VF Enable is set, address bits of VF BARs below System
    /// Page Size, which each VF's aperture is aligned to, the power state to D1 or D2, which there is not.
    /// </summary>
    public static uint Locked(ConfigSpace config, int offset, uint value) => (offset & ~3) switch
    {
        ConfigLayout.NumVfs or ConfigLayout.SystemPageSize
            when (config.Dword(ConfigLayout.SriovControl) & ConfigLayout.VfEnable) != 0 => uint.MaxValue,
        ConfigLayout.VfBar0 or ConfigLayout.VfBar2 => (config.Dword(ConfigLayout.SystemPageSize) << PageShift) - 1,
        ConfigLayout.PowerControl when (value & PowerState) is not (0 or D3Hot) => PowerState,
        _ => 0,
    };

    /// <summary>Initiate Function Level Reset is written as 1; it always reads as 0.</summary>
    public static bool IsFunctionReset(int offset, int width, uint value) =>
        (offset & ~3) == ConfigLayout.DeviceControl
        && offset + width > ConfigLayout.DeviceControl + 1
        && offset < ConfigLayout.DeviceControl + 2
        && ((value << ((offset & 3) * 8)) & ConfigLayout.InitiateFlr) != 0;

    /// <summary>From D3hot to D0, which without No_Soft_Reset is a reset.</summary>
    public static bool LeavesD3(uint old, uint next) => (old & PowerState) == D3Hot && (next & PowerState) == 0;

    /// <summary>What the host sees at once of a write that changed a dword: a function that is being reset answers nobody.</summary>
    public static void AtOnce(SimFunction function, int offset, uint old, uint next)
    {
        switch (offset)
        {
            case ConfigLayout.DeviceControl when (next & ConfigLayout.InitiateFlr) != 0:
            case ConfigLayout.PowerControl when LeavesD3(old, next):
                function.BusyUntil(World.Never);
                break;
            case ConfigLayout.SriovControl when (old & ConfigLayout.VfEnable) == 0 && (next & ConfigLayout.VfEnable) != 0:
                foreach (var virtualFunction in function.VirtualFunctions) virtualFunction.BusyUntil(World.Never);
                break;
        }
    }
}
