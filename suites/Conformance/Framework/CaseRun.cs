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
    private readonly Rng _first;
    private Exception? _fault;
    private CaseStop? _end;

    private CaseRun(CaseInfo info, CaseDevice device, CaseSettings settings)
    {
        (_info, _device, Settings) = (info, device, settings);
        World = new World(device.Clock, settings.Limits.Time.Nanoseconds, settings.Limits.Steps) { Sleeps = device.IsEmulated };
        Check = new CaseChecks(_journal);
        Lab = new Lab(this, device);
        Random = _first = new Rng(Rng.Derive(settings.Seed, info.Id));
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
        if (fault is CaseEnd end) _end = new CaseStop(end.Verdict, end.Message);
        else if (fault is HostLimitException) _end = new CaseStop(Verdict.NotSupported, fault.Message);
        else if (fault is WorldLimitException) _end = new CaseStop(Verdict.Timeout, fault.Message);
        else _fault = fault;
    }

    public CaseRecord End()
    {
        var stop = _fault is { } fault
            ? new CaseStop(
                Verdict.HarnessError,
                $"{fault.GetType().Name}: {fault.Message} {fault.StackTrace?.Split('\n').FirstOrDefault(it => it.Contains(" in "))?.Trim()}".TrimEnd())
            : _end;
        var record = CaseRecord.Judge(_info.Id, _device.Name, _info.Covers, _journal, stop) with
        {
            WorldNs = World.Now, Identity = Lab.Identity, Random = Random != _first,
        };
        Lab.IsAsItMustBe = record.Verdict is Verdict.Pass or Verdict.NotSupported;
        if (record.Verdict >= Verdict.Warn) Settings.Failed?.Invoke(new Evidence(Lab).Take(record));
        return record;
    }

    public void Dispose()
    {
        _current = null;
        Lab.Dispose();
    }
}
