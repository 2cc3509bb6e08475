namespace Conformance.Suite;

/// <summary>
/// A guest that goes from function to function by Host Managed Live Migration. Its memory, I/O queues and interrupts are its own; what stands
/// behind them changes. Each step is a call, so that a case can do things in between.
/// </summary>
public sealed class CaseJourney
{
    private CaseJourney(CaseVf guest) => (Guest, At) = (guest, guest);

    /// <summary>The function that the guest began on: its face, memory and queues are the guest's.</summary>
    public CaseVf Guest { get; }

    /// <summary>The function that stands behind the guest now.</summary>
    public CaseVf At { get; private set; }

    /// <param name="lab">Of the case.</param>
    /// <param name="number">The VF that the guest begins on.</param>
    public static async ValueTask<CaseJourney> BeginAsync(Lab lab, int number = 1)
    {
        var host = await lab.StartAsync();
        await host.NeedMigrationAsync();
        return new CaseJourney(await host.BringUpAsync(number));
    }

    /// <summary>A VF of the destination that can take the guest: it reaches the guest's memory, has no I/O queues and is suspended.</summary>
    /// <param name="number">From 1; where one PF is both sides, the next one.</param>
    public async ValueTask<CaseVf> PrepareAsync(int number = 1)
    {
        var host = await Guest.Host.Lab.StartDestinationAsync();
        await host.NeedMigrationAsync();
        return await PrepareAsync(host, ReferenceEquals(host, Guest.Host) && number == Guest.Number ? number + 1 : number);
    }

    /// <summary>The same of a certain host.</summary>
    public async ValueTask<CaseVf> PrepareAsync(CaseHost host, int number)
    {
        var vf = await host.BringUpAsync(number, ram: Guest.Ram);
        await host.MustSuspendAsync(vf.Id);
        return vf;
    }

    /// <summary>Makes a function that the guest has left take one again: its controller is reset by its host, nothing else is.</summary>
    public static async ValueTask ReadyAgainAsync(CaseVf vf)
    {
        Lab.Must(await vf.Nvme.StartAsync());
        await vf.Host.MustSuspendAsync(vf.Id);
    }

    /// <summary>Suspends the function behind the guest and reads its state.</summary>
    public async ValueTask<byte[]> SaveAsync()
    {
        await At.Host.MustSuspendAsync(At.Id);
        return (await At.Host.ReadStateAsync(At.Id)).Bytes;
    }

    public static async ValueTask LoadAsync(CaseVf to, byte[] state) =>
        Lab.Must("Migration Send, Set Controller State", await to.Host.SetStateAsync(to.Id, state));

    /// <summary>Puts what the host owns behind the guest - PCI command, MSI-X, masks, pending interrupts - to where it goes on.</summary>
    public void Restore(CaseVf to)
    {
        Guest.MoveTo(to);
        At = to;
    }

    /// <summary>All of it: save, load, restore, resume. Returns the state that went over.</summary>
    public async ValueTask<byte[]> MoveAsync(CaseVf to)
    {
        var state = await SaveAsync();
        await LoadAsync(to, state);
        Restore(to);
        await to.Host.MustResumeAsync(to.Id);
        return state;
    }
}
