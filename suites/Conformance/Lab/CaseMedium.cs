using Conformance.Device;
using Conformance.Migration;
using Conformance.Nvme;

namespace Conformance.Suite;

/// <summary>One logical block as a host's PF reads it.</summary>
/// <param name="Answer">The read's.</param>
/// <param name="Bytes">Data, then metadata; empty where it cannot be read.</param>
public readonly record struct CaseBlock(CommandAnswer Answer, byte[] Bytes)
{
    /// <summary>Both can be read and hold the same, or neither can be.</summary>
    public bool IsSame(in CaseBlock other) => Answer.IsOk == other.Answer.IsOk && Bytes.AsSpan().SequenceEqual(other.Bytes);
}

/// <summary>Namespace 1 of a host, looked at through its PF.</summary>
public sealed class CaseMedium(CaseHost host, MediumFormat format)
{
    /// <summary>The first block whose number has more than 32 bits.</summary>
    public const ulong Beyond = 1UL << 32;

    public MediumFormat Format => format;

    /// <summary>Ends the case as not supported where all block numbers fit into 32 bits, or there is hardly another.</summary>
    public static void NeedBeyond32Bits(MediumFormat format) => Lab.Need(format.Blocks > Beyond + 1024, "a namespace that goes beyond block 2^32 (NSZE)");

    public static async ValueTask<CaseMedium> OfAsync(CaseHost host, uint nsid = 1)
    {
        var (outcome, format) = await MediumFormat.ReadAsync(host.Controlling, nsid);
        Lab.Must(outcome);
        return new CaseMedium(host, format!);
    }

    /// <summary>One block.</summary>
    /// <param name="lba">Which.</param>
    /// <param name="checks">PRCHK: which parts of the protection information are checked.</param>
    public async ValueTask<CaseBlock> ReadAsync(ulong lba, byte checks = 0)
    {
        var (data, metadata) = (host.Buffer(format.TransferSize), format.SeparateSize > 0 ? host.Buffer(format.SeparateSize) : default);
        var command = new LbaFields(NvmCommand.Read(format.Nsid, lba, 0)) { Prinfo = checks }.Entry with { Cdw14 = (uint)lba };
        var answer = await host.Controlling.IoAsync(command, data, metadata);
        byte[] bytes = answer.IsOk ? [.. data.Read(), .. metadata.Read()] : [];
        host.Pf.Memory.Return(data);
        if (!metadata.IsEmpty) host.Pf.Memory.Return(metadata);
        return new CaseBlock(answer, bytes);
    }

    /// <summary>The first blocks.</summary>
    public async ValueTask<CaseBlock[]> ImageAsync(int blocks)
    {
        var image = new CaseBlock[blocks];
        for (var i = 0; i < blocks; i++) image[i] = await ReadAsync((ulong)i);
        return image;
    }

    /// <summary>Writes the first blocks with one byte, metadata too.</summary>
    public async ValueTask FillAsync(int blocks, byte value)
    {
        var (data, metadata) = (host.Buffer(format.TransferSize), format.SeparateSize > 0 ? host.Buffer(format.SeparateSize) : default);
        data.Memory!.Fill(data.Offset, data.Length, value);
        metadata.Memory?.Fill(metadata.Offset, metadata.Length, value);
        for (var i = 0; i < blocks; i++) Lab.Must(
            "write through the PF", await host.Controlling.IoAsync(NvmCommand.Write(format.Nsid, (ulong)i, 0), data, metadata));
    }
}

/// <summary>The copy of namespace 1 of one host to that of another, by commands of both PFs.</summary>
public sealed class CaseCopy
{
    private const ulong StagingIova = 0x50_0000_0000;
    private const int StagingBytes = 4 << 20;
    private const int Chunk = 64 << 10;
    private const int Depth = 4;

    private readonly CaseMove _move;
    private readonly MediumCopier _copier;

    private CaseCopy(CaseMove move, CaseMedium from, CaseMedium to, MediumCopier copier) => (_move, From, To, _copier) = (move, from, to, copier);

    public CaseMedium From { get; }

    public CaseMedium To { get; }

    /// <summary>The case is not supported where the two are not of one format.</summary>
    public static async ValueTask<CaseCopy> CreateAsync(Lab lab, CaseMove move)
    {
        Lab.Need(!ReferenceEquals(move.Source, move.Destination), "a medium of the destination's own");
        var (from, to) = (await CaseMedium.OfAsync(move.Source), await CaseMedium.OfAsync(move.Destination));
        var unfit = from.Format.Incompatible(to.Format);
        Lab.Need(unfit is null, $"namespaces of one format ({unfit})");
        var staging = lab.NewMemory("staging", StagingBytes);
        foreach (var host in (CaseHost[])[move.Source, move.Destination])
            host.Space.Map(new DmaMapping(StagingIova, staging, 0, StagingBytes, DmaAccess.ReadWrite));
        return new CaseCopy(move, from, to, new MediumCopier(
            lab.World, move.Source.Controlling, move.Destination.Controlling, from.Format, to.Format, Lab.ViewOf(staging, StagingIova), Chunk, Depth, 0));
    }

    /// <summary>Everything that holds anything, onto a destination that is emptied before.</summary>
    public async ValueTask CopyAllAsync()
    {
        var (cleared, left) = await _copier.ClearDestinationAsync();
        Lab.Must(cleared);
        var (outcome, held) = await new AllocatedRanges(_move.Source.Controlling, From.Format).ReadAsync();
        Lab.Must(outcome);
        var runs = new LbaRangeSet();
        foreach (var run in held.Concat(left)) runs.Add(run.Lba, run.Count);
        Lab.Must(await _copier.CopyAsync(runs.Take()));
    }

    /// <summary>Some blocks.</summary>
    public async ValueTask CopyAsync(IEnumerable<ulong> blocks)
    {
        var runs = new LbaRangeSet();
        foreach (var block in blocks.Where(it => it < From.Format.Blocks)) runs.Add(block, 1);
        Lab.Must(await _copier.CopyAsync(runs.Take()));
    }

    /// <summary>What differs between the two, among everything that either side holds; a few at most.</summary>
    public async ValueTask<IReadOnlyList<LbaRange>> DifferencesAsync()
    {
        var all = new LbaRangeSet();
        foreach (var (host, format) in ((CaseHost, MediumFormat)[])[(_move.Source, From.Format), (_move.Destination, To.Format)])
        {
            var (outcome, held) = await new AllocatedRanges(host.Controlling, format).ReadAsync();
            Lab.Must(outcome);
            foreach (var run in held) all.Add(run.Lba, run.Count);
        }

        var (compared, different, _) = await _copier.CompareAsync(all.Take(), 8);
        Lab.Must(compared);
        return different;
    }
}
