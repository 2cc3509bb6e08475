namespace Conformance.Migration;

/// <summary>The saved state of a controller: bytes, and how to read them.</summary>
/// <param name="Bytes">As the device gave them.</param>
/// <param name="IsOpaque">No standard structure: the blob of the vendor commands.</param>
public sealed record SavedState(byte[] Bytes, bool IsOpaque);
