using Conformance.Driver;
using Conformance.Nvme;
using NUnit.Framework;
using static Conformance.Nvme.VirtualizationAction;

namespace Conformance.Suite.Cases;

/// <summary>The functions themselves: the SR-IOV capability, addresses, configuration space, and what takes VFs away.</summary>
[Area("sriov-virtualization")]
internal sealed class VirtualFunctionCases : VirtualizationCase
{
    /// <summary>How a primary goes away.</summary>
    public enum Disabling
    {
        Disable,
        Shutdown,
    }

    /// <summary>Two VFs work; the PF is disabled, or shut down, and enabled again: its list shows none of them online.</summary>
    /// <remarks>A VF that wakes later than 10 ms after its doorbell; the list itself while the primary is disabled.</remarks>
    [Test]
    [Covers("LM-VIRT-13")]
    public async CaseTask Without_its_primary_no_function_is_online([Values] Disabling how)
    {
        var host = await StartAsync();
        var vfs = new[] { await host.BringUpAsync(1), await host.BringUpAsync(2) };
        var queues = new[] { await vfs[0].CreateQueueAsync(), await vfs[1].CreateQueueAsync() };
        for (var i = 0; i < 2; i++) await queues[i].MustAsync("flush", NvmCommand.Flush(1));
        Lab.Must(how == Disabling.Disable ? await host.Pf.DisableAsync() : await host.Pf.ShutdownAsync());
        for (var i = 0; i < 2; i++)
        {
            queues[i].Submit(NvmCommand.Flush(1));
            await World.After(10_000_000);
            Check.Equal("LM-VIRT-13", $"vf[{i + 1}].silent", queues[i].Pair.CountPosted(), 0, "a VF works without its primary");
            Check.Equal("LM-VIRT-13", $"vf[{i + 1}].cfs", vfs[i].Nvme.Status.Cfs, true, "CSTS.CFS of a VF is clear though its primary is gone");
        }

        Lab.Must(await host.Pf.StartAsync());
        Check.Equal("LM-VIRT-13", "online", (await ListAsync(host)).Count(it => it.Scs.Online), 0, "VFs are online though their primary was gone");
    }

    /// <summary>VF Enable is cleared under a VF that works: it answers nobody, is found nowhere, and is offline.</summary>
    /// <remarks>Whether a VF that is gone still writes memory: none is compared.</remarks>
    [Test]
    [Covers("LM-VIRT-14")]
    public async CaseTask Disabled_functions_are_gone()
    {
        var host = await StartAsync();
        var sriov = SriovOf(host);
        var vf = await host.BringUpAsync(2);
        await vf.CreateQueueAsync();
        await sriov.DisableAsync();
        Check.Equal(
            "LM-VIRT-14", "config", vf.Function.ReadConfig(PciHeader.RevisionIdOffset, 4), uint.MaxValue,
            "the configuration space of a VF that is gone answers");
        Check.Equal("LM-VIRT-14", "bar", vf.Function.Read32(Register.Csts), uint.MaxValue, "the registers of a VF that is gone answer");
        Check.Equal("LM-VIRT-14", "bus", host.Controlling.Bus.Find(vf.Function.Requester) is null, true, "a VF that is gone is found on the bus");
        Check.Equal("LM-VIRT-14", "online", (await EntryAsync(host, 2)).Scs.Online, false, "a VF that is gone is online");
        Check.That("LM-VIRT-14", "pf", (await host.Pf.GetFeatureAsync(FeatureId.NumberOfQueues)).IsOk, "the PF does not work without its VFs");
    }

    /// <summary>Fewer VFs than before: those left out are offline and cannot be brought online; those left in can.</summary>
    /// <remarks>More than one VF left out; commands in flight on any of them.</remarks>
    [Test]
    [Covers("LM-VIRT-15")]
    public async CaseTask Functions_beyond_NumVFs_are_offline()
    {
        var host = await StartAsync();
        var sriov = SriovOf(host);
        var count = (await host.FunctionsAsync()).Count;
        Lab.Need(count > 1, "two VFs (SR-IOV capability, TotalVFs)");
        await host.BringUpAsync(1, enable: false);
        var last = (await host.BringUpAsync(count, enable: false)).Id;
        await sriov.DisableAsync();
        var (outcome, functions) = await sriov.EnableAsync(host.Controlling.Bus, count - 1);
        Lab.Must(outcome);
        Check.Equal("LM-VIRT-15", "online", (await EntryAsync(host, count)).Scs.Online, false, "a VF beyond NumVFs is online");
        await GiveAsync(host, last, 2, 1);
        Check.Refused("LM-VIRT-15", "beyond", await ManageAsync(host, SecondaryOnline, last), Status.InvalidSecondaryControllerState);
        var first = (await EntryAsync(host, 1)).Scid;
        Lab.Must(await host.Secondaries.BringUpAsync(functions[0], first, 2, 1));
        Check.Equal("LM-VIRT-15", "first", (await EntryAsync(host, 1)).Scs.Online, true, "a VF within NumVFs is not online");
    }

