using Conformance.Device;
using Conformance.Driver;
using Conformance.Migration;
using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Performance;

/// <summary>Two simulated sides with media of their own, and the medium copier between them: commands of 128 KiB, 8 of them at once.</summary>
internal sealed class CopyLoad : IDisposable
{
    public const int Chunk = 128 << 10;
    public const int Depth = 8;
    public const int BlockSize = 4096;

    private const ulong HostIova = 0x10_0000_0000;
    private const ulong StagingIova = 0x20_0000_0000;
    private const uint Nsid = 1;

    private readonly GuestMemory[] _memories = [new("source host", 8 << 20), new("destination host", 8 << 20), new("staging", 8 << 20)];
    private readonly DriverMemory _staging;
    private readonly MediumFormat _from;
    private readonly MediumFormat _to;
    private readonly LbaRange[] _extents;
    private readonly byte[] _block = new byte[BlockSize];

    /// <param name="capacity">Bytes of the namespace on each side.</param>
    /// <param name="written">Bytes that the source holds, stamped.</param>
    /// <param name="extents">Runs in which they lie, evenly over the namespace.</param>
    public CopyLoad(long capacity, long written, int extents)
    {
        var blocks = capacity / BlockSize;
        var device = new SimulatedDevice
        {
            Namespaces = [new SimulatedNamespace { Blocks = blocks }],
            Migration = new SimulatedMigration { AllocationGranularity = 1 },
        };
        var pair = SimulatedPair.Create(World, new SimulatedPairOptions { Device = device, Medium = MediumSharing.Local });
        var space = new AddressSpace("staging");
        space.Add(StagingIova, _memories[2]);
        _staging = new DriverMemory(space, new PageAllocator(StagingIova, _memories[2].Length));
        var each = (ulong)(written / BlockSize / extents);
        var step = (ulong)blocks / (ulong)extents;
        _extents = [.. Enumerable.Range(0, extents).Select(i => new LbaRange((ulong)i * step, each))];
        (Source, Destination, _from, _to) = World.Run(async () =>
        {
            var source = await StartAsync(pair.Source, _memories[0]);
            var destination = await StartAsync(pair.Destination, _memories[1]);
            var from = (await MediumFormat.ReadAsync(source, Nsid)).Format!;
            return (source, destination, from, (await MediumFormat.ReadAsync(destination, Nsid)).Format!);
        });
        World.Run(FillAsync);
    }

    public World World { get; } = new(ClockKind.Virtual);

    public ControllingFunction Source { get; }

    public ControllingFunction Destination { get; }

    /// <summary>The runs that were written.</summary>
    public IReadOnlyList<LbaRange> Extents => _extents;

    public MediumCopier NewCopier(bool verify = false) =>
        new(World, Source, Destination, _from, _to, _staging, Chunk, Depth, bytesPerSecond: 0, verify);

    /// <summary>The destination is as new: no memory of its medium is left.</summary>
    public void Forget() => World.Run(async () =>
    {
        var ns = await Destination.Pf.IdentifyAsync<IdentifyNamespace>(Cns.IdentifyNamespace, Nsid);
        var answer = await Destination.AdminAsync(AdminCommand.FormatNvm(Nsid, ns.Value.Flbas.Index));
        if (!answer.IsOk) throw new InvalidOperationException($"Format NVM: {answer}");
    });

    /// <summary>A whole copy, from asking what is allocated to the last block; returns the bytes written.</summary>
    public long Copy(bool verify) => World.Run(async () =>
    {
        var copier = NewCopier(verify);
        var (outcome, left) = await copier.ClearDestinationAsync();
        Must(outcome);
        (outcome, var held) = await new AllocatedRanges(Source, _from).ReadAsync();
        Must(outcome);
        Must(await copier.CopyAsync(held.Concat(left)));
        copier.Release();
        if (copier.Spoilt.Count > 0) throw new InvalidOperationException($"{copier.Spoilt[0]} did not read back as written.");
        return copier.Counters.BytesWritten;
    });

    /// <summary>
    /// Bytes that one command more of a copy allocates once everything is warm: what a copy takes to begin and to end is the same however long it is.
    /// </summary>
    public double Allocated(bool verify = false) => World.Run(async () =>
    {
        var copier = NewCopier(verify);
        LbaRange[] twice = [.. _extents, .. _extents];
        await MeasureAsync(copier, twice);
        var (once, few) = await MeasureAsync(copier, _extents);
        var (more, many) = await MeasureAsync(copier, twice);
        copier.Release();
        return Math.Max(0, more - once) / (double)(many - few);
    });

    private static async Task<(long Bytes, long Commands)> MeasureAsync(MediumCopier copier, LbaRange[] runs)
    {
        var (before, commands) = (GC.GetAllocatedBytesForCurrentThread(), copier.Counters.Commands);
        Must(await copier.CopyAsync(runs));
        return (GC.GetAllocatedBytesForCurrentThread() - before, copier.Counters.Commands - commands);
    }

    public void Dispose()
    {
        foreach (var memory in _memories) memory.Dispose();
    }

    /// <summary>Puts a block's content into a buffer.</summary>
    public void Stamp(DmaBuffer buffer, BlockStamp stamp)
    {
        stamp.WriteTo(_block);
        buffer.Write(_block);
    }

    internal static void Must(Outcome outcome)
    {
        if (!outcome.IsOk) throw new InvalidOperationException(outcome.ToString());
    }

    private async Task<ControllingFunction> StartAsync(SimHost bus, GuestMemory ram)
    {
        var dma = bus.CreateDmaSpace(bus.Name);
        dma.Map(new DmaMapping(HostIova, ram, 0, ram.Length, DmaAccess.ReadWrite));
        dma.Map(new DmaMapping(StagingIova, _memories[2], 0, _memories[2].Length, DmaAccess.ReadWrite));
        var space = new AddressSpace(bus.Name);
        space.Add(HostIova, ram);
        var memory = new DriverMemory(space, new PageAllocator(HostIova, ram.Length));
        var (outcome, function) = await ControllingFunction.StartAsync(
            World, bus, bus.PhysicalFunctions[0].Requester, memory, dma, 2 * Depth, 1 << 20, new LimitSettings().CommandTimeouts());
        Must(outcome);
        return function!;
    }

    private async Task FillAsync()
    {
        var buffer = Source.Memory.Rent(Chunk);
        foreach (var extent in _extents)
        {
            for (var lba = extent.Lba; lba < extent.End;)
            {
                var count = Math.Min(extent.End - lba, Chunk / BlockSize);
                for (var i = 0UL; i < count; i++)
                    Stamp(buffer.Slice((int)i * BlockSize, BlockSize), new BlockStamp(Nsid, lba + i, 1, 1));

                var answer = await Source.IoAsync(NvmCommand.Write(Nsid, lba, (ushort)(count - 1)), buffer.Slice(0, (int)count * BlockSize));
                if (!answer.IsOk) throw new InvalidOperationException($"Write {lba}: {answer}");
                lba += count;
            }
        }

        Source.Memory.Return(buffer);
    }
}
