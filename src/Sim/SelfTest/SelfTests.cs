using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>The device self-tests of one controller (Base 2.3 8.1.8): the one under way, and the last results, the newest first.</summary>
internal sealed class SelfTests(ControllerCore c)
{
    /// <summary>Results that the log holds.</summary>
    public const int MostResults = 20;

    /// <summary>The segment that looks at the health of the device.</summary>
    private const byte SmartCheck = 2;
    private const int ExtendedTakes = 10;
    private const long Hour = 3_600_000_000_000;

    private readonly List<SelfTestResult> _results = [];
    private Operation? _run;

    public IReadOnlyList<SelfTestResult> Results => _results;

    /// <summary>What is under way; none.</summary>
    public SelfTestCode Current => _run?.Code ?? SelfTestCode.None;

    /// <summary>Percent of it.</summary>
    public byte Percentage => _run is { } run ? (byte)Math.Min(99, 100.0 * (c.Now - run.From) / (run.To - run.From)) : (byte)0;

    /// <summary>ns of the longer one.</summary>
    public static long ExtendedTime(ControllerCore c) => ExtendedTakes * c.Options.Timing.SelfTest.Nanoseconds;

    public void Start(SelfTestCode code, uint nsid)
    {
        var time = Math.Max(1, code == SelfTestCode.Extended ? ExtendedTime(c) : c.Options.Timing.SelfTest.Nanoseconds);
        _run = new Operation(this, code, nsid, c.Now, c.Now + time);
        c.Subsystem.Background.At(_run, _run.To);
    }

    /// <summary>Ends what is under way before its time, if anything is.</summary>
    public void Abort(SelfTestOutcome outcome)
    {
        if (_run is not { } run) return;
        c.Subsystem.Background.Stop(run);
        End(outcome, segment: 0);
    }

    /// <summary>A namespace was formatted or taken away, or is being sanitized: a test that includes it ends.</summary>
    public void AbortFor(uint nsid, SelfTestOutcome outcome)
    {
        if (_run is { } run && (run.Nsid == nsid || run.Nsid == 0xFFFF_FFFF)) Abort(outcome);
    }

    /// <summary>A controller level reset ends a short test, and not an extended one (Base 2.3 8.1.8.1, 8.1.8.2).</summary>
    public void Reset()
    {
        if (Current == SelfTestCode.Short) Abort(SelfTestOutcome.AbortedByReset);
    }

    private void Finish()
    {
        var page = default(SmartHealthLog);
        SmartHealthPage.Fill(c, ref page);
        if (page.Cw.Raw == 0) End(SelfTestOutcome.Passed, segment: 0);
        else End(SelfTestOutcome.SegmentFailed, SmartCheck);
    }

    private void End(SelfTestOutcome outcome, byte segment)
    {
        _results.Insert(0, new SelfTestResult
        {
            Dsts = new() { Code = _run!.Code, Outcome = outcome }, Segn = segment, Poh = (ulong)(c.Subsystem.Health.PoweredOn(c.Now) / Hour),
        });
        if (_results.Count > MostResults) _results.RemoveAt(MostResults);
        _run = null;
    }

    private sealed class Operation(SelfTests owner, SelfTestCode code, uint nsid, long from, long to) : BackgroundWork
    {
        public SelfTestCode Code => code;

        public uint Nsid => nsid;

        public long From => from;

        public long To => to;

        public override StepResult Run()
        {
            owner.Finish();
            return StepResult.Done;
        }
    }
}
