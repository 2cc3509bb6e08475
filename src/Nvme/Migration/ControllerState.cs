using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>
/// The controller state that Migration Receive returns and Migration Send takes (Base 2.3 5.2.17.1.3), decoded. It says what is written
/// there and no more: whether queues exist twice, point nowhere or do not fit a controller is for others to judge.
/// </summary>
public sealed class ControllerState
{
    /// <summary>The header. Its two lengths are made from the content when encoding.</summary>
    public ControllerStateHeader Header { get; init; }

    /// <summary>
    /// Head of the NVMe part, null when the state has none. Its two counts are made from the queues when encoding.
    /// </summary>
    public NvmeControllerState? Nvme { get; init; }

    /// <summary>States of the I/O submission queues, in the order of the state.</summary>
    public IoSubmissionQueueState[] SubmissionQueues { get; init; } = [];

    /// <summary>States of the I/O completion queues, in the order of the state.</summary>
    public IoCompletionQueueState[] CompletionQueues { get; init; } = [];

    /// <summary>Vendor specific data, whole dwords; empty when the state has none.</summary>
    public byte[] Vendor { get; init; } = [];

    /// <summary>Bytes of the encoded state.</summary>
    public long Length => ControllerStateHeader.Size + (4 * NvmeDwords) + Vendor.Length;

    private long NvmeDwords => Nvme is null
        ? 0
        : (NvmeControllerState.Size + (IoSubmissionQueueState.Size * (long)SubmissionQueues.Length)
            + (IoCompletionQueueState.Size * (long)CompletionQueues.Length)) / 4;

    /// <summary>
    /// The bytes that a header announces, itself included; null when they do not fit 63 bits. So a host that has read 48 bytes knows how
    /// many to read, before it believes them.
    /// </summary>
    public static long? AnnouncedLength(in ControllerStateHeader header)
    {
        const ulong Most = (long.MaxValue - ControllerStateHeader.Size) / 4;
        return header.NvmeDwords > Most || header.VendorDwords > Most - header.NvmeDwords
            ? null
            : ControllerStateHeader.Size + (4 * (long)(ulong)(header.NvmeDwords + header.VendorDwords));
    }

    /// <summary>
    /// Decodes the state at the start of <paramref name="data"/>; bytes after its <see cref="Length"/> are not looked at. Null and the
    /// reason when a version is unknown or a length or count does not agree with another or with the data. Allocates no more than the
    /// data justifies.
    /// </summary>
    public static ControllerState? TryDecode(ReadOnlySpan<byte> data, out DecodeError error)
    {
        error = Check(data, out var header, out var nvme);
        if (error != default)
        {
            return null;
        }
        var rest = data[ControllerStateHeader.Size..];
        if (nvme is null)
        {
            return new() { Header = header, Vendor = Take<byte>(ref rest, 4 * (int)header.VendorDwords) };
        }
        rest = rest[NvmeControllerState.Size..];
        return new()
        {
            Header = header,
            Nvme = nvme,
            SubmissionQueues = Take<IoSubmissionQueueState>(ref rest, nvme.Value.SubmissionQueues),
            CompletionQueues = Take<IoCompletionQueueState>(ref rest, nvme.Value.CompletionQueues),
            Vendor = Take<byte>(ref rest, 4 * (int)header.VendorDwords),
        };
    }

    /// <summary>The encoded state, <see cref="Length"/> bytes.</summary>
    public byte[] Encode()
    {
        var data = new byte[Length];
        Encode(data);
        return data;
    }

    /// <summary>
    /// Writes the encoded state, <see cref="Length"/> bytes. Throws when there are queues but no NVMe part, more queues than a count can
    /// say, or vendor data that is not whole dwords.
    /// </summary>
    public void Encode(Span<byte> data)
    {
        if (Nvme is null && (SubmissionQueues.Length | CompletionQueues.Length) != 0)
        {
            throw new InvalidOperationException("A controller state without an NVMe part has no queues.");
        }
        if (Vendor.Length % 4 != 0)
        {
            throw new InvalidOperationException($"Vendor data is whole dwords, not {Vendor.Length} bytes.");
        }
        var header = Header with { NvmeDwords = (ulong)NvmeDwords, VendorDwords = (ulong)Vendor.Length / 4 };
        Put(ref data, [header]);
        if (Nvme is { } nvme)
        {
            nvme.SubmissionQueues = checked((ushort)SubmissionQueues.Length);
            nvme.CompletionQueues = checked((ushort)CompletionQueues.Length);
            Put(ref data, [nvme]);
            Put<IoSubmissionQueueState>(ref data, SubmissionQueues);
            Put<IoCompletionQueueState>(ref data, CompletionQueues);
        }
        Put<byte>(ref data, Vendor);
    }

    private static DecodeError Check(ReadOnlySpan<byte> data, out ControllerStateHeader header, out NvmeControllerState? nvme)
    {
        nvme = null;
        if (!MemoryMarshal.TryRead(data, out header))
        {
            return new("Controller State header", data.Length, $"it takes {ControllerStateHeader.Size} bytes, there are {data.Length}");
        }
        if (header.Version != 0)
        {
            return new("VER", 0, $"version {header.Version} is unknown");
        }
        // Divided, not multiplied: 128-bit lengths from outside must not wrap.
        var dwords = (UInt128)(ulong)(data.Length - ControllerStateHeader.Size) / 4;
        if (header.NvmeDwords > dwords)
        {
            return new("NVMECSS", 16, $"{header.NvmeDwords} dwords announced, {dwords} there");
        }
        if (header.VendorDwords > dwords - header.NvmeDwords)
        {
            return new("VSS", 32, $"{header.VendorDwords} dwords announced, {dwords - header.NvmeDwords} there");
        }
        if (header.NvmeDwords == 0)
        {
            return default;
        }
        if (header.NvmeDwords < NvmeControllerState.Size / 4)
        {
            return new("NVMECSS", 16, $"{header.NvmeDwords} dwords are too few for an NVMe controller state");
        }

        const int Start = ControllerStateHeader.Size;
        var head = MemoryMarshal.Read<NvmeControllerState>(data[Start..]);
        if (head.Version != 0)
        {
            return new("NVMe Controller State VER", Start, $"version {head.Version} is unknown");
        }
        var needed = (NvmeControllerState.Size + (IoSubmissionQueueState.Size * head.SubmissionQueues)
            + (IoCompletionQueueState.Size * head.CompletionQueues)) / 4;
        if (header.NvmeDwords != (uint)needed)
        {
            return new(
                "NVMECSS", 16,
                $"{header.NvmeDwords} dwords announced, {head.SubmissionQueues} I/O SQs and {head.CompletionQueues} I/O CQs take {needed}");
        }
        nvme = head;
        return default;
    }

    private static T[] Take<T>(ref ReadOnlySpan<byte> rest, int count)
        where T : unmanaged
    {
        // Queue states lie at multiples of 8 only when the buffer does; copying bytes asks nothing of it.
        var taken = new T[count];
        var bytes = MemoryMarshal.AsBytes(taken.AsSpan());
        rest[..bytes.Length].CopyTo(bytes);
        rest = rest[bytes.Length..];
        return taken;
    }

    private static void Put<T>(ref Span<byte> rest, scoped ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values);
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }
}
