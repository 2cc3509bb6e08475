namespace Conformance.Migration;

/// <summary>The state of a controller as it was saved.</summary>
/// <param name="Bytes">As the device gave them.</param>
/// <param name="Suspended">
/// What the device said of each piece: that the controller was suspended as long as the command ran (CSUP, Base 2.3 5.2.16). Empty where the
/// command set does not say.
/// </param>
public sealed record SavedState(byte[] Bytes, IReadOnlyList<bool> Suspended)
{
    public static readonly SavedState None = new([], []);
}

/// <summary>One piece of it.</summary>
/// <param name="Suspended">CSUP of the command that gave it; null where the command set does not say.</param>
public readonly record struct StatePiece(byte[] Bytes, bool? Suspended);
