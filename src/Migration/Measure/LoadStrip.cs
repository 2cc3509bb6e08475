namespace Conformance.Migration;

/// <summary>
/// What one guest's load does over time in one cycle: completions, bytes and the longest latency in equal spans, of which there are never more than
/// <see cref="Spans"/>: where they run out, each two become one of twice the width. Constant memory and cost, however long the cycle is.
/// </summary>
internal sealed class LoadStrip
{
    public const int Spans = 512;

    /// <summary>A window is told only where so many spans make it up: it begins and ends at a span.</summary>
    private const int SpansPerWindow = 4;

    private const long FirstWidth = 1_000;
    private const double Recovered = 0.95;

    private readonly long[] _completions = new long[Spans];
    private readonly long[] _bytes = new long[Spans];
    private readonly long[] _longest = new long[Spans];
    private long _begin;
    private long _width = FirstWidth;
    private bool _isOpen;
    private long _end;

    /// <summary>A cycle begins.</summary>
    /// <param name="now">ns.</param>
    public void Begin(long now)
    {
        Array.Clear(_completions);
        Array.Clear(_bytes);
        Array.Clear(_longest);
        (_begin, _end, _width, _isOpen) = (now, now, FirstWidth, true);
    }

    /// <summary>The load is ended on purpose: what comes now says nothing.</summary>
    public void End(long now) => (_end, _isOpen) = (now, false);

    /// <summary>A command of the load completed.</summary>
    public void Add(long now, long latency, long bytes)
    {
        if (!_isOpen) return;
        var span = (now - _begin) / _width;
        while (span >= Spans)
        {
            Fold();
            span = (now - _begin) / _width;
        }

        _completions[span]++;
        _bytes[span] += bytes;
        if (latency > _longest[span]) _longest[span] = latency;
    }

    public StripRecord Record(int cycle, int guest, long stopped, long restarted)
    {
        var used = (int)Math.Min(Spans, ((_end - _begin) / _width) + 1);
        return new StripRecord
        {
            Cycle = cycle, Guest = guest, BeginNs = _begin, WidthNs = _width, StoppedNs = stopped, RestartedNs = restarted,
            Completions = _completions[..used], Bytes = _bytes[..used], LongestNs = _longest[..used],
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
            DuringPerSecond = Rate(moves, restarted),
            AfterPerSecond = Rate(restarted, _end),
            LowestShare = IsFine(window) ? Windows(moves, stopped, window).Select(it => (double?)(it.Count * 1e9 / window / rate)).Min() : null,
            RecoveryNs = IsFine(recovery)
                ? Windows(restarted, _end, recovery).Where(it => it.Count * 1e9 / recovery >= Recovered * rate).Select(it => (long?)(it.Begin - restarted)).FirstOrDefault()
                : null,
        };
    }

    /// <summary>The same of a load that was not stopped: its lowest window is looked for in the whole move.</summary>
    public ThroughputRecord Throughput(long moves, long ends, DwellSettings dwell) => Throughput(moves, ends, ends, dwell);

    private bool IsFine(long window) => _width * SpansPerWindow <= window;

    /// <summary>Completions a second between two times; null where there is no time between them.</summary>
    private double? Rate(long from, long to) => to > from ? Count(from, to) * 1e9 / (to - from) : null;

    /// <summary>Each window between two times, by one span later each.</summary>
    private IEnumerable<(long Begin, long Count)> Windows(long from, long to, long window)
    {
        for (var begin = from; begin + window <= to; begin += _width) yield return (begin, Count(begin, begin + window));
    }

    /// <summary>Completions between two times; of a span that lies there in part, that part.</summary>
    private long Count(long from, long to)
    {
        var sum = 0.0;
        for (var span = Math.Max(0, (from - _begin) / _width); span < Spans && _begin + (span * _width) < to; span++)
        {
            var at = _begin + (span * _width);
            sum += _completions[span] * ((double)(Math.Min(to, at + _width) - Math.Max(from, at)) / _width);
        }

        return (long)Math.Round(sum);
    }

    private void Fold()
    {
        for (var i = 0; i < Spans / 2; i++)
        {
            _completions[i] = _completions[2 * i] + _completions[(2 * i) + 1];
            _bytes[i] = _bytes[2 * i] + _bytes[(2 * i) + 1];
            _longest[i] = Math.Max(_longest[2 * i], _longest[(2 * i) + 1]);
        }

        _completions.AsSpan(Spans / 2).Clear();
        _bytes.AsSpan(Spans / 2).Clear();
        _longest.AsSpan(Spans / 2).Clear();
        _width *= 2;
    }
}
