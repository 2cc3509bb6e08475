using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Io;

/// <summary>A PF and an enabled VF with one I/O queue pair of each, to send single commands by.</summary>
internal sealed class IoBench
{
    private IoBench(Rig rig, RawHost pf, RawHost vf, RawQueue io)
    {
        Rig = rig;
        Pf = pf;
        Vf = vf;
        Queue = io;
    }

    public Rig Rig { get; }

    public RawHost Pf { get; }

    public RawHost Vf { get; }

    /// <summary>The VF's.</summary>
    public RawQueue Queue { get; }

    public GuestMemory Memory => Vf.Memory;

    public static void Run(Func<IoBench, Task> body, SimulatedDevice? device = null) => Rig.Run(
        async rig =>
        {
            var pf = await rig.Pf(rig.Pair.Source);
            var vf = await rig.Vf(pf, memory: rig.NewMemory(16 << 20));
            await body(new IoBench(rig, pf, vf, await vf.CreateQueues(1)));
        },
        new SimulatedPairOptions { Device = device ?? new() });

    /// <summary>The same for one namespace.</summary>
    public static void Run(Func<IoBench, Task> body, SimulatedNamespace ns) => Run(body, new SimulatedDevice { Namespaces = [ns] });

    public long Take(long bytes) => Vf.Take(bytes);

    /// <summary>One command; its data, if any, is in memory from <paramref name="data"/> on.</summary>
    public Task<CompletionEntry> Do(SubmissionEntry entry, long data = -1)
    {
        if (data >= 0 && entry.Dword0.Psdt == 0) (entry.Prp1, entry.Prp2) = (Vf.Iova(data), Vf.Iova(data) + 4096);
        return Vf.Io(Queue, entry);
    }

    public Task Must(SubmissionEntry entry, long data = -1) => Expect(entry, Status.Success, data);

    public async Task Expect(SubmissionEntry entry, Status status, long data = -1) =>
        Assert.That((await Do(entry, data)).Status, Is.EqualTo(status), $"{(NvmOpcode)entry.Opcode} {entry.Nsid} {entry.Cdw10:X}");

    /// <summary>Writes one block whose bytes are all the same.</summary>
    public async Task Fill(ulong lba, byte value, long data, int blockSize = 4096)
    {
        Memory.Fill(data, blockSize, value);
        await Must(NvmCommand.Write(1, lba, 0), data);
    }

    /// <summary>The bytes of one block.</summary>
    public async Task<byte[]> Read(ulong lba, long data, int blockSize = 4096)
    {
        await Must(NvmCommand.Read(1, lba, 0), data);
        return Memory.Read(data, blockSize).ToArray();
    }
}
