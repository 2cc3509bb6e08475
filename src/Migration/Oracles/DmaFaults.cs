using Conformance.Device;

namespace Conformance.Migration;

/// <summary>A function reaches what its host mapped for it and tries nothing else, from the begin of the cycle to its end.</summary>
internal sealed class DmaFaults
{
    private readonly Checks _checks;
    private readonly List<(string Path, IDmaSpace Space, int Before)> _watched = [];

    public DmaFaults(CycleContext context)
    {
        _checks = context.Checks;
        foreach (var side in (Side[])[context.Source, context.Destination])
        {
            _watched.Add(($"{side.Slot}.dma-faults", side.Space, side.Space.Faults.Count));
            if (side.Controlling.Driver?.Function.Dma is { } space && !_watched.Exists(it => ReferenceEquals(it.Space, space)))
                _watched.Add(($"{side.Name}.dma-faults", space, space.Faults.Count));
        }
    }

    /// <summary>Just before the fence: from then on what the source tries is a matter of its silence.</summary>
    public void JudgeAtFence(Side source)
    {
        var i = _watched.FindIndex(it => ReferenceEquals(it.Space, source.Space));
        if (i < 0) return;
        Judge(_watched[i]);
        _watched.RemoveAt(i);
    }

    /// <summary>All that was not judged yet.</summary>
    public void Judge() => _watched.ForEach(Judge);

    private void Judge((string Path, IDmaSpace Space, int Before) it)
    {
        // A host that does not tell has seen nothing: that is no observation.
        if (!it.Space.TellsFaults) return;
        var faults = it.Space.Faults;
        var first = faults.Count > it.Before ? $": {faults[it.Before].Access} of 0x{faults[it.Before].Iova:x} by {faults[it.Before].Requester}" : "";
        _checks.Equal("isolation", it.Path, faults.Count - it.Before, 0, $"accesses outside of what is mapped{first}");
    }
}
