using Conformance.Nvme;

namespace Conformance.Suite;

/// <summary>What a controlled controller is like when a migration command names it.</summary>
public enum Condition
{
    Offline,
    Disabled,
    Running,
    RunningWithQueues,
    Suspended,
    SuspendedWithQueues,

    /// <summary>Suspended, and the first piece of a state has come.</summary>
    HalfLoaded,

    /// <summary>Suspended, and a state was committed.</summary>
    Loaded,

    /// <summary>Resumed after a state was committed.</summary>
    Resumed,
}

/// <summary>A migration command about a controlled controller.</summary>
public enum Operation
{
    Notify,
    Suspend,
    Resume,
    GetState,
    SetWhole,
    SetFirst,

    /// <summary>A middle piece that goes on where the first of <see cref="Condition.HalfLoaded"/> ended.</summary>
    SetMiddle,

    /// <summary>All the rest, in the same place.</summary>
    SetLast,
    StartLogging,
    TrackMemory,
    ReportMemory,
}

/// <summary>What a controller of some condition answers to an operation.</summary>
/// <param name="Condition">Before the command.</param>
/// <param name="Operation">The command.</param>
/// <param name="Requirement">Says so.</param>
/// <param name="Legal">Every status that it may answer; where several rules apply at once, that of each.</param>
public sealed record OperationRule(Condition Condition, Operation Operation, string Requirement, IReadOnlyList<Status> Legal)
{
    public bool MaySucceed => Legal.Contains(Status.Success);

    /// <summary>Suspended afterwards, where the command succeeded.</summary>
    public bool SuspendsAfter => Operation switch
    {
        Operation.Suspend => true,
        Operation.Resume => false,
        _ => OperationTable.IsSuspended(Condition),
    };
}

/// <summary>
/// Every pair of condition and operation of which the standard says something (Base 2.3 5.2.17.1, 5.2.16, 5.2.27, 8.1.13). Where it is silent -
/// what an offline controller answers to a Suspend, or a disabled one to a start of logging - there is no rule.
/// </summary>
public static class OperationTable
{
    private static readonly Status _ok = Status.Success;
    private static readonly Status _field = Status.InvalidField;
    private static readonly Status _sequence = Status.CommandSequenceError;
    private static readonly Status _condition = Status.InvalidControllerIdentifier;
    private static readonly Condition[] _running = [Condition.Running, Condition.RunningWithQueues, Condition.Resumed];
    private static readonly Condition[] _suspended = [Condition.Suspended, Condition.SuspendedWithQueues, Condition.HalfLoaded, Condition.Loaded];

    public static IReadOnlyList<OperationRule> Rules { get; } =
    [
        .. Of(Operation.Notify, "LM-SUSP-02", _running, _ok),
        .. Of(Operation.Notify, "LM-SUSP-11", _suspended, _ok),

        .. Of(Operation.Suspend, "LM-SUSP-01", _running, _ok),
        .. Of(Operation.Suspend, "LM-SUSP-10", _suspended, _ok),
        .. Of(Operation.Suspend, "LM-SUSP-23", [Condition.Disabled], _ok, _condition),

        .. Of(Operation.Resume, "LM-RES-03", _running, Status.ControllerNotSuspended),
        .. Of(Operation.Resume, "LM-RES-04", [Condition.Offline, Condition.Disabled], Status.ControllerNotSuspended, _condition),
        .. Of(Operation.Resume, "LM-RES-05", [Condition.HalfLoaded], _sequence),
        .. Of(Operation.Resume, "LM-RES-06", [Condition.Loaded], _ok),
        .. Of(Operation.Resume, "LM-RES-08", [Condition.Suspended, Condition.SuspendedWithQueues], _ok),

        .. Of(Operation.GetState, "LM-GET-11", [.. _running, .. _suspended], _ok),
        .. Of(Operation.GetState, "LM-GET-21", [Condition.Disabled], _ok),

        .. Of(Operation.SetWhole, "LM-SET-16", [Condition.Offline], _ok),
        .. Of(Operation.SetWhole, "LM-SET-15", [Condition.Disabled], _condition),
        .. Of(Operation.SetWhole, "LM-SET-30", [Condition.Running], _ok, _condition),
        .. Of(Operation.SetWhole, "LM-SET-14", [Condition.RunningWithQueues, Condition.Resumed], _field, _condition),
        .. Of(Operation.SetWhole, "LM-SET-14", [Condition.SuspendedWithQueues, Condition.Loaded], _field),
        .. Of(Operation.SetWhole, "LM-SET-01", [Condition.Suspended], _ok),
        .. Of(Operation.SetWhole, "LM-SET-07", [Condition.HalfLoaded], _ok),

        // That there are queues may be found out with the first piece or with the last.
        .. Of(Operation.SetFirst, "LM-SET-16", [Condition.Offline], _ok),
        .. Of(Operation.SetFirst, "LM-SET-15", [Condition.Disabled], _condition),
        .. Of(Operation.SetFirst, "LM-SET-30", [Condition.Running], _ok, _condition),
        .. Of(Operation.SetFirst, "LM-SET-14", [Condition.RunningWithQueues, Condition.Resumed], _ok, _field, _condition),
        .. Of(Operation.SetFirst, "LM-SET-14", [Condition.SuspendedWithQueues, Condition.Loaded], _ok, _field),
        .. Of(Operation.SetFirst, "LM-SET-03", [Condition.Suspended], _ok),
        .. Of(Operation.SetFirst, "LM-SET-07", [Condition.HalfLoaded], _ok),

        .. Of(Operation.SetMiddle, "LM-SET-03", [Condition.HalfLoaded], _ok),
        .. Of(Operation.SetMiddle, "LM-SET-05", [Condition.Offline, Condition.Suspended], _sequence),
        .. Of(Operation.SetMiddle, "LM-SET-05", [Condition.Disabled, .. _running], _sequence, _condition),
        .. Of(Operation.SetMiddle, "LM-SET-05", [Condition.SuspendedWithQueues, Condition.Loaded], _sequence, _field),

        .. Of(Operation.SetLast, "LM-SET-03", [Condition.HalfLoaded], _ok),
        .. Of(Operation.SetLast, "LM-SET-06", [Condition.Offline, Condition.Suspended], _sequence),
        .. Of(Operation.SetLast, "LM-SET-06", [Condition.Disabled, Condition.Running], _sequence, _condition),
        .. Of(Operation.SetLast, "LM-SET-06", [Condition.RunningWithQueues, Condition.Resumed], _sequence, _condition, _field),
        .. Of(Operation.SetLast, "LM-SET-06", [Condition.SuspendedWithQueues, Condition.Loaded], _sequence, _field),

        .. Of(Operation.StartLogging, "LM-UDT-15", _running, _ok),
        .. Of(Operation.StartLogging, "LM-UDT-39", _suspended, Status.ControllerSuspended),

        .. Of(Operation.TrackMemory, "LM-MEM-01", _running, _ok),
        .. Of(Operation.TrackMemory, "LM-MEM-19", _suspended, Status.ControllerSuspended),

        .. Of(Operation.ReportMemory, "LM-MEM-21", Enum.GetValues<Condition>(), _condition, _ok),
    ];

    public static bool IsSuspended(Condition condition) => _suspended.Contains(condition);

    private static IEnumerable<OperationRule> Of(Operation operation, string requirement, Condition[] conditions, params Status[] legal) =>
        conditions.Select(it => new OperationRule(it, operation, requirement, legal));
}
