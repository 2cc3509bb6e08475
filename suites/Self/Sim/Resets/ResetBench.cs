using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Resets;

/// <summary>What a host can do to a VF, or to its PF, that ends whatever the VF was about.</summary>
internal enum Way
{
    /// <summary>CC.EN of the VF.</summary>
    ControllerReset,

    /// <summary>Function Level Reset of the VF.</summary>
    FunctionReset,

    /// <summary>The VF to D3hot and back.</summary>
    PowerState,

    /// <summary>CC.SHN of the VF, then CC.EN.</summary>
    Shutdown,

    /// <summary>Virtualization Management: Offline.</summary>
    Offline,

    /// <summary>VF Enable cleared.</summary>
    VfDisable,

    /// <summary>CC.EN of the PF.</summary>
    PfControllerReset,

    /// <summary>CC.SHN of the PF.</summary>
    PfShutdown,

    /// <summary>Function Level Reset of the PF.</summary>
    PfFunctionReset,

    /// <summary>The PF to D3hot and back.</summary>
    PfPowerState,

    /// <summary>NSSR.</summary>
    SubsystemReset,
}

/// <summary>A PF and an enabled VF with one queue pair, to be reset in every way and brought back.</summary>
internal sealed class ResetBench
{
    private const long VfMemory = 512 * 1024;
    private const int Blocks = 8;

    private RawHost? _owner;

    private ResetBench(Rig rig, RawHost pf, RawHost vf) => (Rig, Pf, Vf) = (rig, pf, vf);

    public Rig Rig { get; }

    public RawHost Pf { get; }

    public RawHost Vf { get; private set; }

    public RawQueue Io { get; private set; } = null!;

    /// <summary>A page of the VF's memory.</summary>
    public long Data { get; private set; }

    public ushort C => Vf.Controller.Id;

    private int Sriov => Capability.FindExtended(Pf.Function, Capability.SrIov);

    /// <summary>Commands take some time, so that there are some under way.</summary>
    public static void Run(Func<ResetBench, Task> body, SimulatedDevice? device = null) => Sim.Rig.Run(
        async rig =>
        {
            var pf = await rig.Pf(rig.Pair.Source);
            var vf = await rig.OnlineVf(pf, memory: rig.NewMemory(VfMemory));
            var bench = new ResetBench(rig, pf, vf);
            await bench.Start();
            await body(bench);
        },
        new()
        {
            Device = device ?? new()
            {
                Timing = new()
                {
                    Read = Duration.FromMicroseconds(100), Write = Duration.FromMicroseconds(130), Admin = Duration.FromMicroseconds(40),
                    Enable = Duration.FromMicroseconds(70), Disable = Duration.FromMicroseconds(30), Shutdown = Duration.FromMicroseconds(90),
                    Suspend = Duration.FromMicroseconds(20),
                },
            },
        });

    /// <summary>Enables the VF and gives it a queue pair.</summary>
    public async Task Start(uint cc = 0x0046_0001)
    {
        await Vf.Enable(cc);
        Io = await Vf.CreateQueues(1);
        if (!ReferenceEquals(_owner, Vf)) (_owner, Data) = (Vf, Vf.Take(Blocks * 4096));
    }

    /// <summary>Some reads that are not waited for.</summary>
    public void Burst(int commands = Blocks)
    {
        for (var i = 0; i < commands; i++) Vf.Submit(Io, NvmCommand.Read(1, (ulong)i, 0), Data + (i % Blocks * 4096L));
    }

    /// <summary>Whether it takes the primary, and so its VFs' being online, with it.</summary>
    public static bool HitsPrimary(Way way) => way >= Way.PfControllerReset;

    /// <summary>Whether it takes what PCI Express defines with it: configuration space, MSI-X.</summary>
    public static bool HitsFunction(Way way) => way is Way.FunctionReset or Way.PowerState;

