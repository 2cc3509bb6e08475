using System.Runtime.InteropServices;
using Conformance.Linux.Abi;
using Conformance.Nvme;

namespace Conformance.Linux;

/// <summary>How the kernel answered a command that it passed on.</summary>
/// <param name="Status">As the device completed it; a status that the kernel made up itself is told by <see cref="IsHosts"/>.</param>
/// <param name="Result">Dwords 0 and 1 of the completion.</param>
/// <param name="Errno">Where the command was not passed on, or was cancelled; else 0.</param>
public readonly record struct PassedCommand(StatusField Status, ulong Result, int Errno)
{
    // Host Path Error and Host Aborted Command, which nvme's driver completes commands with by itself.
    private const ushort HostPathError = 0x370;
    private const ushort HostAborted = 0x371;

    public bool IsOk => Errno == 0 && Status.Status.IsSuccess;

    /// <summary>It was the driver that gave up, and not the device that refused.</summary>
    public bool IsHosts => Errno == 0 && (Status.Raw >> 1 & 0x7FF) is HostPathError or HostAborted;

    public override string ToString() => Errno != 0 ? Device.Errno.Name(Errno) : IsHosts ? $"{Status.Status} (of the kernel, not of the device)" : $"{Status.Status}";
}

/// <summary><c>/dev/nvmeN</c> or <c>/dev/ngNnM</c>: commands passed on by the kernel's NVMe driver, which sleeps until they are completed.</summary>
public sealed unsafe class ControllerFile : KernelFile
{
    /// <param name="path">The node.</param>
    public ControllerFile(string path)
        : base(Open(path), path)
    {
    }

    /// <summary>An admin command.</summary>
    /// <param name="command">Opcode, NSID and dwords; the kernel sets identifier and data pointer.</param>
    /// <param name="data">Memory that does not move; where it goes the opcode says.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="timeoutMilliseconds">Above it the kernel resets the controller: more than any wait of ours.</param>
    public PassedCommand Admin(in SubmissionEntry command, nint data, int bytes, uint timeoutMilliseconds) =>
        Pass(NvmeAbi.NVME_IOCTL_ADMIN64_CMD, command, data, bytes, 0, 0, timeoutMilliseconds);

    /// <summary>An I/O command, with metadata of its own where the namespace has it.</summary>
    public PassedCommand Io(in SubmissionEntry command, nint data, int bytes, nint metadata, int metadataBytes, uint timeoutMilliseconds) =>
        Pass(NvmeAbi.NVME_IOCTL_IO64_CMD, command, data, bytes, metadata, metadataBytes, timeoutMilliseconds);

    /// <summary>Has the driver look for namespaces anew.</summary>
    public void Rescan() => Call(nameof(NvmeAbi.NVME_IOCTL_RESCAN), NvmeAbi.NVME_IOCTL_RESCAN, null);

    /// <summary>An admin command whose data is in managed memory.</summary>
    public PassedCommand Admin(in SubmissionEntry command, Span<byte> data, uint timeoutMilliseconds)
    {
        fixed (byte* at = data) return Admin(command, (nint)at, data.Length, timeoutMilliseconds);
    }

    private PassedCommand Pass(uint call, in SubmissionEntry command, nint data, int bytes, nint metadata, int metadataBytes, uint timeoutMilliseconds)
    {
        // Dwords 2 to 15 as they would stand in the queue, but for both data pointers.
        var words = MemoryMarshal.Cast<byte, uint>(Wire.Bytes(command));
        var passed = new nvme_passthru_cmd64
        {
            opcode = (byte)words[0], nsid = words[1], cdw2 = words[2], cdw3 = words[3],
            cdw10 = words[10], cdw11 = words[11], cdw12 = words[12], cdw13 = words[13], cdw14 = words[14], cdw15 = words[15],
            addr = bytes == 0 ? 0 : (ulong)data, data_len = (uint)bytes, metadata = metadataBytes == 0 ? 0 : (ulong)metadata, metadata_len = (uint)metadataBytes,
            timeout_ms = timeoutMilliseconds,
        };
        // Not made again after a signal: the device may have done it.
        var result = LibC.ioctl(this, call, &passed);
        return result < 0
            ? new PassedCommand(default, 0, Marshal.GetLastPInvokeError())
            : new PassedCommand(new StatusField((ushort)(result << 1)), passed.result, 0);
    }
}
