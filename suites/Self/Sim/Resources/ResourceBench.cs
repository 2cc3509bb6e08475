using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Resources;

/// <summary>Virtualization Management of one PF by bare commands.</summary>
internal sealed class ResourceBench(Rig rig, RawHost pf)
{
    private readonly long _page = pf.Take(4096);

    public Rig Rig { get; } = rig;

    public RawHost Pf { get; } = pf;

    public static void Run(Func<ResourceBench, Task> body, SimulatedResources? resources = null, SimulatedTopology? topology = null) =>
        Sim.Rig.Run(
            async rig => await body(new ResourceBench(rig, await rig.Pf(rig.Pair.Source))),
            new()
            {
                Device = new()
                {
                    Resources = resources ?? new() { FlexibleQueues = 12, FlexibleVectors = 10, SecondaryMaximum = 6 },
                    Topology = topology ?? new(),
                },
            });

    /// <summary>CNTLID of the PF.</summary>
    public ushort Own => Pf.Controller.Id;

    /// <summary>CNTLID of a VF of this PF.</summary>
    public async Task<ushort> Of(int vf) => (await List()).Single(entry => entry.Vfn == vf).Scid;

    public async Task<CompletionEntry> Manage(
        VirtualizationAction action, ushort cntlid, ResourceType type = ResourceType.VirtualQueue, int count = 0) =>
        await Pf.Do(AdminCommand.VirtualizationManagement(action, cntlid, type, (ushort)count));

    public async Task<PrimaryControllerCapabilities> Capabilities()
    {
        await Pf.Must(AdminCommand.Identify((byte)Cns.PrimaryControllerCapabilities), _page);
        return Pf.Memory.Load<PrimaryControllerCapabilities>(_page);
    }

    /// <summary>One page of the Secondary Controller List.</summary>
    public async Task<IReadOnlyList<SecondaryControllerEntry>> List(ushort from = 0)
    {
        await Pf.Must(AdminCommand.Identify((byte)Cns.SecondaryControllerList, cntid: from), _page);
        var list = Pf.Memory.Load<SecondaryControllerList>(_page);
        return ((ReadOnlySpan<SecondaryControllerEntry>)list.Entries)[..list.Nument].ToArray();
    }

    public async Task<SecondaryControllerEntry> Entry(ushort cntlid) => (await List(cntlid))[0];

    /// <summary>Lets the PF's VFs appear.</summary>
    public async Task EnableVfs(int count)
    {
        var sriov = Capability.FindExtended(Pf.Function, Capability.SrIov);
        Pf.Function.WriteConfig(sriov + SrIovCapability.NumVfsOffset, 2, (uint)count);
        Pf.Function.WriteConfig(sriov + SrIovCapability.ControlOffset, 2, 9);
        await Rig.World.After(Capability.ResetTime(Pf.Function));
    }

    public IFunction Vf(int number)
    {
        var sriov = Capability.FindExtended(Pf.Function, Capability.SrIov);
        var (offset, stride) = (Pf.Function.ReadConfig(sriov + 0x14, 2), Pf.Function.ReadConfig(sriov + 0x16, 2));
        return Pf.Bus.Find(Pf.Function.Requester.VirtualFunction(number, (ushort)offset, (ushort)stride))!;
    }

    /// <summary>Resets the PF and enables it again.</summary>
    public async Task ResetFunction()
    {
        await Pf.Function.ResetAsync();
        Pf.Function.WriteConfig(PciHeader.CommandOffset, 2, 6);
        Pf.Forget();
        await Pf.Enable();
    }

    public async Task Expect(
        Status status, VirtualizationAction action, ushort cntlid, ResourceType type = ResourceType.VirtualQueue, int count = 0) =>
        Assert.That((await Manage(action, cntlid, type, count)).Status, Is.EqualTo(status), $"{action} {cntlid} {type} {count}");

    public async Task Give(ushort cntlid, int queues, int vectors)
    {
        await Expect(Status.Success, VirtualizationAction.SecondaryAssign, cntlid, ResourceType.VirtualQueue, queues);
        await Expect(Status.Success, VirtualizationAction.SecondaryAssign, cntlid, ResourceType.VirtualInterrupt, vectors);
    }
}
