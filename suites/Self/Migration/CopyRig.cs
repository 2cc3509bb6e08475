using Conformance.Device;
using Conformance.Driver;
using Conformance.Migration;
using Conformance.Nvme;
using Conformance.Sim;
using NUnit.Framework;

namespace Conformance.Self.Migration;

/// <summary>Both controlling functions of a simulated pair with media of their own, and what it takes to copy from one to the other.</summary>
internal sealed class CopyRig : IDisposable
{
    private const ulong HostIova = 0x10_0000_0000;
    private const ulong StagingIova = 0x20_0000_0000;
    private const uint Nsid = 1;

    private readonly World _world = new(ClockKind.Virtual, 60_000_000_000);
    private readonly GuestMemory _host = new("host", 8 << 20);
    private readonly GuestMemory _other = new("other host", 8 << 20);
    private readonly GuestMemory _staging = new("staging", 4 << 20);

    public ControllingFunction Source { get; private set; } = null!;

    public ControllingFunction Destination { get; private set; } = null!;

    public MediumFormat Format { get; private set; } = null!;

    public MediumCopier Copier { get; private set; } = null!;

    public static void Run(SimulatedDevice device, Func<CopyRig, Task> test)
    {
        using var rig = new CopyRig();
        rig._world.Run(async () =>
        {
            await rig.StartAsync(device);
            await test(rig);
        });
    }

    private async Task StartAsync(SimulatedDevice device)
    {
        var pair = SimulatedPair.Create(_world, new SimulatedPairOptions { Device = device, Medium = MediumSharing.Local });
        Source = await StartAsync(pair.Source, _host);
        Destination = await StartAsync(pair.Destination, _other);
        (_, var from) = await MediumFormat.ReadAsync(Source, Nsid);
        (_, var to) = await MediumFormat.ReadAsync(Destination, Nsid);
        Format = from!;
        var space = new AddressSpace("staging");
        space.Add(StagingIova, _staging);
        Copier = new MediumCopier(
            _world, Source, Destination, from!, to!, new DriverMemory(space, new PageAllocator(StagingIova, _staging.Length)), 64 << 10, 4, 0);
    }

    private async Task<ControllingFunction> StartAsync(SimHost bus, GuestMemory ram)
    {
        var dma = bus.CreateDmaSpace(bus.Name);
        dma.Map(new DmaMapping(HostIova, ram, 0, ram.Length, DmaAccess.ReadWrite));
        dma.Map(new DmaMapping(StagingIova, _staging, 0, _staging.Length, DmaAccess.ReadWrite));
        var space = new AddressSpace(bus.Name);
        space.Add(HostIova, ram);
        var memory = new DriverMemory(space, new PageAllocator(HostIova, ram.Length));
        var (outcome, function) = await ControllingFunction.StartAsync(_world, bus, bus.PhysicalFunctions[0].Requester, memory, dma, 16, 1 << 20, new LimitSettings().CommandTimeouts());
        Assert.That(outcome.IsOk, Is.True, outcome.ToString());
        return function!;
    }

    /// <summary>Writes blocks that all hold one byte, and metadata of another where there is any.</summary>
    public async Task WriteAsync(ControllingFunction side, ulong lba, int blocks, byte content, byte metadata = 0)
    {
        var data = side.Memory.Rent(blocks * Format.TransferSize);
        data.Write(Enumerable.Repeat(content, blocks * Format.TransferSize).ToArray(), 0);
        var separate = Format.SeparateSize == 0 ? default : side.Memory.Rent(blocks * Format.SeparateSize);
        if (!separate.IsEmpty) separate.Write(Enumerable.Repeat(metadata, blocks * Format.SeparateSize).ToArray(), 0);
        await OkAsync(side, NvmCommand.Write(Nsid, lba, (ushort)(blocks - 1)), data, separate);
    }

    public Task ZeroAsync(ControllingFunction side, ulong lba, int blocks) => OkAsync(side, NvmCommand.WriteZeroes(Nsid, lba, (ushort)(blocks - 1)));

    public Task BreakAsync(ControllingFunction side, ulong lba, int blocks) => OkAsync(side, NvmCommand.WriteUncorrectable(Nsid, lba, (ushort)(blocks - 1)));

    public async Task DeallocateAsync(ControllingFunction side, ulong lba, uint blocks)
    {
        var data = side.Memory.Rent(DatasetManagementRange.Size);
        data.Write(Wire.Bytes(new DatasetManagementRange { Slba = lba, LengthInBlocks = blocks }), 0);
        await OkAsync(side, NvmCommand.DatasetManagement(Nsid, 0), data);
    }

    /// <summary>The allocated runs of a side.</summary>
    public async Task<IEnumerable<LbaRange>> AllocatedAsync(ControllingFunction side)
    {
        var (outcome, runs) = await new AllocatedRanges(side, Format).ReadAsync();
        Assert.That(outcome.IsOk, Is.True, outcome.ToString());
        return runs;
    }

    public async Task<(byte[] Data, byte[] Metadata)> ReadAsync(ControllingFunction side, ulong lba)
    {
        var data = side.Memory.Rent(Format.TransferSize);
        var separate = Format.SeparateSize == 0 ? default : side.Memory.Rent(Format.SeparateSize);
        await OkAsync(side, NvmCommand.Read(Nsid, lba, 0), data, separate);
        return (data.Read().ToArray(), separate.IsEmpty ? [] : separate.Read().ToArray());
    }

    public async Task<IReadOnlyList<LbaRange>> DifferencesAsync(params LbaRange[] runs)
    {
        var (outcome, different, _) = await Copier.CompareAsync(runs, 64);
        Assert.That(outcome.IsOk, Is.True, outcome.ToString());
        return different;
    }

    /// <summary>Controllers of the source that may write to the namespace besides the one that moves.</summary>
    public async Task<IReadOnlyList<ushort>> WritersAsync(ushort moved)
    {
        var (outcome, others) = await OtherWriters.FindAsync(Source, Nsid, moved);
        Assert.That(outcome.IsOk, Is.True, outcome.ToString());
        return others;
    }

    /// <summary>Brings a VF of the source online, and leaves those before it offline.</summary>
    public async Task BringUpAsync(int vf)
    {
        var (outcome, functions) = await Sriov.Find(_world, Source.Pf.Function)!.EnableAsync(Source.Bus, vf);
        Assert.That(outcome.IsOk, Is.True, outcome.ToString());
        var secondaries = new SecondaryControllers(Source.Pf);
        var (_, entry) = await secondaries.FindAsync(vf);
        outcome = await secondaries.BringUpAsync(functions[vf - 1], entry.Scid, 2, 2);
        Assert.That(outcome.IsOk, Is.True, outcome.ToString());
    }

    public void Dispose()
    {
        _host.Dispose();
        _other.Dispose();
        _staging.Dispose();
    }

    private static async Task OkAsync(ControllingFunction side, SubmissionEntry command, DmaBuffer data = default, DmaBuffer metadata = default)
    {
        var answer = await side.IoAsync(command, data, metadata);
        Assert.That(answer.IsOk, Is.True, answer.ToString());
    }
}
