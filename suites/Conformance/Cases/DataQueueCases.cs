using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Controller Data Queue: creating and deleting user data migration queues (Base 2.3 5.2.4, 8.1.7).</summary>
[Area("user-data-tracking")]
internal sealed class DataQueueCases : ConformanceCase
{
    private const int PageSize = 4096;
    private const int EntriesOfPage = PageSize / LbaMigrationQueueEntry.Size;
    private const int DwordsOfEntry = LbaMigrationQueueEntry.Size / 4;
    private const int MostPages = 512;

    private static CreateControllerDataQueueFields Creation(ushort cntlid, uint dwords, ulong address) =>
        new(MigrationCommand.CreateUserDataMigrationQueue(cntlid, 1) with { Prp1 = address }) { SizeInDwords = dwords };

    private static async ValueTask<(CaseHost Host, CaseVf Vf)> StartAsync(bool enable = false)
    {
        var host = await Lab.StartAsync();
        await host.NeedUserDataTrackingAsync();
        return (host, await host.BringUpAsync(enable: enable));
    }

    /// <summary>Queues for several controllers, a few times over: identifiers differ among the living, and each queue begins empty.</summary>
    /// <remarks>That nothing but the queue's memory is used for it.</remarks>
    [Test]
    [Covers("LM-UDT-01", "LM-UDT-02", "LM-UDT-14")]
    public async CaseTask Queues_of_several_controllers_have_identifiers_of_their_own_and_begin_empty()
    {
        var (host, first) = await StartAsync();
        var count = Math.Min(3, (int)Math.Min(host.Identity.Mcudmq, host.Identity.Mnsudmq));
        var ids = new List<ushort> { first.Id };
        for (var number = 2; number <= Math.Min(count, (await host.FunctionsAsync()).Count); number++)
            ids.Add((await host.BringUpAsync(number, enable: false)).Id);
        for (var round = 0; round < 3; round++)
        {
            var queues = new List<CaseDataQueue>();
            foreach (var id in ids)
            {
                var (answer, queue) = await host.CreateDataQueueAsync(id, 8 + round);
                if (!Check.Ok("LM-UDT-01", $"create[{id}]", answer, "a migration queue was not created")) return;
                Check.That("LM-UDT-01", "cdqid", queues.TrueForAll(it => it.Id != queue!.Id), "two living queues have one identifier");
                Check.Equal(
                    "LM-UDT-02", $"cdq[{id}]", await queue!.SettingsAsync(), new DataQueueSettings(0, null), "a new queue has a head or a trigger");
                Check.That("LM-UDT-02", $"cdq[{id}].slots", Array.TrueForAll(queue.PeekAll(), it => it == default), "creating a queue wrote to it");
                queues.Add(queue);
            }

            // Not in order of creation: a freed identifier lies between living ones.
            foreach (var queue in queues.OrderBy(it => it.Id % 2)) Check.Ok(
                "LM-UDT-14", $"delete[{queue.Id}]", await queue.DeleteAsync(), "a queue was not deleted");
        }
    }

    /// <summary>A second queue for a controller that has one, which goes on as if nothing had been asked.</summary>
    /// <remarks>The memory that was offered for the second queue. One write is all that the first has to go on with.</remarks>
    [TestCase(false)]
    [TestCase(true)]
    [Covers("LM-UDT-03")]
    public async CaseTask A_second_queue_for_a_controller_is_refused_and_the_first_goes_on(bool logging)
    {
        var (host, vf) = await StartAsync(enable: true);
        var io = await vf.CreateQueueAsync();
        var queue = await host.MustCreateDataQueueAsync(vf.Id, 16);
        if (logging) await host.MustLogAsync(queue.Id, LoggingAction.Start);
        var (answer, _) = await host.CreateDataQueueAsync(vf.Id, 32);
        Check.Refused("LM-UDT-03", "create.second", answer, Status.InvalidField);
        if (!logging) await host.MustLogAsync(queue.Id, LoggingAction.Start);
        await io.MustAsync("write", io.WithData(NvmCommand.Write(1, 5, 0), vf.Buffer(PageSize)));
        var entries = await queue.TakeAsync(2);
        Check.That("LM-UDT-03", "first", CaseDataQueue.BlocksOf(entries).Contains(5), "the first queue lost its changes when a second was asked for");
    }

