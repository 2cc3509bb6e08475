using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Feature values of one controller: dword 11 of each, as default, saved and current. A feature with several values (a threshold for each
/// sensor, a setting for each vector) has one for each instance.
/// </summary>
internal sealed class FeatureTable
{
    private readonly Values[] _single = new Values[256];
    private readonly Dictionary<uint, Values> _instances = [];

    private record struct Values(uint Current, uint Saved, uint Default);

    /// <summary>I/O submission queues allocated by Number of Queues, a plain count; without limit until it is set.</summary>
    public int SubmissionQueues { get; set; } = int.MaxValue;

    public int CompletionQueues { get; set; } = int.MaxValue;

    /// <summary>The operational power state that a non-operational one is left for.</summary>
    public byte LastOperational { get; set; }

    public uint Current(FeatureId fid) => _single[(byte)fid].Current;

    public uint Current(FeatureId fid, uint instance) => Of(fid, instance).Current;

    /// <summary>The value that Get Features selects.</summary>
    public uint Get(FeatureId fid, FeatureSelect select, uint instance = 0)
    {
        var values = Of(fid, instance);
        return select switch
        {
            FeatureSelect.Current => values.Current,
            FeatureSelect.Saved => values.Saved,
            _ => values.Default,
        };
    }

    /// <summary>Makes a value current, and saved where the host said so.</summary>
    public void Set(FeatureId fid, uint value, bool save, uint instance = 0)
    {
        var values = Of(fid, instance);
        Put(fid, instance, values with { Current = value, Saved = save ? value : values.Saved });
    }

    /// <summary>Both values, as a state brings them.</summary>
    public void Restore(FeatureId fid, uint instance, uint current, uint saved) =>
        Put(fid, instance, Of(fid, instance) with { Current = current, Saved = saved });

    /// <summary>What the device is delivered with.</summary>
    public void Define(FeatureId fid, uint value, uint instance = 0) => Put(fid, instance, new Values(value, value, value));

    /// <summary>A reset: saved values become current.</summary>
    public void Reset()
    {
        for (var i = 0; i < _single.Length; i++) _single[i].Current = _single[i].Saved;
        foreach (var key in _instances.Keys.ToArray()) _instances[key] = _instances[key] with { Current = _instances[key].Saved };
        SubmissionQueues = CompletionQueues = int.MaxValue;
        LastOperational = 0;
    }

    /// <summary>Interrupt Vector Configuration of a vector: Coalescing Disable.</summary>
    public bool IsCoalescingDisabled(int vector) =>
        new Nvme.InterruptVectorFeature(Current(FeatureId.InterruptVectorConfiguration, (uint)vector)).CoalescingDisabled;

    private Values Of(FeatureId fid, uint instance) => instance == 0 ? _single[(byte)fid] : _instances.GetValueOrDefault(Key(fid, instance));

    private void Put(FeatureId fid, uint instance, Values values)
    {
        if (instance == 0) _single[(byte)fid] = values;
        else _instances[Key(fid, instance)] = values;
    }

    private static uint Key(FeatureId fid, uint instance) => ((uint)fid << 16) | instance;
}
