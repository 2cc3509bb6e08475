using Conformance.Migration;

namespace Conformance.Suite;

/// <summary>What waivers make of what cases showed, and which of them no longer say the truth.</summary>
/// <param name="Cases">With waived verdicts where one holds.</param>
/// <param name="Stale">A sentence for each waiver that is expired, or excuses what needs no excuse.</param>
public sealed record Waived(IReadOnlyList<CaseRecord> Cases, IReadOnlyList<string> Stale)
{
    /// <param name="waivers">Of all makers: those for another device are of no matter.</param>
    /// <param name="cases">What cases showed.</param>
    /// <param name="known">Whether a pattern names a case at all, selected or not.</param>
    /// <param name="today">Of the run.</param>
    public static Waived Apply(IReadOnlyList<Waiver> waivers, IReadOnlyList<CaseRecord> cases, Func<string, bool> known, DateOnly today)
    {
        if (waivers.Count == 0) return new Waived(cases, []);
        var stale = new List<string>();
        var records = cases.ToArray();
        // A case whose process died says nothing of its device: it was one of those that the others were run on.
        var devices = cases.Select(it => it.Identity).OfType<DeviceIdentity>().Distinct().ToList();
        foreach (var it in waivers)
        {
            if (!known(it.Cases))
            {
                stale.Add($"{it}: there is no such case");
                continue;
            }

            var matches = Enumerable.Range(0, records.Length)
                .Where(i => CaseGlob.Matches(it.Cases, records[i].Id))
                .Where(i => records[i].Identity is { } own ? it.IsFor(own) : devices.Exists(it.IsFor)).ToList();
            if (matches.Count == 0) continue;
            if (it.HasExpired(today))
            {
                stale.Add($"{it}: expired on {it.Expires}");
                continue;
            }

            var used = false;
            foreach (var i in matches)
            {
                if (records[i].Verdict == Verdict.Pass) stale.Add($"{it}: {records[i].Id} passes");
                if (!CanBeWaived(records[i].Verdict)) continue;
                records[i] = records[i] with
                {
                    Found = records[i].Verdict, Verdict = Verdict.Waived, Reason = $"{Words.Of(records[i].Verdict)}, waived until {it.Expires} by {it.Owner}: {it.Reason} ({it.Link})",
                };
                used = true;
            }

            if (!used && !stale.Exists(line => line.StartsWith($"{it}: ", StringComparison.Ordinal))) stale.Add($"{it}: it was not needed");
        }

        return new Waived(records, stale);
    }

    private static bool CanBeWaived(Verdict verdict) => verdict is Verdict.Fail or Verdict.Warn or Verdict.Inconclusive or Verdict.Timeout or Verdict.Crash;
}
