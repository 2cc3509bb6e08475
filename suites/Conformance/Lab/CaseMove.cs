using Conformance.Device;

namespace Conformance.Suite;

/// <summary>
/// A guest that moves: its VF on the source, and the one that it goes on at, which is suspended and has no I/O queues. Both reach the same
/// guest memory. The steps of a move are one call each, so that a case can do things between them.
/// </summary>
public sealed class CaseMove
{
    private CaseMove(CaseHost source, CaseHost destination, CaseVf from, CaseVf to, CaseQueue io) =>
        (Source, Destination, From, To, Io) = (source, destination, from, to, io);

    public CaseHost Source { get; }

    /// <summary>The source itself where one physical function is both.</summary>
    public CaseHost Destination { get; }

    public CaseVf From { get; }

    public CaseVf To { get; }

    /// <summary>The guest's queue, of whichever function stands behind it.</summary>
    public CaseQueue Io { get; }

    /// <summary>The state that was loaded last.</summary>
    public CaseState? State { get; private set; }

    /// <summary>Completions that stood in the guest's queue, not consumed, when the suspend was completed.</summary>
    public int Posted { get; private set; }

    public static async ValueTask<CaseMove> CreateAsync(Lab lab, MediumSharing medium = MediumSharing.Shared)
    {
        var source = await lab.StartAsync(medium);
        await source.NeedMigrationAsync();
        var destination = await lab.StartDestinationAsync(medium);
        await destination.NeedMigrationAsync();
        var from = await source.BringUpAsync();
        var to = await destination.BringUpAsync(ReferenceEquals(source, destination) ? 2 : 1, ram: from.Ram);
        await destination.MustSuspendAsync(to.Id);
        return new CaseMove(source, destination, from, to, await from.CreateQueueAsync());
    }

    /// <summary>Suspends the source, reads its state.</summary>
    public async ValueTask SuspendAsync()
    {
        await Source.MustSuspendAsync(From.Id);
        Posted = Io.Pair.CountPosted();
        State = await Source.ReadStateAsync(From.Id);
    }

    /// <summary>Gives the state to the destination; a step of setting up.</summary>
    public async ValueTask LoadAsync() =>
        Lab.Must("Migration Send, Set Controller State", await Destination.SetStateAsync(To.Id, State!.Bytes));

    /// <summary>The guest goes on at the destination, which is resumed.</summary>
    public async ValueTask ResumeAsync()
    {
        From.MoveTo(To);
        await Destination.MustResumeAsync(To.Id);
    }

    /// <summary>All of it.</summary>
    public async ValueTask MoveAsync()
    {
        await SuspendAsync();
        await LoadAsync();
        await ResumeAsync();
    }
}
