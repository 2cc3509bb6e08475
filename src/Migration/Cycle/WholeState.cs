using Conformance.Driver;

namespace Conformance.Migration;

/// <summary>A whole state, moved in as many pieces as the dialect allows.</summary>
public static class WholeState
{
    /// <summary>Saves the whole state of a suspended controller in pieces of at most <paramref name="chunk"/> bytes.</summary>
    public static async ValueTask<(Outcome Outcome, SavedState State)> SaveAllAsync(this IMigrator migrator, int chunk = int.MaxValue)
    {
        var (begun, length) = await migrator.BeginSaveAsync();
        if (!begun.IsOk) return (begun, SavedState.None);
        var state = new byte[length];
        var suspended = new List<bool>();
        var step = migrator.InPieces ? Math.Min(chunk, migrator.MaxChunk) : length;
        for (var offset = 0; offset < length; offset += step)
        {
            var (outcome, piece) = await migrator.SaveChunkAsync(offset, Math.Min(step, length - offset));
            if (!outcome.IsOk) return (outcome, SavedState.None);
            piece.Bytes.CopyTo(state.AsSpan(offset));
            if (piece.Suspended is { } said) suspended.Add(said);
        }

        return (Outcome.Ok, new SavedState(state, suspended));
    }

    /// <summary>Gives a whole state to a suspended controller in pieces of at most <paramref name="chunk"/> bytes.</summary>
    public static async ValueTask<Outcome> LoadAllAsync(this IMigrator migrator, ReadOnlyMemory<byte> state, int chunk = int.MaxValue)
    {
        var step = migrator.InPieces ? Math.Min(chunk, migrator.MaxChunk) : state.Length;
        for (var offset = 0; offset < state.Length; offset += step)
        {
            var outcome = await migrator.LoadChunkAsync(state, offset, Math.Min(step, state.Length - offset));
            if (!outcome.IsOk) return outcome;
        }

        return Outcome.Ok;
    }
}
