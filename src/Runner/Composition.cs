using System.Diagnostics;
using System.Reflection;
using Conformance.Defects;
using Conformance.Device;
using Conformance.Migration;
using Conformance.Runner.Real;
using Conformance.Runner.Running;
using Conformance.Sim;
using Conformance.Suite;

namespace Conformance.Runner;

/// <summary>Where the parts are put together: which device a profile is run on, and which planted bugs it can be given.</summary>
internal static class Composition
{
    /// <summary>Real functions, which this process opens once and keeps until it ends.</summary>
    private static RealPairs? s_real;

    /// <summary>Those of this program: to load them takes a third of a second, and a run asks more than once.</summary>
    private static readonly Lazy<CaseCatalogue> s_cases = new(() => CaseCatalogue.Load());

    public static IReadOnlyDictionary<string, string> Defects { get; } =
        new SortedDictionary<string, string>(DefectCatalogue.All.ToDictionary(d => d.Name, d => d.Story), StringComparer.Ordinal);

    public static IReadOnlyDictionary<string, string> Breaks { get; } = DefectCatalogue.All.ToDictionary(d => d.Name, d => d.Breaks);

    public static CombinationRunner Bench(string? defect, Func<string, string>? traceOf = null)
    {
        var planted = defect is null ? null : DefectCatalogue.Find(defect);
        return Traced(traceOf, (world, combination) => Simulated(world, combination, planted));
    }

    /// <summary>Carries out combinations on given pairs, with a trace of each where one is asked for.</summary>
    public static CombinationRunner Traced(Func<string, string>? traceOf, PairFactory pairs) => (plan, progress, stop) =>
    {
        if (traceOf is null) return new CombinationRun(plan, pairs, progress).Execute(stop);
        using var trace = new CombinationTrace(traceOf(plan.Name), progress);
        return new CombinationRun(plan, (world, it) => trace.Of(world, pairs(world, it)), trace).Execute(stop);
    };

    /// <summary>The cases of an assembly; null: of the suite that this program carries.</summary>
    public static CaseCatalogue Cases(string? suite)
    {
        if (suite is null) return s_cases.Value;
        if (!File.Exists(suite)) throw new UsageException($"--suite {suite}: no such file");
        try
        {
            return CaseCatalogue.Load(Assembly.LoadFrom(Path.GetFullPath(suite)));
        }
        catch (BadImageFormatException)
        {
            throw new UsageException($"--suite {suite}: not a .NET assembly");
        }
    }

    /// <summary>On what cases are run: the devices of a plan, with a planted bug where one is named.</summary>
    public static CaseSettings Settings(CasePlan plan, string? defect)
    {
        if (plan.Devices[0] is { Real: { } real } device) return OneDevice(plan, (s_real ??= RealPairs.OfSetUp(real.Named)).CaseDevice(device.Name, real.Emulated));
        if (plan.Devices[0] is { Mediated: not null } mediated) return OneDevice(plan, MediatedAccess.CaseDevice(mediated.Name));
        var planted = defect is null ? null : DefectCatalogue.Find(defect)!;
        return SimulatedDevices.Of(plan, planted is null ? null : planted.CreatePair)
            .Through(new VariantAccess { Steps = planted?.Variant, Face = planted?.VfioFace });
    }

    private static CaseSettings OneDevice(CasePlan plan, CaseDevice device) => new()
    {
        Devices = [device],
        Seed = plan.Seed,
        Limits = plan.Limits,
        Silence = plan.Silence,
    };

