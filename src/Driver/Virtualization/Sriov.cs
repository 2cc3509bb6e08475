using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>SR-IOV of a physical function: which virtual functions there are, and turning them on and off.</summary>
public sealed class Sriov
{
    // What PCI Express asks a host to wait before it touches a VF, unless Readiness Time Reporting says less, and after it took them away.
    private const long EnableWait = 100_000_000;
    private const long DisableWait = 1_000_000_000;

    private readonly World _world;
    private readonly IFunction _function;
    private readonly int _capability;

    private Sriov(World world, IFunction function, int capability)
    {
        _world = world;
        _function = function;
        _capability = capability;
    }

    public int TotalVfs => Read16(SrIovCapability.TotalVfsOffset);

    public int NumVfs => Read16(SrIovCapability.NumVfsOffset);

    public SrIovControl Control
    {
        get => new(Read16(SrIovCapability.ControlOffset));
        private set => Write16(SrIovCapability.ControlOffset, value.Raw);
    }

    /// <summary>SR-IOV of a function, null where it has none.</summary>
    public static Sriov? Find(World world, IFunction function)
    {
        var capability = PciConfig.FindExtendedCapability(function, ExtendedCapabilityId.SrIov);
        return capability == 0 ? null : new Sriov(world, function, capability);
    }

    /// <summary>The requester id of a VF, counted from 1. First VF Offset and VF Stride may depend on NumVFs.</summary>
    public RequesterId RequesterOf(int vf) => _function.Requester.VirtualFunction(
        vf, Read16(SrIovCapability.FirstVfOffsetOffset), Read16(SrIovCapability.VfStrideOffset));

    /// <summary>
    /// Turns <paramref name="count"/> VFs on, with memory space, waits, and finds each on the bus. A VF's own Readiness Time Reporting cannot
    /// be read before there is a VF, so the Reset Time of the PF's is taken; where a VF does not answer then, the rest of 100 ms is waited.
    /// </summary>
    public async ValueTask<(Outcome Outcome, IReadOnlyList<IFunction> Functions)> EnableAsync(IBus bus, int count)
    {
        const string step = "enable VFs";
        if (count < 1 || count > TotalVfs) return (Outcome.Failed(step, $"{count} VFs asked for, TotalVFs is {TotalVfs}"), []);
        if (Control.VfEnable) return (Outcome.Failed(step, $"{NumVfs} VFs are enabled already"), []);
        Write16(SrIovCapability.NumVfsOffset, (ushort)count);
        if (NumVfs != count) return (Outcome.Failed(step, $"NumVFs reads {NumVfs} after {count} was written"), []);
        // Where the system of the host enabled them before, it has waited as well.
        var areThere = AllAnswer(bus, count);
        Control = Control with { VfEnable = true, VfMemorySpace = true };
        if (!areThere)
        {
            var announced = Math.Min(ReadinessTimes.Read(_function)?.Reset ?? EnableWait, EnableWait);
            await _world.After(announced);
            if (!AllAnswer(bus, count)) await _world.After(EnableWait - announced);
        }

        var functions = new List<IFunction>(count);
        for (var vf = 1; vf <= count; vf++)
        {
            var requester = RequesterOf(vf);
            if (bus.Find(requester) is not { } function)
                return (Outcome.Failed(step, $"VF {vf} does not answer at {requester}"), functions);
            functions.Add(function);
        }

        return (Outcome.Ok, functions);
    }

    /// <summary>Takes all VFs away and waits.</summary>
    public async ValueTask DisableAsync()
    {
        Control = Control with { VfEnable = false, VfMemorySpace = false };
        await _world.After(DisableWait);
        Write16(SrIovCapability.NumVfsOffset, 0);
    }

    private bool AllAnswer(IBus bus, int count)
    {
        for (var vf = 1; vf <= count; vf++)
        {
            if (bus.Find(RequesterOf(vf)) is not { } function || function.ReadConfig(PciHeader.RevisionIdOffset, 4) == uint.MaxValue)
                return false;
        }

        return true;
    }

    private ushort Read16(int register) => (ushort)_function.ReadConfig(_capability + register, 2);

    private void Write16(int register, ushort value) => _function.WriteConfig(_capability + register, 2, value);
}
