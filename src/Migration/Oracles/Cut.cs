using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>
/// The commands of one guest in flight at the cut, in three classes: fetched (completed between submission of the suspend and the freeze
/// point), unfetched, and posted but not consumed.
/// </summary>
internal sealed class Cut(Guest guest)
{
    private long _answeredAtSuspend;
    private long _fetched;
    private bool _frozen;

    /// <summary>What a saved state must say of each queue pair; null where guest and source never stood still together.</summary>
    public IReadOnlyList<QueueExpectation>? Queues { get; private set; }

    public void SuspendSubmitted() => _answeredAtSuspend = Answered();

    /// <summary>The freeze point has passed.</summary>
    public void Frozen()
    {
        _frozen = true;
        _fetched = Answered() - _answeredAtSuspend;
    }

    /// <summary>Past the freeze point, and the guest has stopped: from here nothing moves.</summary>
    public void StoodStill() => Queues = [.. guest.Expectations()];

    /// <summary>By the pointers of the saved state; by the driver's counters where there is none to read.</summary>
    public InFlightRecord Record(ControllerState? state) => new()
    {
        Fetched = _frozen ? _fetched : null,
        Unfetched = state is not null ? Unfetched(state) : Queues?.Sum(q => q.Unfetched),
        Posted = state is not null ? Posted(state) : Queues?.Sum(q => q.Posted),
    };

    /// <summary>The classes as the saved state has them must be those that the driver counted.</summary>
    public void Judge(ControllerState state, Checks checks)
    {
        if (Queues is null) return;
        checks.Equal("LM-GET-05", "nvme.unfetched", Unfetched(state), Queues.Sum(q => q.Unfetched), "commands between head and tail are not those without a completion");
        checks.Equal("LM-GET-06", "nvme.posted", Posted(state), Queues.Sum(q => q.Posted), "entries between head and tail are not those posted and not consumed");
    }

    private static long Unfetched(ControllerState state) => state.SubmissionQueues.Sum(q => (long)Distance(q.HeadPointer, q.TailPointer, q.QsizeZ));

    private static long Posted(ControllerState state) => state.CompletionQueues.Sum(q => (long)Distance(q.HeadPointer, q.TailPointer, q.QsizeZ));

    private static int Distance(int head, int tail, int sizeZ) => tail >= head ? tail - head : tail - head + sizeZ + 1;

    /// <summary>Completions that the device has posted for the guest, consumed or not.</summary>
    private long Answered() => guest.QueuePairs.Sum(q => q.Completed + q.CountPosted());
}
