using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>What a VF does with single commands: data, interrupts, refusals, queues, attachment.</summary>
[Area("virtual-function")]
internal sealed class FunctionIoCases : VirtualizationCase
{
    private const int PageSize = GuestMemory.PageSize;

    /// <summary>Commands that cannot be carried out.</summary>
    public enum Impossible
    {
        BeyondTheEnd,
        AcrossTheEnd,
        NoSuchNamespace,
        NoSuchOpcode,
    }

    /// <summary>Each of three writes; all three read what the two others wrote.</summary>
    /// <remarks>Writes of several functions at once. Of each block only the first byte is compared.</remarks>
    [Test]
    [Covers("LM-FUNC-01")]
    public async CaseTask Functions_of_a_shared_namespace_see_the_same_blocks()
    {
        var host = await StartAsync();
        CaseVf[] vfs = [await host.BringUpAsync(1), await host.BringUpAsync(2)];
        CaseQueue[] queues = [await vfs[0].CreateQueueAsync(), await vfs[1].CreateQueueAsync()];
        for (var i = 0; i < 2; i++)
        {
            var data = Filled(vfs[i], 4096, (byte)(0x50 + i));
            await queues[i].MustAsync("write", queues[i].WithData(NvmCommand.Write(1, (ulong)(40 + i), 0), data));
        }

        var page = host.Buffer(4096);
        page.Write(Enumerable.Repeat((byte)0x52, 4096).ToArray());
        Lab.Must("write", await host.Controlling.Io.ExecuteAsync(World, NvmCommand.Write(1, 42, 0), page, default, World.Now + 10_000_000_000));
        for (var lba = 40; lba <= 42; lba++)
        {
            for (var i = 0; i < 2; i++)
            {
                var data = vfs[i].Buffer(4096);
                await queues[i].MustAsync("read", queues[i].WithData(NvmCommand.Read(1, (ulong)lba, 0), data));
                Check.Equal("LM-FUNC-01", $"vf[{i + 1}].lba[{lba}]", data.Read()[0], (byte)(0x50 + lba - 40), "a VF reads another block than was written");
            }

            Lab.Must("read", await host.Controlling.Io.ExecuteAsync(World, NvmCommand.Read(1, (ulong)lba, 0), page, default, World.Now + 10_000_000_000));
            Check.Equal("LM-FUNC-01", $"pf.lba[{lba}]", page.Read()[0], (byte)(0x50 + lba - 40), "the PF reads another block than was written");
        }
    }

    /// <summary>Two queues with a vector each: each command raises its own; masked, none; unmasked, what was held back.</summary>
    /// <remarks>A wrong vector that is raised after the right one was: the other is looked at in that moment. How often a vector was raised.</remarks>
    [Test]
    [Covers("LM-FUNC-03")]
    public async CaseTask A_completion_raises_its_own_vector_when_it_is_not_masked()
    {
        var host = await StartAsync();
        var vf = await host.BringUpAsync();
        CaseQueue[] queues = [await vf.CreateQueueAsync(1, vector: 1), await vf.CreateQueueAsync(2, vector: 2)];
        Signal[] signals = [vf.Listen(1), vf.Listen(2)];
        for (var i = 0; i < 2; i++)
        {
            var (own, others) = (signals[i].Count, signals[1 - i].Count);
            await queues[i].MustAsync("flush", NvmCommand.Flush(1));
            Check.That("LM-FUNC-03", $"vector[{i + 1}]", await Lab.ReachesAsync(() => signals[i].Count > own), "a completion raised no interrupt");
            Check.Equal("LM-FUNC-03", $"vector[{2 - i}].silent", signals[1 - i].Count, others, "a completion raised the vector of another queue");
        }

        var table = Driver.MsixTable.Find(vf.Face)!;
        table.Mask(1, true);
        var before = signals[0].Count;
        await queues[0].MustAsync("flush", NvmCommand.Flush(1));
        await World.After(20_000_000);
        Check.Equal("LM-FUNC-03", "masked", signals[0].Count, before, "a masked vector was raised");
        table.Mask(1, false);
        Check.That("LM-FUNC-03", "unmasked", await Lab.ReachesAsync(() => signals[0].Count > before), "an interrupt that was held back is lost");
    }

