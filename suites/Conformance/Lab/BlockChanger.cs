using Conformance.Device;
using Conformance.Migration;
using Conformance.Nvme;

namespace Conformance.Suite;

/// <summary>
/// A guest that changes the first blocks of a namespace by every command that can, and knows which blocks its successful commands changed.
/// Each write has contents of its own.
/// </summary>
/// <param name="vf">Whose guest it is.</param>
/// <param name="io">Its queue.</param>
/// <param name="format">Of the namespace.</param>
/// <param name="blocks">The first so many are used.</param>
/// <param name="random">Of the mix.</param>
public sealed class BlockChanger(CaseVf vf, CaseQueue io, MediumFormat format, int blocks, Rng random = default)
{
    private const int MostBlocks = 8;

    private readonly Dictionary<ushort, (ulong Slba, int Count)> _pending = [];
    private readonly Stack<DmaBuffer> _buffers = new();
    private readonly Stack<DmaBuffer> _metadata = new();
    private readonly Dictionary<ushort, (DmaBuffer Data, DmaBuffer Metadata)> _used = [];
    private Rng _random = random;
    private int _read;
    private byte _value;

    /// <summary>Blocks that commands which succeeded changed, by their own account.</summary>
    public SortedSet<ulong> Changed { get; } = [];

    /// <summary>Ends the case as not supported where the controller has not got a command.</summary>
    public static void Need(CaseVf vf, NvmOpcode opcode)
    {
        var oncs = vf.Nvme.Identity.Oncs;
        switch (opcode)
        {
            case NvmOpcode.WriteZeroes: Lab.Need(oncs.WriteZeroes, "Write Zeroes (ONCS bit 3)"); break;
            case NvmOpcode.WriteUncorrectable: Lab.Need(oncs.WriteUncorrectable, "Write Uncorrectable (ONCS bit 1)"); break;
            case NvmOpcode.DatasetManagement: Lab.Need(oncs.DatasetManagement, "Dataset Management (ONCS bit 2)"); break;
            case NvmOpcode.Copy: Lab.Need(oncs.Copy, "Copy (ONCS bit 8)"); break;
            case NvmOpcode.Compare: Lab.Need((vf.Nvme.Identity.Fuses.Raw & 1) != 0, "fused Compare and Write (FUSES bit 0)"); break;
        }
    }

    /// <summary>Writes all blocks, which are not counted as changed.</summary>
    public async ValueTask FillAsync()
    {
        for (var slba = 0; slba < blocks; slba += MostBlocks) Put(NvmOpcode.Write, (ulong)slba, Math.Min(MostBlocks, blocks - slba));
        io.Ring();
        await SettleAsync();
        Changed.Clear();
    }

    /// <summary>One command, to its end; a step of setting up.</summary>
    public async ValueTask ChangeAsync(NvmOpcode opcode, ulong slba, int count)
    {
        Put(opcode, slba, Math.Min(count, MostBlocks));
        io.Ring();
        await SettleAsync();
    }

    /// <summary>Commands of every kind that the controller has, in flight together; to the end of the last.</summary>
    public async ValueTask BurstAsync(int commands)
    {
        PutMix(commands);
        await SettleAsync();
    }

    /// <summary>The same, without waiting for the end; <see cref="SettleAsync"/> does.</summary>
    public void PutMix(int commands)
    {
        var oncs = vf.Nvme.Identity.Oncs;
        var kinds = new List<NvmOpcode> { NvmOpcode.Write, NvmOpcode.Write };
        if (oncs.WriteZeroes) kinds.Add(NvmOpcode.WriteZeroes);
        if (oncs.DatasetManagement) kinds.Add(NvmOpcode.DatasetManagement);
        if (oncs.WriteUncorrectable) kinds.Add(NvmOpcode.WriteUncorrectable);
        if (oncs.Copy) kinds.Add(NvmOpcode.Copy);
        for (var i = 0; i < commands; i++)
        {
            var count = 1 + (int)_random.Below(MostBlocks);
            Put(kinds[(int)_random.Below(kinds.Count)], (ulong)_random.Below(blocks - count), count);
        }

        io.Ring();
    }

