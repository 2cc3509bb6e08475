namespace Conformance.Suite;

/// <summary>
/// A guest whose whole controller moves in the device's own state, admin queue included: by the vendor commands, or by a vendor part of the
/// state of Host Managed Live Migration, whichever the device has.
/// </summary>
public sealed class CaseCarry
{
    private readonly CaseVendor? _vendor;

    private CaseCarry(CaseVf from, CaseVf to, CaseVendor? vendor) => (From, To, _vendor) = (from, to, vendor);

    /// <summary>The guest's function before the move; its driver is the guest's, before and after.</summary>
    public CaseVf From { get; }

    /// <summary>Where it goes: online, never enabled, with the guest's memory.</summary>
    public CaseVf To { get; }

    /// <param name="lab">Of the case.</param>
    /// <param name="registers">Registers are to go along, which the document says of the vendor commands only.</param>
    public static async ValueTask<CaseCarry> CreateAsync(Lab lab, bool registers = false)
    {
        const int number = 2;
        var host = await lab.StartAsync();
        var vendor = registers ? CaseVendor.Need(host) : CaseVendor.Of(host);
        if (vendor.Capability == 0)
        {
            vendor = null;
            await host.NeedMigrationAsync();
            Lab.Need(host.Formats.Uuids.Count > 0, "a state that carries the admin queue (vendor commands, or a vendor format in Identify CNS 20h)");
        }

        var from = await host.BringUpAsync(carried: true);
        return new CaseCarry(from, await host.BringUpAsync(number, enable: false, ram: from.Ram), vendor);
    }

    /// <summary>Stops the source and keeps its state.</summary>
    public async ValueTask<byte[]> SaveAsync()
    {
        if (_vendor is not null) return await _vendor.MustSaveAsync(From.Number);
        await From.Host.MustSuspendAsync(From.Id);
        return (await From.Host.ReadStateAsync(From.Id, csuuidi: 1)).Bytes;
    }

    /// <summary>Loads the state, puts the guest there and lets it go on.</summary>
    public async ValueTask GoOnAsync(byte[] state)
    {
        if (_vendor is not null)
        {
            Lab.Must("LOAD_DATA", await _vendor.LoadAsync(state, To.Number));
        }
        else
        {
            await To.Host.MustSuspendAsync(To.Id);
            Lab.Must("Migration Send, Set Controller State", await To.Host.SetStateAsync(To.Id, state, csuuidi: 1));
        }

        From.MoveTo(To);
        if (_vendor is not null) Lab.Must("RESUME", await _vendor.ResumeAsync(To.Number));
        else await To.Host.MustResumeAsync(To.Id);
    }

    public async ValueTask MoveAsync() => await GoOnAsync(await SaveAsync());
}
