using Conformance.Device;
using Conformance.Driver;
using Conformance.Migration;
using Conformance.Nvme;

namespace Conformance.Suite;

/// <summary>
/// What a case brings things about with: hosts with their physical functions, virtual functions, memory. Everything goes over the wire, as a
/// host would do it. A step of setting up that the device refuses ends the case as inconclusive, since nothing was shown then.
/// </summary>
public sealed class Lab : IDisposable
{
    private readonly CaseRun _run;
    private readonly CaseDevice _device;
    private readonly List<GuestMemory> _memories = [];
    private readonly List<Action> _atEnd = [];
    private PairUnderTest? _pair;
    private CaseHost? _source;
    private CaseHost? _destination;
    private CaseHost? _neighbour;

    internal Lab(CaseRun run, CaseDevice device)
    {
        (_run, _device) = (run, device);
        History = new CommandHistory(run.World);
    }

    /// <summary>The last commands of the case's queues.</summary>
    internal CommandHistory History { get; }

    public World World => _run.World;

    public CaseSettings Settings => _run.Settings;

    /// <summary>The case has ended and showed nothing that is wrong with the device, nor was it cut short.</summary>
    internal bool IsAsItMustBe { get; set; }

    /// <summary>What a profile tells of the device under test.</summary>
    internal CaseDevice Device => _device;

    /// <summary>Hosts that were started, for what is to be told after a failure.</summary>
    public IEnumerable<CaseHost> Hosts => new[] { _source, _destination, _neighbour }.OfType<CaseHost>().Distinct();

    /// <summary>What the source's PF said it is; null where it was not started.</summary>
    internal DeviceIdentity? Identity =>
        _source is { Identity: var id } ? new DeviceIdentity(id.Vid, $"{id.Mn}".TrimEnd(), $"{id.Fr}".TrimEnd()) : null;

    /// <summary>The source host, its PF enabled by a driver.</summary>
    /// <param name="medium">How both sides' media are to be; the first call decides.</param>
    public async ValueTask<CaseHost> StartAsync(MediumSharing medium = MediumSharing.Shared)
    {
        var pair = PairOf(medium);
        return _source ??= await CaseHost.StartAsync(this, "source", pair.SourceBus, pair.SourcePf);
    }

    /// <summary>The source host with one enabled VF, where the PF has Host Managed Live Migration.</summary>
    public async ValueTask<(CaseHost Host, CaseVf Vf)> StartMigratableAsync()
    {
        var host = await StartAsync();
        await host.NeedMigrationAsync();
        return (host, await host.BringUpAsync());
    }

    /// <summary>The destination host; the source itself where one PF is both.</summary>
    /// <param name="medium">As in <see cref="StartAsync"/>.</param>
    public async ValueTask<CaseHost> StartDestinationAsync(MediumSharing medium = MediumSharing.Shared)
    {
        var pair = PairOf(medium);
        if (ReferenceEquals(pair.SourceBus, pair.DestinationBus) && pair.SourcePf == pair.DestinationPf) return await StartAsync(medium);
        return _destination ??= await CaseHost.StartAsync(this, "destination", pair.DestinationBus, pair.DestinationPf);
    }

    /// <summary>The host of another physical function of the source's subsystem, enabled by a driver of its own.</summary>
    public async ValueTask<CaseHost> StartNeighbourAsync()
    {
        if (_neighbour is not null) return _neighbour;
        var host = await StartAsync();
        var (bus, own) = (host.Controlling.Bus, host.Pf.Function.Requester);
        for (var function = 0; function < 8; function++)
        {
            var requester = new RequesterId((ushort)((own.Value & ~7) | function));
            // The identity of a VF reads FFFFh.
            if (requester == own || bus.Find(requester) is not { } found || found.ReadConfig(PciHeader.VendorIdOffset, 2) == ushort.MaxValue) continue;
            var neighbour = await CaseHost.StartAsync(this, "neighbour", bus, requester);
            if ($"{neighbour.Identity.Subnqn}" == $"{host.Identity.Subnqn}") return _neighbour = neighbour;
        }

        throw CaseEnd.NotSupported("another physical function of the same subsystem (PCI functions 0 to 7, SUBNQN)");
    }

    /// <summary>Ends the case as not supported unless the device offers something.</summary>
    /// <param name="offered">It does.</param>
    /// <param name="missing">Which bit says that it does not: "user data tracking (TRATTR bit 1, Identify Controller byte 576)".</param>
    public static void Need(bool offered, string missing)
    {
        if (!offered) throw CaseEnd.NotSupported(missing);
    }

    /// <summary>A step of setting up, which must have succeeded.</summary>
    public static void Must(in Outcome outcome)
    {
        if (!outcome.IsOk) throw CaseEnd.Inconclusive($"set-up: {outcome}");
    }

    /// <summary>A command of setting up, which must have succeeded.</summary>
    public static CommandAnswer Must(string step, in CommandAnswer answer)
    {
        Must(Outcome.Of(step, answer));
        return answer;
    }

    /// <summary>A command of setting up that reads something.</summary>
    public static T Must<T>(string step, in Reading<T> reading)
    {
        Must(Outcome.Of(step, reading.Answer));
        return reading.Value;
    }

    /// <summary>Waits as long as nothing may happen, see <see cref="CaseSettings.Silence"/>.</summary>
    public async ValueTask WatchAsync() => await World.After(Settings.Silence.Nanoseconds);

    /// <summary>Waits until a condition holds; false where it did not within the time.</summary>
    /// <param name="condition">Asked again and again, not any more once it held.</param>
    /// <param name="time">ns.</param>
    public async ValueTask<bool> ReachesAsync(Func<bool> condition, long time = 1_000_000_000)
    {
        const long firstLook = 500;
        const long longestLook = 100_000;
        var end = World.Now + time;
        for (var look = firstLook; World.Now < end; look = Math.Min(look * 2, longestLook))
        {
            if (condition()) return true;
            await World.After(look);
        }

        return condition();
    }

    /// <summary>Has something done once the case has ended, whatever came of it.</summary>
    public void AtEnd(Action action) => _atEnd.Add(action);

    public void Dispose()
    {
        _atEnd.ForEach(it => it());
        _pair?.Release?.Invoke(IsAsItMustBe);
        foreach (var memory in _memories) memory.Dispose();
    }

    /// <summary>Memory that is given back when the case ends.</summary>
    public GuestMemory NewMemory(string name, long bytes)
    {
        var memory = new GuestMemory(name, bytes);
        _memories.Add(memory);
        return memory;
    }

    /// <summary>A driver's view of a memory that is mapped at an address.</summary>
    internal static DriverMemory ViewOf(GuestMemory memory, ulong iova)
    {
        var space = new AddressSpace(memory.Name);
        space.Add(iova, memory);
        return new DriverMemory(space, new PageAllocator(iova, memory.Length));
    }

    private PairUnderTest PairOf(MediumSharing medium) => _pair ??= NewPair(World, medium, History);

    /// <summary>Another pair like the case's, in a world of its own; traced where the case is.</summary>
    internal PairUnderTest NewPair(World world, MediumSharing medium, CommandHistory? history = null)
    {
        var pair = (_device.Create(world, medium) ?? throw CaseEnd.NotSupported($"a pair with a {Words.Of(medium)} medium")) with { History = history };
        return Settings.Trace is { } to ? pair.Traced(world, new Trace(world, to)) : pair;
    }
}