    /// <summary>Waits for every command that is under way, and adds up what they changed.</summary>
    public async ValueTask SettleAsync()
    {
        while (_pending.Count > 0)
        {
            if (!await io.ReachesAsync(_read + 1)) throw CaseEnd.Inconclusive("set-up: a command that changes blocks: no answer in time");
            for (; _read < io.Taken.Count; _read++)
            {
                var entry = io.Taken[_read];
                if (!_pending.Remove(entry.Cid, out var range)) continue;
                if (entry.Status.IsSuccess) Add(range.Slba, range.Count);
                if (!_used.Remove(entry.Cid, out var buffers)) continue;
                _buffers.Push(buffers.Data);
                if (!buffers.Metadata.IsEmpty) _metadata.Push(buffers.Metadata);
            }
        }
    }

    private void Add(ulong slba, int count)
    {
        for (var i = 0; i < count; i++) Changed.Add(slba + (ulong)i);
    }

    private void Put(NvmOpcode opcode, ulong slba, int count)
    {
        var z = (ushort)(count - 1);
        switch (opcode)
        {
            case NvmOpcode.WriteZeroes:
                Put(NvmCommand.WriteZeroes(format.Nsid, slba, z, deallocate: slba % 3 == 0), slba, count);
                break;
            case NvmOpcode.WriteUncorrectable:
                Put(NvmCommand.WriteUncorrectable(format.Nsid, slba, z), slba, count);
                break;
            case NvmOpcode.DatasetManagement:
                var range = new DatasetManagementRange { Slba = slba, LengthInBlocks = (uint)count };
                PutWithParameter(NvmCommand.DatasetManagement(format.Nsid, 0), range, slba, count);
                break;
            case NvmOpcode.Copy:
                PutWithParameter(NvmCommand.Copy(format.Nsid, slba, 0), new CopyRange { Slba = (ulong)blocks - (ulong)count, NlbZ = z }, slba, count);
                break;
            case NvmOpcode.Compare:
                PutFused(slba);
                break;
            default:
                PutWrite(NvmCommand.Write(format.Nsid, slba, z), slba, count, ++_value);
                break;
        }
    }

    /// <summary>Compare and Write of one block, which holds what <see cref="FillAsync"/> wrote there.</summary>
    private void PutFused(ulong slba)
    {
        var compare = NvmCommand.Compare(format.Nsid, slba, 0) with { Dword0 = new CommandDword0 { Opcode = (byte)NvmOpcode.Compare, Fuse = 1 } };
        var write = NvmCommand.Write(format.Nsid, slba, 0) with { Dword0 = new CommandDword0 { Opcode = (byte)NvmOpcode.Write, Fuse = 2 } };
        // Chunk after chunk was written, each with the next value.
        PutWrite(compare, slba, 0, (byte)(1 + (slba / MostBlocks)));
        PutWrite(write, slba, 1, ++_value);
    }

    private void PutWrite(SubmissionEntry command, ulong slba, int count, byte value)
    {
        var data = _buffers.Count > 0 ? _buffers.Pop() : vf.Buffer(MostBlocks * format.TransferSize);
        data.Memory!.Fill(data.Offset, data.Length, value);
        var metadata = default(DmaBuffer);
        if (format.SeparateSize > 0)
        {
            metadata = _metadata.Count > 0 ? _metadata.Pop() : vf.Buffer(MostBlocks * format.SeparateSize);
            metadata.Memory!.Fill(metadata.Offset, metadata.Length, value);
            command.Mptr = metadata.Iova;
        }

        var cid = Put(io.WithData(command, data.Slice(0, Math.Max(1, count) * format.TransferSize)), slba, count);
        _used[cid] = (data, metadata);
    }

    private void PutWithParameter<T>(SubmissionEntry command, T parameter, ulong slba, int count)
        where T : unmanaged
    {
        var data = _buffers.Count > 0 ? _buffers.Pop() : vf.Buffer(MostBlocks * format.TransferSize);
        data.Write(Wire.Bytes(in parameter));
        var cid = Put(command with { Prp1 = data.Iova }, slba, count);
        _used[cid] = (data, default);
    }

    private ushort Put(SubmissionEntry command, ulong slba, int count)
    {
        var cid = io.Put(command);
        _pending[cid] = (slba, count);
        return cid;
    }
}