    /// <summary>This program once more, started as it was itself.</summary>
    public static ProcessStartInfo Again(IReadOnlyList<string> words)
    {
        var name = typeof(Composition).Assembly.GetName().Name;
        var self = Path.GetFileName(Environment.ProcessPath);
        // Under another program's name, a test's, the host of .NET is not the process itself.
        var host = self == name || self == "dotnet" ? Environment.ProcessPath! : "dotnet";
        if (self != name) words = [Path.Combine(AppContext.BaseDirectory, $"{name}.dll"), .. words];
        var start = new ProcessStartInfo(host, words);
        // It lives too short for code to be compiled twice: not at all where most was compiled ahead of time, else without measuring it first. A test bed
        // has said already that even once is too often.
        var compiled = File.Exists(Path.Combine(AppContext.BaseDirectory, $"{name}.r2r.dll"));
        if (!start.Environment.ContainsKey("DOTNET_TC_CallCounting")) start.Environment[compiled ? "DOTNET_TieredCompilation" : "DOTNET_TieredPGO"] = "0";
        return start;
    }

    /// <summary>
    /// Why the pair of a plan cannot be built, in a line. It is built once and thrown away, so that what no check of a single key could
    /// find is told before anything runs.
    /// </summary>
    public static string? WhyNot(Plan plan)
    {
        if (plan.Real is not null || plan.Mediated is not null) return null;
        try
        {
            if (plan.Combinations is [var first, ..]) SimulatedPair.Create(new World(ClockKind.Virtual), WithNamespaces(first.Pair, first.Guests));
            foreach (var it in plan.Cases?.Devices ?? [])
                SimulatedPair.Create(new World(ClockKind.Virtual), new SimulatedPairOptions { Device = it.Device!, Destination = it.Destination });
            return null;
        }
        catch (ArgumentException e)
        {
            // Without the name of the parameter, which is ours.
            return e.Message.Split(" (Parameter")[0];
        }
    }

    /// <summary>A fresh simulated pair, as delivered: one namespace for each function that has a guest, holding nothing.</summary>
    private static PairUnderTest Simulated(World world, PlannedCombination plan, Defect? defect)
    {
        var options = WithNamespaces(plan.Pair, plan.Guests);
        var pair = defect is null ? SimulatedPair.Create(world, options) : defect.CreatePair(world, options);
        var target = plan.Hosts == HostCount.One ? pair.Source : pair.Destination;
        var (source, destination) = (pair.Source.PhysicalFunctions[0], target.PhysicalFunctions[0]);
        return new PairUnderTest
        {
            SourceBus = pair.Source,
            SourcePf = source.Requester,
            DestinationBus = target,
            DestinationPf = destination.Requester,
            Description = options.Device.Identity.ModelNumber,
            Simulated = true,
            Fresh = true,
            DeviceDowntime = DowntimeOf,
            DmaBytes = () => Sum(pair.Source.DmaBytes, ReferenceEquals(target, pair.Source) ? default : target.DmaBytes),
            MediatorSteps = defect?.Mediator,
            VariantSteps = defect?.Variant?.Invoke(),
        };
    }

    private static (long Read, long Written) Sum((long Read, long Written) a, (long Read, long Written) b) => (a.Read + b.Read, a.Written + b.Written);

    /// <summary>The last completion or DMA write of the source to the first fetch of the destination.</summary>
    private static long? DowntimeOf(IFunction source, IFunction destination)
    {
        var (left, right) = (((SimFunction)source).Controller.Truth, ((SimFunction)destination).Controller.Truth);
        return right.FirstFetchAfterResumeAt < 0 ? null : right.FirstFetchAfterResumeAt - Math.Max(left.LastCompletionAt, left.LastWriteAt);
    }

    private static SimulatedPairOptions WithNamespaces(SimulatedPairOptions options, int count) => options with
    {
        Device = WithNamespaces(options.Device, count),
        Destination = options.Destination is { } destination ? WithNamespaces(destination, count) : null,
    };

    private static SimulatedDevice WithNamespaces(SimulatedDevice device, int count) => device.Namespaces.Count >= count
        ? device
        : device with { Namespaces = [.. device.Namespaces, .. Enumerable.Repeat(device.Namespaces[^1], count - device.Namespaces.Count)] };
}
