using System.Text.Json;
using Conformance.Migration;
using Conformance.Report;
using Conformance.Self.Migration;
using NUnit.Framework;

namespace Conformance.Self.Measure;

public sealed class SweepTests
{
    private const string Profile = """
        device: { sim: {} }
        guest: { depth: 4 }
        combinations: { move: { commands: hmlm, medium: shared, cycles: 3 } }
        """;

    [Test]
    public void Each_value_is_a_combination_of_its_own()
    {
        var plan = Plan.Of(Load(Profile + "\nsweeps: { depth: { of: move, key: guest.depth, values: [\"2\", \"8\"], with: [guest.queues=2] }, wait: { of: move, key: dwell.before, values: [1ms] } }").Profile!);
        Assert.That(plan.Combinations.Select(it => it.Name), Is.EqualTo(new[] { "move", "depth/2", "depth/8", "wait/1ms" }));
        Assert.That(plan.Combinations.Select(it => (it.Guest.Depth, it.Guest.Queues)), Is.EqualTo(new[] { (4, 1), (2, 2), (8, 2), (4, 1) }));
        Assert.That(plan.Combinations.Select(it => it.Sweep?.Number), Is.EqualTo(new double?[] { null, 2, 8, 1_000_000 }));
        Assert.That(plan.Combinations.Select(it => it.Seed).Distinct().Count(), Is.EqualTo(4));
    }

    /// <summary>A namespace grows, and with it the region, which is all of it.</summary>
    [Test]
    public void A_namespace_is_swept_by_its_place_in_the_list()
    {
        const string profile = """
            device: { sim: { namespaces: [{ blocks: 4096 }] } }
            guest: { region: 1MiB, fill: true }
            combinations: { move: { commands: hmlm, medium: local } }
            sweeps: { size: { of: move, key: "device.sim.namespaces[0].blocks", values: ["1024", "2048"], with: [guest.region=0] } }
            """;
        var plan = Plan.Of(Load(profile).Profile!);
        Assert.That(plan.Combinations.Select(it => (it.Pair.Device.Namespaces[0].Blocks, (long)it.Guest.Region.Bytes, it.Sweep?.Number, it.Guest.Fill)),
            Is.EqualTo(new (long, long, double?, bool)[] { (4096, 1 << 20, null, true), (1024, 0, 1024, true), (2048, 0, 2048, true) }));
    }

    [TestCase("sweeps: { d: { of: mov, key: guest.depth, values: [\"2\"] } }", "no combination is named 'mov'; the nearest is 'move'")]
    [TestCase("sweeps: { move: { of: move, key: guest.depth, values: [\"2\"] } }", "a combination is named 'move' too")]
    [TestCase("sweeps: { d: { of: move, key: guest.dept, values: [\"2\"] } }", "sweeps.d, guest.dept=2: unknown key 'dept' in guest; the nearest is 'depth'")]
    [TestCase("sweeps: { d: { of: move, key: guest.depth, values: [x] } }", "sweeps.d, guest.depth=x: guest.depth must be")]
    [TestCase("sweeps: { d: { of: move, key: guest.depth, values: [\"2\", \"4\", \"2\"] } }", "sweeps.d: '2' is there 2 times")]
    [TestCase("sweeps: { d: { of: move, key: guest.depth, values: [\"2\"], figure: step.supend } }", "sweeps.d: no figure is named 'step.supend'; the nearest is 'step.suspend'")]
    [TestCase("sweeps: { d: { of: move, key: guest.depth, values: [\"2\"], figure: [guest, gest] } }", "sweeps.d: no figure is named 'gest'; the nearest is 'guest'")]
    [TestCase("sweeps: { d: { of: move, key: guest.depth, values: [\"2\"], figure: [] } }", "sweeps.d.figure must have at least 1 of them")]
    [TestCase("sweeps: { d: { of: move, key: guest.depth, values: [\"2\"], figure: { a: 1 } } }", "sweeps.d.figure must be a list, not a mapping")]
    [TestCase("sweeps: { d: { of: move, key: guest.depth, values: [\"2\"], figure: step.bulk-copy } }", "sweeps.d: step.bulk-copy: the step bulk-copy is not part of a cycle of 'move'")]
    [TestCase("gates: { quantiles: [{ downtime: guest, quantile: 0.99, limit: 1ms }] }", "p99 gate needs 299 cycles, 'move' has 3")]
    [TestCase("gates: { latency: [{ when: later, quantile: 0.5, limit: 1ms }] }", ", and not 'later'")]
    [TestCase("gates: { recovery: 10ms }", "recovery within 10ms takes a dwell.after of 110ms, with its window; it is 2ms")]
    [TestCase("gates: { throughput-after: 95 }\ndwell: { after: 0 }", "throughput is told where the guest runs before and after the move")]
    public void What_cannot_be_is_told_in_a_line(string wrong, string what)
    {
        var errors = Load($"{Profile}\n{wrong}").Errors;
        Assert.That(errors, Has.Count.EqualTo(1));
        Assert.That(errors[0].ToString(), Does.Contain(what));
    }

