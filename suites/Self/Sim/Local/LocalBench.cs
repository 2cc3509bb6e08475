using System.Runtime.InteropServices;
using Conformance.Device;
using Conformance.Nvme;
using Conformance.Sim;
using NUnit.Framework;

namespace Conformance.Self.Sim.Local;

/// <summary>A VF with a Controller Memory Buffer and a Persistent Memory Region, and a queue pair in host memory.</summary>
internal sealed class LocalBench
{
    /// <summary>Where commands are to see the buffer. No host memory is mapped there.</summary>
    public const ulong BufferBase = 0x7_0000_0000;

    /// <summary>Where commands are to see the region.</summary>
    public const ulong RegionBase = 0x9_0000_0000;

    public const int Size = 64 * 1024;

    private LocalBench(Rig rig, RawHost pf, RawHost vf) => (Rig, Pf, Vf) = (rig, pf, vf);

    public Rig Rig { get; }

    public RawHost Pf { get; }

    public RawHost Vf { get; }

    public SimFunction Function => (SimFunction)Vf.Function;

    public RawQueue Io { get; private set; } = null!;

    /// <summary>Where the buffer is in BAR0, as CMBLOC says.</summary>
    public long BufferAt => new CmbLocation(Function.Read32(Register.CmbLoc)).Ofst * 4096L;

    public PmrStatus RegionStatus => new(Function.Read32(Register.PmrSts));

    /// <summary>Both windows open, the queue pair there.</summary>
    public static void Run(
        Func<LocalBench, Task> body, SimulatedMemoryBuffer? buffer = null, SimulatedMemoryRegion? region = null, SimulatedDevice? device = null) =>
        Sim.Rig.Run(
            async rig =>
            {
                var pf = await rig.Pf(rig.Pair.Source);
                var bench = new LocalBench(rig, pf, await rig.Vf(pf));
                bench.OpenBuffer();
                bench.OpenRegion();
                bench.Io = await bench.Vf.CreateQueues(1);
                await body(bench);
            },
            new() { Device = (device ?? new()) with { LocalMemory = new() { Buffer = buffer ?? new(), Region = region ?? new() } } });

    public void OpenBuffer(ulong at = BufferBase) => Function.Write64(Register.CmbMsc, at | 3);

    public void OpenRegion(ulong at = RegionBase)
    {
        Function.Write32(Register.PmrCtl, 1);
        Function.Write32(Register.PmrMscU, (uint)(at >> 32));
        Function.Write32(Register.PmrMscL, (uint)at | 2);
    }

    /// <summary>Bytes that differ from page to page.</summary>
    public static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public void WriteBuffer(long offset, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, uint>(bytes);
        for (var i = 0; i < words.Length; i++) Function.Write32(BufferAt + offset + (i * 4), words[i]);
    }

    public byte[] ReadBuffer(long offset, int length)
    {
        var words = new uint[length / 4];
        for (var i = 0; i < words.Length; i++) words[i] = Function.Read32(BufferAt + offset + (i * 4));
        return MemoryMarshal.AsBytes<uint>(words).ToArray();
    }

    public void WriteRegion(long offset, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, uint>(bytes);
        for (var i = 0; i < words.Length; i++) Function.WriteRegion32(offset + (i * 4), words[i]);
    }

    public byte[] ReadRegion(long offset, int length)
    {
        var words = new uint[length / 4];
        for (var i = 0; i < words.Length; i++) words[i] = Function.ReadRegion32(offset + (i * 4));
        return MemoryMarshal.AsBytes<uint>(words).ToArray();
    }

    /// <summary>The status of a command on the queue pair in host memory.</summary>
    public async Task<Status> Do(SubmissionEntry entry, ulong prp1, ulong prp2 = 0) =>
        (await Vf.Io(Io, entry with { Prp1 = prp1, Prp2 = prp2 })).Status;

    public async Task Expect(Status status, SubmissionEntry entry, ulong prp1, ulong prp2 = 0) =>
        Assert.That(await Do(entry, prp1, prp2), Is.EqualTo(status), $"{prp1:X}h {prp2:X}h");
}
