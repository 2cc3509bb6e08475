using System.Globalization;
using System.Runtime;
using Conformance.Device;

namespace Conformance.Migration;

/// <summary>
/// Watches, on the machine's clock, what else than the measured thing takes time: the runtime's collector and compiler, the system's scheduler, the
/// machine's own host. On the virtual clock none of it is in any figure.
/// </summary>
internal sealed class TaintWatch(World world)
{
    private readonly bool _isReal = world.Clock == ClockKind.Real;
    private TaintCounters _before;
    private TaintCounters _after;

    /// <summary>Called just before what is measured begins.</summary>
    public void Begin() => _before = _after = _isReal ? Read() : default;

    /// <summary>Called when it has ended; again, for a longer measurement.</summary>
    public void End()
    {
        if (_isReal) _after = Read();
    }

    public IReadOnlyList<Taint> Taints() => _after.Since(_before);

    /// <summary>Methods that were compiled so far: while this grows, nothing is as fast as it will be.</summary>
    public static long CompiledMethods => JitInfo.GetCompiledMethodCount(currentThread: false);

    private TaintCounters Read() => new(
        world.Now, GC.CollectionCount(0), CompiledMethods, Switches(world.Host) + Switches(world.Devices), Waited(world.Host) + Waited(world.Devices),
        Number("/proc/stat", "cpu ", 8) ?? 0);

    private static long Switches(Lane lane) => lane.Task is { } task ? Number($"{task}/status", "nonvoluntary_ctxt_switches:", 1) ?? 0 : 0;

    private static long? Waited(Lane lane) => lane.Task is { } task ? Number($"{task}/schedstat", "", 1) : 0;

    /// <summary>A number in the first line of a file of the system's that begins so; null where there is no such file.</summary>
    private static long? Number(string path, string line, int field)
    {
        try
        {
            var found = File.ReadLines(path).FirstOrDefault(it => it.StartsWith(line, StringComparison.Ordinal));
            var words = found?.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            return words?.Length > field ? long.Parse(words[field], CultureInfo.InvariantCulture) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
