namespace Conformance.Migration;

/// <summary>
/// What one guest's load does over time in one cycle: completions, bytes and the longest latency in equal spans, of which there are never more than
/// <see cref="Spans"/>: where they run out, each two become one of twice the width. Constant memory and cost, however long the cycle is.
/// </summary>
internal sealed class LoadStrip
{
    public const int Spans = 4096;

    /// <summary>So many at most are in a record: enough to draw it.</summary>
    public const int Told = 512;

    /// <summary>A window is told only where so many spans make it up: it begins and ends at a span.</summary>
    private const int SpansPerWindow = 4;

    /// <summary>A window is told only where so many commands were to come in it: one more or less is then a hundredth.</summary>
    private const int CommandsPerWindow = 100;

    private const long FirstWidth = 1_000;
    private const double Recovered = 0.95;

    private readonly long[] _completions = new long[Spans];
    private readonly long[] _intended = new long[Spans];
    private readonly long[] _bytes = new long[Spans];
    private readonly long[] _longest = new long[Spans];
    private long _begin;
    private long _width = FirstWidth;
    private bool _isOpen;
    private bool _hasRate;
    private long _end;

    /// <summary>A cycle begins.</summary>
    /// <param name="now">ns.</param>
    public void Begin(long now)
    {
        Array.Clear(_completions);
        Array.Clear(_intended);
        Array.Clear(_bytes);
        Array.Clear(_longest);
        (_begin, _end, _width, _isOpen, _hasRate) = (now, now, FirstWidth, true, false);
    }

    /// <summary>The load is ended on purpose: what comes now says nothing.</summary>
    public void End(long now) => (_end, _isOpen) = (now, false);

    /// <summary>A command of an open loop is due; not after now, and perhaps told later.</summary>
    public void Intend(long due)
    {
        if (!_isOpen || due < _begin) return;
        _hasRate = true;
        _intended[SpanOf(due)]++;
    }

    /// <summary>A command of the load completed.</summary>
    public void Add(long now, long latency, long bytes)
    {
        if (!_isOpen) return;
        var span = SpanOf(now);
        _completions[span]++;
        _bytes[span] += bytes;
        if (latency > _longest[span]) _longest[span] = latency;
    }

    public StripRecord Record(int cycle, int guest, long stopped, long restarted)
    {
        var used = (int)Math.Min(Spans, ((_end - _begin) / _width) + 1);
        var together = 1;
        while (together * Told < used) together *= 2;
        long[] Each(long[] spans, Func<long[], long> of) => [.. spans[..used].Chunk(together).Select(of)];
        return new StripRecord
        {
            Cycle = cycle, Guest = guest, BeginNs = _begin, WidthNs = _width * together, StoppedNs = stopped, RestartedNs = restarted,
            Completions = Each(_completions, Enumerable.Sum), Bytes = Each(_bytes, Enumerable.Sum), LongestNs = Each(_longest, Enumerable.Max),
        };
    }

    /// <summary>Depth of the dip and recovery.</summary>
    /// <param name="moves">ns: when the move began.</param>
    /// <param name="stopped">ns: when the guest was stopped.</param>
    /// <param name="restarted">ns: when it was restarted.</param>
    /// <param name="dwell">Over which windows the dip and the recovery are told.</param>
    public ThroughputRecord Throughput(long moves, long stopped, long restarted, DwellSettings dwell)
    {
        var (window, recovery) = (dwell.Window.Nanoseconds, dwell.RecoveryWindow.Nanoseconds);
        var nothing = new ThroughputRecord { WindowNs = window, RecoveryWindowNs = recovery };
        if (moves <= _begin || restarted < moves) return nothing;
        var rate = Rate(_begin, moves) ?? 0;
        if (rate <= 0) return nothing;
        return nothing with
        {
            BeforePerSecond = rate,
            PreCopyPerSecond = Rate(moves, stopped),
            DuringPerSecond = Rate(stopped, restarted),
            AfterPerSecond = Rate(restarted, _end),
            // Each window that the move is in: what waited is made up for, or is not, within one of the restart.
            LowestShare = Shares(Math.Max(_begin, moves - window), Math.Min(restarted + window, _end), window, rate).Select(it => (double?)it.Share).Min(),
            AfterShare = Share(restarted, _end, rate),
            LowestPreCopyShare = Shares(moves, stopped, window, rate).Select(it => (double?)it.Share).Min(),
            RecoveryNs = Shares(restarted, _end, recovery, rate).Where(it => it.Share >= Recovered).Select(it => (long?)(it.Begin - restarted)).FirstOrDefault(),
        };
    }

