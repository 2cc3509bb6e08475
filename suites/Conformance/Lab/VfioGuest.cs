namespace Conformance.Suite;

/// <summary>
/// A guest of a function behind the VFIO migration protocol. What is asked of the protocol is asked whatever the function is for; that it works after it
/// only its guest can see.
/// </summary>
public abstract class VfioGuest
{
    /// <summary>The function by its own wire; where it is no NVMe controller the case is not supported.</summary>
    public abstract CaseVf Vf { get; }

    /// <summary>Where the guest's work goes, of an NVMe controller; elsewhere the case is not supported.</summary>
    public abstract CaseQueue Queue { get; }

    /// <summary>Another function of the same kind, never used, for the same guest's memory.</summary>
    /// <param name="number">From 1; this one has its own.</param>
    public abstract ValueTask<VfioGuest> BesideAsync(int number);

    /// <summary>Begins the work: from now on the function holds something of it, which moves with it.</summary>
    public abstract ValueTask BeginAsync();

    /// <summary>The work goes on by a piece where it was left, as it must.</summary>
    public abstract ValueTask<bool> WorksAsync();

    /// <summary>Puts pieces of work under way, and waits until the function may have begun them.</summary>
    public abstract ValueTask PutUnderWayAsync(int pieces);

    /// <summary>All that was put under way ends, each piece once and well.</summary>
    public abstract ValueTask<bool> EndsOnceAsync();

    /// <summary>The function is as good as new; null where its registers do not say so.</summary>
    public abstract bool? IsFresh { get; }

    /// <summary>The function answers, whatever became of the work.</summary>
    public abstract ValueTask<bool> AnswersAsync();

    /// <summary>Lets the function be reached, after a reset.</summary>
    public abstract void Enable();

    /// <summary>Brings up, after a reset, a function that answers.</summary>
    public abstract ValueTask<bool> ComesUpAsync();

    /// <summary>The guest goes on at the function of another, which was given the state of its own.</summary>
    public abstract void MoveTo(VfioGuest other);
}
