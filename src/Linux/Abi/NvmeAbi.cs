namespace Conformance.Linux.Abi;

/// <summary>What <c>linux/nvme_ioctl.h</c> says, by its names, as far as it is used here. The numbers hold direction and size (asm-generic).</summary>
internal static class NvmeAbi
{
    public const string Header = "linux/nvme_ioctl.h";

    public const uint NVME_IOCTL_ID = 0x4E40;
    public const uint NVME_IOCTL_RESET = 0x4E44;
    public const uint NVME_IOCTL_RESCAN = 0x4E46;
    public const uint NVME_IOCTL_ADMIN64_CMD = 0xC0504E47;
    public const uint NVME_IOCTL_IO64_CMD = 0xC0504E48;
}

internal struct nvme_passthru_cmd64
{
    public byte opcode;
    public byte flags;
    public ushort rsvd1;
    public uint nsid;
    public uint cdw2;
    public uint cdw3;
    public ulong metadata;
    public ulong addr;
    public uint metadata_len;
    public uint data_len;
    public uint cdw10;
    public uint cdw11;
    public uint cdw12;
    public uint cdw13;
    public uint cdw14;
    public uint cdw15;
    public uint timeout_ms;
    public uint rsvd2;
    public ulong result;
}
