namespace Conformance.Migration;

/// <summary>Makes of a state the bytes that stand for it in the stream.</summary>
public class FrameStep
{
    public virtual byte[] Run(VariantCore core, StreamRecordKind kind, uint sequence, byte[] state) =>
        StreamRecordHeader.Write(kind, sequence, core.StreamFormat, state);
}

/// <summary>The stream is the blob.</summary>
internal sealed class NoFrameStep : FrameStep
{
    public override byte[] Run(VariantCore core, StreamRecordKind kind, uint sequence, byte[] state) => state;
}