    /// <summary>Identifiers that no controller of the subsystem has.</summary>
    /// <remarks>Controllers that exist and are not this one's to move: itself, or the secondaries of another primary.</remarks>
    [TestCase((ushort)0xFFEF)]
    [TestCase((ushort)0xFFFF)]
    [TestCase((ushort)0x8000)]
    [Covers("LM-UDT-04")]
    public async CaseTask No_queue_is_made_for_a_controller_that_does_not_exist(ushort cntlid)
    {
        var (host, vf) = await StartAsync();
        var (answer, _) = await host.CreateDataQueueAsync(cntlid);
        Check.Refused("LM-UDT-04", "create", answer, Status.InvalidControllerIdentifier);
        Check.Ok("LM-UDT-04", "after", (await host.CreateDataQueueAsync(vf.Id)).Answer, "a refused queue stands in the way of another");
    }

    /// <summary>Sizes that leave a rest, every rest there is, small and large.</summary>
    /// <remarks>Whether the memory of a refused queue was touched. Sizes beyond 64 entries.</remarks>
    [Test]
    [Covers("LM-UDT-05", "LM-UDT-12")]
    public async CaseTask A_size_that_is_no_multiple_of_an_entry_is_refused([Values(0u, 1u, 2u, 63u)] uint entries)
    {
        var (host, vf) = await StartAsync();
        var memory = host.Buffer(PageSize);
        for (var rest = 1u; rest < DwordsOfEntry; rest++)
        {
            var answer = await host.AdminAsync(Creation(vf.Id, (entries * DwordsOfEntry) + rest, memory.Iova).Entry);
            Check.Refused("LM-UDT-05", $"rest[{rest}]", answer, Status.InvalidField);
        }

        var none = await host.AdminAsync(Creation(vf.Id, 0, memory.Iova).Entry);
        Check.Refused("LM-UDT-12", "size[0]", none, Status.InvalidField);
        Check.Ok("LM-UDT-05", "after", (await host.CreateDataQueueAsync(vf.Id, 2)).Answer, "a refused queue stands in the way of another");
    }

    /// <summary>A base inside a page, and a page of a list that is none.</summary>
    /// <remarks>Pages of another size than 4 KiB (CC.MPS), and of a list any page but the last.</remarks>
    [TestCase(4)]
    [TestCase(8)]
    [TestCase(32)]
    [TestCase(2048)]
    [TestCase(4092)]
    [Covers("LM-UDT-06")]
    public async CaseTask An_address_inside_a_page_is_refused(int offset)
    {
        var (host, vf) = await StartAsync();
        var memory = host.Buffer(2 * PageSize);
        var answer = await host.AdminAsync(Creation(vf.Id, 16 * DwordsOfEntry, memory.Iova + (ulong)offset).Entry);
        Check.Refused("LM-UDT-06", "prp1", answer, Status.PrpOffsetInvalid);
        if (Scattered(host) >= 2)
        {
            var (listed, _) = await host.CreateScatteredDataQueueAsync(vf.Id, 2 * EntriesOfPage, offset);
            Check.Refused("LM-UDT-06", "list[1]", listed, Status.PrpOffsetInvalid);
        }

        Check.Ok("LM-UDT-06", "after", (await host.CreateDataQueueAsync(vf.Id)).Answer, "a refused queue stands in the way of another");
    }

