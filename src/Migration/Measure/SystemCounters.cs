using System.Runtime;
using Conformance.Device;

namespace Conformance.Migration;

/// <summary>
/// What else than the measured thing takes time on the machine's clock: the runtime's collector and compiler, the system's scheduler, the machine's own
/// host. On the virtual clock none of it is in any figure.
/// </summary>
internal sealed class SystemCounters(World world) : IDisposable
{
    private readonly LaneFiles _host = new(world.Host);
    private readonly LaneFiles _devices = new(world.Devices);
    private SystemFile? _machine;

    /// <summary>Methods that were compiled so far: while this grows, nothing is as fast as it will be.</summary>
    public static long CompiledMethods => JitInfo.GetCompiledMethodCount(currentThread: false);

    public TaintCounters Read()
    {
        if (world.Clock == ClockKind.Virtual) return default;
        _machine ??= new SystemFile("/proc/stat");
        var (host, devices) = (_host.Read(), _devices.Read());
        return new TaintCounters(
            world.Now, GC.CollectionCount(0), CompiledMethods, host.Switches + devices.Switches, host.Waited + devices.Waited,
            _machine.Number("cpu "u8, 8) ?? 0);
    }

    public void Dispose()
    {
        _host.Dispose();
        _devices.Dispose();
        _machine?.Dispose();
    }

    /// <summary>What the system tells of the thread of a lane, which is another one each time the world runs.</summary>
    private sealed class LaneFiles(Lane lane) : IDisposable
    {
        private string? _task;
        private SystemFile? _waits;
        private SystemFile? _switches;

        /// <summary>How often a processor was taken away, asked for only where how long that took is not told; and that, ns.</summary>
        public (long Switches, long? Waited) Read()
        {
            if (lane.Task is not { } task) return (0, 0);
            if (!ReferenceEquals(task, _task))
            {
                Dispose();
                (_task, _waits, _switches) = (task, new SystemFile($"{task}/schedstat"), new SystemFile($"{task}/status"));
            }

            var waited = _waits!.Number(""u8, 1);
            return (waited is null ? _switches!.Number("nonvoluntary_ctxt_switches:"u8, 1) ?? 0 : 0, waited);
        }

        public void Dispose()
        {
            _waits?.Dispose();
            _switches?.Dispose();
        }
    }
}