    /// <summary>NumVFs is written while VF Enable is set: it stays, and so do the VFs.</summary>
    /// <remarks>Three values; other fields of the capability that are to stay as long as VF Enable is set.</remarks>
    [Test]
    [Covers("LM-VIRT-16")]
    public async CaseTask NumVFs_is_settled_while_there_are_some()
    {
        var host = await Lab.StartAsync();
        var sriov = SriovOf(host);
        var functions = await host.FunctionsAsync();
        var at = PciConfig.FindExtendedCapability(host.Pf.Function, ExtendedCapabilityId.SrIov) + SrIovCapability.NumVfsOffset;
        foreach (var count in (int[])[0, functions.Count - 1, functions.Count + 1])
        {
            host.Pf.Function.WriteConfig(at, 2, (uint)count);
            Check.Equal("LM-VIRT-16", $"numvfs[{count}]", sriov.NumVfs, functions.Count, "NumVFs was changed while VF Enable is set");
            Check.That("LM-VIRT-16", $"numvfs[{count}].last", functions[^1].ReadConfig(PciHeader.RevisionIdOffset, 4) != uint.MaxValue, "a VF went away");
        }
    }

    /// <summary>Each VF of few stands where First VF Offset and VF Stride say, alone, and nobody where the next would be.</summary>
    /// <remarks>Registers and I/O of the VFs there: their configuration space answers, and that is all.</remarks>
    [Test]
    [Covers("LM-VIRT-17")]
    public async CaseTask Functions_stand_where_the_capability_says()
    {
        var host = await Lab.StartAsync();
        var sriov = SriovOf(host);
        // Where there is another place, nobody may stand there.
        var count = Math.Clamp(sriov.TotalVfs - 1, 1, 8);
        Lab.Must((await sriov.EnableAsync(host.Controlling.Bus, count)).Outcome);
        StandWhereTheyShould(host, count);
    }

    /// <summary>The same of more VFs than one bus number has places.</summary>
    /// <remarks>What the VFs of other bus numbers do: their configuration space answers, and no DMA under such a requester is tried.</remarks>
    [Test]
    [Covers("LM-VIRT-17")]
    public async CaseTask They_stand_across_bus_numbers()
    {
        var host = await Lab.StartAsync();
        var sriov = SriovOf(host);
        Lab.Need(sriov.TotalVfs > 256, $"more VFs than a bus number has places (SR-IOV capability, TotalVFs {sriov.TotalVfs})");
        Lab.Must((await sriov.EnableAsync(host.Controlling.Bus, sriov.TotalVfs)).Outcome);
        StandWhereTheyShould(host, sriov.TotalVfs);
    }

    /// <summary>Configuration space of a VF, every field that differs from a PF's.</summary>
    /// <remarks>Capabilities other than SR-IOV, and VFs beyond the first four.</remarks>
    [Test]
    [Covers("LM-VIRT-18")]
    public async CaseTask A_virtual_function_has_no_identity_and_no_memory_space_of_its_own()
    {
        var host = await Lab.StartAsync();
        var functions = await host.FunctionsAsync();
        var kind = host.Pf.Function.ReadConfig(PciHeader.RevisionIdOffset, 4);
        foreach (var vf in functions)
        {
            var path = $"vf[{functions.ToList().IndexOf(vf) + 1}]";
            Check.Equal("LM-VIRT-18", $"{path}.id", vf.ReadConfig(PciHeader.VendorIdOffset, 4), uint.MaxValue, "Vendor and Device ID of a VF are not FFFFh");
            vf.WriteConfig(PciHeader.CommandOffset, 2, 0xFFFF);
            Check.Equal("LM-VIRT-18", $"{path}.mse", PciConfig.ReadCommand(vf).MemorySpace, false, "the memory space bit of a VF can be set");
            Check.Equal("LM-VIRT-18", $"{path}.bme", PciConfig.ReadCommand(vf).BusMaster, true, "the bus master bit of a VF cannot be set");
            Check.Equal(
                "LM-VIRT-18", $"{path}.class", vf.ReadConfig(PciHeader.RevisionIdOffset, 4), kind, "a VF has another class than its PF");
            for (var bar = 0x10; bar < 0x28; bar += 4)
            {
                vf.WriteConfig(bar, 4, uint.MaxValue);
                Check.Equal("LM-VIRT-18", $"{path}.bar[{bar:X2}h]", vf.ReadConfig(bar, 4), 0u, "a VF has a base address register of its own");
            }

            Check.Equal("LM-VIRT-18", $"{path}.sriov", PciConfig.FindExtendedCapability(vf, ExtendedCapabilityId.SrIov), 0, "a VF has VFs");
        }
    }

