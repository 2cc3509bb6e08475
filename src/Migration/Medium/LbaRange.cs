namespace Conformance.Migration;

/// <summary>A run of logical blocks.</summary>
/// <param name="Lba">The first.</param>
/// <param name="Count">How many; at least one.</param>
public readonly record struct LbaRange(ulong Lba, ulong Count)
{
    /// <summary>One past the last block.</summary>
    public ulong End => Lba + Count;

    public override string ToString() => $"[{Lba}, {End})";
}

/// <summary>A set of logical blocks as runs. Adding is cheap; runs are sorted and merged when they are looked at, so the cost follows what
/// was added and not how large the namespace is.</summary>
public sealed class LbaRangeSet
{
    private static readonly Comparer<LbaRange> ByStart = Comparer<LbaRange>.Create(static (a, b) => a.Lba.CompareTo(b.Lba));

    private List<LbaRange> _runs = [];
    private bool _normal = true;

    /// <summary>Blocks in the set.</summary>
    public ulong Blocks
    {
        get
        {
            var sum = 0UL;
            foreach (var run in Runs) sum += run.Count;
            return sum;
        }
    }

    public bool IsEmpty => _runs.Count == 0;

    /// <summary>The runs, ascending and merged.</summary>
    public IReadOnlyList<LbaRange> Runs
    {
        get
        {
            Normalize();
            return _runs;
        }
    }

    public void Add(ulong lba, ulong count)
    {
        if (count == 0) return;
        if (_runs.Count > 0 && _normal)
        {
            // The common case: behind or right after the last run.
            var last = _runs[^1];
            if (lba == last.End)
            {
                _runs[^1] = last with { Count = last.Count + count };
                return;
            }

            _normal = lba > last.End;
        }

        _runs.Add(new LbaRange(lba, count));
    }

    /// <summary>True if every block of the run is in the set.</summary>
    public bool Covers(ulong lba, ulong count)
    {
        Normalize();
        var i = _runs.BinarySearch(new LbaRange(lba, 1), ByStart);
        if (i < 0) i = ~i - 1;
        return i >= 0 && _runs[i].Lba <= lba && lba + count <= _runs[i].End;
    }

    /// <summary>The blocks of this set that are in <paramref name="other"/> too, as runs.</summary>
    public IEnumerable<LbaRange> In(LbaRangeSet other) => Split(other, inside: true);

    /// <summary>The blocks of this set that are not in <paramref name="other"/>, as runs.</summary>
    public IEnumerable<LbaRange> NotIn(LbaRangeSet other) => Split(other, inside: false);

    /// <summary>The runs, ascending and merged; the set is empty afterwards.</summary>
    public List<LbaRange> Take()
    {
        Normalize();
        var taken = _runs;
        _runs = [];
        return taken;
    }

    private IEnumerable<LbaRange> Split(LbaRangeSet other, bool inside)
    {
        var (theirs, next) = (other.Runs, 0);
        foreach (var run in Runs)
        {
            var at = run.Lba;
            // What ends before this run ends before all later ones.
            while (next < theirs.Count && theirs[next].End <= at) next++;
            for (var i = next; i < theirs.Count && theirs[i].Lba < run.End; i++)
            {
                var (begin, end) = (Math.Max(at, theirs[i].Lba), Math.Min(theirs[i].End, run.End));
                if (!inside && begin > at) yield return new LbaRange(at, begin - at);
                if (inside) yield return new LbaRange(begin, end - begin);
                at = end;
            }

            if (!inside && at < run.End) yield return new LbaRange(at, run.End - at);
        }
    }

    private void Normalize()
    {
        if (_normal) return;
        _normal = true;
        _runs.Sort(ByStart);
        var kept = 0;
        for (var i = 1; i < _runs.Count; i++)
        {
            if (_runs[i].Lba <= _runs[kept].End)
            {
                var end = Math.Max(_runs[kept].End, _runs[i].End);
                _runs[kept] = _runs[kept] with { Count = end - _runs[kept].Lba };
            }
            else
            {
                _runs[++kept] = _runs[i];
            }
        }

        _runs.RemoveRange(kept + 1, _runs.Count - kept - 1);
    }
}
