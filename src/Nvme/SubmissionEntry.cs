using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>Command Dword 0: opcode, fused operation, PRP or SGL for data transfer, command identifier (Base 2.3 4.1.1).</summary>
public readonly record struct CommandDword0(uint Raw)
{
    public byte Opcode { get => (byte)Raw; init => Raw = Bits.With(Raw, 7, 0, value); }

    /// <summary>Fused operation: 0 normal, 1 first command, 2 second command.</summary>
    public byte Fuse { get => (byte)Bits.Get(Raw, 9, 8); init => Raw = Bits.With(Raw, 9, 8, value); }

    /// <summary>0 PRPs, 1 SGL with contiguous metadata, 2 SGL with an SGL segment for metadata.</summary>
    public byte Psdt { get => (byte)Bits.Get(Raw, 15, 14); init => Raw = Bits.With(Raw, 15, 14, value); }

    public ushort Cid { get => (ushort)Bits.Get(Raw, 31, 16); init => Raw = Bits.With(Raw, 31, 16, value); }
}

/// <summary>
/// A submission queue entry, 64 bytes, little endian (Base 2.3 4.1.1). Viewed in queue memory as it is; the <c>...Fields</c> types of
/// this project read and fill its command specific dwords.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public record struct SubmissionEntry
{
    public const int Size = 64;

    public CommandDword0 Dword0;
    public uint Nsid;
    public uint Cdw2;
    public uint Cdw3;
    public ulong Mptr;
    public ulong Prp1;
    public ulong Prp2;
    public uint Cdw10;
    public uint Cdw11;
    public uint Cdw12;
    public uint Cdw13;
    public uint Cdw14;
    public uint Cdw15;

    public byte Opcode { readonly get => Dword0.Opcode; set => Dword0 = Dword0 with { Opcode = value }; }

    public ushort Cid { readonly get => Dword0.Cid; set => Dword0 = Dword0 with { Cid = value }; }

    /// <summary>The data pointer as SGL Entry 1: the 16 bytes of PRP1 and PRP2. PSDT says which holds.</summary>
    public SglDescriptor Sgl1
    {
        readonly get => new() { Address = Prp1, Length = (uint)Prp2, Dword3 = (uint)(Prp2 >> 32) };
        set => (Prp1, Prp2) = (value.Address, Bits.Join(value.Length, value.Dword3));
    }
}
