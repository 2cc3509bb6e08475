using Conformance.Device;
using Conformance.Migration;

namespace Conformance.Suite;

/// <summary>One case on one device: its world, its pair, and what it observes. A thread has one at a time.</summary>
internal sealed class CaseRun : IDisposable
{
    [ThreadStatic]
    private static CaseRun? _current;

    private readonly CaseInfo _info;
    private readonly CaseDevice _device;
    private readonly Journal _journal = new();
    private Exception? _fault;
    private (Verdict Verdict, string Reason)? _end;

    private CaseRun(CaseInfo info, CaseDevice device, CaseSettings settings)
    {
        (_info, _device, Settings) = (info, device, settings);
        World = new World(device.Clock, settings.Limits.Time.Nanoseconds, settings.Limits.Steps);
        Check = new CaseChecks(_journal);
        Lab = new Lab(this, device);
        Random = new Rng(Rng.Derive(settings.Seed, info.Id));
    }

    /// <summary>The one that this thread is in.</summary>
    public static CaseRun Current =>
        _current ?? throw new InvalidOperationException($"A case is a test with {nameof(CoversAttribute)}; there is none under way.");

    public CaseSettings Settings { get; }

    public World World { get; }

    public CaseChecks Check { get; }

    public Lab Lab { get; }

    public Rng Random;

    public static CaseRun Begin(CaseInfo info, CaseDevice device, CaseSettings settings) => _current = new CaseRun(info, device, settings);

    /// <summary>Drives the world until the case has ended.</summary>
    public void Drive(Task body)
    {
        try
        {
            World.Run(() => body);
        }
        catch (Exception e)
        {
            Fault(e);
        }
    }

    /// <summary>The case was left by an exception; the first counts.</summary>
    public void Fault(Exception fault)
    {
        if (_fault is not null || _end is not null) return;
        if (fault is CaseEnd end) _end = (end.Verdict, end.Message);
        else if (fault is WorldLimitException) _end = (Verdict.Timeout, fault.Message);
        else _fault = fault;
    }

    public CaseRecord End()
    {
        var findings = _journal.Findings.ToList();
        var requirements = _journal.Observations.GroupBy(it => it.Requirement).OrderBy(it => it.Key, StringComparer.Ordinal)
            .Select(it => new RequirementVerdict(it.Key, Verdicts.Worst(it.Select(o => o.Holds ? Verdict.Pass : o.Otherwise)))).ToList();
        var (verdict, reason) = Judge(findings, requirements);
        return new CaseRecord
        {
            Id = _info.Id, Device = _device.Name, Verdict = verdict, Reason = reason, Requirements = requirements, Findings = findings,
            WorldNs = World.Now, Journal = _journal,
        };
    }

    public void Dispose()
    {
        _current = null;
        Lab.Dispose();
    }

    private (Verdict Verdict, string? Reason) Judge(List<Finding> findings, List<RequirementVerdict> requirements)
    {
        if (_fault is { } fault)
            return (Verdict.HarnessError, $"{fault.GetType().Name}: {fault.Message} {fault.StackTrace?.Split('\n').FirstOrDefault(it => it.Contains(" in "))?.Trim()}");
        var found = Verdicts.Worst(findings.Select(it => it.Verdict));
        if (_end is { } end) return found > end.Verdict ? (found, null) : (end.Verdict, end.Reason);
        // A case that looked at nothing has shown nothing, and one that names a requirement must have looked at it.
        var missed = _info.Covers.Where(it => !requirements.Exists(seen => seen.Id == it)).ToList();
        if (missed.Count > 0 && found < Verdict.Inconclusive) return (Verdict.Inconclusive, $"{string.Join(", ", missed)}: was not looked at");
        return found > Verdict.Pass ? (found, null) : (Verdict.Pass, null);
    }
}