    /// <summary>The controller's own memory, enabled at an address of the host's choice, is no place for a queue.</summary>
    /// <remarks>A list of pages of which one lies in the controller's memory; a persistent memory region.</remarks>
    [Test]
    [Covers("LM-UDT-07")]
    public async CaseTask A_queue_in_the_controller_s_own_memory_is_refused()
    {
        var (host, vf) = await StartAsync();
        var inside = CaseHost.NeedControllerMemory(host.Pf.Function);
        foreach (var address in (ulong[])[inside, inside + (4 * PageSize)])
            Check.Refused(
                "LM-UDT-07", $"cmb+{address - inside:X}", await host.AdminAsync(Creation(vf.Id, 16 * DwordsOfEntry, address).Entry), Status.InvalidField);
        Check.Ok("LM-UDT-07", "after", (await host.CreateDataQueueAsync(vf.Id)).Answer, "a refused queue stands in the way of another");
    }

    /// <summary>As many queues as one controller may have, then one more; a deleted one makes room.</summary>
    /// <remarks>Queues that log: none does, so that a device which runs short once all are filled is not found out.</remarks>
    [Test]
    [Covers("LM-UDT-08")]
    public async CaseTask More_queues_than_a_controller_may_have_are_refused()
    {
        var (host, _) = await StartAsync();
        var secondaries = await SecondariesAsync(host);
        var most = (int)Math.Min(host.Identity.Mcudmq, host.Identity.Mnsudmq);
        Lab.Need(most > 0 && secondaries.Count > most, $"more secondary controllers than MCUDMQ (Identify Controller bytes 578:579, {most})");
        var queues = new List<CaseDataQueue>();
        for (var i = 0; i < most; i++) queues.Add(await host.MustCreateDataQueueAsync(secondaries[i], 4));
        Check.Refused("LM-UDT-08", "mcudmq+1", (await host.CreateDataQueueAsync(secondaries[most], 4)).Answer, Status.NotEnoughResources, Status.InvalidField);
        foreach (var queue in queues) Check.Equal(
            "LM-UDT-08", $"cdq[{queue.Id}]", await queue.SettingsAsync(), new DataQueueSettings(0, null), "a living queue was changed");
        Lab.Must("Controller Data Queue, Delete", await queues[0].DeleteAsync());
        Check.Ok("LM-UDT-08", "deleted", (await host.CreateDataQueueAsync(secondaries[most], 4)).Answer, "a deleted queue still counts");
    }

    /// <summary>As many queues as the subsystem may have, over two controllers, then one more on the second.</summary>
    /// <remarks>Whether a queue that is deleted makes room for the other function's. None of the queues logs.</remarks>
    [Test]
    [Covers("LM-UDT-08")]
    public async CaseTask More_queues_than_the_subsystem_may_have_are_refused()
    {
        var (host, _) = await StartAsync();
        var second = await Lab.StartNeighbourAsync();
        var (own, most) = ((int)host.Identity.Mcudmq, (int)host.Identity.Mnsudmq);
        var (ours, theirs) = (await SecondariesAsync(host), await SecondariesAsync(second));
        Lab.Need(most < 2 * own && ours.Count >= own && theirs.Count > most - own, $"MNSUDMQ (bytes 580:581, {most}) below twice MCUDMQ ({own})");
        for (var i = 0; i < own; i++) await host.MustCreateDataQueueAsync(ours[i], 4);
        for (var i = 0; i < most - own; i++) await second.MustCreateDataQueueAsync(theirs[i], 4);
        var (answer, _) = await second.CreateDataQueueAsync(theirs[most - own], 4);
        Check.Refused("LM-UDT-08", "mnsudmq+1", answer, Status.NotEnoughResources, Status.InvalidField);
    }

    /// <summary>A queue in one piece more than is allowed; of the same size, in one piece, it is made.</summary>
    /// <remarks>Whether a queue of as many pieces as allowed works: it is deleted unused. Another case fills one of two pages.</remarks>
    [Test]
    [Covers("LM-UDT-09")]
    public async CaseTask A_queue_in_more_pieces_than_allowed_is_refused()
    {
        var (host, vf) = await StartAsync();
        var most = Scattered(host);
        Lab.Need(most is > 0 and < MostPages, $"less than {MostPages} memory ranges of a queue (MCMR, MCDQPC, Identify Controller bytes 582:583, 586:587)");
        var (answer, _) = await host.CreateScatteredDataQueueAsync(vf.Id, (most + 1) * EntriesOfPage);
        Check.Refused("LM-UDT-09", "mcmr+1", answer, Status.InvalidField);
        var (allowed, queue) = await host.CreateScatteredDataQueueAsync(vf.Id, most * EntriesOfPage);
        if (Check.Ok(
            "LM-UDT-09", "mcmr", allowed, "as many pieces as are allowed were refused")) Lab.Must("Controller Data Queue, Delete", await queue!.DeleteAsync());
        Check.Ok("LM-UDT-09", "contiguous", (await host.CreateDataQueueAsync(vf.Id, (most + 1) * EntriesOfPage)).Answer, "one piece is too many");
    }