    /// <summary>
    /// VF MSE is cleared under a VF with commands in flight: its registers read all ones and take nothing. Set again, all are what they were
    /// and the commands are done.
    /// </summary>
    /// <remarks>Doorbells: none is rung while memory space is off. How many of the ten reads are in flight when it goes off.</remarks>
    [Test]
    [Covers("LM-VIRT-19")]
    public async CaseTask Without_memory_space_registers_hide_and_nothing_changes()
    {
        var host = await StartAsync();
        var vf = await host.BringUpAsync();
        var queue = await vf.CreateQueueAsync();
        int[] registers = [Register.Vs, Register.Cc, Register.Csts, Register.Aqa, Register.Asq, Register.Asq + 4, Register.Acq, Register.Acq + 4];
        var before = string.Join(' ', registers.Select(it => $"{vf.Function.Read32(it):X8}"));
        queue.Burst(10, i => queue.WithData(NvmCommand.Read(1, (ulong)i, 0), vf.Buffer(4096)));
        var at = PciConfig.FindExtendedCapability(host.Pf.Function, ExtendedCapabilityId.SrIov) + SrIovCapability.ControlOffset;
        var control = new SrIovControl((ushort)host.Pf.Function.ReadConfig(at, 2));
        host.Pf.Function.WriteConfig(at, 2, (control with { VfMemorySpace = false }).Raw);
        await World.After(1_000_000);
        foreach (var register in registers)
            Check.Equal("LM-VIRT-19", $"hidden[{register:X2}h]", vf.Function.Read32(register), uint.MaxValue, "a register answers though memory space is off");
        vf.Function.Write32(Register.Cc, 0);
        vf.Function.Write32(Register.Aqa, 0);
        host.Pf.Function.WriteConfig(at, 2, control.Raw);
        await World.After(1_000_000);
        Check.Equal(
            "LM-VIRT-19", "again", string.Join(' ', registers.Select(it => $"{vf.Function.Read32(it):X8}")), before,
            "registers changed while memory space was off");
        Check.That("LM-VIRT-19", "cq[1]", await queue.ReachesAsync(10), "commands were lost while memory space was off");
        Check.Equal("LM-VIRT-19", "works", (await queue.DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success, "the VF does not work any more");
    }

    private static void StandWhereTheyShould(CaseHost host, int count)
    {
        var sriov = SriovOf(host);
        var (bus, pf) = (host.Controlling.Bus, host.Pf.Function);
        var seen = new HashSet<ushort> { pf.Requester.Value };
        var missing = new List<int>();
        for (var number = 1; number <= count; number++)
        {
            var requester = sriov.RequesterOf(number);
            var answers = bus.Find(requester)?.ReadConfig(PciHeader.RevisionIdOffset, 4) is not (null or uint.MaxValue);
            if (!seen.Add(requester.Value) || !answers) missing.Add(number);
        }

        Check.Equal("LM-VIRT-17", "missing", string.Join(' ', missing), "", "a VF does not stand alone where First VF Offset and VF Stride say");
        if (count < sriov.TotalVfs)
            Check.That("LM-VIRT-17", "beyond", bus.Find(sriov.RequesterOf(count + 1)) is null, "there is a VF beyond NumVFs");
        Check.Saw("LM-VIRT-17", "buses", $"{seen.Select(id => id >> 8).Distinct().Count()}");
    }
}
