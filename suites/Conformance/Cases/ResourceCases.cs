using Conformance.Nvme;
using NUnit.Framework;
using static Conformance.Nvme.ResourceType;
using static Conformance.Nvme.VirtualizationAction;

namespace Conformance.Suite.Cases;

/// <summary>Virtualization Management: assigning queues and vectors (Base 2.3 5.3.6, 8.2.6).</summary>
[Area("sriov-virtualization")]
internal sealed class ResourceCases : VirtualizationCase
{
    /// <summary>An offline VF is given some, then others, then none; each time the completion, its entry and the pool say the same.</summary>
    /// <remarks>A device that assigns fewer than it was asked for passes; how many is noted. Only the first VF.</remarks>
    /// <param name="type">VQ or VI.</param>
    /// <param name="first">Asked for first.</param>
    /// <param name="second">Asked for then: instead, not on top.</param>
    [TestCase(VirtualQueue, 2, 5)]
    [TestCase(VirtualQueue, 6, 3)]
    [TestCase(VirtualInterrupt, 1, 4)]
    [TestCase(VirtualInterrupt, 5, 2)]
    [Covers("LM-VIRT-04")]
    public async CaseTask What_is_assigned_is_told_alike_everywhere(ResourceType type, int first, int second)
    {
        var host = await StartAsync();
        await NeedFlexibleAsync(host, type);
        var id = (await EntryAsync(host, 1)).Scid;
        await MustManageAsync(host, SecondaryOffline, id);
        var others = Assigned(await CapabilitiesAsync(host), type);
        foreach (var count in (int[])[first, second, 0])
        {
            var answer = await ManageAsync(host, SecondaryAssign, id, type, count);
            if (!Check.Ok("LM-VIRT-04", $"{type}[{count}]", answer, "resources could not be assigned to an offline VF")) return;
            var modified = answer.Completion.Dw0 & 0xFFFF;
            var entry = await EntryAsync(host, 1);
            if (modified != count) Check.Saw("LM-VIRT-04", $"{type}[{count}].nrm", $"{modified}");
            Check.That("LM-VIRT-04", $"{type}[{count}].some", modified > 0 == count > 0, "none was assigned though some were asked for, or some though none");
            Check.Equal(
                "LM-VIRT-04", $"{type}[{count}].entry", type == VirtualQueue ? entry.Nvq : entry.Nvi, (ushort)modified,
                "the list does not show what was assigned");
            var assigned = Assigned(await CapabilitiesAsync(host), type) - others;
            Check.Equal(
                "LM-VIRT-04", $"{type}[{count}].pool", assigned, modified, "the pool does not show what was assigned");
            Check.Equal("LM-VIRT-04", $"{type}[{count}].state", entry.Scs.Online, false, "an assignment brought the VF online");
        }
    }

    /// <summary>Of an online VF neither type can be changed, to more, fewer, the same or none.</summary>
    /// <remarks>An online VF whose controller is not enabled. What a refusal changed and neither the lists nor a second queue show.</remarks>
    [Test]
    [Covers("LM-VIRT-05")]
    public async CaseTask An_online_function_keeps_what_it_has([Values(VirtualQueue, VirtualInterrupt)] ResourceType type, [Values(0, 2, 3, 5)] int count)
    {
        var host = await StartAsync();
        await NeedFlexibleAsync(host, type);
        var vf = await host.BringUpAsync(pairs: 2);
        var before = await PictureAsync(host);
        Check.Refused("LM-VIRT-05", $"{type}[{count}]", await ManageAsync(host, SecondaryAssign, vf.Id, type, count), Status.InvalidSecondaryControllerState);
        Check.Equal("LM-VIRT-05", $"{type}[{count}].after", await PictureAsync(host), before, "the refused command changed something");
        Check.That(
            "LM-VIRT-05", $"{type}[{count}].works", (await (await vf.CreateQueueAsync(2)).DoAsync(NvmCommand.Flush(1)))?.Status == Status.Success,
            "its second queue is gone");
    }

    /// <summary>More than one secondary may have, of both types: just more, and the most that can be asked for.</summary>
    /// <remarks>Whether the maximum itself can be had: it is given where all is given out.</remarks>
    [Test]
    [Covers("LM-VIRT-06")]
    public async CaseTask More_than_the_maximum_of_one_is_refused([Values(VirtualQueue, VirtualInterrupt)] ResourceType type)
    {
        var host = await StartAsync();
        await NeedFlexibleAsync(host, type);
        var page = await CapabilitiesAsync(host);
        var id = (await EntryAsync(host, 1)).Scid;
        await GiveAsync(host, id, 2, 1);
        var before = await PictureAsync(host);
        foreach (var count in (int[])[Most(page, type) + 1, Most(page, type) + 2, 0xFFFF])
        {
            Check.Refused(
                "LM-VIRT-06", $"{type}[{count}]", await ManageAsync(host, SecondaryAssign, id, type, count), Status.InvalidNumberOfControllerResources);
            Check.Equal("LM-VIRT-06", $"{type}[{count}].after", await PictureAsync(host), before, "the refused command changed something");
        }
    }

