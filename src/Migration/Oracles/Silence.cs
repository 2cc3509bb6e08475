using System.Numerics;
using System.Runtime.InteropServices;
using Conformance.Device;

namespace Conformance.Migration;

/// <summary>
/// From its freeze point on the source posts, writes and interrupts nothing, and before its resume the destination does not either:
/// what can be seen of it in guest memory, by interrupts, and by the faults of what was tried when nothing could be reached any more.
/// </summary>
internal sealed class Silence(CycleContext context)
{
    // All of a memory up to this size is watched where time is computed; else the queues and the buffers in flight.
    private const long SmallMemory = 4 << 20;

    private readonly List<(ulong Iova, int Bytes)> _watched = [];
    private int _posted;
    private long _interrupts;
    private ulong _memory;
    private ulong? _destinationMemory;
    private int _faultsAtFence;
    private bool _begun;

    /// <summary>Past the freeze point, and the guest has stopped.</summary>
    public void Begin()
    {
        _watched.Clear();
        if (context.World.Clock == ClockKind.Real) _watched.AddRange(context.Guest.QueueMemory());
        else if (context.Source.Ram.Length <= SmallMemory) _watched.Add((context.Source.RamIova, (int)context.Source.Ram.Length));
        else _watched.AddRange(context.Guest.QueueMemory().Concat(context.Guest.BuffersInFlight()));
        _posted = Posted();
        _interrupts = context.Guest.Interrupts;
        _memory = Digest(context.Source);
        _begun = true;
    }

    /// <summary>The destination's own memory has its last page: nothing writes it before the controller is resumed.</summary>
    public void MemoryIsComplete()
    {
        if (_begun) _destinationMemory = Digest(context.Destination);
    }

    /// <summary>Just before the fence: after it the source can do nothing.</summary>
    public void JudgeAtFence()
    {
        _faultsAtFence = context.Source.Space.Faults.Count;
        if (!_begun) return;
        var checks = context.Checks;
        checks.Equal("SUSP-04", "source.posted", Posted(), _posted, "completions were posted after the freeze point");
        checks.Equal("SUSP-04", "source.interrupts", context.Guest.Interrupts, _interrupts, "interrupts were sent after the freeze point");
        checks.Equal("SUSP-04", "source.memory", $"{Digest(context.Source):x16}", $"{_memory:x16}", "guest memory was written after the freeze point");
        if (_destinationMemory is { } memory)
        {
            checks.Equal(
                "SUSP-04", "destination.memory", $"{Digest(context.Destination):x16}", $"{memory:x16}", "the destination wrote to guest memory before it was resumed");
        }
    }

    /// <summary>Whether nothing that both sides reach was written since the freeze point: the source may go on with it.</summary>
    public bool IsUndisturbed() => !_begun || (Posted() == _posted && Digest(context.Source) == _memory);

    /// <summary>The source is about to be retired: what it tried to reach since the fence was refused and recorded.</summary>
    public void JudgeAfterFence() => context.Checks.Equal(
        "SUSP-04", "source.dma-faults", context.Source.Space.Faults.Count, _faultsAtFence, "the source still tried to reach memory after it was fenced");

    private int Posted() => context.Guest.QueuePairs.Sum(q => q.CountPosted());

    private ulong Digest(Side side)
    {
        // Two CRCs side by side: 64 bits that notice any change of one of them, at the speed of memory.
        uint even = 0, odd = ~0u;
        foreach (var (iova, bytes) in _watched)
        {
            var words = MemoryMarshal.Cast<byte, ulong>(side.Ram.Read((long)(iova - side.RamIova), bytes));
            var i = 0;
            for (; i + 1 < words.Length; i += 2)
            {
                even = BitOperations.Crc32C(even, words[i]);
                odd = BitOperations.Crc32C(odd, words[i + 1]);
            }

            if (i < words.Length) even = BitOperations.Crc32C(even, words[i]);
        }

        return ((ulong)odd << 32) | even;
    }
}
