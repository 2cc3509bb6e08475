using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Linux;

/// <summary>
/// VF Enable and NumVFs of a physical function as its user sees them. The kernel enabled the VFs and lets nobody else do it; to the user they are
/// off at first, and turning them on finds those that are there. To turn them off is not possible while they are held: what needs it is not
/// supported on such a host.
/// </summary>
internal sealed class SriovView(int capability, int enabled)
{
    private SrIovControl _control;
    private ushort _count;

    public bool Covers(int field) => field == capability + SrIovCapability.ControlOffset || field == capability + SrIovCapability.NumVfsOffset;

    public ushort Read(int field) => field == capability + SrIovCapability.NumVfsOffset ? _count : _control.Raw;

    public void Write(int field, ushort value)
    {
        if (field == capability + SrIovCapability.NumVfsOffset)
        {
            // More than the kernel enabled are not there; NumVFs is locked while they are on.
            if (!_control.VfEnable && value <= enabled) _count = value;
            return;
        }

        var wanted = new SrIovControl(value);
        if (_control.VfEnable && !wanted.VfEnable)
            throw new HostLimitException("turning VFs off (VF Enable) is the kernel's, which waits until nobody has them open");
        _control = wanted;
    }

    /// <summary>What a reset leaves.</summary>
    public void Forget() => (_control, _count) = (default, 0);
}
