using Conformance.Device;
using Conformance.Linux;
using Conformance.Migration;

namespace Conformance.Runner.Real;

/// <summary>A device or a privilege is not available: told, a line each, exit 69. Thrown before anything ran.</summary>
internal sealed class UnavailableException(IReadOnlyList<string> reasons) : Exception(string.Join('\n', reasons));

/// <summary>
/// Real functions for the length of a run: taken from the kernel before it, given back after it, as they were found. The record of what was changed
/// is this process's, which supervises those that use the functions; what it cannot take back itself, <c>undo</c> and the next run do.
/// </summary>
internal sealed class RealSession : IDisposable
{
    private readonly UndoRecord _record;
    private readonly Undo _undo;
    private readonly Services _services;
    private RealPairs? _pairs;
    private bool _isBack;

    private RealSession(UndoRecord record, Undo undo, Services services) => (_record, _undo, _services) = (record, undo, services);

    /// <summary>The plan with what the functions were found to be.</summary>
    public required Plan Plan { get; init; }

    /// <summary>The services of a run on these functions.</summary>
    public Services Services => _services with { Bench = (_, traceOf) => Carry(traceOf) };

    /// <summary>Sets up what a plan names; null where it names nothing but a model.</summary>
    /// <param name="plan">As read.</param>
    /// <param name="allowed">Serial numbers of devices whose content may be lost.</param>
    /// <exception cref="UsageException">A device was not named by who runs this.</exception>
    /// <exception cref="UnavailableException">It cannot be had.</exception>
    public static RealSession? Begin(Plan plan, IReadOnlyCollection<string> allowed, Services services)
    {
        var tree = KernelTree.OfMachine;
        var reach = new DeviceReach(tree);
        if (plan.Mediated is { } mediated)
        {
            var making = new MediatedSetUp(tree, mediated);
            return Begin(new Undo(tree, reach, BootId(tree)), services, making.Obstacles, record =>
            {
                making.Run(record);
                return plan;
            });
        }

        if (plan.Real is not { Named: var device }) return null;
        var setUp = new HostSetUp(tree, reach, device);
        if (setUp.NotAllowed(allowed) is { Count: > 0 } serials)
        {
            throw new UsageException(
                $"what is on these devices would be lost; say so: {string.Join(' ', serials.Select(it => $"--allow-data-loss {it}"))}");
        }

        return Begin(new Undo(tree, reach, BootId(tree)), services, () => setUp.Obstacles(withCases: plan.Cases is { Cases.Count: > 0 }), record => plan.For(Known(setUp.Run(record).Source, device)));
    }

    private static RealSession Begin(Undo undo, Services services, Func<IReadOnlyList<string>> lookForObstacles, Func<UndoRecord, Plan> setUp)
    {
        Leftovers(undo, services);
        if (lookForObstacles() is { Count: > 0 } obstacles) throw new UnavailableException(obstacles);
        var record = Begin(BootId(KernelTree.OfMachine));
        try
        {
            return new RealSession(record, undo, services) { Plan = setUp(record) };
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            Report(undo.Run(record, left: Leave(services)), services);
            record.Dispose();
            throw new UnavailableException([e.Message]);
        }
    }

    /// <summary>Gives everything back; false where something could not be, which is told.</summary>
    public bool GiveBack()
    {
        if (_isBack) return true;
        _isBack = true;
        try
        {
            // What is held open the kernel cannot take back.
            _pairs?.Dispose();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            _services.Error.WriteLine($"closing the functions: {e.Message}");
        }

        var failures = _undo.Run(_record, left: Leave(_services));
        Report(failures, _services);
        _record.Dispose();
        return failures.Count == 0;
    }

    public void Dispose() => GiveBack();

