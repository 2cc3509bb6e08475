using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Where a queue's entries lie, from what created it.</summary>
internal static class QueueMemories
{
    /// <summary>
    /// The memory of an I/O queue; PRP1 is the queue or, not physically contiguous, its PRP list, which is read here once.
    /// </summary>
    public static Status Locate(ControllerCore c, ulong prp1, bool contiguous, int entries, int entrySize, out QueueMemory memory)
    {
        memory = new QueueMemory(prp1, null, c.PageSize, entrySize);
        if (contiguous) return Prp.Offset(prp1, c.PageSize) == 0 ? Status.Success : Status.PrpOffsetInvalid;
        if (c.Registers.Cap.Cqr) return Status.InvalidField;
        var status = ReadList(c, prp1, Prp.Pages(0, (long)entries * entrySize, c.PageSize), out var pages);
        memory = memory with { Pages = pages };
        return status;
    }

    /// <summary>Reads a PRP list of that many pages; every entry without offset.</summary>
    public static Status ReadList(ControllerCore c, ulong list, long count, out ulong[] pages)
    {
        pages = new ulong[count];
        if (Prp.Offset(list, c.PageSize) != 0) return Status.PrpOffsetInvalid;
        Span<byte> word = stackalloc byte[Prp.EntrySize];
        for (var i = 0; i < pages.Length;)
        {
            if (!c.ReadHost(list, word)) return Status.DataTransferError;
            var entry = Wire.Read<ulong>(word);
            if (Prp.Offset(entry, c.PageSize) != 0) return Status.PrpOffsetInvalid;
            var last = Prp.Offset(list + Prp.EntrySize, c.PageSize) == 0;
            if (last && i + 1 < pages.Length)
            {
                list = entry;
                continue;
            }

            pages[i++] = entry;
            list += Prp.EntrySize;
        }

        return Status.Success;
    }
}