    /// <summary>Writes of one size; read back into other pages, and not a byte beyond.</summary>
    /// <remarks>Data that begins inside a page, SGLs, and what lies before the buffer: a page behind it is all that is guarded.</remarks>
    /// <param name="pages">Of data.</param>
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(8)]
    [TestCase(32)]
    [Covers("LM-FUNC-09")]
    public async CaseTask A_command_moves_exactly_its_blocks(int pages)
    {
        var host = await StartAsync();
        var vf = await host.BringUpAsync();
        var queue = await vf.CreateQueueAsync();
        var format = await vf.FormatAsync();
        Lab.Need(pages * PageSize <= vf.Nvme.MaxTransfer, $"commands of {pages} pages (MDTS, Identify Controller byte 77)");
        var blocks = pages * PageSize / format.BlockSize;
        Lab.Need(blocks > 0, $"blocks of a page at most (Identify Namespace, LBADS)");
        var data = vf.Buffer(pages * PageSize);
        var pattern = new byte[pages * PageSize];
        for (var i = 0; i < pattern.Length; i++) pattern[i] = (byte)Random.Next();
        data.Write(pattern);
        await queue.MustAsync("write", queue.WithData(NvmCommand.Write(1, 64, (ushort)(blocks - 1)), data));
        // A page more than the command has, which must stay as it is.
        var back = vf.Buffer((pages + 1) * PageSize);
        await queue.MustAsync("read", queue.WithData(NvmCommand.Read(1, 64, (ushort)(blocks - 1)), back with { Length = pages * PageSize }));
        Check.That("LM-FUNC-09", "data", back.Read()[..pattern.Length].SequenceEqual(pattern), "other data was read than was written");
        Check.That("LM-FUNC-09", "beyond", back.Read()[pattern.Length..].IndexOfAnyExcept((byte)0) < 0, "more was read than was asked for");
    }

    /// <summary>Each command that cannot be, followed by one that can.</summary>
    /// <remarks>Refusals among other commands: each stands alone in the queue.</remarks>
    [Test]
    [Covers("LM-FUNC-10")]
    public async CaseTask What_cannot_be_done_is_refused_and_the_queue_goes_on([Values] Impossible what)
    {
        var host = await StartAsync();
        var vf = await host.BringUpAsync();
        var queue = await vf.CreateQueueAsync();
        var ns = Lab.Must("Identify Namespace", await vf.Nvme.IdentifyAsync<IdentifyNamespace>(Cns.IdentifyNamespace, 1));
        var data = Filled(vf, 4 * PageSize, 0xA5);
        var (command, legal) = what switch
        {
            Impossible.BeyondTheEnd => (NvmCommand.Read(1, ns.Nsze, 0), Status.LbaOutOfRange),
            Impossible.AcrossTheEnd => (NvmCommand.Read(1, ns.Nsze - 1, 1), Status.LbaOutOfRange),
            Impossible.NoSuchNamespace => (NvmCommand.Read(0xFFFF_0000, 0, 0), Status.InvalidNamespaceOrFormat),
            _ => (NvmCommand.Of((NvmOpcode)0x7F, 1), Status.InvalidOpcode),
        };
        var entry = await queue.DoAsync(queue.WithData(command, data));
        Check.That("LM-FUNC-10", "refused", entry is { Status.IsSuccess: false }, "a command that cannot be carried out was not refused");
        Check.Figure("LM-FUNC-10", "status", $"{entry?.Status}", $"{legal}", $"refused with another status than {legal}");
        Check.That("LM-FUNC-10", "memory", data.Read().IndexOfAnyExcept((byte)0xA5) < 0, "a refused command has written data");
        Check.Equal("LM-FUNC-10", "goes-on", (await queue.DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success, "the queue does not go on after a refusal");
    }

    /// <summary>A queue of so many entries goes round several times, each time as full as it can be.</summary>
    /// <remarks>Data and order: they are Flushes, and any may end first. The full queue is of 64 entries at most.</remarks>
    /// <param name="entries">Of both queues.</param>
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(16)]
    [TestCase(64)]
    [Covers("LM-FUNC-11")]
    public async CaseTask A_full_queue_goes_round(int entries)
    {
        const int rounds = 5;
        var host = await StartAsync();
        var vf = await host.BringUpAsync();
        var queue = await vf.CreateQueueAsync(1, entries);
        for (var round = 1; round <= rounds; round++)
        {
            queue.Burst(entries - 1, _ => NvmCommand.Flush(1));
            var whole = await queue.ReachesAsync(round * (entries - 1), 5_000_000_000);
            if (!Check.That("LM-FUNC-11", $"round[{round}]", whole, "not all commands of a full queue were completed")) return;
        }

        Check.Equal("LM-FUNC-11", "failed", queue.Taken.Count(it => !it.Status.IsSuccess), 0, "commands of a full queue failed");
        Check.Equal("LM-FUNC-11", "twice", queue.Taken.GroupBy(it => it.Cid).Count(it => it.Count() > 1), 0, "a command was completed twice");
    }

    /// <summary>Queues that cannot be created or deleted; the one that is there goes on.</summary>
    /// <remarks>
    /// Five ways to be impossible; sizes beyond CAP.MQES, vectors that there are not and identifiers beyond the resources are not among them.
    /// </remarks>
    [Test]
    [Covers("LM-FUNC-12")]
    public async CaseTask Impossible_queues_are_refused()
    {
        var host = await StartAsync();
        var vf = await host.BringUpAsync();
        var queue = await vf.CreateQueueAsync();
        var page = vf.Buffer(PageSize).Iova;
        Check.Refused("LM-FUNC-12", "again", await vf.Nvme.AdminAsync(AdminCommand.CreateIoCq(1, 3, 0) with { Prp1 = page }), Status.InvalidQueueIdentifier);
        Check.Refused("LM-FUNC-12", "zero", await vf.Nvme.AdminAsync(AdminCommand.CreateIoCq(0, 3, 0) with { Prp1 = page }), Status.InvalidQueueIdentifier);
        Check.Refused("LM-FUNC-12", "size", await vf.Nvme.AdminAsync(AdminCommand.CreateIoCq(2, 0, 0) with { Prp1 = page }), Status.InvalidQueueSize);
        Check.Refused("LM-FUNC-12", "no-cq", await vf.Nvme.AdminAsync(AdminCommand.CreateIoSq(2, 3, 2) with { Prp1 = page }), Status.CompletionQueueInvalid);
        Check.Refused("LM-FUNC-12", "order", await vf.Nvme.AdminAsync(AdminCommand.DeleteIoCq(1)), Status.InvalidQueueDeletion);
        Check.Equal("LM-FUNC-12", "goes-on", (await queue.DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success, "the queue that is there does not go on");
    }

    /// <summary>What the VF's Identify Controller says of it, against what its primary says.</summary>
    /// <remarks>VFs 1 and 2 only, and three fields of the page.</remarks>
    [Test]
    [Covers("LM-FUNC-13")]
    public async CaseTask A_function_names_itself_as_its_primary_does()
    {
        var host = await StartAsync();
        foreach (var number in (int[])[1, 2])
        {
            var vf = await host.BringUpAsync(number);
            var path = $"vf[{number}]";
            Check.Equal("LM-FUNC-13", $"{path}.cntlid", vf.Nvme.Identity.Cntlid, (await EntryAsync(host, number)).Scid, "a VF has another identifier than it is listed by");
            Check.Equal("LM-FUNC-13", $"{path}.subnqn", $"{vf.Nvme.Identity.Subnqn}", $"{host.Identity.Subnqn}", "a VF is of another subsystem than its primary");
            Check.Equal("LM-FUNC-13", $"{path}.sn", $"{vf.Nvme.Identity.Sn}", $"{host.Identity.Sn}", "a VF has another serial number than its primary");
        }
    }

    /// <summary>A namespace with data is detached from one of two VFs, and attached again.</summary>
    /// <remarks>Commands in flight while it is attached or detached. Of the block only the first byte is compared.</remarks>
    [Test]
    [Covers("LM-FUNC-07")]
    public async CaseTask A_namespace_is_there_while_it_is_attached()
    {
        var host = await StartAsync();
        Lab.Need(host.Identity.Oacs.NamespaceManagement, "Namespace Management and Attachment (OACS bit 3, Identify Controller bytes 256:257)");
        var (vf, other) = (await host.BringUpAsync(1), await host.BringUpAsync(2));
        var (queue, otherQueue) = (await vf.CreateQueueAsync(), await other.CreateQueueAsync());
        await queue.MustAsync("write", queue.WithData(NvmCommand.Write(1, 9, 0), Filled(vf, 4096, 0x66)));
        Lab.Must(await host.Namespaces.DetachAsync(1, vf.Id));
        Check.Equal("LM-FUNC-07", "detached.active", await IsActiveAsync(vf), false, "a namespace is active on a VF that it is not attached to");
        var refused = await queue.DoAsync(queue.WithData(NvmCommand.Read(1, 9, 0), vf.Buffer(4096)));
        Check.That("LM-FUNC-07", "detached.read", refused is { Status.IsSuccess: false }, "a namespace is read that is not attached");
        var read = await otherQueue.DoAsync(otherQueue.WithData(NvmCommand.Read(1, 9, 0), other.Buffer(4096)));
        Check.Equal("LM-FUNC-07", "other.read", read?.Status, Status.Success, "a namespace was detached from another VF too");
        var attached = await host.Namespaces.AttachAsync(1, vf.Id);
        if (!Check.Ok("LM-FUNC-07", "attach", attached, "a namespace cannot be attached to a VF, though it is attached to its primary only")) return;
        Check.Equal("LM-FUNC-07", "attached.active", await IsActiveAsync(vf), true, "a namespace is not active on a VF that it was attached to");
        var data = vf.Buffer(4096);
        Check.Equal(
            "LM-FUNC-07", "attached.read", (await queue.DoAsync(queue.WithData(NvmCommand.Read(1, 9, 0), data)))?.Status, Status.Success,
            "a namespace that is attached cannot be read");
        Check.Equal("LM-FUNC-07", "attached.data", data.Read()[0], (byte)0x66, "a namespace lost its data while it was not attached");
    }

    /// <summary>
    /// A read into an address that is not mapped: what comes back is told and not judged, for it differs from host to host. No byte of what is
    /// mapped changes, and the function works, after a reset where it needs one.
    /// </summary>
    /// <remarks>Memory of others: only what is mapped for this function is compared, so that a write which went elsewhere is not seen.</remarks>
    [Test]
    [Covers("LM-FUNC-08")]
    public async CaseTask An_address_that_is_not_mapped_is_not_written()
    {
        const ulong nowhere = 0x70_0000_0000;
        var host = await StartAsync();
        var vf = await host.BringUpAsync();
        var queue = await vf.CreateQueueAsync();
        await queue.MustAsync("write", queue.WithData(NvmCommand.Write(1, 5, 0), Filled(vf, 4096, 0x3C)));
        var (ram, faults) = (vf.Ram.Read(0, (int)vf.Ram.Length).ToArray(), vf.Space.Faults.Count);
        var entry = await queue.DoAsync(NvmCommand.Read(1, 5, 0) with { Prp1 = nowhere });
        Check.Saw("LM-FUNC-08", "answer", entry is { } it ? it.Status.ToString() : "none");
        // But for its entries in the two queues.
        var changed = Changes(ram, vf.Ram.Read(0, ram.Length));
        Check.That("LM-FUNC-08", "memory", changed <= SubmissionEntry.Size + CompletionEntry.Size, $"{changed} bytes of what is mapped have changed");
        Check.Saw("LM-FUNC-08", "faults", $"{vf.Space.Faults.Count - faults}");
        if (entry is null || vf.Nvme.Status.Cfs) await host.ResetAsync(vf.Nvme, CaseReset.Function);
        if (!vf.Nvme.Status.Rdy)
        {
            Driver.PciConfig.Enable(vf.Face);
            Lab.Must(await vf.Nvme.StartAsync());
            queue = await vf.CreateQueueAsync();
        }

        var data = vf.Buffer(4096);
        Check.Equal(
            "LM-FUNC-08", "read", (await queue.DoAsync(queue.WithData(NvmCommand.Read(1, 5, 0), data)))?.Status, Status.Success,
            "the VF does not work after it was refused an address");
        Check.Equal("LM-FUNC-08", "data", data.Read()[0], (byte)0x3C, "a block has changed");

        static int Changes(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
        {
            var count = 0;
            for (var i = 0; i < before.Length; i++) count += before[i] == after[i] ? 0 : 1;
            return count;
        }
    }

    private static DmaBuffer Filled(CaseVf vf, int bytes, byte value)
    {
        var data = vf.Buffer(bytes);
        data.Write(Enumerable.Repeat(value, bytes).ToArray());
        return data;
    }

    private static async ValueTask<bool> IsActiveAsync(CaseVf vf) =>
        Lab.Must("Identify, Active Namespace ID list", await vf.Nvme.IdentifyAsync<NamespaceIdList>(Cns.ActiveNamespaceIdList))[0] == 1;
}