    /// <summary>Takes back what a run left that came to no end; how many changes could not be.</summary>
    /// <param name="forget">These are forgotten: a device that is gone, or dead, gives nothing back.</param>
    /// <param name="services">Where it is told.</param>
    public static int TakeBack(bool forget, Services services)
    {
        var tree = KernelTree.OfMachine;
        using var record = Find();
        if (record is null || !record.Open.Any())
        {
            services.Out.WriteLine("nothing is to be taken back");
            return 0;
        }

        var failures = new Undo(tree, new DeviceReach(tree), BootId(tree))
            .Run(record, it => services.Out.WriteLine($"back  {it}"), Leave(services));
        foreach (var it in forget ? failures : []) record.Close(it.Number);
        Report(failures, services, forget);
        return forget ? 0 : failures.Count;
    }

    private static void Leftovers(Undo undo, Services services)
    {
        using var left = Find();
        if (left is null) return;
        if (left.Open.Any()) services.Error.WriteLine("an earlier run came to no end; what it changed is taken back first");
        var failures = undo.Run(left, left: Leave(services));
        if (failures.Count > 0) throw new UnavailableException([.. failures.Select(it => $"{it.Change}: {it.Why}"), "./run.sh undo --forget gives this up"]);
    }

    /// <summary>Told, since nobody else will ever take it back.</summary>
    private static Action<Change, string> Leave(Services services) => (change, why) => services.Error.WriteLine($"left as it is: {change}: {why}");

    private static void Report(IReadOnlyList<UndoFailure> failures, Services services, bool forgotten = false)
    {
        foreach (var it in failures) services.Error.WriteLine($"{(forgotten ? "forgotten" : "not taken back")}: {it.Change}: {it.Why}");
        if (failures.Count > 0 && !forgotten) services.Error.WriteLine("./run.sh undo tries again; with --forget it gives up what a device that is gone cannot give back");
    }

    private static UndoRecord? Find()
    {
        try
        {
            return UndoRecord.Find(UndoRecord.DefaultPath);
        }
        catch (DevicesHeldException e)
        {
            throw new UnavailableException([e.Message]);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UnavailableException([e.Message]);
        }
    }

    private static UndoRecord Begin(string boot)
    {
        try
        {
            return UndoRecord.Begin(UndoRecord.DefaultPath, boot);
        }
        catch (Exception e) when (e is DevicesHeldException or IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException([e.Message]);
        }
    }

    private static string BootId(KernelTree tree) => tree.Read("/proc/sys/kernel/random/boot_id") ?? "";

    private static RealDevice Known(PreparedFunction found, LinuxDevice device)
    {
        const string qemu = "1b36:0010";
        const string qemuIntel = "8086:5845";
        var vendor = ushort.Parse(found.Ids.AsSpan(0, 4), System.Globalization.NumberStyles.AllowHexSpecifier, null);
        return new RealDevice(device)
        {
            Identity = new DeviceIdentity(vendor, found.Model, found.Firmware), Emulated = device.Emulated ?? found.Ids is qemu or qemuIntel,
        };
    }

    private CombinationRunner Carry(Func<string, string>? traceOf) => (plan, progress, stop) =>
    {
        if (plan.Real is null) return _services.Bench(null)(plan, progress, stop);
        _pairs ??= RealPairs.OfSetUp(plan.Real.Named);
        return Composition.Traced(traceOf, (world, it) => Pair(world, it, _pairs))(plan, progress, stop);
    };

    private static PairUnderTest Pair(World world, PlannedCombination plan, RealPairs pairs)
    {
        if (pairs.Create(world, plan.Medium) is not { } pair)
            throw new HostLimitException($"medium: {Words.Of(plan.Medium)} needs functions of two subsystems, and these are of one (SUBNQN)");
        var one = pair.SourcePf == pair.DestinationPf;
        return one && Math.Abs(plan.FromVf - plan.ToVf) < plan.Vfs
            ? throw new HostLimitException($"medium: {Words.Of(plan.Medium)} is within one function here, and from-vf {plan.FromVf} and to-vf {plan.ToVf} name the same VFs")
            : pair;
    }
}
