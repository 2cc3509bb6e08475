using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>What others notice of a migration: neighbours, the controlling function, the guest itself (Base 2.3 8.1.13, 5.2.17.1.1).</summary>
[Area("isolation")]
internal sealed class IsolationCases : LoadingCase
{
    // How much longer a neighbour's command may take than before: a controller that stood still for its neighbour's suspension shows at once.
    private const int LatencyFactor = 4;

    /// <summary>
    /// Two neighbours and the physical function have commands in flight while one controller is suspended, saved and stays suspended. All of
    /// theirs complete, data is right, latencies are as before, and their state says that they run.
    /// </summary>
    /// <remarks>A slowing down below four times the usual, or one that has passed when a single read is timed. Loading and resuming are not watched.</remarks>
    [TestCase(1)]
    [TestCase(8)]
    [Covers("LM-ISO-01", "LM-ISO-02")]
    public async CaseTask Neighbours_and_the_physical_function_go_on(int depth)
    {
        var host = await StartAsync();
        var vf = await host.BringUpAsync();
        CaseVf[] neighbours = [await host.BringUpAsync(2), await host.BringUpAsync(3)];
        var own = await vf.CreateQueueAsync(vector: 1);
        own.Burst(depth, i => own.WithData(NvmCommand.Read(1, (ulong)i, 0), vf.Buffer(4096)));
        var queues = new List<(CaseVf Vf, CaseQueue Queue, Signal Signal, DmaBuffer Data)>();
        foreach (var it in neighbours)
        {
            var queue = await it.CreateQueueAsync(vector: 1);
            var data = it.Buffer(4096);
            data.Write(Enumerable.Repeat((byte)(0x40 + it.Number), 4096).ToArray());
            await queue.MustAsync("Write", queue.WithData(NvmCommand.Write(1, (ulong)(100 + it.Number), 0), data));
            queues.Add((it, queue, it.Listen(1), it.Buffer(4096)));
        }

        var usual = await ReadingTimeAsync(queues[0].Queue, queues[0].Vf);
        var taken = queues.ConvertAll(it => it.Queue.Taken.Count);
        foreach (var (it, queue, _, data) in queues)
            queue.Burst(depth, _ => queue.WithData(NvmCommand.Read(1, (ulong)(100 + it.Number), 0), data));
        var interrupts = queues.ConvertAll(it => it.Signal.Count);
        await host.MustSuspendAsync(vf.Id);
        await host.ReadStateAsync(vf.Id);
        for (var i = 0; i < queues.Count; i++)
        {
            var (it, queue, signal, data) = queues[i];
            var path = $"vf{it.Number}";
            Check.Equal("LM-ISO-01", $"{path}.csup", await host.IsSuspendedAsync(it.Id), false, "a neighbour is told to be suspended");
            var reads = await queue.ReachesAsync(taken[i] + depth, 100_000_000);
            Check.Equal("LM-ISO-01", $"{path}.reads", reads, true, "a neighbour's commands did not complete");
            Check.Equal("LM-ISO-01", $"{path}.errors", queue.Taken.Count(entry => !entry.Status.IsSuccess), 0, "a neighbour's commands failed");
            Check.That("LM-ISO-01", $"{path}.data", data.Read().IndexOfAnyExcept((byte)(0x40 + it.Number)) < 0, "a neighbour read other data than its own");
            Check.That("LM-ISO-01", $"{path}.interrupts", signal.Count > interrupts[i], "a neighbour's completions were not signalled");
            var admin = await it.Nvme.AdminAsync(AdminCommand.GetFeatures((byte)FeatureId.Arbitration));
            Check.Ok("LM-ISO-01", $"{path}.admin", admin, "a neighbour's admin queue does not answer");
            var time = await ReadingTimeAsync(queue, it);
            Check.That("LM-ISO-01", $"{path}.latency", time <= LatencyFactor * usual, $"a neighbour's read takes {time:N0} ns, and {usual:N0} ns before");
        }

        var page = host.Buffer(4096);
        var answer = await host.Controlling.Io.ExecuteAsync(World, NvmCommand.Read(1, 102, 0), page, default, World.Now + 100_000_000);
        Check.Ok("LM-ISO-02", "pf.read", answer, "the controlling function's I/O does not go on");
        Check.That("LM-ISO-02", "pf.data", page.Read().IndexOfAnyExcept((byte)0x42) < 0, "the controlling function read other data than was written");
        await IsHealthyAsync("LM-ISO-02", host, "suspended");
        Check.Equal("LM-ISO-01", "csup", await host.IsSuspendedAsync(vf.Id), true, "the suspended controller was set going by its neighbours");
    }

