using Conformance.Migration;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Migration;

/// <summary>The entries of a user data migration queue against NVM Command Set 5.6, each rule by an entry that breaks only it.</summary>
public sealed class EntryOracleTests
{
    private static readonly LbaMigrationQueueEntry First = LbaMigrationQueueEntry.Mark(EntrySequence.First, phase: true);
    private static readonly LbaMigrationQueueEntry Blocks = LbaMigrationQueueEntry.Range(1, 8, 7, phase: true);
    private static readonly LbaMigrationQueueEntry Last = LbaMigrationQueueEntry.Mark(EntrySequence.LastSuspended, phase: true);

    private static LbaMigrationQueueEntry Marked(LbaMigrationQueueEntry entry, EntrySequence sequence) =>
        entry with { Attributes = entry.Attributes with { Sequence = sequence } };

    private static LbaMigrationQueueEntry Naming(LbaMigrationQueueEntry entry, LbaChange change) =>
        entry with { Attributes = entry.Attributes with { Change = change } };

    [Test]
    public void A_first_entry_ranges_and_a_last_one_are_as_they_should_be()
    {
        Assert.That(Judge(First, Blocks, Blocks, Last), Is.Empty);
        Assert.That(Judge(Marked(Blocks, EntrySequence.First), Marked(Blocks, EntrySequence.LastFull)), Is.Empty);
        Assert.That(Judge(First, LbaMigrationQueueEntry.WholeNamespace(1, EntrySequence.LastSuspended, phase: true)), Is.Empty);
    }

    private static IEnumerable<TestCaseData> Broken()
    {
        yield return Case("LM-UDT-15", "no first entry", Blocks, Last);
        yield return Case("LM-UDT-15", "a second first entry", First, First, Last);
        yield return Case("LM-SUSP-20", "an entry behind 011b", First, Last, Blocks);
        yield return Case("LM-SUSP-20", "an entry behind 111b", First, Marked(Blocks, EntrySequence.LastFull), Blocks);
        yield return Case("LM-UDT-26", "stopped without being asked", First, LbaMigrationQueueEntry.Mark(EntrySequence.LastStopped, phase: true));
        yield return Case("LM-UDT-44", "a reserved sequence", First, Marked(Blocks, (EntrySequence)0b101), Last);
        yield return Case("LM-UDT-44", "a middle entry without a range", First, Naming(new LbaMigrationQueueEntry { Nsid = 1 }, LbaChange.Namespace), Last);
        yield return Case("LM-UDT-44", "a reserved kind of change", First, Marked(Naming(Blocks, (LbaChange)0b11), EntrySequence.LastSuspended));
        yield return Case("LM-UDT-43", "a namespace in an entry without blocks", First with { Nsid = 1 }, Last);
        yield return Case("LM-UDT-43", "a first block in an entry without blocks", First with { Slba = 1 }, Last);
        yield return Case("LM-UDT-43", "a number of blocks in an entry without blocks", First with { NlbZ = 1 }, Last);
        yield return Case("LM-UDT-42", "a reserved byte", First, Blocks with { Reserved30 = 1 }, Last);
        yield return Case("LM-UDT-42", "the reserved bit", First, Blocks with { Attributes = new LbaMigrationQueueAttributes(0x11) }, Last);
    }

    private static TestCaseData Case(string requirement, string name, params LbaMigrationQueueEntry[] entries) =>
        new TestCaseData(requirement, entries).SetArgDisplayNames(name);

    [TestCaseSource(nameof(Broken))]
    public void An_entry_that_breaks_a_rule_is_found_by_its_requirement(string requirement, LbaMigrationQueueEntry[] entries) =>
        Assert.That(Judge(entries), Is.EqualTo(new[] { requirement }));

    [Test]
    public void Behind_a_resume_a_new_sequence_begins_with_a_first_entry()
    {
        Assert.That(Judge([First, Last], [First, Blocks]), Is.Empty);
        Assert.That(Judge([First, Last], [Blocks]), Is.EqualTo(new[] { "LM-RES-07" }));
        Assert.That(Judge([First, Last], [First, First]), Is.EqualTo(new[] { "LM-UDT-15" }));
    }

    private static IEnumerable<string> Judge(params LbaMigrationQueueEntry[] entries) => Judge(entries, []);

    private static IEnumerable<string> Judge(LbaMigrationQueueEntry[] entries, LbaMigrationQueueEntry[] afterResume)
    {
        var checks = new Checks(new Journal(), 1, 1);
        var oracle = new EntryOracle(checks);
        foreach (var entry in entries) oracle.Judge(in entry);
        if (afterResume.Length > 0) oracle.Resumed();
        foreach (var entry in afterResume) oracle.Judge(in entry);
        return checks.Findings.Select(it => it.Requirement);
    }
}
