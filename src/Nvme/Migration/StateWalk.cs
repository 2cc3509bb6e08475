namespace Conformance.Nvme;

/// <summary>Lists the fields of one controller state; the paths are written here and nowhere else.</summary>
internal sealed class StateWalk(ControllerState state)
{
    private long _offset;

    public IEnumerable<StateField> Fields()
    {
        var header = state.Header;
        var vendorAt = state.Length - state.Vendor.Length;
        yield return Next("header.version", 2, header.Version);
        yield return Same("header.suspended", 1, Flag(header.Attributes.Suspended));
        yield return Next("header.attributes.reserved", 1, header.Attributes.Reserved, StateFieldKind.Hex);
        yield return Next("header.reserved[3]", 1, header.Reserved3, StateFieldKind.Hex);
        yield return Next("header.reserved[4]", 4, header.Reserved4, StateFieldKind.Hex);
        yield return Next("header.reserved[8]", 8, header.Reserved8, StateFieldKind.Hex);
        yield return Next("header.nvmecss", 16, (ulong)(vendorAt - ControllerStateHeader.Size) / 4);
        yield return Next("header.vss", 16, (ulong)state.Vendor.Length / 4);
        if (state.Nvme is { } nvme)
        {
            yield return Next("nvme.version", 2, nvme.Version);
            yield return Next("nvme.niosq", 2, (ulong)state.SubmissionQueues.Length);
            yield return Next("nvme.niocq", 2, (ulong)state.CompletionQueues.Length);
            yield return Next("nvme.reserved[6]", 2, nvme.Reserved6, StateFieldKind.Hex);
            var seen = new Dictionary<ushort, int>();
            foreach (var queue in state.SubmissionQueues)
            {
                foreach (var field in Submission(Name("sq", queue.Qid, seen), queue))
                {
                    yield return field;
                }
            }
            seen.Clear();
            foreach (var queue in state.CompletionQueues)
            {
                foreach (var field in Completion(Name("cq", queue.Qid, seen), queue))
                {
                    yield return field;
                }
            }
        }
        foreach (var field in StateField.Walk("vendor", state.Vendor, vendorAt))
        {
            yield return field;
        }
    }

    private IEnumerable<StateField> Submission(string path, IoSubmissionQueueState queue)
    {
        yield return Next($"{path}.prp1", 8, queue.Prp1, StateFieldKind.Hex);
        yield return Next($"{path}.qsizeZ", 2, queue.QsizeZ);
        yield return Next($"{path}.qid", 2, queue.Qid);
        yield return Next($"{path}.cqid", 2, queue.Cqid);
        yield return Same($"{path}.pc", 2, Flag(queue.Attributes.Pc));
        yield return Same($"{path}.qprio", 2, queue.Attributes.Qprio);
        yield return Next($"{path}.attributes.reserved", 2, queue.Attributes.Reserved, StateFieldKind.Hex);
        yield return Next($"{path}.head", 2, queue.HeadPointer);
        yield return Next($"{path}.tail", 2, queue.TailPointer);
        yield return Next($"{path}.reserved[20]", 4, queue.Reserved20, StateFieldKind.Hex);
    }

    private IEnumerable<StateField> Completion(string path, IoCompletionQueueState queue)
    {
        yield return Next($"{path}.prp1", 8, queue.Prp1, StateFieldKind.Hex);
        yield return Next($"{path}.qsizeZ", 2, queue.QsizeZ);
        yield return Next($"{path}.qid", 2, queue.Qid);
        yield return Next($"{path}.head", 2, queue.HeadPointer);
        yield return Next($"{path}.tail", 2, queue.TailPointer);
        yield return Same($"{path}.pc", 4, Flag(queue.Attributes.Pc));
        yield return Same($"{path}.ien", 4, Flag(queue.Attributes.Ien));
        yield return Same($"{path}.s0pt", 4, Flag(queue.Attributes.SlotZeroPhase));
        yield return Same($"{path}.attributes.reserved", 4, queue.Attributes.Reserved, StateFieldKind.Hex);
        yield return Next($"{path}.iv", 4, queue.Attributes.Iv);
        yield return Next($"{path}.reserved[20]", 4, queue.Reserved20, StateFieldKind.Hex);
    }

    // A hostile state may name a queue twice; paths stay unique all the same.
    private static string Name(string kind, ushort qid, Dictionary<ushort, int> seen)
    {
        var count = seen[qid] = seen.GetValueOrDefault(qid) + 1;
        return count == 1 ? $"nvme.{kind}[{qid}]" : $"nvme.{kind}[{qid}#{count}]";
    }

    private static ulong Flag(bool value) => value ? 1u : 0u;

    private StateField Next(string path, int size, ulong value, StateFieldKind kind = StateFieldKind.Number)
    {
        var field = Same(path, size, value, kind);
        _offset += size;
        return field;
    }

    /// <summary>A field of the word at hand, which another row ends.</summary>
    private StateField Same(string path, int size, ulong value, StateFieldKind kind = StateFieldKind.Number) =>
        new(path, _offset, size, value, kind);
}