    /// <summary>Queues of two controllers that together have more pieces than the subsystem may have.</summary>
    /// <remarks>Pieces that are spread over two physical functions: both queues are of one.</remarks>
    [Test]
    [Covers("LM-UDT-09")]
    public async CaseTask More_pieces_than_the_subsystem_may_have_are_refused()
    {
        var (host, vf) = await StartAsync();
        var (most, all) = (Scattered(host), (int)host.Identity.Nmcmr);
        Lab.Need(most > 0 && most < all && all < 2 * most, $"NMCMR (bytes 584:585, {all}) below twice MCMR ({most})");
        var other = await OtherAsync(host);
        Lab.Must("Controller Data Queue, Create", (await host.CreateScatteredDataQueueAsync(vf.Id, most * EntriesOfPage)).Answer);
        var (answer, _) = await host.CreateScatteredDataQueueAsync(other, (all - most + 1) * EntriesOfPage);
        Check.Refused("LM-UDT-09", "nmcmr+1", answer, Status.InvalidField);
        Check.Ok("LM-UDT-09", "nmcmr", (await host.CreateScatteredDataQueueAsync(other, (all - most) * EntriesOfPage)).Answer, "what is left was refused");
    }

    /// <summary>A queue in pages that lie in descending order is filled over its page boundary, emptied and wrapped; pages between stay as they are.</summary>
    /// <remarks>Queues of more than two pages. The order of entries within a batch of 24 is the device's, so that two slots in exchange pass.</remarks>
    [Test]
    [Covers("LM-UDT-10", "LM-UDT-29")]
    public async CaseTask Entries_of_a_scattered_queue_fill_its_pages_in_order()
    {
        const int entries = 2 * EntriesOfPage;
        const int batch = 24;
        var (host, vf) = await StartAsync(enable: true);
        Lab.Need(Scattered(host) >= 2, "a queue in two pages (MCMR, MCDQPC)");
        var io = await vf.CreateQueueAsync(entries: 32);
        var (answer, queue) = await host.CreateScatteredDataQueueAsync(vf.Id, entries);
        if (!Check.Ok("LM-UDT-10", "create", answer, "a queue in two pages was refused")) return;
        await host.MustLogAsync(queue!.Id, LoggingAction.Start);
        var posted = (await queue.TakeAsync(1)).Count;
        for (var written = 0; posted < entries + (entries / 2); written += batch)
        {
            var first = written;
            io.Burst(batch, i => NvmCommand.WriteZeroes(1, 2 * (ulong)(first + i), 0));
            if (!await io.ReachesAsync(first + batch)) throw CaseEnd.Inconclusive("set-up: Write Zeroes: no answer in time");
            var taken = await queue.TakeAsync(batch);
            var expected = Enumerable.Range(first, batch).Select(i => 2 * (ulong)i);
            // Neighbours on a queue may be done in another order; the slots are filled in the order of the entries.
            if (!Check.That(
                "LM-UDT-10", $"slots[{posted}..]", expected.ToHashSet().SetEquals(taken.Select(it => it.Slba)),
                "entries are not in the pages of the list, in order"))
                return;
            posted += taken.Count;
            await queue.MustTellHeadAsync();
        }

        Check.That(
            "LM-UDT-29", "wrapped", posted > entries && !queue.Peek(queue.Head == 0 ? entries - 1 : queue.Head - 1).Attributes.Phase,
            "the second pass has not phase 0");
        Check.That(
            "LM-UDT-10", "between", queue.Between.All(it => !it.Read().ContainsAnyExcept((byte)0)), "a page that is not in the list was written");
    }

