using System.Runtime.InteropServices;

namespace Conformance.Runner.Running;

/// <summary>Ctrl-C and SIGTERM as a request to end in good order. The second one of a kind ends the process at once.</summary>
internal static class Interrupts
{
    public static IDisposable Listen(Action<ExitCode> stop)
    {
        var asked = 0;
        void Handle(PosixSignalContext context)
        {
            context.Cancel = Interlocked.Exchange(ref asked, 1) == 0;
            stop(context.Signal == PosixSignal.SIGTERM ? ExitCode.Terminated : ExitCode.Interrupted);
        }

        return new Both(
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle));
    }

    private sealed class Both(IDisposable first, IDisposable second) : IDisposable
    {
        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }
    }
}
