using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Where a queue's entries lie, from what created it.</summary>
internal static class QueueMemories
{
    /// <summary>
    /// The memory of an I/O queue; PRP1 is the queue or, not physically contiguous, its PRP list, which is read here once.
    /// </summary>
    /// <param name="c">Whose queue it is.</param>
    /// <param name="prp1">PRP entry 1.</param>
    /// <param name="contiguous">PC.</param>
    /// <param name="entries">A plain count.</param>
    /// <param name="entrySize">Bytes; says which kind of queue it is.</param>
    /// <param name="isCommandHere">What created it is in the controller memory buffer, where its list may be then.</param>
    /// <param name="memory">The outcome.</param>
    public static Status Locate(
        ControllerCore c, ulong prp1, bool contiguous, int entries, int entrySize, bool isCommandHere, out QueueMemory memory)
    {
        memory = new QueueMemory(prp1, null, c.PageSize, entrySize);
        if (!contiguous)
        {
            if (c.Registers.Cap.Cqr) return Status.InvalidField;
            var read = ReadList(c, prp1, Prp.Pages(0, (long)entries * entrySize, c.PageSize), isCommandHere, out var pages);
            memory = memory with { Pages = pages };
            if (!read.IsSuccess) return read;
        }
        else if (Prp.Offset(prp1, c.PageSize) != 0)
        {
            return Status.PrpOffsetInvalid;
        }

        return CheckPlace(c, in memory, entries);
    }

    /// <summary>Whether all of a queue lies where one of its kind may.</summary>
    public static Status CheckPlace(ControllerCore c, in QueueMemory memory, int entries)
    {
        if (c.Function.Local is not { } local) return Status.Success;
        var place = MemoryPlace.Unknown;
        for (int at = 0, bytes = entries * memory.EntrySize; at < bytes;)
        {
            var run = memory.Pages is null ? bytes - at : Math.Min(bytes - at, memory.PageSize);
            var status = local.CheckQueue(
                memory.AddressOf(at / memory.EntrySize) + (ulong)(at % memory.EntrySize), ref run,
                memory.EntrySize == SubmissionEntry.Size, memory.Pages is null, ref place);
            if (!status.IsSuccess) return status;
            at += run;
        }

        return Status.Success;
    }

    /// <summary>Reads a PRP list of that many pages; every entry without offset.</summary>
    public static Status ReadList(ControllerCore c, ulong list, long count, bool isCommandHere, out ulong[] pages)
    {
        pages = new ulong[count];
        if (Prp.Offset(list, c.PageSize) != 0) return Status.PrpOffsetInvalid;
        Span<byte> word = stackalloc byte[Prp.EntrySize];
        var place = MemoryPlace.Unknown;
        for (var i = 0; i < pages.Length;)
        {
            if (c.Function.Local?.CheckList(list, isCommandHere, ref place) is { IsSuccess: false } refused) return refused;
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
