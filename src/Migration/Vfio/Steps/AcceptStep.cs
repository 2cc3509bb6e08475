using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>
/// Takes a piece of the stream, of any size, and says as soon as it can be known that this is no stream for this device: 0 or an errno.
/// </summary>
public class AcceptStep
{
    public virtual int Run(VariantCore core, Incoming incoming, ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            if (incoming.IsBroken || incoming.IsWhole || !Take(core, incoming, ref piece))
            {
                incoming.IsBroken = true;
                return Errno.Einval;
            }
        }

        return 0;
    }

    /// <summary>Takes what belongs to the header, or to the state, of the record under way; false where that cannot be one.</summary>
    private static bool Take(VariantCore core, Incoming incoming, ref ReadOnlySpan<byte> piece)
    {
        var header = default(StreamRecordHeader);
        var wanted = StreamRecordHeader.Size;
        if (incoming.Length >= wanted)
        {
            header = Wire.Read<StreamRecordHeader>(incoming.Bytes.Span);
            wanted += (int)header.Length;
        }

        var bytes = Math.Min(piece.Length, wanted - incoming.Length);
        incoming.Append(piece[..bytes]);
        piece = piece[bytes..];
        if (incoming.Length < wanted) return true;
        if (wanted == StreamRecordHeader.Size)
            return Wire.Read<StreamRecordHeader>(incoming.Bytes.Span).Fits(incoming.Records, core.StreamFormat, Incoming.Most);
        if (!header.Holds(incoming.Bytes.Span[StreamRecordHeader.Size..])) return false;
        incoming.Records++;
        incoming.IsWhole = header.Kind == StreamRecordKind.Whole;
        if (!incoming.IsWhole) incoming.Drop();
        return true;
    }
}

/// <summary>A buffer of 256 KiB, and nothing is asked of what is in it.</summary>
internal sealed class FixedBufferStep : AcceptStep
{
    private const int Bytes = 256 << 10;

    public override int Run(VariantCore core, Incoming incoming, ReadOnlySpan<byte> piece)
    {
        if (incoming.Length + piece.Length > Bytes) return Errno.Enomem;
        incoming.Append(piece);
        return 0;
    }
}
