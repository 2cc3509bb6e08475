using System.Runtime.InteropServices;
using Conformance.Migration;

namespace Conformance.Runner.Running;

/// <summary>
/// Signals that ask the process to end, kept from ending it for as long as something is to be given back: they are a request only, to whoever listens then
/// or next. Ctrl-C, SIGTERM, and SIGHUP of a terminal that goes, unless that was ignored from the start (nohup).
/// </summary>
internal sealed class HeldSignals : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TextWriter _error;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private Action<ExitCode>? _stop;
    private ExitCode? _asked;

    /// <param name="error">Told to who asks again that it goes on.</param>
    public HeldSignals(TextWriter error)
    {
        _error = error;
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
        {
            if (signal != PosixSignal.SIGHUP || !IsHangUpIgnored()) _registrations.Add(PosixSignalRegistration.Create(signal, Handle));
        }
    }

    /// <summary>From the first change to the last that is taken back nothing ends this process but its own end; null where a plan changes nothing.</summary>
    public static HeldSignals? During(Plan plan, Services services) => plan.Real is null && plan.Mediated is null ? null : new HeldSignals(services.Error);

    /// <summary>These instead of the process's own.</summary>
    public Services In(Services services) => services.Signals is null ? services with { Signals = Listen } : services;

    /// <summary>As <see cref="Interrupts.Listen"/>; who was asked before is told at once.</summary>
    public IDisposable Listen(Action<ExitCode> stop)
    {
        lock (_lock)
        {
            _stop = stop;
            if (_asked is { } code) stop(code);
        }

        return new Listening(this);
    }

    /// <summary>A signal came.</summary>
    internal void Ask(ExitCode code)
    {
        lock (_lock)
        {
            if (_asked is not null) _error.WriteLine("what was taken is given back first; ./run.sh undo does it where this is killed");
            _asked ??= code;
            _stop?.Invoke(_asked.Value);
        }
    }

    public void Dispose() => _registrations.ForEach(it => it.Dispose());

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        Ask(context.Signal == PosixSignal.SIGINT ? ExitCode.Interrupted : ExitCode.Terminated);
    }

    private static bool IsHangUpIgnored()
    {
        const string field = "SigIgn:";
        try
        {
            var line = File.ReadLines("/proc/self/status").FirstOrDefault(it => it.StartsWith(field, StringComparison.Ordinal));
            return line is not null && (Convert.ToUInt64(line[field.Length..].Trim(), 16) & 1) != 0; // signal 1
        }
        catch (IOException)
        {
            return false;
        }
    }

    private sealed class Listening(HeldSignals of) : IDisposable
    {
        public void Dispose()
        {
            lock (of._lock) of._stop = null;
        }
    }
}