    /// <summary>Of an open loop it is known how many commands come after a move, of a closed one and while it moves it is not.</summary>
    [TestCase("after", "open, rate: 1000", "10ms", "p99 gate needs 299 commands, 'move' has 30 after its moves")]
    [TestCase("after", "open, rate: 1000", "100ms", null)]
    [TestCase("before", "open, rate: 1000", "100ms", "p99 gate needs 299 commands, 'move' has 6 before its moves")]
    [TestCase("during", "open, rate: 1000", "10ms", "p99 gate during the move needs 299 cycles, 'move' has 3: what a blackout met waited together")]
    [TestCase("pre-copy", "open, rate: 1000", "10ms", null)]
    [TestCase("after", "closed", "10ms", null)]
    public void A_quantile_that_so_few_commands_cannot_answer_is_not_asked(string when, string mode, string after, string? what)
    {
        var text = Profile.Replace("depth: 4", $"depth: 4, mode: {mode}", StringComparison.Ordinal)
            + $"\ndwell: {{ after: {after} }}\ngates: {{ latency: [{{ when: {when}, quantile: 0.99, limit: 1ms }}] }}";
        Assert.That(Load(text).Errors.Select(it => it.What), what is null ? Is.Empty : Has.Exactly(1).StartsWith(what));
    }

    /// <summary>The suspend takes at each value what the device's timing says, and that is what is drawn, not the downtimes.</summary>
    [TestCase("step.suspend", new[] { "step suspend" }, "step suspend along device.sim.timing.suspend", "time")]
    [TestCase("[guest, step.suspend]", new[] { "guest downtime", "step suspend" }, "guest downtime, step suspend along device.sim.timing.suspend", "time")]
    [TestCase("orchestrator", new[] { "orchestrator" }, "downtime along device.sim.timing.suspend", "downtime")]
    [TestCase(null, new[] { "guest", "orchestrator", "suspended" }, "downtime along device.sim.timing.suspend", "downtime")]
    public void What_a_sweep_names_is_drawn(string? figure, string[] lines, string title, string axis)
    {
        var named = figure is null ? "" : $", figure: {figure}";
        // With time that commands take: without, a load on the virtual clock has no end.
        var profile = Profile.Replace("sim: {}", "sim: { timing: { read: 60us, write: 20us, flush: 50us, other-io: 30us } }", StringComparison.Ordinal);
        var plan = Plan.Of(Load($"{profile}\nsweeps: {{ s: {{ of: move, key: device.sim.timing.suspend, values: [1ms, 3ms]{named} }} }}").Profile!);
        var swept = plan.Combinations.Where(it => it.Sweep is not null).ToList();
        // As a report is made of a record that was read.
        var run = Report.SampleRun.Of(combinations: 0) with
        {
            Plan = plan, Combinations = [.. swept.Select(it => CombinationRecord.Of(it, Plans.Run(it)))],
        };
        run = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(run, MigrationJson.Default.RunRecord), MigrationJson.Default.RunRecord)!;
        var chart = RunPlots.Of(run).Sweeps.Single().Chart;
        Assert.That(chart.Marks.OfType<LineMark>().Select(it => it.Label), Is.EqualTo(lines));
        Assert.That(chart.Marks.Select(it => it.Ink).Distinct().Count(), Is.EqualTo(lines.Length));
        Assert.That((chart.Title, chart.Y.Title), Is.EqualTo(($"Sweep s: {title}", $"{axis}, median of the cycles")));
        if (lines[^1] == "step suspend")
            Assert.That(chart.Marks.OfType<LineMark>().Last().Points.Select(it => it.Y), Is.EqualTo(new[] { 1e6, 3e6 }).Within(2e5));
    }

    [TestCase("values: [\"1024\", \"4096\"], unit: bytes", "device.sim.namespaces[0].blocks (bytes)", "b")]
    [TestCase("values: [\"1024\", \"4096\"], unit: blocks", "device.sim.namespaces[0].blocks (blocks)", "c")]
    [TestCase("values: [\"1024\", \"4096\"]", "device.sim.namespaces[0].blocks (count)", "c")]
    public void An_axis_has_the_unit_that_the_sweep_says(string sweep, string title, string kind)
    {
        const string profile = "device: { sim: { namespaces: [{ blocks: 4096 }] } }\ncombinations: { move: { commands: hmlm, medium: shared } }\n";
        var plan = Plan.Of(Load($"{profile}sweeps: {{ s: {{ of: move, key: \"device.sim.namespaces[0].blocks\", {sweep} }} }}").Profile!);
        var template = Report.SampleRun.Of(combinations: 1).Combinations[0];
        var run = Report.SampleRun.Of(combinations: 0) with { Plan = plan, Combinations = [.. plan.Combinations.Select(it => template with { Name = it.Name })] };
        var axis = RunPlots.Of(run).Sweeps.Single().Chart.X;
        Assert.That((axis.Title, axis.Scale.Hover[^1..]), Is.EqualTo((title, kind)));
    }

    [Test]
    public void A_sweep_without_figures_leaves_the_hash_of_a_plan_as_it_was()
    {
        const string sweep = "sweeps: { d: { of: move, key: guest.depth, values: [\"2\"]";
        var (without, with) = (Load($"{Profile}\n{sweep} }} }}").Profile!, Load($"{Profile}\n{sweep}, figure: guest }} }}").Profile!);
        Assert.That(JsonSerializer.Serialize(without, MigrationJson.Default.Profile), Does.Not.Contain("figure"));
        Assert.That(Plan.Of(with).ProfileHash, Is.Not.EqualTo(Plan.Of(without).ProfileHash));
    }

    private static ProfileResult Load(string text) => ProfileFile.Load("p.yaml", read: _ => text);
}
