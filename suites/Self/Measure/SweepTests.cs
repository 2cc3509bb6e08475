using Conformance.Migration;
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

    [TestCase("sweeps: { d: { of: mov, key: guest.depth, values: [\"2\"] } }", "no combination is named 'mov'; the nearest is 'move'")]
    [TestCase("sweeps: { move: { of: move, key: guest.depth, values: [\"2\"] } }", "a combination is named 'move' too")]
    [TestCase("sweeps: { d: { of: move, key: guest.dept, values: [\"2\"] } }", "sweeps.d, guest.dept=2: unknown key 'dept' in guest; the nearest is 'depth'")]
    [TestCase("sweeps: { d: { of: move, key: guest.depth, values: [x] } }", "sweeps.d, guest.depth=x: guest.depth must be")]
    [TestCase("sweeps: { d: { of: move, key: guest.depth, values: [\"2\", \"4\", \"2\"] } }", "sweeps.d: '2' is there 2 times")]
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
    [TestCase("during", "open, rate: 1000", "10ms", null)]
    [TestCase("after", "closed", "10ms", null)]
    public void A_quantile_that_so_few_commands_cannot_answer_is_not_asked(string when, string mode, string after, string? what)
    {
        var text = Profile.Replace("depth: 4", $"depth: 4, mode: {mode}", StringComparison.Ordinal)
            + $"\ndwell: {{ after: {after} }}\ngates: {{ latency: [{{ when: {when}, quantile: 0.99, limit: 1ms }}] }}";
        Assert.That(Load(text).Errors.Select(it => it.What), what is null ? Is.Empty : Has.Exactly(1).StartsWith(what));
    }

    private static ProfileResult Load(string text) => ProfileFile.Load("p.yaml", read: _ => text);
}