    /// <summary>Types and operations that are reserved.</summary>
    /// <remarks>Four types and four operations of all that are reserved; those of vendors (C0h and up) are theirs.</remarks>
    [Test]
    [Covers("LM-UDT-11")]
    public async CaseTask Reserved_types_and_operations_are_refused()
    {
        var (host, vf) = await StartAsync();
        var queue = await host.MustCreateDataQueueAsync(vf.Id, 8);
        var other = await OtherAsync(host);
        var good = Creation(other, 8 * DwordsOfEntry, host.Buffer(PageSize).Iova);
        foreach (var type in (byte[])[1, 2, 0x7F, 0xBF])
            Check.Refused(
                "LM-UDT-11", $"qt[{type:X2}h]", await host.AdminAsync((good with { QueueType = (ControllerDataQueueType)type }).Entry), Status.InvalidField);
        foreach (var select in (byte[])[2, 3, 0x80, 0xBF])
        {
            var command = new ControllerDataQueueFields(good.Entry) { Select = (ControllerDataQueueSelect)select }.Entry;
            Check.Refused("LM-UDT-11", $"sel[{select:X2}h]", await host.AdminAsync(command), Status.InvalidField);
        }

        Check.Equal("LM-UDT-11", "cdq", await queue.SettingsAsync(), new DataQueueSettings(0, null), "a living queue was changed");
        Check.Ok("LM-UDT-11", "after", await host.AdminAsync(good.Entry), "a refused queue stands in the way of another");
    }

    /// <summary>Whatever is asked of an identifier that names no queue, beside one that does.</summary>
    /// <remarks>Five identifiers at most; one that did name a queue is looked at where a queue is deleted.</remarks>
    [Test]
    [Covers("LM-UDT-13")]
    public async CaseTask An_identifier_that_names_no_queue_is_refused_everywhere()
    {
        var (host, vf) = await StartAsync();
        var queue = await host.MustCreateDataQueueAsync(vf.Id, 8);
        var page = host.Buffer(PageSize);
        foreach (var id in ((ushort[])[0, 1, 2, 0x7FFF, 0xFFFF]).Where(it => it != queue.Id))
        {
            var missing = Status.InvalidControllerDataQueue;
            Check.Refused("LM-UDT-13", $"delete[{id}]", await host.AdminAsync(MigrationCommand.DeleteControllerDataQueue(id)), missing);
            Check.Refused("LM-UDT-13", $"get[{id}]", await host.AdminAsync(MigrationCommand.GetControllerDataQueue(id), page), missing);
            Check.Refused("LM-UDT-13", $"set[{id}]", await host.AdminAsync(MigrationCommand.SetControllerDataQueue(id, 0)), missing);
            Check.Refused("LM-UDT-13", $"start[{id}]", await host.LogAsync(id, LoggingAction.Start), missing);
            Check.Refused("LM-UDT-13", $"stop[{id}]", await host.LogAsync(id, LoggingAction.Stop), missing);
        }

        Check.Equal("LM-UDT-13", "cdq", await queue.SettingsAsync(), new DataQueueSettings(0, null), "a living queue was changed");
        Check.That("LM-UDT-13", "cdq.slots", Array.TrueForAll(queue.PeekAll(), it => it == default), "something was posted to a living queue");
    }

