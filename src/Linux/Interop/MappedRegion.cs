using System.Runtime.InteropServices;

namespace Conformance.Linux;

/// <summary>
/// A piece of a BAR in our address space. Every access is one instruction of its width: a BAR is no memory, so there is no span of it. While it
/// is there the kernel holds the device open, whatever became of the descriptor: it goes before the device does.
/// <para>Unsafe: an access to a BAR that does not decode raises SIGBUS, which ends the process; <see cref="VfioFunction"/> asks first.</para>
/// </summary>
internal sealed unsafe class MappedRegion : IDisposable
{
    private readonly long _length;
    private nint _base;

    public MappedRegion(DeviceFile device, long fileOffset, long length)
    {
        _length = length;
        _base = LibC.mmap(0, (nuint)length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, device, fileOffset);
        if (_base == -1) throw KernelException.Last("mmap", device.Path);
    }

    public uint Read32(long offset) => Volatile.Read(ref *(uint*)At(offset, sizeof(uint)));

    public ulong Read64(long offset) => Volatile.Read(ref *(ulong*)At(offset, sizeof(ulong)));

    public void Write32(long offset, uint value)
    {
        Order();
        Volatile.Write(ref *(uint*)At(offset, sizeof(uint)), value);
    }

    public void Write64(long offset, ulong value)
    {
        Order();
        Volatile.Write(ref *(ulong*)At(offset, sizeof(ulong)), value);
    }

    public void Dispose()
    {
        if (_base is not (0 or -1)) _ = LibC.munmap(_base, (nuint)_length);
        _base = 0;
    }

    /// <summary>
    /// What was stored to memory before is there before the device hears of it. An x86 processor keeps the order of stores by itself; of another
    /// the strongest that .NET has is asked for, which orders among processors and, on ARM, not certainly towards devices.
    /// </summary>
    private static void Order()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64) Thread.MemoryBarrier();
    }

    private void* At(long offset, int width)
    {
        if (_base is 0 or -1 || offset < 0 || offset % width != 0 || offset + width > _length)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"Not the place of {width} bytes of {_length}.");
        return (void*)(_base + (nint)offset);
    }
}
