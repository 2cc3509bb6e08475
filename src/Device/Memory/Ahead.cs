using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Conformance.Device;

/// <summary>
/// Lets the processor fetch what will be looked at soon, while it is at something else. Changes nothing.
/// <para>Unsafe: an address is made of a reference. What is there by the time is not looked at, so it does no harm if it is another object.</para>
/// </summary>
public static unsafe class Ahead
{
    public static void Fetch<T>(ref T place)
    {
        if (Sse.IsSupported) Sse.Prefetch0(Unsafe.AsPointer(ref place));
    }
}
