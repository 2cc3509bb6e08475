using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>
/// Structures as the bytes they are. Nothing is copied but by <see cref="Read{T}"/> and <see cref="Write{T}"/>; the others look at the
/// same memory. All structures of this project are little endian, as the hosts that we run on; the exceptions are big-endian types
/// (<see cref="BigEndian16"/> and its like). A span that is too short is a programming error and throws.
/// </summary>
public static class Wire
{
    /// <summary>The bytes of a structure, all <c>sizeof(T)</c> of them.</summary>
    public static ReadOnlySpan<byte> Bytes<T>(in T value)
        where T : unmanaged
        => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value));

    /// <summary>The same bytes, to be written.</summary>
    public static Span<byte> MutableBytes<T>(ref T value)
        where T : unmanaged
        => MemoryMarshal.AsBytes(new Span<T>(ref value));

    /// <summary>A copy of the structure at the start of <paramref name="bytes"/>.</summary>
    public static T Read<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged
        => MemoryMarshal.Read<T>(bytes);

    /// <summary>Puts a structure at the start of <paramref name="bytes"/>.</summary>
    public static void Write<T>(Span<byte> bytes, in T value)
        where T : unmanaged
        => MemoryMarshal.Write(bytes, in value);

    /// <summary>The structure at the start of <paramref name="bytes"/>, in place.</summary>
    public static ref T View<T>(Span<byte> bytes)
        where T : unmanaged
        => ref MemoryMarshal.AsRef<T>(bytes);

    /// <summary>The structure at the start of <paramref name="bytes"/>, in place, to be read only.</summary>
    public static ref readonly T Peek<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged
        => ref MemoryMarshal.AsRef<T>(bytes);

    /// <summary>As many structures as fit into <paramref name="bytes"/>, in place.</summary>
    public static Span<T> Entries<T>(Span<byte> bytes)
        where T : unmanaged
        => MemoryMarshal.Cast<byte, T>(bytes);

    /// <summary>As many structures as fit into <paramref name="bytes"/>, in place, to be read only.</summary>
    public static ReadOnlySpan<T> Entries<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged
        => MemoryMarshal.Cast<byte, T>(bytes);

    /// <summary>Whether two structures have the same bytes, reserved ones included.</summary>
    public static bool Same<T>(in T one, in T other)
        where T : unmanaged
        => Bytes(in one).SequenceEqual(Bytes(in other));
}