    /// <summary>A queue that logs is deleted, then its controller writes: its memory is the host's again. A later queue has nothing of it.</summary>
    /// <remarks>
    /// Whether the identifier itself is given out again: any will do. The later queue is looked at once its controller has written, and not again.
    /// </remarks>
    [Test]
    [Covers("LM-UDT-14")]
    public async CaseTask A_deleted_queue_is_not_written_any_more_and_its_identifier_is_free()
    {
        var (host, vf) = await StartAsync(enable: true);
        var io = await vf.CreateQueueAsync();
        var queue = await host.StartLoggingAsync(vf.Id, 16);
        await queue.MustTellHeadAsync(trigger: 5);
        var stood = queue.PeekAll();
        Check.Ok("LM-UDT-14", "delete", await queue.DeleteAsync(), "a queue that logs was not deleted");
        for (var i = 0; i < 20; i++) await io.MustAsync("write zeroes", NvmCommand.WriteZeroes(1, 2 * (ulong)i, 0));
        await Lab.WatchAsync();
        Check.That("LM-UDT-14", "memory", queue.PeekAll().SequenceEqual(stood), "the memory of a deleted queue was written");
        Check.Refused("LM-UDT-14", "delete.again", await queue.DeleteAsync(), Status.InvalidControllerDataQueue);
        Check.Equal("LM-UDT-14", "events", host.TakeEvents().Count, 0, "an event tells of a deleted queue");
        var (answer, later) = await host.CreateDataQueueAsync(vf.Id, 4);
        if (!Check.Ok("LM-UDT-14", "create", answer, "no queue can follow a deleted one")) return;
        Check.Equal("LM-UDT-14", "later", await later!.SettingsAsync(), new DataQueueSettings(0, null), "the later queue has something of the deleted one");
        await io.MustAsync("write zeroes", NvmCommand.WriteZeroes(1, 0, 0));
        Check.That("LM-UDT-14", "later.slots", Array.TrueForAll(later.PeekAll(), it => it == default), "the later queue logs without having been asked to");
    }

    /// <summary>One physical function's queue, named on another.</summary>
    /// <remarks>Two functions with a queue each of the same identifier: the second has none.</remarks>
    [Test]
    [Covers("LM-UDT-40")]
    public async CaseTask A_queue_belongs_to_the_controller_that_created_it()
    {
        var (host, vf) = await StartAsync();
        var second = await Lab.StartNeighbourAsync();
        var queue = await host.MustCreateDataQueueAsync(vf.Id, 8);
        var (missing, page) = (Status.InvalidControllerDataQueue, second.Buffer(PageSize));
        Check.Refused("LM-UDT-40", "start", await second.LogAsync(queue.Id, LoggingAction.Start), missing);
        Check.Refused("LM-UDT-40", "get", await second.AdminAsync(MigrationCommand.GetControllerDataQueue(queue.Id), page), missing);
        Check.Refused("LM-UDT-40", "set", await second.AdminAsync(MigrationCommand.SetControllerDataQueue(queue.Id, 0, 3)), missing);
        Check.Refused("LM-UDT-40", "delete", await second.AdminAsync(MigrationCommand.DeleteControllerDataQueue(queue.Id)), missing);
        Check.Equal("LM-UDT-40", "cdq", await queue.SettingsAsync(), new DataQueueSettings(0, null), "another controller changed the queue");
        Check.That("LM-UDT-40", "cdq.slots", Array.TrueForAll(queue.PeekAll(), it => it == default), "another controller started logging");
        await host.MustLogAsync(queue.Id, LoggingAction.Start);
        Check.Refused("LM-UDT-40", "stop", await second.LogAsync(queue.Id, LoggingAction.Stop), missing);
        // A second entry would be the mark of a stop.
        Check.Equal("LM-UDT-40", "cdq.taken", (await queue.TakeAsync(2)).Count, 1, "another controller stopped logging");
    }

    /// <summary>Pages that a scattered queue may have.</summary>
    private static int Scattered(CaseHost host) => Math.Min(host.Identity.Mcmr, host.Identity.Mcdqpc);

    /// <summary>A secondary controller that is not the first.</summary>
    private static async ValueTask<ushort> OtherAsync(CaseHost host)
    {
        var all = await SecondariesAsync(host);
        Lab.Need(all.Count > 1, "two secondary controllers (Identify CNS 15h)");
        return all[1];
    }

    private static async ValueTask<List<ushort>> SecondariesAsync(CaseHost host)
    {
        await host.FunctionsAsync();
        return [.. Lab.Must("Identify, Secondary Controller List", await host.Secondaries.ListAsync()).Select(it => it.Scid)];
    }
}