    /// <summary>Begins and ends one reset; after it nothing of before moves.</summary>
    public async Task Do(Way way)
    {
        switch (way)
        {
            case Way.ControllerReset:
                await Disable(Vf);
                break;
            case Way.FunctionReset:
                await Vf.Function.ResetAsync();
                break;
            case Way.PowerState:
                await ToD3AndBack(Vf);
                break;
            case Way.Shutdown:
                await ShutDown(Vf);
                await Disable(Vf);
                break;
            case Way.Offline:
                await Pf.Must(AdminCommand.VirtualizationManagement(VirtualizationAction.SecondaryOffline, C));
                break;
            case Way.VfDisable:
                Pf.Function.WriteConfig(Sriov + SrIovCapability.ControlOffset, 2, 0);
                break;
            case Way.PfControllerReset:
                await Disable(Pf);
                break;
            case Way.PfShutdown:
                await ShutDown(Pf);
                break;
            case Way.PfFunctionReset:
                await Pf.Function.ResetAsync();
                break;
            case Way.PfPowerState:
                await ToD3AndBack(Pf);
                break;
            default:
                var wait = Capability.ResetTime(Pf.Function);
                Pf.Function.Write32(Register.Nssr, Register.NssrReset);
                await Rig.World.After(wait);
                break;
        }
    }

    /// <summary>Does what a host has to do to work with the VF again, and no more.</summary>
    public async Task BringBack(Way way)
    {
        if (way == Way.PfShutdown) await Disable(Pf);
        if (HitsPrimary(way))
        {
            Pf.Function.WriteConfig(PciHeader.CommandOffset, 2, 6);
            Pf.Forget();
            await Pf.Enable();
        }

        if (HitsPrimary(way) || way is Way.Offline or Way.VfDisable)
        {
            Vf.Memory.Fill(0, Vf.Memory.Length, 0);
            Vf = await Rig.OnlineVf(Pf, memory: Vf.Memory);
        }
        else
        {
            Vf.Function.WriteConfig(PciHeader.CommandOffset, 2, 4);
            Vf.Forget();
        }

        await Start();
    }

    /// <summary>The VF writes and reads a block.</summary>
    public async Task Works()
    {
        Vf.Memory.Fill(Data, 4096, 0x3C);
        Assert.That((await Vf.Io(Io, NvmCommand.Write(1, 40, 0), Data)).Status, Is.EqualTo(Status.Success));
        Assert.That((await Vf.Io(Io, NvmCommand.Read(1, 40, 0), Data + 4096)).Status, Is.EqualTo(Status.Success));
        Assert.That(Vf.Memory.Read(Data + 4096, 4096).ContainsAnyExcept((byte)0x3C), Is.False);
    }

    /// <summary>Nothing of the VF reaches memory for a while, and none of it tries.</summary>
    public async Task IsSilent()
    {
        var before = Vf.Memory.Read(0, (int)Vf.Memory.Length).ToArray();
        var (fetched, completed, interrupts) = (Vf.Truth.Fetched, Vf.Truth.Completed, Vf.Truth.Interrupts);
        await Vf.Space.UnmapAsync(Vf.Base, Vf.Memory.Length);
        var faults = Vf.Space.Faults.Count;
        await Vf.Settle();
        Assert.That(Vf.Space.Faults, Has.Count.EqualTo(faults), "no access was tried");
        Assert.That(Vf.Memory.Read(0, before.Length).SequenceEqual(before), "nothing was written");
        Assert.That((Vf.Truth.Fetched, Vf.Truth.Completed, Vf.Truth.Interrupts), Is.EqualTo((fetched, completed, interrupts)));
        Vf.Space.Map(new DmaMapping(Vf.Base, Vf.Memory, 0, Vf.Memory.Length, DmaAccess.ReadWrite));
    }

    private static async Task Disable(RawHost host)
    {
        host.Function.Write32(Register.Cc, host.Function.Read32(Register.Cc) & ~1u);
        Assert.That(await host.Reaches(() => (host.Function.Read32(Register.Csts) & 1) == 0), "CSTS.RDY cleared");
    }

    private static async Task ShutDown(RawHost host)
    {
        host.Function.Write32(Register.Cc, new ControllerConfiguration(host.Function.Read32(Register.Cc)) { Shn = 1 }.Raw);
        Assert.That(await host.Reaches(() => new ControllerStatus(host.Function.Read32(Register.Csts)).Shst == 2), "CSTS.SHST");
    }

    private static async Task ToD3AndBack(RawHost host)
    {
        var control = Capability.Find(host.Function, Capability.PowerManagement) + 4;
        var wait = Capability.ResetTime(host.Function);
        host.Function.WriteConfig(control, 2, 3);
        await host.World.After(10_000);
        host.Function.WriteConfig(control, 2, 0);
        await host.World.After(wait);
    }
}