    /// <summary>VF after VF is given as much as it may have, until a VF may have more than is left: it is refused, what is left is given.</summary>
    /// <remarks>Resources in use: all the VFs are offline. Nobody asks while another's are being given back.</remarks>
    [Test]
    [Covers("LM-VIRT-07")]
    public async CaseTask More_than_is_left_is_refused([Values(VirtualQueue, VirtualInterrupt)] ResourceType type)
    {
        var host = await StartAsync();
        await NeedFlexibleAsync(host, type);
        foreach (var entry in await ListAsync(host)) await MustManageAsync(host, SecondaryOffline, entry.Scid);
        var (page, list) = (await CapabilitiesAsync(host), await ListAsync(host));
        var (left, most) = (Total(page, type) - Primary(page, type), Most(page, type));
        Lab.Need((long)list.Count * most > left, $"fewer resources than all VFs together may have (CNS 14h: {left} for {list.Count} VFs, {most} each)");
        foreach (var entry in list)
        {
            if (left < most)
            {
                var before = await PictureAsync(host);
                Check.Refused(
                    "LM-VIRT-07", $"{type}.left[{left}]", await ManageAsync(host, SecondaryAssign, entry.Scid, type, left + 1),
                    Status.InvalidResourceIdentifier);
                Check.Equal("LM-VIRT-07", $"{type}.after", await PictureAsync(host), before, "the refused command changed something");
                if (left == 0) return;
                var rest = await ManageAsync(host, SecondaryAssign, entry.Scid, type, left);
                Check.Ok("LM-VIRT-07", $"{type}.rest", rest, "what is left cannot be had");
                return;
            }

            await MustManageAsync(host, SecondaryAssign, entry.Scid, type, most);
            left -= most;
        }
    }

    /// <summary>Everybody of the subsystem who is no secondary of this PF - the PF itself, other PFs and their VFs - and nobody.</summary>
    /// <remarks>More than twelve identifiers; vectors, since each is asked about queues.</remarks>
    [Test]
    [Covers("LM-VIRT-08")]
    public async CaseTask Only_its_own_secondaries_are_managed([Values(SecondaryOffline, SecondaryAssign, SecondaryOnline)] VirtualizationAction action) =>
        await ForeignersAreRefusedAsync(await StartAsync(), action);

    /// <summary>The same on a subsystem with several PFs, whose VFs are others' secondaries.</summary>
    /// <remarks>What their own primary then tells of them: the lists that are compared are this one's.</remarks>
    [Test]
    [Covers("LM-VIRT-08")]
    public async CaseTask Secondaries_of_another_physical_function_are_not_managed(
        [Values(SecondaryOffline, SecondaryAssign, SecondaryOnline)] VirtualizationAction action)
    {
        var host = await StartAsync();
        var foreigners = (await ForeignersAsync(host)).Count;
        Lab.Need(foreigners > 2, "controllers in the subsystem that are neither this PF nor its VFs (CNS 13h)");
        await ForeignersAreRefusedAsync(host, action);
    }

    /// <summary>The primary's own allocation, under identifiers of its VFs, of others and of nobody.</summary>
    /// <remarks>An allocation by the right name, which takes effect with a reset: another case goes through those.</remarks>
    [Test]
    [Covers("LM-VIRT-09")]
    public async CaseTask The_primary_s_own_share_goes_by_its_own_name([Values(VirtualQueue, VirtualInterrupt)] ResourceType type)
    {
        var host = await StartAsync();
        await NeedFlexibleAsync(host, type);
        var before = await PictureAsync(host);
        var secondaries = (await ListAsync(host)).Take(4).Select(it => it.Scid);
        foreach (var id in (await ForeignersAsync(host)).Where(it => it != host.Id).Take(12).Concat(secondaries))
        {
            Check.Refused("LM-VIRT-09", $"cntlid[{id}]", await ManageAsync(host, PrimaryFlexibleAllocation, id, type, 1), Status.InvalidControllerIdentifier);
            Check.Equal("LM-VIRT-09", $"cntlid[{id}].after", await PictureAsync(host), before, "the refused command changed something");
        }
    }

    private static async ValueTask ForeignersAreRefusedAsync(CaseHost host, VirtualizationAction action)
    {
        var before = await PictureAsync(host);
        foreach (var id in (await ForeignersAsync(host)).Take(12))
        {
            Check.Refused("LM-VIRT-08", $"cntlid[{id}]", await ManageAsync(host, action, id, VirtualQueue, 2), Status.InvalidControllerIdentifier);
            Check.Equal("LM-VIRT-08", $"cntlid[{id}].after", await PictureAsync(host), before, "the refused command changed something");
        }
    }

    private static uint Assigned(in PrimaryControllerCapabilities page, ResourceType type) => type == VirtualQueue ? page.Vqrfa : page.Virfa;

    private static int Most(in PrimaryControllerCapabilities page, ResourceType type) => type == VirtualQueue ? page.Vqfrsm : page.Vifrsm;

    private static int Total(in PrimaryControllerCapabilities page, ResourceType type) => (int)(type == VirtualQueue ? page.Vqfrt : page.Vifrt);

    private static int Primary(in PrimaryControllerCapabilities page, ResourceType type) => type == VirtualQueue ? page.Vqrfap : page.Virfap;
}
