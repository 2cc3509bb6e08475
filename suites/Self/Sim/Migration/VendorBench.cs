using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Migration;

/// <summary>The vendor commands of one PF, spelt out; buffers that show what was written around them.</summary>
internal sealed class VendorBench(RawHost pf, VendorDialect? dialect = null)
{
    /// <summary>Bytes of a buffer, without the guard pages before and behind it.</summary>
    public const int BufferBytes = 16384;

    private const byte Guard = 0xD9;

    private readonly VendorDialect _dialect = dialect ?? new();
    private readonly long _guarded = pf.Take(BufferBytes + 8192);
    private readonly long _list = pf.Take(4096);

    public VendorCommandSet Commands { get; } = CommandsOf(dialect ?? new());

    public RawHost Pf => pf;

    private long Buffer => _guarded + 4096;

    public static VendorCommandSet CommandsOf(VendorDialect dialect) => new()
    {
        QueryDataSizeOpcode = dialect.QueryOpcode, SuspendOpcode = dialect.SuspendOpcode, ResumeOpcode = dialect.ResumeOpcode,
        SaveDataOpcode = dialect.SaveOpcode, LoadDataOpcode = dialect.LoadOpcode,
    };

    /// <summary>All five for a VF, in the order of a migration.</summary>
    public SubmissionEntry[] All(ushort index) =>
    [
        Commands.Suspend(index), Commands.QueryDataSize(index), WithBuffer(Commands.SaveData(index)), WithBuffer(Commands.LoadData(index, 64)),
        Commands.Resume(index),
    ];

    public Task<CompletionEntry> Suspend(ushort index = 1) => pf.Must(Commands.Suspend(index));

    public Task<CompletionEntry> Resume(ushort index = 1) => pf.Must(Commands.Resume(index));

    /// <summary>Bytes of the state.</summary>
    public async Task<int> Query(ushort index = 1) => (int)(await pf.Must(Commands.QueryDataSize(index))).Dw0 * _dialect.SizeUnit;

    /// <summary>SAVE_DATA into the buffer; its status, and nothing outside the size was written.</summary>
    public async Task<(Status Status, byte[] State)> TrySave(int size, ushort index = 1)
    {
        pf.Memory.Fill(_guarded, BufferBytes + 8192, Guard);
        var status = (await pf.Do(WithBuffer(Commands.SaveData(index)))).Status;
        var written = status.IsSuccess ? size : 0;
        Assert.That(pf.Memory.Read(_guarded, 4096).ContainsAnyExcept(Guard), Is.False, "before the buffer");
        Assert.That(pf.Memory.Read(Buffer + written, BufferBytes + 4096 - written).ContainsAnyExcept(Guard), Is.False, "behind the state");
        return (status, pf.Memory.Read(Buffer, written).ToArray());
    }

    /// <summary>QUERY_DATA_SIZE and SAVE_DATA.</summary>
    public async Task<byte[]> Save(ushort index = 1)
    {
        var (status, state) = await TrySave(await Query(index), index);
        Assert.That(status, Is.EqualTo(Status.Success));
        return state;
    }

    /// <summary>LOAD_DATA; Size as given, else that of the state.</summary>
    public async Task<Status> Load(byte[] state, ushort index = 1, uint? size = null)
    {
        pf.Memory.Write(Buffer, state);
        return (await pf.Do(WithBuffer(Commands.LoadData(index, size ?? (uint)(state.Length / _dialect.SizeUnit))))).Status;
    }

    private SubmissionEntry WithBuffer(SubmissionEntry entry)
    {
        for (var i = 1; i < BufferBytes / 4096; i++) pf.Memory.Store(_list + ((i - 1) * 8), pf.Iova(Buffer + (i * 4096)));
        return entry with { Prp1 = pf.Iova(Buffer), Prp2 = pf.Iova(_list) };
    }
}