    /// <summary>Every migration command, sent by a virtual function about itself, its neighbour and its physical function: it has none of them.</summary>
    /// <remarks>Commands with fields out of the ordinary, and such that are sent while the physical function is moving somebody.</remarks>
    [TestCase("self")]
    [TestCase("neighbour")]
    [TestCase("pf")]
    [Covers("LM-ISO-03")]
    public async CaseTask A_virtual_function_has_no_migration_commands(string about)
    {
        var host = await StartAsync();
        var vf = await host.BringUpAsync();
        var neighbour = await host.BringUpAsync(2);
        var cntlid = about switch { "self" => vf.Id, "neighbour" => neighbour.Id, _ => host.Id };
        var page = vf.Nvme.Memory.Rent(4096);
        foreach (var command in NamedCommand.All(cntlid, host.Csvi, page).Where(it => it.Name is not ("create-queue" or "delete-queue")))
            Check.Refused("LM-ISO-03", command.Name, await vf.Nvme.AdminAsync(command.Entry), Status.InvalidOpcode);
        Check.That("LM-ISO-03", "page", page.Read().IndexOfAnyExcept((byte)0) < 0, "a refused command has written data");
        foreach (var it in (CaseVf[])[vf, neighbour])
        {
            Check.Equal("LM-ISO-03", $"vf{it.Number}.csup", await host.IsSuspendedAsync(it.Id), false, "a virtual function has suspended somebody");
            await DoesIoAsync("LM-ISO-03", it, $"vf{it.Number}");
        }

        await IsHealthyAsync("LM-ISO-03", host, "after");
    }

    /// <summary>A virtual function creates a migration queue, for itself and for others: refused with a code, and the memory is not touched.</summary>
    /// <remarks>A queue made in silence under a refusal, unless it stands in the way of the one that the physical function creates then.</remarks>
    [TestCase("self")]
    [TestCase("neighbour")]
    [Covers("LM-ISO-04")]
    public async CaseTask A_virtual_function_creates_no_migration_queue(string about)
    {
        var host = await StartAsync();
        var vf = await host.BringUpAsync();
        var neighbour = await host.BringUpAsync(2);
        var page = vf.Nvme.Memory.Rent(4096);
        var cntlid = about == "self" ? vf.Id : neighbour.Id;
        var create = MigrationCommand.CreateUserDataMigrationQueue(cntlid, 16) with { Prp1 = page.Iova };
        Check.Refused("LM-ISO-04", "create", await vf.Nvme.AdminAsync(create), Status.InvalidOpcode, Status.InvalidField);
        Check.Refused(
            "LM-ISO-04", "delete", await vf.Nvme.AdminAsync(MigrationCommand.DeleteControllerDataQueue(1)), Status.InvalidOpcode, Status.InvalidField,
            Status.InvalidControllerDataQueue);
        await DoesIoAsync("LM-ISO-04", neighbour, "neighbour");
        Check.That("LM-ISO-04", "page", page.Read().IndexOfAnyExcept((byte)0) < 0, "a queue that was refused was written to");
        // And the queue is still free for who may have it.
        if (!host.Identity.Trattr.UserDataChanges) return;
        var (answer, _) = await host.CreateDataQueueAsync(cntlid);
        Check.Ok("LM-ISO-04", "pf", answer, "after a refused attempt the controlling function has no queue");
    }

    /// <summary>
    /// Two guests move at once, in opposite directions between two hosts where there are two, their pieces interleaved by the world: each has
    /// its own state and goes on with it.
    /// </summary>
    /// <remarks>How the commands of both fall into each other: that follows from the time that the device takes for each.</remarks>
    [TestCase(4)]
    [TestCase(36)]
    [TestCase(100)]
    [Covers("LM-ISO-05")]
    public async CaseTask Two_guests_move_at_once_in_both_directions(int chunk)
    {
        var (source, destination) = (await StartAsync(), await Lab.StartDestinationAsync());
        await destination.NeedMigrationAsync();
        var (there, back) = (await GuestAsync(source, 1, 2), await GuestAsync(destination, 2, 3));
        var moves = new[] { MoveAsync(there, destination, 1, chunk), MoveAsync(back, source, 2, chunk + 4) };
        foreach (var move in moves) await move;
    }

