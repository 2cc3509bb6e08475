using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>
/// Judges the entries of a user data migration queue in the order in which they were posted (NVM Command Set 5.6): one sequence has a first
/// entry, then entries that name blocks, then a last one, and nothing behind it.
/// </summary>
internal sealed class EntryOracle(Checks checks)
{
    private const int MostFindings = 8;

    private long _seen;
    private int _findings;
    private EntrySequence? _last;
    private bool _resumed;

    /// <summary>The controller was resumed with its queue kept: behind the last entry a new sequence begins, with a first one (LM-RES-07).</summary>
    public void Resumed() => _resumed = true;

    public void Judge(in LbaMigrationQueueEntry entry)
    {
        var attributes = entry.Attributes;
        var path = $"dirty.entry[{_seen}]";
        var restarts = _resumed && _last == EntrySequence.LastSuspended;
        if (restarts)
        {
            (_last, _resumed) = (null, false);
            if (attributes.Sequence != EntrySequence.First)
                Add("LM-RES-07", path, "the first entry after the resume is not marked as such", Mark(attributes.Sequence), Mark(EntrySequence.First));
        }

        if (_last is { } last) Add("LM-SUSP-20", path, $"an entry behind the last one, which was marked {Mark(last)}", Mark(attributes.Sequence), "none");
        switch (attributes.Sequence)
        {
            case EntrySequence.First:
                if (_seen > 0 && !restarts)
                    Add("LM-UDT-15", path, "logging was started once, and another entry is marked as the first", Mark(attributes.Sequence), Mark(EntrySequence.Middle));
                break;
            case EntrySequence.Middle:
                if (attributes.Change != LbaChange.Range)
                    Add("LM-UDT-44", path, "an entry that is neither first nor last names no range", Change(attributes.Change), Change(LbaChange.Range));
                break;
            case EntrySequence.LastStopped:
                Add("LM-UDT-26", path, "an entry says that the host stopped logging, which it did not", Mark(attributes.Sequence), Mark(EntrySequence.Middle));
                _last = attributes.Sequence;
                break;
            case EntrySequence.LastSuspended or EntrySequence.LastFull:
                _last = attributes.Sequence;
                break;
            default:
                Add("LM-UDT-44", path, "a reserved entry sequence attribute", Mark(attributes.Sequence), "000b, 001b, 010b, 011b or 111b");
                break;
        }

        if (_seen == 0 && attributes.Sequence != EntrySequence.First)
            Add("LM-UDT-15", path, "the first entry after logging was started is not marked as such", Mark(attributes.Sequence), Mark(EntrySequence.First));
        JudgeFields(in entry, path);
        _seen++;
    }

    /// <summary>Nothing more is to come: what holds of all entries is noted.</summary>
    public void End()
    {
        if (_seen == 0 || _findings > 0) return;
        foreach (var requirement in (string[])["LM-UDT-15", "LM-UDT-42", "LM-UDT-43", "LM-UDT-44", "LM-SUSP-20"]) checks.None(requirement, "dirty.entries");
    }

    private void JudgeFields(in LbaMigrationQueueEntry entry, string path)
    {
        var attributes = entry.Attributes;
        if (entry is not { Reserved16: 0, Reserved24: 0, Reserved28: 0, Reserved30: 0 } || attributes.Reserved)
        {
            var reserved = $"{entry.Reserved16:x16}{entry.Reserved24:x8}{entry.Reserved28:x4}{entry.Reserved30:x2} {(attributes.Reserved ? 1 : 0)}";
            Add("LM-UDT-42", path, "reserved bytes 16 to 30 or bit 4 of byte 31 are not 0", reserved, "0");
        }

        switch (attributes.Change)
        {
            case LbaChange.Range:
                break;
            case LbaChange.Namespace:
                if (entry.Slba != 0) Add("LM-UDT-43", path, "an entry for all of a namespace names a first block", $"SLBA {entry.Slba}", "SLBA 0");
                break;
            case LbaChange.None:
                if (entry is not { Nsid: 0, NlbZ: 0, Slba: 0 })
                {
                    var named = $"NSID {entry.Nsid} SLBA {entry.Slba} NLB {entry.NlbZ}";
                    Add("LM-UDT-43", path, "an entry that reports no blocks names some", named, "NSID 0 SLBA 0 NLB 0");
                }

                break;
            default:
                Add("LM-UDT-44", path, "a reserved kind of change", Change(attributes.Change), "00b, 01b or 10b");
                break;
        }
    }

    private void Add(string requirement, string path, string what, string observed, string expected)
    {
        if (++_findings <= MostFindings) checks.Add(requirement, path, what, observed, expected);
    }

    private static string Mark(EntrySequence sequence) => $"ESA {(byte)sequence:b3}b";

    private static string Change(LbaChange change) => $"LBACIR {(byte)change:b2}b";
}
