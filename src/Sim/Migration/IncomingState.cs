namespace Conformance.Sim;

/// <summary>A controller state that comes in pieces: nothing of it is looked at before the last.</summary>
internal sealed class IncomingState(ControllerCore sender, byte csvi, byte csuuidi)
{
    private byte[] _bytes = [];

    /// <summary>The management controller whose commands bring it.</summary>
    public ControllerCore Sender { get; } = sender;

    /// <summary>Index of the state version; 0: no NVMe part.</summary>
    public byte Csvi { get; } = csvi;

    /// <summary>Index of the vendor state; 0: no vendor part.</summary>
    public byte Csuuidi { get; } = csuuidi;

    /// <summary>Takes the place of the queues that the controller has, rather than being refused where there are any.</summary>
    public bool ReplacesQueues { get; init; }

    /// <summary>End of the furthest piece so far.</summary>
    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>Where a piece is to be put.</summary>
    public Span<byte> Piece(int offset, int length)
    {
        if (offset + length > _bytes.Length) Array.Resize(ref _bytes, Math.Max(offset + length, _bytes.Length * 2));
        Length = Math.Max(Length, offset + length);
        return _bytes.AsSpan(offset, length);
    }
}