    /// <summary>Two virtual functions of one host are saved, and two others loaded, by commands that alternate.</summary>
    /// <remarks>Two commands of the kind in flight at once: the pieces take turns, each answered before the next.</remarks>
    [Test]
    [Covers("LM-ISO-05")]
    public async CaseTask Streams_of_two_controllers_of_one_host_do_not_mix()
    {
        var host = await StartAsync();
        CaseVf[] from = [await GuestAsync(host, 1, 2), await GuestAsync(host, 2, 3)];
        CaseVf[] to = [await host.BringUpAsync(3, ram: from[0].Ram), await host.BringUpAsync(4, ram: from[1].Ram)];
        foreach (var it in (CaseVf[])[.. from, .. to]) await host.MustSuspendAsync(it.Id);
        var whole = new[] { (await host.ReadStateAsync(from[0].Id)).Bytes, (await host.ReadStateAsync(from[1].Id)).Bytes };
        for (var offset = 0; offset < whole.Max(it => it.Length); offset += 20)
        {
            for (var i = 0; i < 2; i++)
            {
                var rest = whole[i].Length - offset;
                if (rest <= 0) continue;
                var size = Math.Min(20, rest);
                var piece = Lab.Must("Get Controller State", await host.GetStateAsync(from[i].Id, size, (ulong)offset));
                var right = piece.AsSpan().SequenceEqual(whole[i].AsSpan(offset, size));
                Check.That("LM-ISO-05", $"vf{i + 1}@{offset}", right, "a piece of another state was read");
                var sequence = offset == 0 ? SequenceIndicator.First : rest > 20 ? SequenceIndicator.Middle : SequenceIndicator.Last;
                Check.Ok("LM-ISO-05", $"vf{i + 3}@{offset}", await host.SetStateAsync(to[i].Id, piece, (ulong)offset, sequence), "a piece was refused");
            }
        }

        for (var i = 0; i < 2; i++) await GoesOnAsync(host, from[i], to[i], whole[i]);
    }

    /// <summary>A guest with so many queues, each used.</summary>
    private static async ValueTask<CaseVf> GuestAsync(CaseHost host, int number, int queues)
    {
        var vf = await host.BringUpAsync(number);
        for (var i = 1; i <= queues; i++)
        {
            var queue = await vf.CreateQueueAsync((ushort)i, 16 * number);
            for (var n = 0; n < i + number; n++) await queue.MustAsync("Flush", NvmCommand.Flush(1));
        }

        return vf;
    }

    private static async Task MoveAsync(CaseVf from, CaseHost destination, int number, int chunk)
    {
        var to = await destination.BringUpAsync(number + 2, ram: from.Ram);
        await destination.MustSuspendAsync(to.Id);
        await from.Host.MustSuspendAsync(from.Id);
        var state = (await from.Host.ReadStateAsync(from.Id, chunk)).Bytes;
        for (var offset = 0; offset < state.Length; offset += chunk)
        {
            var rest = state.Length - offset;
            var sequence = offset == 0 ? SequenceIndicator.First : rest > chunk ? SequenceIndicator.Middle : SequenceIndicator.Last;
            var answer = await destination.SetStateAsync(to.Id, state.AsMemory(offset, Math.Min(chunk, rest)), (ulong)offset, sequence);
            if (!Check.Ok("LM-ISO-05", $"guest{from.Number}@{offset}", answer, "a piece was refused while another guest moves")) return;
        }

        await GoesOnAsync(destination, from, to, state);
    }

    private static async ValueTask GoesOnAsync(CaseHost host, CaseVf from, CaseVf to, byte[] state)
    {
        Check.Equal(
            "LM-ISO-05", $"guest{from.Number}.state", Convert.ToHexString((await host.ReadStateAsync(to.Id)).Bytes), Convert.ToHexString(state),
            "a guest has another state than its own");
        from.MoveTo(to);
        Check.Ok("LM-ISO-05", $"guest{from.Number}.resume", await host.ResumeAsync(to.Id), "a guest that was moved could not be resumed");
        foreach (var queue in from.Queues)
        {
            Check.Equal(
                "LM-ISO-05", $"guest{from.Number}.flush", (await queue.DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success,
                "a guest does not go on where it stood");
        }
    }

    /// <summary>World time that one read takes.</summary>
    private static async ValueTask<long> ReadingTimeAsync(CaseQueue queue, CaseVf vf)
    {
        var (begin, taken) = (World.Now, queue.Taken.Count);
        queue.Submit(queue.WithData(NvmCommand.Read(1, 0, 0), vf.Buffer(4096)));
        await queue.ReachesAsync(taken + 1);
        return World.Now - begin;
    }

    private static async ValueTask<CaseHost> StartAsync()
    {
        var host = await Lab.StartAsync();
        await host.NeedMigrationAsync();
        return host;
    }
}
