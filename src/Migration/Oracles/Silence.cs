using System.Numerics;
using System.Runtime.InteropServices;
using Conformance.Device;

namespace Conformance.Migration;

/// <summary>
/// From its freeze point on the source posts, writes and interrupts nothing, and before its resume the destination does not either:
/// what can be seen of it in all memory that it reaches, by interrupts of every vector, sent or pending, and by the faults of what was tried
/// when nothing could be reached any more. Where time is not computed looking costs downtime: there the queues and the buffers in flight
/// stand for all memory.
/// </summary>
internal sealed class Silence(CycleContext context)
{
    private readonly List<(ulong Iova, int Bytes)> _watched = [];
    private readonly Signal _unbound = new(context.World);
    private int _posted;
    private long _interrupts;
    private string _pending = "";
    private ulong _memory;
    private ulong? _destinationMemory;
    private int _faultsAtFence;
    private bool _begun;

    /// <summary>Past the freeze point, and the guest has stopped.</summary>
    public void Begin()
    {
        _watched.Clear();
        if (context.World.Clock == ClockKind.Real) _watched.AddRange(context.Guest.QueueMemory().Concat(context.Guest.BuffersInFlight()));
        else _watched.AddRange(Slices(context.Source.RamIova, context.Source.Ram.Length));
        _posted = Posted();
        _interrupts = Interrupts();
        _pending = context.Source.PendingInterrupts();
        _memory = Digest(context.Source);
        _begun = true;
    }

    /// <summary>The destination's own memory has its last page: nothing writes it before the controller is resumed.</summary>
    public void MemoryIsComplete()
    {
        if (_begun) _destinationMemory = Digest(context.Destination);
    }

    /// <summary>
    /// The guest's vectors are about to be bound to the destination: until here each interrupt of the source came where it is counted. From
    /// here to the fence the source's vectors are nobody's, and raise a signal of their own.
    /// </summary>
    public void HandOver()
    {
        if (_begun) context.Checks.Equal("LM-SUSP-05", "source.interrupts", Interrupts(), _interrupts, "interrupts were sent after the freeze point");
    }

    public void HandedOver() => context.Source.BindUnbound(_unbound);

    /// <summary>Just before the fence: after it the source can do nothing.</summary>
    public void JudgeAtFence()
    {
        _faultsAtFence = context.Source.Space.Faults.Count;
        context.Source.BindUnbound(null);
        if (!_begun) return;
        var checks = context.Checks;
        checks.Equal("LM-SUSP-05", "source.posted", Posted(), _posted, "completions were posted after the freeze point");
        checks.Equal("LM-SUSP-05", "source.late-interrupts", _unbound.Count, 0, "interrupts were sent after the freeze point, while the guest was moved");
        checks.Equal("LM-SUSP-05", "source.pending", context.Source.PendingInterrupts(), _pending, "interrupts became pending after the freeze point");
        checks.Equal("LM-SUSP-05", "source.memory", $"{Digest(context.Source):x16}", $"{_memory:x16}", "guest memory was written after the freeze point");
        if (_destinationMemory is { } memory)
        {
            checks.Equal(
                "LM-SUSP-05", "destination.memory", $"{Digest(context.Destination):x16}", $"{memory:x16}", "the destination wrote to guest memory before it was resumed");
        }
    }

    /// <summary>Whether nothing that both sides reach was written since the freeze point: the source may go on with it.</summary>
    public bool IsUndisturbed() => !_begun || (Posted() == _posted && Digest(context.Source) == _memory);

    /// <summary>The source is about to be retired: what it tried to reach since the fence was refused and recorded.</summary>
    public void JudgeAfterFence()
    {
        if (!context.Source.Space.TellsFaults) return;
        context.Checks.Equal(
            "LM-SUSP-05", "source.dma-faults", context.Source.Space.Faults.Count, _faultsAtFence, "the source still tried to reach memory after it was fenced");
    }

    /// <summary>Of every vector that is bound: the guest's own, its driver's, and the host's on the same function.</summary>
    private long Interrupts() => context.Guest.Controller.Interrupts + (context.Source.Host?.Interrupts ?? 0);

    private static IEnumerable<(ulong Iova, int Bytes)> Slices(ulong iova, long length)
    {
        const int Slice = 1 << 30;
        for (var at = 0L; at < length; at += Slice) yield return (iova + (ulong)at, (int)Math.Min(Slice, length - at));
    }

    private int Posted() => context.Guest.QueuePairs.Sum(q => q.CountPosted());

    private ulong Digest(Side side)
    {
        // Two CRCs side by side: 64 bits that notice any change of one of them, at the speed of memory.
        uint even = 0, odd = ~0u;
        foreach (var (iova, bytes) in _watched) Add(side.Ram.Read((long)(iova - side.RamIova), bytes));
        // The host's own queues on the function are memory that it reaches, too; on the destination the host goes on using them.
        if (ReferenceEquals(side, context.Source) && context.World.Clock == ClockKind.Virtual) Add(side.WindowRam.Read(0, (int)side.WindowRam.Length));
        return ((ulong)odd << 32) | even;

        void Add(ReadOnlySpan<byte> bytes)
        {
            var words = MemoryMarshal.Cast<byte, ulong>(bytes);
            var i = 0;
            for (; i + 1 < words.Length; i += 2)
            {
                even = BitOperations.Crc32C(even, words[i]);
                odd = BitOperations.Crc32C(odd, words[i + 1]);
            }

            if (i < words.Length) even = BitOperations.Crc32C(even, words[i]);
        }
    }
}
