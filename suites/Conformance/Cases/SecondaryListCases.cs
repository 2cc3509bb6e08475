using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>What a primary tells of itself and of its secondaries (Base 2.3 5.2.13.3.1, 5.2.13.3.2).</summary>
[Area("sriov-virtualization")]
internal sealed class SecondaryListCases : VirtualizationCase
{
    /// <summary>CNS 14h, before and after two VFs were given resources: identifiers, types and totals fit each other and the list.</summary>
    /// <remarks>Whether what is told to be there can be had: another case gives all of it out. Private resources.</remarks>
    [Test]
    [Covers("LM-VIRT-01")]
    public async CaseTask The_capabilities_add_up()
    {
        var host = await StartAsync();
        Fits("before", host, await CapabilitiesAsync(host), await ListAsync(host));
        await host.BringUpAsync(1, pairs: 2, enable: false);
        await host.BringUpAsync(2, pairs: 1, enable: false);
        Fits("after", host, await CapabilitiesAsync(host), await ListAsync(host));
    }

    /// <summary>All pages: each VF once, in order of identifier, with the PF as its primary.</summary>
    /// <remarks>Anything of an entry but its VF, its identifier and its primary.</remarks>
    [Test]
    [Covers("LM-VIRT-02")]
    public async CaseTask Each_virtual_function_is_listed_once()
    {
        var host = await StartAsync();
        await PagesFitAsync(host, SriovOf(host).TotalVfs);
    }

    /// <summary>The same where they fill more than one page.</summary>
    /// <remarks>Anything of an entry but its VF, its identifier and its primary; lists that change between two pages.</remarks>
    [Test]
    [Covers("LM-VIRT-02")]
    public async CaseTask More_than_a_page_of_them_is_listed_page_by_page()
    {
        var host = await StartAsync();
        var total = SriovOf(host).TotalVfs;
        Lab.Need(total > SecondaryControllerList.Capacity, $"more than {SecondaryControllerList.Capacity} VFs (SR-IOV capability, TotalVFs {total})");
        await PagesFitAsync(host, total);
    }

    /// <summary>From every identifier around those that there are.</summary>
    /// <remarks>Identifiers other than those around the first six and the last three, 0 and FFEFh.</remarks>
    [Test]
    [Covers("LM-VIRT-03")]
    public async CaseTask A_list_begins_where_it_is_asked_to()
    {
        var host = await StartAsync();
        var all = (await ListAsync(host)).Select(it => it.Scid).ToList();
        Lab.Need(all.Count > 0, "secondary controllers (CNS 15h)");
        var picks = all.Take(6).Concat(all.TakeLast(3)).SelectMany(id => new[] { (ushort)(id - 1), id, (ushort)(id + 1) });
        foreach (var from in picks.Append((ushort)0).Append((ushort)0xFFEF).Distinct())
        {
            var page = await PageAsync(host, from);
            var expected = string.Join(' ', all.Where(id => id >= from).Take(SecondaryControllerList.Capacity));
            Check.Equal(
                "LM-VIRT-03", $"from[{from}]", string.Join(' ', page.Select(it => it.Scid)), expected, "the list is not that of the identifiers from there on");
        }
    }

    private static void Fits(string when, CaseHost host, in PrimaryControllerCapabilities page, IReadOnlyList<SecondaryControllerEntry> list)
    {
        Check.Equal("LM-VIRT-01", $"{when}.cntlid", page.Cntlid, host.Id, "the capabilities are those of another controller");
        Pool($"{when}.vq", page.Crt.VirtualQueues, page.Vqfrt, page.Vqrfa, page.Vqrfap, page.Vqfrsm, list.Sum(it => it.Nvq));
        Pool($"{when}.vi", page.Crt.VirtualInterrupts, page.Vifrt, page.Virfa, page.Virfap, page.Vifrsm, list.Sum(it => it.Nvi));
    }

    private static void Pool(string path, bool flexible, uint total, uint assigned, uint primary, uint most, int listed)
    {
        Check.Equal("LM-VIRT-01", $"{path}.flexible", total > 0, flexible, "a type is flexible, or has flexible resources, and not both (CRT)");
        if (!flexible) return;
        Check.That("LM-VIRT-01", $"{path}.sum", assigned + primary <= total, "more is assigned than there is");
        Check.That("LM-VIRT-01", $"{path}.maximum", most >= 1 && most <= total, "one secondary could have none, or more than there is");
        Check.Equal("LM-VIRT-01", $"{path}.assigned", (long)assigned, listed, "what is assigned is not what the secondaries have");
    }

    private static async ValueTask PagesFitAsync(CaseHost host, int total)
    {
        var all = new List<SecondaryControllerEntry>();
        for (var from = 0; ;)
        {
            var page = await PageAsync(host, (ushort)from);
            Check.That("LM-VIRT-02", $"page[{from}].count", page.Count <= SecondaryControllerList.Capacity, "a page has more entries than it holds");
            if (page.Count == 0 || page[^1].Scid < from) break;
            all.AddRange(page);
            from = page[^1].Scid + 1;
        }

        Check.Equal(
            "LM-VIRT-02", "vfn", string.Join(' ', all.Select(it => (int)it.Vfn).Order()), string.Join(' ', Enumerable.Range(1, total)),
            "not every VF is listed once");
        Check.Equal("LM-VIRT-02", "scid.distinct", all.Select(it => it.Scid).Distinct().Count(), all.Count, "an identifier is listed twice");
        Check.That("LM-VIRT-02", "scid.order", all.Zip(all.Skip(1)).All(it => it.First.Scid < it.Second.Scid), "the identifiers do not ascend");
        Check.Equal("LM-VIRT-02", "pcid", string.Join(' ', all.Select(it => it.Pcid).Distinct()), $"{host.Id}", "a secondary has another primary");
    }

    private static async ValueTask<IReadOnlyList<SecondaryControllerEntry>> PageAsync(CaseHost host, ushort from)
    {
        var page = Lab.Must(
            "Identify, Secondary Controller List", await host.Pf.IdentifyAsync<SecondaryControllerList>(Cns.SecondaryControllerList, cntid: from));
        return ((ReadOnlySpan<SecondaryControllerEntry>)page.Entries)[..Math.Min((int)page.Nument, SecondaryControllerList.Capacity)].ToArray();
    }
}
