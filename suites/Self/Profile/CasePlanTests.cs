using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>Which cases a profile asks for, on what, and how far each may go.</summary>
[TestFixture]
internal sealed class CasePlanTests
{
    private const string Head = "device: { sim: { topology: { virtual-functions: 3 } } }\n";

    private static readonly CaseName[] s_names =
    [
        new("get-state/Reads_all", "get-state", "GetStateCases"), new("suspend/Is_silent(1)", "suspend", "SilenceCases"),
        new("suspend/Is_silent(2)", "suspend", "SilenceCases"), new("suspend/Stops", "suspend", "SuspendCases"),
    ];

    private ProfileFolder _folder = null!;

    [SetUp]
    public void Open() => _folder = new ProfileFolder();

    [TearDown]
    public void Close() => _folder.Dispose();

    [TestCase("{}", "get-state/Reads_all suspend/Is_silent(1) suspend/Is_silent(2) suspend/Stops")]
    [TestCase("{ only: ['suspend/*'], skip: ['*(2)'] }", "suspend/Is_silent(1) suspend/Stops")]
    [TestCase("{ only: ['suspend/Is_silent(1)', 'get-state/*'] }", "get-state/Reads_all suspend/Is_silent(1)")]
    public void Globs_choose_by_name_and_the_list_keeps_its_order(string cases, string expected) =>
        Assert.That(string.Join(' ', Planned($"{Head}cases: {cases}").Cases.Select(it => it.Id)), Is.EqualTo(expected));

    [Test]
    public void The_most_specific_time_out_holds()
    {
        var plan = Planned(Head + """
            cases:
              timeout: 1s
              timeouts: { suspend: 2s, SilenceCases: 3s, 'suspend/*': 4s, 'suspend/Is*': 5s, 'suspend/Is_silent(2)': 6s }
            """);
        Assert.That(plan.Cases.Select(it => it.Timeout.Nanoseconds / 1_000_000_000), Is.EqualTo(new[] { 1, 5, 6, 4 }));
        plan = Planned(Head + "cases: { timeouts: { suspend: 2s, SilenceCases: 3s } }");
        Assert.That(plan.Cases.Select(it => it.Timeout.Nanoseconds / 1_000_000_000), Is.EqualTo(new[] { 30, 3, 3, 2 }));
    }

    [Test]
    public void A_further_device_says_only_what_is_different()
    {
        var plan = Planned(Head + "cases: {}\ndevices: { small: { capabilities: { mdts: 1 } }, bare: { topology: { virtual-functions: 1 } } }");
        Assert.That(plan.Devices.Select(it => it.Name), Is.EqualTo(new[] { "sim", "small", "bare" }));
        Assert.That(plan.Devices.Select(it => it.Device!.Topology.VirtualFunctions), Is.EqualTo(new[] { 3, 3, 1 }));
        Assert.That(plan.Devices[1].Device!.Capabilities.Mdts, Is.EqualTo(1));
        Assert.That(plan.Devices[2].Device!.Capabilities.Mdts, Is.EqualTo(new SimulatedDevice().Capabilities.Mdts));
    }

    [Test]
    public void A_seeded_order_is_another_for_another_seed_and_the_list_stays_as_it_is()
    {
        var names = Enumerable.Range(0, 50).Select(i => new CaseName($"suspend/{i:00}", "suspend", "SuspendCases")).ToList();
        CasePlan With(ulong seed) => CasePlan.Of(_folder.Load("s.yaml") with { Seed = seed }, names)!;
        _folder.Write("s.yaml", Head + "cases: { order: seeded }");
        static string Text(IEnumerable<PlannedCase> cases) => string.Join(' ', cases.Select(it => it.Id));
        var (first, again, other) = (Text(With(1).InOrder()), Text(With(1).InOrder()), Text(With(2).InOrder()));
        Assert.That(again, Is.EqualTo(first).And.Not.EqualTo(other));
        Assert.That(With(1).InOrder(), Is.EquivalentTo(With(1).Cases));
        Assert.That(Text(With(1).Cases), Is.EqualTo(Text(With(2).Cases)).And.Not.EqualTo(first));
    }

    [TestCase("cases: { only: ['suspnd/*'] }", "p.yaml:2:10: cases.only: no case matches 'suspnd/*'; the nearest is 'suspend/Stops'")]
    [TestCase("cases: { skip: [a, b] }", "p.yaml:2:10: cases.skip: no case matches 'a'; the nearest is 'suspend/Stops'")]
    [TestCase(
        "cases: { timeouts: { suspnd: 1s } }",
        "p.yaml:2:10: cases.timeouts: no class, area or case matches 'suspnd'; the nearest is 'suspend'")]
    public void A_name_that_names_nothing_is_a_mistake(string cases, string expected)
    {
        var path = _folder.Write("p.yaml", Head + cases);
        Assert.That(_folder.Plain(ProfileFile.Load(path, cases: () => s_names).Errors[0]), Is.EqualTo(expected));
    }

    [TestCase("{ migration-snd: 1s }", "no admin command or opcode (0xC8) matches 'migration-snd'; the nearest is 'migration-send'")]
    [TestCase("{ 0x1C8: 1s }", "no admin command or opcode (0xC8) matches '0x1C8'")]
    [TestCase("{ migration-send: 1s, 0x41: 2s }", "'migration-send' and '0x41' are the same command")]
    public void A_time_for_a_command_that_does_not_exist_is_a_mistake(string commands, string expected)
    {
        var path = _folder.Write("p.yaml", Head + $"limits: {{ commands: {commands} }}\ncases: {{}}");
        Assert.That(_folder.Plain(ProfileFile.Load(path, cases: () => s_names).Errors[0]), Does.StartWith("p.yaml:2:11: limits.commands: ").And.Contains(expected));
    }

    [Test]
    public void A_command_has_the_time_of_its_opcode_before_that_of_all()
    {
        var timeouts = Planned(Head + "limits: { command: 3s, commands: { migration-send: 1s, 0xC8: 2s } }\ncases: {}").Limits.CommandTimeouts();
        Assert.That(new byte[] { 0x41, 0xC8, 0x42, 0x06 }.Select(it => timeouts.Of(it) / 1_000_000_000), Is.EqualTo(new[] { 1, 2, 3, 3 }));
    }

    private CasePlan Planned(string yaml)
    {
        var result = ProfileFile.Load(_folder.Write("p.yaml", yaml), cases: () => s_names);
        Assert.That(result.Errors, Is.Empty);
        return Plan.Of(result.Profile!, () => s_names).Cases!;
    }
}
