using Conformance.Device;
using Conformance.Driver;
using Conformance.Migration;
using Conformance.Nvme;

namespace Conformance.Suite;

/// <summary>What SAVE_DATA did.</summary>
/// <param name="Answer">Of the command.</param>
/// <param name="Bytes">The state; nothing where it was refused.</param>
/// <param name="Around">Nothing outside the place of the state was written.</param>
public sealed record CaseSave(CommandAnswer Answer, byte[] Bytes, bool Around);

/// <summary>
/// The vendor commands as a case asks them: one command a call, in the dialect that the profile tells of the device. VFs are named by their
/// number from 1, sizes are bytes, whatever the dialect counts them in.
/// </summary>
public sealed class CaseVendor
{
    /// <summary>What stands in memory that nobody may write.</summary>
    public const byte Guard = 0xD9;

    private const int PageSize = GuestMemory.PageSize;

    private readonly CaseHost _host;
    private readonly VendorOptions _dialect;

    private CaseVendor(CaseHost host, VendorOptions dialect) => (_host, _dialect) = (host, dialect);

    public VendorOptions Dialect => _dialect;

    public VendorCommandSet Commands => _dialect.Commands;

    /// <summary>The byte of the PF's Identify Controller that says whether migration is offered.</summary>
    public byte Capability => CapabilityOf(_host.Identity);

    /// <summary>The vendor commands of a host, whether or not it offers them.</summary>
    public static CaseVendor Of(CaseHost host) => new(host, host.Lab.Device.Vendor);

    /// <summary>Ends the case as not supported where the PF does not offer them: then none of them may be sent.</summary>
    public static CaseVendor Need(CaseHost host)
    {
        var vendor = Of(host);
        Lab.Need(vendor.Capability != 0, $"vendor commands (Identify Controller byte {vendor.Dialect.CapabilityOffset} is 00h)");
        return vendor;
    }

    public byte CapabilityOf(in IdentifyController identity) => Wire.Bytes(identity)[_dialect.CapabilityOffset];

    public ushort IndexOf(int vf) => (ushort)(vf - 1 + _dialect.FirstVfIndex);

    public ValueTask<CommandAnswer> SuspendAsync(int vf = 1) => _host.AdminAsync(Commands.Suspend(IndexOf(vf)));

    public ValueTask<CommandAnswer> ResumeAsync(int vf = 1) => _host.AdminAsync(Commands.Resume(IndexOf(vf)));

    /// <summary>Bytes of the state.</summary>
    public async ValueTask<Reading<int>> QueryAsync(int vf = 1)
    {
        var answer = await _host.AdminAsync(Commands.QueryDataSize(IndexOf(vf)));
        return new Reading<int>(answer, (int)answer.Completion.Dw0 * _dialect.SizeUnit);
    }

    /// <summary>The same as a step of setting up; ends the case where no buffer of a case could hold the state.</summary>
    public async ValueTask<int> MustQueryAsync(int vf = 1)
    {
        const int most = 2 << 20;
        var bytes = Lab.Must("QUERY_DATA_SIZE", await QueryAsync(vf));
        return bytes is > 0 and <= most
            ? bytes
            : throw CaseEnd.Inconclusive($"set-up: QUERY_DATA_SIZE: a state of {bytes} bytes; from 1 to {most} can be saved");
    }

    /// <summary>SAVE_DATA into a buffer between guard pages.</summary>
    /// <param name="bytes">Of the state, as QUERY_DATA_SIZE told.</param>
    /// <param name="vf">Whose.</param>
    /// <param name="offset">Of the buffer in its first page.</param>
    /// <param name="fill">What stands everywhere before.</param>
    public async ValueTask<CaseSave> SaveAsync(int bytes, int vf = 1, int offset = 0, byte fill = Guard)
    {
        var all = _host.Buffer((3 * PageSize) + bytes);
        all.Write(Filled(all.Length, fill));
        var answer = await _host.AdminAsync(Commands.SaveData(IndexOf(vf)), all.Slice(PageSize + offset, bytes));
        var seen = all.Read();
        var end = PageSize + offset + (answer.IsOk ? bytes : 0);
        var around = !seen[..(PageSize + offset)].ContainsAnyExcept(fill) && !seen[end..].ContainsAnyExcept(fill);
        var save = new CaseSave(answer, answer.IsOk ? seen.Slice(PageSize + offset, bytes).ToArray() : [], around);
        if (answer.Outcome == TicketOutcome.Completed) _host.Pf.Memory.Return(all);
        return save;
    }

    /// <summary>LOAD_DATA from a buffer that reaches beyond the state.</summary>
    /// <param name="state">What is in the buffer.</param>
    /// <param name="vf">Who takes it.</param>
    /// <param name="size">The size field as it goes out; null: that of the state.</param>
    public async ValueTask<CommandAnswer> LoadAsync(ReadOnlyMemory<byte> state, int vf = 1, uint? size = null)
    {
        var data = _host.Buffer(state.Length + PageSize);
        data.Write(state.Span);
        var answer = await _host.AdminAsync(Commands.LoadData(IndexOf(vf), size ?? (uint)(state.Length / _dialect.SizeUnit)), data);
        if (answer.Outcome == TicketOutcome.Completed) _host.Pf.Memory.Return(data);
        return answer;
    }

    /// <summary>SUSPEND, QUERY_DATA_SIZE and SAVE_DATA; steps of setting up.</summary>
    public async ValueTask<byte[]> MustSaveAsync(int vf = 1)
    {
        Lab.Must("SUSPEND", await SuspendAsync(vf));
        var save = await SaveAsync(await MustQueryAsync(vf), vf);
        Lab.Must("SAVE_DATA", save.Answer);
        return save.Bytes;
    }

    /// <summary>LOAD_DATA and RESUME, as a destination is brought to life; steps of setting up.</summary>
    public async ValueTask MustLoadAsync(byte[] state, int vf)
    {
        Lab.Must("LOAD_DATA", await LoadAsync(state, vf));
        Lab.Must("RESUME", await ResumeAsync(vf));
    }

    /// <summary>Brings a source back that was saved, as its profile says that it does; whether it did.</summary>
    public async ValueTask<Outcome> BringBackAsync(byte[] state, int vf = 1)
    {
        Lab.Need(_dialect.CancelAfterSave != CancelAfterSave.Impossible, "a way back after SAVE_DATA (the profile says that there is none)");
        if (_dialect.CancelAfterSave == CancelAfterSave.LoadThenResume)
        {
            var loaded = await LoadAsync(state, vf);
            if (!loaded.IsOk) return Outcome.Of("LOAD_DATA", loaded);
        }

        return Outcome.Of("RESUME", await ResumeAsync(vf));
    }

    /// <summary>All five for an index, in the order of a migration; data goes to and comes from one buffer.</summary>
    public IReadOnlyList<(string Name, SubmissionEntry Command)> All(ushort index, int bytes) =>
    [
        ("QUERY_DATA_SIZE", Commands.QueryDataSize(index)),
        ("SUSPEND", Commands.Suspend(index)),
        ("SAVE_DATA", Commands.SaveData(index)),
        ("LOAD_DATA", Commands.LoadData(index, (uint)(bytes / _dialect.SizeUnit))),
        ("RESUME", Commands.Resume(index)),
    ];

    private static byte[] Filled(int bytes, byte value)
    {
        var filled = new byte[bytes];
        filled.AsSpan().Fill(value);
        return filled;
    }
}
