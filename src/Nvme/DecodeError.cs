namespace Conformance.Nvme;

/// <summary>Why bytes are not the structure they should be: the field that is wrong, where it is, and what is wrong with it.</summary>
/// <param name="Field">The standard's name of the field or structure.</param>
/// <param name="Offset">Byte offset from the start of what was decoded.</param>
/// <param name="Reason">One clause, with the figures.</param>
public readonly record struct DecodeError(string Field, long Offset, string Reason)
{
    public override string ToString() => $"{Field} at byte {Offset}: {Reason}";
}