    private int SpanOf(long at)
    {
        var span = (at - _begin) / _width;
        while (span >= Spans)
        {
            Fold();
            span = (at - _begin) / _width;
        }

        return (int)span;
    }

    /// <summary>Completions a second between two times; null where no span lies there.</summary>
    private double? Rate(long from, long to) => Whole(from, to) is var (begin, end) ? Count(_completions, begin, end) * 1e9 / (end - begin) : null;

    /// <summary>What completed between two times, as a share of what was to; null where no span lies there, or nothing was to.</summary>
    private double? Share(long from, long to, double rate) =>
        Whole(from, to) is var (begin, end) && ToCome(begin, end, rate) is > 0 and var toCome ? Count(_completions, begin, end) / toCome : null;

    /// <summary>
    /// The spans that lie between two times; null where none does. One that lies there in part has completions of before or after, which is much of a short
    /// blackout.
    /// </summary>
    private (long Begin, long End)? Whole(long from, long to)
    {
        var (begin, end) = (_begin + ((from - _begin + _width - 1) / _width * _width), _begin + ((to - _begin) / _width * _width));
        return end > begin ? (begin, end) : null;
    }

    /// <summary>
    /// Each window between two times, by one span later each, with what completed as a share of what was to. That of an open loop is what was
    /// intended there, so that its arrivals, which come as chance has it, are no dip and no recovery. None where windows are too short to be told.
    /// </summary>
    private IEnumerable<(long Begin, double Share)> Shares(long from, long to, long window, double rate)
    {
        if (_width * SpansPerWindow > window) yield break;
        for (var begin = from; begin + window <= to; begin += _width)
        {
            var toCome = ToCome(begin, begin + window, rate);
            if (toCome >= CommandsPerWindow) yield return (begin, Count(_completions, begin, begin + window) / toCome);
        }
    }

    /// <summary>Commands that were to complete between two times: of an open loop those intended there, else as many as at the rate before.</summary>
    private double ToCome(long from, long to, double rate) => _hasRate ? Count(_intended, from, to) : rate * (to - from) / 1e9;

    /// <summary>How many there are between two times; of a span that lies there in part, that part.</summary>
    private double Count(long[] spans, long from, long to)
    {
        var sum = 0.0;
        for (var span = Math.Max(0, (from - _begin) / _width); span < Spans && _begin + (span * _width) < to; span++)
        {
            var at = _begin + (span * _width);
            sum += spans[span] * ((double)(Math.Min(to, at + _width) - Math.Max(from, at)) / _width);
        }

        return sum;
    }

    private void Fold()
    {
        for (var i = 0; i < Spans / 2; i++)
        {
            _completions[i] = _completions[2 * i] + _completions[(2 * i) + 1];
            _intended[i] = _intended[2 * i] + _intended[(2 * i) + 1];
            _bytes[i] = _bytes[2 * i] + _bytes[(2 * i) + 1];
            _longest[i] = Math.Max(_longest[2 * i], _longest[(2 * i) + 1]);
        }

        _completions.AsSpan(Spans / 2).Clear();
        _intended.AsSpan(Spans / 2).Clear();
        _bytes.AsSpan(Spans / 2).Clear();
        _longest.AsSpan(Spans / 2).Clear();
        _width *= 2;
    }
}
