using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Whom a vendor command is for: its queue, its index, its reserved fields.</summary>
[Area("vendor-commands")]
internal sealed class VendorAddressingCases : VendorCase
{
    /// <summary>What can be wrong in a command besides its index.</summary>
    public enum ReservedField
    {
        Nsid,
        Dword2,
        Dword3,
        UpperIndex,
        Dword11,
        Dword12,
        Dword13,
        Dword14,
        Dword15,
    }

    /// <summary>The index below the first VF's, at which a PF might be. The PF goes on, and so do its VFs.</summary>
    /// <remarks>An effect that neither the admin queue of the PF, nor one VF, nor the buffer shows.</remarks>
    [Test]
    [Covers("LM-VEND-05")]
    public async CaseTask The_physical_function_itself_is_not_moved()
    {
        var (vendor, vf, queue) = await StartAsync();
        Lab.Need(vendor.Dialect.FirstVfIndex > 0, "an index below the first VF's (the profile counts from 0)");
        await NobodyAnswersAsync(vendor, vf, queue, "LM-VEND-05", (ushort)(vendor.Dialect.FirstVfIndex - 1));
    }

    /// <summary>Indices of no VF: 0, those just beyond the last one, the largest.</summary>
    /// <remarks>VFs that there are and nobody enabled: those beyond the last one that is up are taken for none.</remarks>
    /// <param name="beyond">How far beyond the last VF; 0: index 0 where that is no VF's; negative: from the largest.</param>
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(-1)]
    [TestCase(-2)]
    [Covers("LM-VEND-08")]
    public async CaseTask An_index_of_no_function_is_refused(int beyond)
    {
        var (vendor, vf, queue) = await StartAsync();
        var functions = await vf.Host.FunctionsAsync();
        Lab.Need(beyond != 0 || vendor.Dialect.FirstVfIndex > 0, "an index 0 that is no VF's (the profile counts from 0)");
        var index = beyond > 0 ? vendor.IndexOf(functions.Count + beyond) : (ushort)beyond;
        if (beyond < 0) index = (ushort)(0x10000 + beyond);
        await NobodyAnswersAsync(vendor, vf, queue, "LM-VEND-08", index);
    }

    /// <summary>Each VF in turn is suspended and saved: it stands still, all others work; then it is brought back.</summary>
    /// <remarks>Whom LOAD_DATA and RESUME reach: others are looked at between saving and bringing back, by one Flush each.</remarks>
    [Test]
    [Covers("LM-VEND-07")]
    public async CaseTask An_index_names_one_function_and_no_other()
    {
        var host = await Lab.StartAsync();
        var vendor = CaseVendor.Need(host);
        var queues = new List<CaseQueue>();
        for (var number = 1; number <= (await host.FunctionsAsync()).Count; number++)
            queues.Add(await (await host.BringUpAsync(number, carried: true)).CreateQueueAsync());
        Lab.Need(queues.Count > 1, "two VFs (SR-IOV capability, TotalVFs)");
        for (var number = 1; number <= queues.Count; number++)
        {
            var state = await vendor.MustSaveAsync(number);
            var own = queues[number - 1];
            own.Submit(NvmCommand.Flush(1));
            for (var other = 1; other <= queues.Count; other++)
            {
                if (other == number) continue;
                Check.That("LM-VEND-07", $"index[{number}].vf[{other}]", await WorksAsync(queues[other - 1]), "a VF was stopped that was not named");
            }

            Check.Equal("LM-VEND-07", $"index[{number}].vf[{number}]", own.Pair.CountPosted(), 0, "the VF that was named goes on");
            Check.Ok("LM-VEND-07", $"index[{number}].back", await vendor.BringBackAsync(state, number), "the VF that was named cannot be brought back");
            // The doorbell was rung after the state was saved, and a controller that was disabled has not heard it.
            own.Pair.RingRaw((uint)own.Pair.SqTail);
            Check.That(
                "LM-VEND-07", $"index[{number}].goes-on", await own.NextAsync() is { } done && done.Status == Status.Success,
                "the VF that was named does not go on");
        }
    }

    /// <summary>All five on the VF's own admin queue, for itself and for its neighbour, with memory of the guest's.</summary>
    /// <remarks>How they are refused: any status passes, and so does success without an effect that a Flush, the buffer or the size shows.</remarks>
    /// <param name="number">The VF that is named.</param>
    [TestCase(1)]
    [TestCase(2)]
    [Covers("LM-VEND-06")]
    public async CaseTask On_a_virtual_function_s_own_queue_they_do_nothing(int number)
    {
        var (vendor, vf, queue) = await StartAsync(flushes: 2);
        var other = await (await vf.Host.BringUpAsync(2, carried: true)).CreateQueueAsync();
        var size = await vendor.MustQueryAsync();
        var data = vf.Buffer(size);
        data.Write(Enumerable.Repeat(CaseVendor.Guard, size).ToArray());
        foreach (var (name, command) in vendor.All(vendor.IndexOf(number), size))
        {
            var answer = await vf.Nvme.AdminAsync(command, name is "SAVE_DATA" or "LOAD_DATA" ? data : default);
            Check.Saw("LM-VEND-06", $"{name}.status", $"{answer}");
            Check.That("LM-VEND-06", $"{name}.vf", await WorksAsync(queue), "the VF that sent it does not work any more");
            Check.That("LM-VEND-06", $"{name}.neighbour", await WorksAsync(other), "a neighbour does not work any more");
            Check.That("LM-VEND-06", $"{name}.pf", await WorksAsync(vf.Host), "the PF does not work any more");
            Check.That("LM-VEND-06", $"{name}.data", !data.Read().ContainsAnyExcept(CaseVendor.Guard), "a guest was given a controller's state");
        }

        Check.Equal("LM-VEND-06", "query", Lab.Must("QUERY_DATA_SIZE", await vendor.QueryAsync()), size, "the controller is another than before");
    }

    /// <summary>Each reserved field in turn is not 0, in all five commands; each is refused, or does what it does with a 0 there.</summary>
    /// <remarks>All bits of a field but one, and several fields at once. Ignored or refused, either is legal.</remarks>
    [Test]
    [Covers("LM-VEND-09")]
    public async CaseTask Reserved_fields_are_treated_alike_by_all_five([Values] ReservedField field)
    {
        var (vendor, vf, queue) = await StartAsync(flushes: 2);
        var index = vendor.IndexOf(1);
        var size = await vendor.MustQueryAsync();
        var data = vf.Host.Buffer(size);
        var seen = new List<(string Name, bool Accepted)>();
        foreach (var (name, command) in vendor.All(index, size))
        {
            // Dword 11 is the size of a load.
            var spoilt = field == ReservedField.Dword11 && name == "LOAD_DATA" ? command : Spoil(command, field);
            var buffer = name is "SAVE_DATA" or "LOAD_DATA" ? data : default;
            var answer = await vf.Host.AdminAsync(spoilt, buffer);
            if (spoilt.Equals(command)) Lab.Must(name, answer);
            else seen.Add((name, answer.IsOk));
            if (!answer.IsOk) Lab.Must(name, await vf.Host.AdminAsync(command, buffer));
        }

        Check.Saw("LM-VEND-09", $"{field}", seen[0].Accepted ? "ignored" : "refused");
        Check.Equal(
            "LM-VEND-09", $"{field}.alike", string.Join(' ', seen.Where(it => it.Accepted != seen[0].Accepted).Select(it => it.Name)), "",
            $"a reserved field is {(seen[0].Accepted ? "ignored" : "refused")} by {seen[0].Name} and not by these");
        Check.That("LM-VEND-09", $"{field}.vf", await WorksAsync(queue), "the VF does not work after commands with a reserved field");
    }

    private static SubmissionEntry Spoil(SubmissionEntry command, ReservedField field) => field switch
    {
        ReservedField.Nsid => command with { Nsid = 1 },
        ReservedField.Dword2 => command with { Cdw2 = 1 },
        ReservedField.Dword3 => command with { Cdw3 = 0x8000_0000 },
        ReservedField.UpperIndex => command with { Cdw10 = command.Cdw10 | 0x0001_0000 },
        ReservedField.Dword11 => command with { Cdw11 = 1 },
        ReservedField.Dword12 => command with { Cdw12 = 1 },
        ReservedField.Dword13 => command with { Cdw13 = 1 },
        ReservedField.Dword14 => command with { Cdw14 = 1 },
        _ => command with { Cdw15 = 0x8000_0000 },
    };

    /// <summary>Each of the five is refused for an index, and PF and VF are as before after it.</summary>
    private static async ValueTask NobodyAnswersAsync(CaseVendor vendor, CaseVf vf, CaseQueue queue, string requirement, ushort index)
    {
        var size = await vendor.MustQueryAsync();
        var data = vf.Host.Buffer(size);
        data.Write(Enumerable.Repeat(CaseVendor.Guard, size).ToArray());
        foreach (var (name, command) in vendor.All(index, size))
        {
            var path = $"index[{index:X4}h].{name}";
            var answer = await vf.Host.AdminAsync(command, name is "SAVE_DATA" or "LOAD_DATA" ? data : default);
            Check.Refused(requirement, path, answer, Status.InvalidField, Status.InvalidControllerIdentifier);
            Check.That(requirement, $"{path}.data", !data.Read().ContainsAnyExcept(CaseVendor.Guard), "a state was written for an index that names nobody");
            if (!Check.That(requirement, $"{path}.pf", await WorksAsync(vf.Host), "the PF does not work any more")) return;
            if (!Check.That(requirement, $"{path}.vf", await WorksAsync(queue), "a VF does not work any more")) return;
        }
    }
}
