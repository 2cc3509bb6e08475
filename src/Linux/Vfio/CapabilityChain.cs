using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Conformance.Linux.Abi;

namespace Conformance.Linux;

/// <summary>Walks the capabilities that VFIO appends to an answer.</summary>
internal static class CapabilityChain
{
    /// <summary>Where a capability begins in the answer; -1 where it is not there.</summary>
    /// <param name="answer">The whole answer.</param>
    /// <param name="first">Its <c>cap_offset</c>.</param>
    /// <param name="id">Which.</param>
    public static int Find(ReadOnlySpan<byte> answer, uint first, ushort id)
    {
        var size = Unsafe.SizeOf<vfio_info_cap_header>();
        // A chain that goes backwards would have no end.
        for (uint at = first, before = 0; at > before && at <= answer.Length - size;)
        {
            var header = MemoryMarshal.Read<vfio_info_cap_header>(answer[(int)at..]);
            if (header.id == id) return (int)at;
            (before, at) = (at, header.next);
        }

        return -1;
    }

    /// <summary>The entries that follow a capability's fixed part, as many as it says and the answer has.</summary>
    public static ReadOnlySpan<T> Entries<T>(ReadOnlySpan<byte> answer, int at, uint count)
        where T : unmanaged
    {
        var all = MemoryMarshal.Cast<byte, T>(answer[at..]);
        return all[..(int)Math.Min(count, (uint)all.Length)];
    }
}
