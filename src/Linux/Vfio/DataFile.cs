using System.Runtime.InteropServices;
using Conformance.Device;
using Conformance.Linux.Abi;

namespace Conformance.Linux;

/// <summary>A migration data stream of the kernel: no seeking, and once its session has ended every call fails with ENODEV.</summary>
internal sealed unsafe class DataFile : KernelFile
{
    internal DataFile(int descriptor, string path)
        : base(descriptor, path)
    {
    }

    /// <summary>The bytes read, 0 at the end, or minus errno; ENOMSG: the end for now.</summary>
    public int TryRead(Span<byte> into)
    {
        nint read;
        fixed (byte* at = into)
        {
            do read = LibC.read(this, at, (nuint)into.Length);
            while (read < 0 && Marshal.GetLastPInvokeError() == Errno.Eintr);
        }

        return read >= 0 ? (int)read : -Marshal.GetLastPInvokeError();
    }

    /// <summary>All of the bytes, or minus errno: a driver may take them in pieces.</summary>
    public int TryWrite(ReadOnlySpan<byte> bytes)
    {
        var done = 0;
        fixed (byte* at = bytes)
        {
            while (done < bytes.Length)
            {
                var written = LibC.write(this, at + done, (nuint)(bytes.Length - done));
                if (written > 0) done += (int)written;
                else if (written < 0 && Marshal.GetLastPInvokeError() != Errno.Eintr) return -Marshal.GetLastPInvokeError();
                else if (written == 0) return done;
            }
        }

        return done;
    }

    public int TryGetPreCopyInfo(out vfio_precopy_info info)
    {
        var asked = new vfio_precopy_info { argsz = (uint)sizeof(vfio_precopy_info) };
        var result = TryCall(VfioAbi.VFIO_MIG_GET_PRECOPY_INFO, &asked);
        info = asked;
        return Math.Min(result, 0);
    }
}

/// <summary>The same inside a world: each call is made on a thread of the device's.</summary>
internal sealed class KernelDataStream(World world, BlockingCalls calls, DataFile file) : IVfioDataStream
{
    public async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        var result = 0;
        await calls.RunAsync(world, () => result = file.TryRead(buffer.Span));
        return result;
    }

    public async ValueTask<int> WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        var result = 0;
        await calls.RunAsync(world, () => result = file.TryWrite(buffer.Span));
        return result;
    }

    public async ValueTask<(VfioResult Result, VfioPreCopyInfo Info)> GetPreCopyInfoAsync()
    {
        var (result, info) = (0, default(vfio_precopy_info));
        await calls.RunAsync(world, () => result = file.TryGetPreCopyInfo(out info));
        return (new VfioResult(-result), new VfioPreCopyInfo(info.flags, info.initial_bytes, info.dirty_bytes));
    }

    public void Dispose() => file.Dispose();
}
