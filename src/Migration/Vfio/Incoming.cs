namespace Conformance.Migration;

/// <summary>What a resuming session has taken so far.</summary>
public sealed class Incoming
{
    /// <summary>Most bytes of one state; a stream that announces more is none.</summary>
    public const int Most = 1 << 28;

    private byte[] _bytes = [];

    /// <summary>Bytes held: of the record under way, or of everything where there are no records.</summary>
    public int Length { get; private set; }

    /// <summary>Records that came whole, those dropped included.</summary>
    public uint Records { get; set; }

    /// <summary>The record that ends a stream has come.</summary>
    public bool IsWhole { get; set; }

    /// <summary>Something came that cannot be part of a stream: nothing after it can be trusted.</summary>
    public bool IsBroken { get; set; }

    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, Length);

    public void Append(ReadOnlySpan<byte> piece)
    {
        if (Length + piece.Length > _bytes.Length) Array.Resize(ref _bytes, Math.Max(Length + piece.Length, Math.Min(_bytes.Length * 2, Most)));
        piece.CopyTo(_bytes.AsSpan(Length));
        Length += piece.Length;
    }

    /// <summary>Forgets the bytes; what was counted stays.</summary>
    public void Drop() => Length = 0;
}
