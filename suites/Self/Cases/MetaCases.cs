using Conformance.Nvme;
using Conformance.Suite;
using NUnit.Framework;

namespace Conformance.Self.Cases;

/// <summary>
/// Cases that end in every way a case can end, to judge what runs them. Not to be run as tests: they are reached by name only.
/// </summary>
[Area("suspend")]
[Explicit("They judge what runs cases, and most of them fail.")]
internal sealed class MetaCases : ConformanceCase
{
    [Test]
    [Covers("LM-SUSP-01")]
    public async CaseTask Passes()
    {
        await World.After(1);
        Check.That("LM-SUSP-01", "here", true, "never");
    }

    [Test]
    [Covers("LM-SUSP-01")]
    public async CaseTask Fails()
    {
        await World.After(1);
        Check.Equal("LM-SUSP-01", "here", 1, 2, "one is not two");
        Check.That("LM-SUSP-01", "there", true, "never");
    }

    [Test]
    [Covers("LM-SUSP-06")]
    public async CaseTask Warns()
    {
        await World.After(1);
        Check.That("LM-SUSP-06", "here", false, "an informative requirement");
    }

    [Test]
    [Covers("LM-SUSP-01", "LM-SUSP-02")]
    public async CaseTask Looks_at_half_of_it()
    {
        await World.After(1);
        Check.That("LM-SUSP-01", "here", true, "never");
    }

    [Test]
    [Covers("LM-SUSP-01")]
    public async CaseTask Finds_no_hazard()
    {
        await World.After(1);
        Check.Hazard("LM-SUSP-01", "here", false, "anything");
    }

    [Test]
    [Covers("LM-SUSP-01")]
    public async CaseTask Needs_what_is_not_there()
    {
        await World.After(1);
        Lab.Need(false, "bit 99");
    }

    [Test]
    [Covers("LM-SUSP-01")]
    public async CaseTask Cannot_set_up()
    {
        var host = await Lab.StartAsync();
        Lab.Must("Suspend of nobody", await host.SuspendAsync(0xFFF0));
    }

    [Test]
    [Covers("LM-SUSP-01")]
    public async CaseTask Throws()
    {
        await World.After(1);
        throw new FormatException("a bug of a case");
    }

    [Test]
    [Covers("LM-SUSP-01")]
    public async CaseTask Waits_for_ever()
    {
        while (true) await World.After(1_000_000);
    }

    [Test]
    [Covers("LM-SUSP-01")]
    public async CaseTask Spins()
    {
        await World.After(1);
        while (true)
        {
        }
    }

    [Test]
    [Covers("LM-SUSP-01")]
    public async CaseTask Kills_its_process()
    {
        await World.After(1);
        Environment.FailFast("as asked");
    }

    [Test]
    [Covers("LM-SUSP-01")]
    public async CaseTask Talks_over_its_process()
    {
        await World.After(1);
        using var output = Console.OpenStandardOutput();
        output.Write("nonsense\n"u8);
        Check.That("LM-SUSP-01", "here", true, "never");
    }

    [TestCase(1)]
    [TestCase(2)]
    [Covers("LM-REJ-01")]
    public async CaseTask Takes_arguments(byte select)
    {
        var host = await Lab.StartAsync();
        var answer = await host.AdminAsync(AdminCommand.Of(AdminOpcode.MigrationSend) with { Cdw10 = (uint)select + 2 });
        Check.Refused("LM-REJ-01", "sel", answer, Status.InvalidField);
    }
}
