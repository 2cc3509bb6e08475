using System.Numerics;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>
/// Judges a saved controller state: against what the guest's driver knew at the cut, and against what the destination gives when it is
/// asked for what it was loaded with. Field by field, each by its row of the <see cref="StateTable"/>.
/// </summary>
internal sealed class StateOracle(Checks checks, MoveKind move)
{
    private const string Absent = "absent";

    /// <summary>Decodes a state; one that does not decode is a finding, and null.</summary>
    public ControllerState? Decode(ReadOnlySpan<byte> bytes, string path, string requirement)
    {
        var state = ControllerState.TryDecode(bytes, out var error);
        if (state is null) checks.Add(requirement, $"{path}.{error.Field}", $"the state does not decode: {error}");
        return state;
    }

    /// <summary>The state as saved, held against the queues as the driver knew them.</summary>
    public void JudgeSaved(ControllerState state, IReadOnlyList<QueueExpectation> queues, Slot0Reading slot0)
    {
        var expected = new ControllerState
        {
            Header = new ControllerStateHeader { Attributes = new ControllerStateAttributes { Suspended = true } },
            Nvme = new NvmeControllerState(),
            SubmissionQueues = [.. queues.Select(q => q.Submission)],
            CompletionQueues = [.. queues.Select(q => q.Completion(slot0, Find(state, q.Spec.Qid)))],
            // Opaque to the standard: it is held against itself when it is read back.
            Vendor = state.Vendor,
        };
        var found = StateField.Walk(state).ToDictionary(field => field.Path, StringComparer.Ordinal);
        foreach (var field in StateField.Walk(expected))
        {
            if (field.Path.StartsWith("vendor", StringComparison.Ordinal)) continue;
            StateTable.Judge(checks, field.Path, found.Remove(field.Path, out var other) ? other.Text : Absent, field.Text, move);
        }

        foreach (var field in StateField.Walk(state))
        {
            if (found.ContainsKey(field.Path) && !field.Path.StartsWith("vendor", StringComparison.Ordinal))
                StateTable.Judge(checks, field.Path, field.Text, Absent, move);
        }

        checks.That(Ascends(state.SubmissionQueues, q => q.Qid), "LM-GET-04", "nvme.sq", "submission queues are not in ascending order");
        checks.That(Ascends(state.CompletionQueues, q => q.Qid), "LM-GET-04", "nvme.cq", "completion queues are not in ascending order");
    }

    /// <summary>Save, load, save: the destination must give back what it was loaded with.</summary>
    public void JudgeReadBack(ReadOnlySpan<byte> loaded, ReadOnlySpan<byte> readBack)
    {
        const string What = "read back from the destination it is not what was loaded";
        if (loaded.SequenceEqual(readBack))
        {
            var digest = $"{Digest(loaded):x8}";
            checks.Note("LM-SET-02", "state.read-back", digest, digest, What);
            return;
        }

        if (ControllerState.TryDecode(loaded, out _) is not { } left || Decode(readBack, "state.read-back", "LM-SET-02") is not { } right) return;
        foreach (var difference in StateDifference.Between(left, right))
        {
            var row = StateTable.Of(difference.Path) with { Requirement = "LM-SET-02", What = What };
            StateTable.Judge(checks, row, difference.Path, difference.Right?.Text ?? Absent, difference.Left?.Text ?? Absent, move);
        }
    }

    private static IoCompletionQueueState? Find(ControllerState state, ushort qid)
    {
        var i = Array.FindIndex(state.CompletionQueues, q => q.Qid == qid);
        return i < 0 ? null : state.CompletionQueues[i];
    }

    private static bool Ascends<T>(T[] queues, Func<T, ushort> idOf) => !queues.Zip(queues.Skip(1)).Any(pair => idOf(pair.First) >= idOf(pair.Second));

    private static uint Digest(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return crc;
    }
}
