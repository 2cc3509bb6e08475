using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>One command of the guest in flight.</summary>
internal struct GuestCommand
{
    public IoKind Kind;

    /// <summary>Part of the load: else it verifies or fills, and is in no figure.</summary>
    public bool IsLoad;

    public ulong Lba;
    public int Blocks;

    /// <summary>ns; when it should have begun (open loop) or began.</summary>
    public long IntendedAt;
}

/// <summary>
/// One I/O queue pair of the guest with its command slots. Each slot owns a data buffer of the largest command and, where that is
/// more than two pages, a PRP list written once.
/// </summary>
internal sealed class GuestQueue
{
    private readonly ulong[] _buffers;
    private readonly ulong[] _lists;

    public GuestQueue(QueuePair pair, IoQueueSpec spec, DriverMemory memory, int depth, int bufferBytes)
    {
        Pair = pair;
        Spec = spec;
        Slots = new CommandSlots(depth);
        InFlight = new GuestCommand[depth];
        _buffers = new ulong[depth];
        _lists = new ulong[depth];
        for (var slot = 0; slot < depth; slot++)
        {
            _buffers[slot] = memory.Pages.Rent(bufferBytes);
            if (bufferBytes <= 2 * GuestMemory.PageSize) continue;
            _lists[slot] = memory.Pages.Rent(bufferBytes / GuestMemory.PageSize * sizeof(ulong));
            for (var page = 1; page * GuestMemory.PageSize < bufferBytes; page++)
                memory.Space.Store(_lists[slot] + (ulong)((page - 1) * sizeof(ulong)), _buffers[slot] + (ulong)(page * GuestMemory.PageSize));
        }
    }

    public QueuePair Pair { get; }

    public IoQueueSpec Spec { get; }

    public CommandSlots Slots { get; }

    public GuestCommand[] InFlight { get; }

    /// <summary>Completions that had been posted and not consumed when the guest was restarted: those are the source's.</summary>
    public int PostedBeforeRestart { get; set; }

    public ulong Buffer(int slot) => _buffers[slot];

    /// <summary>Fills in the data pointer for the first <paramref name="bytes"/> of the slot's buffer.</summary>
    public void Point(ref SubmissionEntry entry, int slot, int bytes)
    {
        entry.Prp1 = _buffers[slot];
        if (bytes > 2 * GuestMemory.PageSize) entry.Prp2 = _lists[slot];
        else if (bytes > GuestMemory.PageSize) entry.Prp2 = _buffers[slot] + GuestMemory.PageSize;
    }
}
