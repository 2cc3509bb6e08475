using Conformance.Device;

namespace Conformance.Migration;

/// <summary>At the end of a resuming session: the state that came, or the errno where it is not all there.</summary>
public class CompleteStep
{
    public virtual (int Errno, ReadOnlyMemory<byte> State) Run(VariantCore core, Incoming incoming) =>
        incoming.IsWhole && !incoming.IsBroken ? (0, incoming.Bytes[StreamRecordHeader.Size..]) : (Errno.Einval, default);
}

/// <summary>Whatever came.</summary>
internal sealed class WholeBufferStep : CompleteStep
{
    public override (int Errno, ReadOnlyMemory<byte> State) Run(VariantCore core, Incoming incoming) => (0, incoming.Bytes);
}
