using Conformance.Device;
using Conformance.Migration;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Figures. They are told; where a profile sets no limit none is held to one.</summary>
[Area("timing")]
internal sealed class TimingCases : ConformanceCase
{
    private const int Samples = 100;

    private static readonly Combination _moves = new() { Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Shared, Cycles = 21 };

    /// <summary>Suspend a hundred times, with so many reads in flight, each time resumed and drained.</summary>
    /// <remarks>
    /// Whether that is quick enough: no limit is set. How far the reads are after 2 us, which is what Suspend then waits for, is the device's.
    /// </remarks>
    /// <param name="depth">Reads in flight.</param>
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(8)]
    [TestCase(60)]
    [Covers("LM-TIME-01")]
    public async CaseTask How_long_a_suspend_takes(int depth)
    {
        var host = await Lab.StartAsync();
        await host.NeedMigrationAsync();
        var vf = await host.BringUpAsync();
        var queue = await vf.CreateQueueAsync();
        var data = vf.Buffer(4096);
        var times = new List<long>();
        for (var i = 0; i < Samples; i++)
        {
            queue.Burst(depth, n => queue.WithData(NvmCommand.Read(1, (ulong)n, 0), data));
            await World.After(2_000);
            var answer = await host.SuspendAsync(vf.Id);
            if (!Check.Ok("LM-TIME-01", $"suspend[{i}]", answer, "a controller under load could not be suspended")) return;
            times.Add(answer.Elapsed);
            await host.MustResumeAsync(vf.Id);
            if (!await queue.ReachesAsync((i + 1) * depth)) throw CaseEnd.Inconclusive("set-up: commands of before do not end");
        }

        times.Sort();
        Check.Equal("LM-TIME-01", "samples", times.Count, Samples, "samples are missing");
        Check.Saw("LM-TIME-01", $"depth[{depth}].ns", $"least {times[0]}, median {times[Samples / 2]}, most {times[^1]}, n {times.Count}");
    }

    /// <summary>Downtime of moves under load, as a whole and by step; the steps between suspend and resume fill it.</summary>
    /// <remarks>Whether it is short enough: a profile's gates judge that. Twenty moves of one load.</remarks>
    [Test]
    [Covers("LM-TIME-02", "LM-TIME-07", "LM-TIME-08")]
    public async CaseTask Downtime_is_told_as_a_whole_and_by_step()
    {
        var run = CaseCycle.Run(Lab, _moves);
        await (await Lab.StartAsync()).NeedMigrationAsync();
        // The first move is warm-up.
        var moves = run.Cycles.Where(it => it.Outcome == CycleOutcome.Completed).Skip(1).ToList();
        Check.Equal("LM-TIME-07", "moves", moves.Count, _moves.Cycles - 1, "fewer moves than a quantile needs");
        if (moves.Count == 0) return;
        Check.That(
            "LM-TIME-02", "observers", moves.TrueForAll(it => it.Downtime is { GuestNs: not null, OrchestratorNs: not null, SuspendedNs: not null }),
            "a move has no downtime");
        Check.Saw("LM-TIME-02", "guest.ns", Figures(moves.Select(it => it.Downtime.GuestNs ?? 0)));
        Check.Saw("LM-TIME-02", "orchestrator.ns", Figures(moves.Select(it => it.Downtime.OrchestratorNs ?? 0)));
        Check.Saw("LM-TIME-02", "suspended.ns", Figures(moves.Select(it => it.Downtime.SuspendedNs ?? 0)));
        Check.Saw("LM-TIME-02", "waited.ns", Figures(moves.Select(it => it.Latency.During.MaxNs ?? 0)));
        foreach (var step in moves[0].Steps.Select(it => it.Step).Distinct())
            Check.Saw(
                "LM-TIME-02", $"step.{Words.Of(step)}.ns",
                Figures(moves.SelectMany(it => it.Steps).Where(it => it.Step == step).Select(it => it.EndNs - it.BeginNs)));
        foreach (var move in moves)
        {
            // From the stop of the guest to its restart, which the steps fill without a gap.
            var within = move.Steps.Where(it => it.Step is >= CycleStep.StopGuest and <= CycleStep.RestartGuest).ToList();
            var sum = within.Sum(it => it.EndNs - it.BeginNs);
            var whole = within[^1].EndNs - within[0].BeginNs;
            var adds = Math.Abs(sum - whole) * 100 <= whole;
            if (!Check.That("LM-TIME-08", $"cycle[{move.Number}].sum", adds, $"the steps sum to {sum} ns of {whole} ns")) return;
        }
    }

    /// <summary>The same with one, two and four queue pairs: downtime and state.</summary>
    /// <remarks>Any limit. The slope is from one to four pairs, by the worst of three moves each, which on a busy machine is noise.</remarks>
    [Test]
    [Covers("LM-TIME-03")]
    public async CaseTask How_downtime_grows_with_queues()
    {
        var seen = new List<(int Queues, long Ns, long Bytes)>();
        foreach (var queues in (int[])[1, 2, 4])
        {
            var run = CaseCycle.Run(Lab, _moves with { Cycles = 4 }, queues, depth: 4);
            var moves = run.Cycles.Where(it => it.Outcome == CycleOutcome.Completed).Skip(1).ToList();
            if (moves.Count > 0) seen.Add((queues, moves.Max(it => it.Downtime.SuspendedNs ?? 0), moves[0].StateBytes));
        }

        await (await Lab.StartAsync()).NeedMigrationAsync();
        foreach (var (queues, ns, bytes) in seen) Check.Saw("LM-TIME-03", $"queues[{queues}]", $"{ns} ns, {bytes} bytes");
        Check.Equal("LM-TIME-03", "points", seen.Count, 3, "a point of the slope is missing");
        if (seen.Count != 3) return;
        Check.Saw("LM-TIME-03", "slope", $"{(seen[2].Ns - seen[0].Ns) / 3} ns and {(seen[2].Bytes - seen[0].Bytes) / 3} bytes a queue pair");
    }

    /// <summary>A move of a VF with the namespace it has, and with another that is many times as large attached besides.</summary>
    /// <remarks>That the time does not grow: both are told, one move each, and only the size of the state is held. The large namespace is empty.</remarks>
    [Test]
    [Covers("LM-TIME-04")]
    public async CaseTask Downtime_does_not_grow_with_the_namespace()
    {
        var journey = await CaseJourney.BeginAsync(Lab);
        var host = journey.Guest.Host;
        Lab.Need(host.Identity.Oacs.NamespaceManagement, "Namespace Management (OACS bit 3, Identify Controller bytes 256:257)");
        await journey.Guest.CreateQueueAsync();
        var blocks = (await journey.Guest.FormatAsync()).Blocks;
        var there = await journey.PrepareAsync(host, 2);
        var small = await TimeAsync(there);
        await CaseJourney.ReadyAgainAsync(journey.Guest);
        var wanted = new NamespaceManagementData { Nsze = blocks * 64, Ncap = blocks * 64, Nmic = new() { Shared = true } };
        var (created, nsid) = await host.Namespaces.CreateAsync(wanted);
        Lab.Must(created);
        foreach (var vf in (CaseVf[])[journey.Guest, there]) await host.AttachAsync(nsid, vf.Id);
        var large = await TimeAsync(journey.Guest);
        Check.Saw("LM-TIME-04", "ns", $"{small.Ns} with {blocks} blocks, {large.Ns} with {blocks * 64} more");
        Check.Equal("LM-TIME-04", "state.bytes", large.Bytes, small.Bytes, "the state grows with the namespace");

        async ValueTask<(long Ns, int Bytes)> TimeAsync(CaseVf to)
        {
            var begin = World.Now;
            var state = await journey.MoveAsync(to);
            return (World.Now - begin, state.Length);
        }
    }

    /// <summary>The same writes with logging of user data changes off and on.</summary>
    /// <remarks>Any limit, and any depth but 32. One measurement each way, without repetition.</remarks>
    [Test]
    [Covers("LM-TIME-05")]
    public async CaseTask What_logging_costs()
    {
        var host = await Lab.StartAsync();
        await host.NeedUserDataTrackingAsync();
        var vf = await host.BringUpAsync();
        var queue = await vf.CreateQueueAsync();
        var data = vf.Buffer(4096);
        var plain = await WritesAsync();
        var log = await host.StartLoggingAsync(vf.Id, 1024);
        var logged = await WritesAsync();
        Check.That("LM-TIME-05", "logged", log.Take().Count > 0, "logging was on and nothing was logged");
        Check.Saw("LM-TIME-05", "percent", $"{((logged - plain) * 100.0 / plain):F2}% ({plain} ns without, {logged} ns with)");

        async ValueTask<long> WritesAsync()
        {
            var begin = World.Now;
            for (var round = 0; round < 10; round++)
            {
                var before = queue.Taken.Count;
                queue.Burst(32, i => queue.WithData(NvmCommand.Write(1, (ulong)i, 0), data));
                if (!await queue.ReachesAsync(before + 32)) throw CaseEnd.Inconclusive("set-up: writes do not end");
            }

            return World.Now - begin;
        }
    }

    /// <summary>A move with a medium of its own: the rate of the copy and that of the state, apart.</summary>
    /// <remarks>Any limit. It is one move, so that the figures have no spread.</remarks>
    [Test]
    [Covers("LM-TIME-09")]
    public async CaseTask State_and_medium_have_rates_of_their_own()
    {
        var run = CaseCycle.Run(Lab, new() { Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Local, Cycles = 1 });
        await (await Lab.StartAsync(MediumSharing.Local)).NeedUserDataTrackingAsync();
        var move = run.Cycles.FirstOrDefault(it => it.Outcome == CycleOutcome.Completed)
            ?? throw CaseEnd.Inconclusive($"the move was not completed: {CaseCycle.Text(run.Findings)}");
        Rate("state", move.StateBytes, move.Steps.Where(it => it.Step is CycleStep.Save or CycleStep.Load));
        Rate("medium", move.Copy.MediumBytes, move.Steps.Where(it => it.Step is CycleStep.BulkCopy or CycleStep.Rounds or CycleStep.Drain));

        static void Rate(string what, long bytes, IEnumerable<StepRecord> steps)
        {
            var ns = steps.Sum(it => it.EndNs - it.BeginNs);
            Check.That("LM-TIME-09", what, bytes > 0 && ns > 0, $"there is no rate of the {what}");
            Check.Saw("LM-TIME-09", $"{what}.rate", $"{bytes} bytes in {ns} ns");
        }
    }

    private static string Figures(IEnumerable<long> times)
    {
        var sorted = times.Order().ToList();
        return $"least {sorted[0]}, median {sorted[sorted.Count / 2]}, most {sorted[^1]}, n {sorted.Count}";
    }
}
