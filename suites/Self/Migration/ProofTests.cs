using Conformance.Device;
using Conformance.Migration;
using Conformance.Nvme;
using Conformance.Sim;
using NUnit.Framework;

namespace Conformance.Self.Migration;

/// <summary>A destination that has to be proven stopped: what it says of itself is not enough.</summary>
public sealed class ProofTests
{
    private static readonly Combination Broken = new()
    {
        Commands = MigrationCommands.Hmlm, AdminQueue = AdminQueueKind.Mediated, Medium = MediumSharing.Shared, BreakAt = StepChoice.At(CycleStep.RestoreHost),
    };

    [Test]
    public void What_was_seen_of_a_destination_that_stopped_is_in_the_record()
    {
        var result = Plans.Run(Broken);
        Assert.That(result.Findings(), Is.Empty);
        Assert.That(result.Cycles[0].ProvenStopped, Is.EqualTo(new[]
        {
            "B:1 after a function level reset: CC 00000000h, CSTS 00000000h, online, CSUP 0, 0 I/O queues",
        }));
    }

    [TestCase(false, "4 I/O queues")]
    [TestCase(true, "CC 00460001h")]
    public void A_destination_that_survives_its_reset_leaves_source_and_guest_stopped(bool honest, string seen)
    {
        var plan = Plans.Of(Broken);
        var result = new CombinationRun(plan, (world, combination) =>
        {
            var pair = SimulatedPair.Create(world, combination.Pair);
            var found = Plans.PairOf(pair, combination);
            return found with { DestinationBus = new StubbornBus(pair.Destination, found.DestinationPf, honest) };
        }).Execute(CancellationToken.None);
        Assert.That(result.Cycles.Single().EndsAt, Is.EqualTo(GuestPlace.Nowhere));
        var finding = result.Findings().Single(it => it.Path == "destination");
        Assert.That(finding.Observed, Does.Contain(seen));
    }

    /// <summary>VFs that are not reset by a function level reset once they were enabled, and, if not honest, deny that they run.</summary>
    private sealed class StubbornBus(IBus bus, RequesterId primary, bool honest) : IBus
    {
        private readonly Dictionary<RequesterId, StubbornFunction> _functions = [];

        public IFunction? Find(RequesterId requester)
        {
            if (bus.Find(requester) is not { } found || requester == primary) return bus.Find(requester);
            if (!_functions.TryGetValue(requester, out var function)) _functions.Add(requester, function = new StubbornFunction(found, honest));
            return function;
        }

        public IDmaSpace CreateDmaSpace(string name) => bus.CreateDmaSpace(name);
    }

    private sealed class StubbornFunction(IFunction it, bool honest) : IFunction
    {
        private bool _enabled;
        private bool _lies;

        public string Name => it.Name;

        public RequesterId Requester => it.Requester;

        public bool IsPresent => it.IsPresent;

        public long BarLength => it.BarLength;

        public int VectorCount => it.VectorCount;

        public IDmaSpace? Dma => it.Dma;

        public uint ReadConfig(int offset, int width) => it.ReadConfig(offset, width);

        public void WriteConfig(int offset, int width, uint value) => it.WriteConfig(offset, width, value);

        public uint Read32(long offset) => _lies && (offset is Register.Cc or Register.Csts) ? 0 : it.Read32(offset);

        public ulong Read64(long offset) => it.Read64(offset);

        public void Write32(long offset, uint value)
        {
            if (offset == Register.Cc) (_enabled, _lies) = (new ControllerConfiguration(value).En, false);
            it.Write32(offset, value);
        }

        public void Write64(long offset, ulong value) => it.Write64(offset, value);

        public void BindInterrupt(int vector, Signal? signal) => it.BindInterrupt(vector, signal);

        public ValueTask ResetAsync()
        {
            _lies = _enabled && !honest;
            return _enabled ? ValueTask.CompletedTask : it.ResetAsync();
        }

        public ValueTask AttachAsync(IDmaSpace space) => it.AttachAsync(space);

        public ValueTask DetachAsync() => it.DetachAsync();
    }
}
