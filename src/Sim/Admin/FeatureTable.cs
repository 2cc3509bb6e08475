using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Feature values of one controller: dword 11 of each, as default, saved and current.</summary>
internal sealed class FeatureTable
{
    private readonly uint[] _current = new uint[256];
    private readonly uint[] _saved = new uint[256];
    private readonly uint[] _default = new uint[256];
    private readonly SortedSet<int> _uncoalesced = [];

    /// <summary>I/O submission queues allocated by Number of Queues, a plain count; without limit until it is set.</summary>
    public int SubmissionQueues { get; set; } = int.MaxValue;

    public int CompletionQueues { get; set; } = int.MaxValue;

    public uint Current(FeatureId fid) => _current[(byte)fid];

    public uint Saved(FeatureId fid) => _saved[(byte)fid];

    public uint Default(FeatureId fid) => _default[(byte)fid];

    public void SetCurrent(FeatureId fid, uint value) => _current[(byte)fid] = value;

    public void SetSaved(FeatureId fid, uint value) => _saved[(byte)fid] = value;

    /// <summary>What the device is delivered with.</summary>
    public void Define(FeatureId fid, uint value) => _default[(byte)fid] = _saved[(byte)fid] = _current[(byte)fid] = value;

    /// <summary>A reset: saved values become current.</summary>
    public void Reset()
    {
        _saved.CopyTo(_current, 0);
        _uncoalesced.Clear();
        SubmissionQueues = CompletionQueues = int.MaxValue;
    }

    /// <summary>Interrupt Vector Configuration of a vector: Coalescing Disable.</summary>
    public bool IsCoalescingDisabled(int vector) => _uncoalesced.Contains(vector);

    /// <summary>Sets or clears Coalescing Disable of a vector.</summary>
    public void SetCoalescingDisabled(int vector, bool disabled)
    {
        if (disabled) _uncoalesced.Add(vector);
        else _uncoalesced.Remove(vector);
    }

    private uint EventConfiguration => Current(FeatureId.AsynchronousEventConfiguration);

    /// <summary>Whether Asynchronous Event Configuration lets an event through: errors and one-shot ones always.</summary>
    public bool Wants(in AsyncEvent raised) => raised.Type switch
    {
        AsynchronousEventType.Health => (EventConfiguration & 0xFF) != 0,
        AsynchronousEventType.Notice when raised.Dw0.Information < 7 => (EventConfiguration & (0x100u << raised.Dw0.Information)) != 0,
        _ => true,
    };
}
