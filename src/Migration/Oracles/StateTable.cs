using System.Collections.Concurrent;

namespace Conformance.Migration;

/// <summary>How a field of a controller must behave over a move.</summary>
public enum FieldClass
{
    /// <summary>The same before and after.</summary>
    MustEqual,

    /// <summary>A count that never falls.</summary>
    Monotonic,

    /// <summary>A time that goes on.</summary>
    Clock,

    /// <summary>Either; what it was is noted.</summary>
    MayDiffer,

    /// <summary>The vendor's own: noted, and a difference is worth a warning.</summary>
    Vendor,
}

/// <summary>Where a field's class may depend on what kind of move it is.</summary>
/// <param name="Commands">The command set.</param>
/// <param name="AdminQueue">Who carries the admin queue.</param>
/// <param name="OtherIdentity">The destination's namespace is known to be called something else.</param>
/// <param name="OtherSlot">The controller on the destination has another place in its subsystem: another VF number, or the same subsystem.</param>
public readonly record struct MoveKind(MigrationCommands Commands, AdminQueueKind AdminQueue, bool OtherIdentity, bool OtherSlot)
{
    internal static MoveKind Of(PlannedCombination plan, Side source, Side destination) => new(
        plan.Commands,
        plan.AdminQueue,
        plan.NamespaceIdentity == NamespaceIdentity.Differs,
        // Two physical functions of one subsystem have no controller identifier in common.
        source.VfNumber != destination.VfNumber || source.ControllerId != destination.ControllerId || ReferenceEquals(source.Controlling, destination.Controlling));
}

/// <summary>One row of the state table.</summary>
/// <param name="Path">Of the field; * stands for anything, the first row that fits holds.</param>
/// <param name="Class">How it must behave.</param>
/// <param name="Requirement">What says so.</param>
/// <param name="What">Told to a reader where it does not.</param>
public sealed record StateRow(string Path, FieldClass Class, string Requirement, string What)
{
    /// <summary>The class where the controller has another place in its subsystem.</summary>
    public FieldClass? OtherSlot { get; init; }

    /// <summary>The class where the destination's namespace is known to be called something else.</summary>
    public FieldClass? OtherIdentity { get; init; }

    /// <summary>The class where the state holds no admin queue and no features, and the host mediates.</summary>
    public FieldClass? Mediated { get; init; }

    /// <summary>How bad a field that breaks the row is.</summary>
    public Verdict Otherwise { get; init; } = Verdict.Fail;

    public FieldClass ClassIn(in MoveKind move) =>
        (move.OtherSlot ? OtherSlot : null)
        ?? (move.OtherIdentity ? OtherIdentity : null)
        ?? (move.AdminQueue == AdminQueueKind.Mediated ? Mediated : null)
        ?? Class;
}

/// <summary>
/// Which field of a controller must be what after a move: what the guest reads of it, and what its saved state holds. Everything that is
/// judged goes by a row of this one table; a field that no row names must be equal.
/// </summary>
public static class StateTable
{
    private const string Changed = "the guest reads another value after the move";
    private const string NotAsCreated = "not as the queue was created";
    private const string Reserved = "a reserved field is not zero";

    /// <summary>In the order in which they are tried.</summary>
    public static IReadOnlyList<StateRow> Rows { get; } =
    [
        // What the guest reads. CNTLID is the slot's and no state carries it; capacities and use are the subsystem's and change by themselves.
        new("guest.identify.controller.cntlid", FieldClass.MustEqual, "LM-POST-11", Changed) { OtherSlot = FieldClass.MayDiffer },
        new("guest.identify.controller.tnvmcap", FieldClass.MayDiffer, "LM-POST-11", Changed),
        new("guest.identify.controller.unvmcap", FieldClass.MayDiffer, "LM-POST-11", Changed),
        new("guest.identify.controller.vs", FieldClass.Vendor, "LM-POST-11", Changed),
        new("guest.identify.controller.*", FieldClass.MustEqual, "LM-POST-11", Changed),
        new("guest.identify.namespace.nuse", FieldClass.MayDiffer, "LM-POST-11", Changed),
        new("guest.identify.namespace.fpi", FieldClass.MayDiffer, "LM-POST-11", Changed),
        // A namespace that is called something else is told before the move, where the plan allows it at all.
        new("guest.identify.namespace.nguid", FieldClass.MustEqual, "LM-POST-11", Changed) { OtherIdentity = FieldClass.MayDiffer },
        new("guest.identify.namespace.eui64", FieldClass.MustEqual, "LM-POST-11", Changed) { OtherIdentity = FieldClass.MayDiffer },
        new("guest.identify.namespace.vs", FieldClass.Vendor, "LM-POST-11", Changed),
        new("guest.identify.descriptors", FieldClass.MustEqual, "LM-POST-11", Changed) { OtherIdentity = FieldClass.MayDiffer },
        new("guest.identify.*", FieldClass.MustEqual, "LM-POST-11", Changed),
        // A clock that the guest never set starts with the controller, which a mediated guest's destination has done later.
        new("guest.feature.0eh.unset", FieldClass.Clock, "LM-POST-11", "the timestamp went back") { Mediated = FieldClass.MayDiffer },
        new("guest.feature.0eh.origin", FieldClass.MustEqual, "LM-POST-11", "the timestamp counts from something else"),
        new("guest.feature.0eh", FieldClass.Clock, "LM-POST-11", "the timestamp went back"),
        new("guest.feature.*", FieldClass.MustEqual, "LM-POST-11", Changed),
        // The standard state holds no log and no vendor state has to.
        new("guest.log.*", FieldClass.MayDiffer, "LM-POST-11", Changed),
        new("guest.*", FieldClass.MustEqual, "LM-POST-11", Changed),

        // The saved state, held against what the guest's driver knows, and read back from the destination.
        new("header.version", FieldClass.MustEqual, "LM-GET-01", "not version 0"),
        new("header.suspended", FieldClass.MustEqual, "LM-GET-01", "the controller was suspended while its state was read"),
        new("header.nvmecss", FieldClass.MustEqual, "LM-GET-02", "not the size of what follows"),
        new("header.vss", FieldClass.Vendor, "LM-GET-20", "the vendor part has another size"),
        new("nvme.version", FieldClass.MustEqual, "LM-GET-01", "not version 0"),
        new("nvme.nio*", FieldClass.MustEqual, "LM-GET-01", "not the number of queues that exist"),
        new("nvme.*.reserved*", FieldClass.MustEqual, "LM-GET-01", Reserved) { Otherwise = Verdict.Warn },
        new("*.reserved*", FieldClass.MustEqual, "LM-GET-01", Reserved) { Otherwise = Verdict.Warn },
        new("nvme.sq[*].head", FieldClass.MustEqual, "LM-GET-05", "not behind the last command fetched"),
        new("nvme.sq[*].tail", FieldClass.MustEqual, "LM-SUSP-06", "not the last value of the doorbell"),
        new("nvme.cq[*].head", FieldClass.MustEqual, "LM-GET-06", "not the last value of the doorbell"),
        new("nvme.cq[*].tail", FieldClass.MustEqual, "LM-GET-06", "not behind the last entry posted"),
        new("nvme.cq[*].s0pt", FieldClass.MustEqual, "LM-GET-09", "not the phase tag in slot 0"),
        new("nvme.?q[*].*", FieldClass.MustEqual, "LM-GET-03", NotAsCreated),
        new("vendor*", FieldClass.Vendor, "LM-SET-02", "the vendor part differs"),
    ];

    private static readonly StateRow Unnamed = new("*", FieldClass.MustEqual, "LM-POST-11", "a field that must not change did");

    // Paths are few and come again with every cycle; runs on several threads share the table.
    private static readonly ConcurrentDictionary<string, StateRow> s_found = new(StringComparer.Ordinal);

    /// <summary>The row that a field goes by.</summary>
    public static StateRow Of(string path) => s_found.GetOrAdd(path, static it => Find(it));

    private static StateRow Find(string path)
    {
        foreach (var row in Rows)
        {
            if (Fits(row.Path, path)) return row;
        }

        return Unnamed;
    }

    /// <summary>Holds a field against what it was, as its row says.</summary>
    public static bool Judge(Checks checks, string path, string now, string before, in MoveKind move) =>
        Judge(checks, Of(path), path, now, before, move);

    /// <summary>The same for a requirement of its own: a state that is read back.</summary>
    public static bool Judge(Checks checks, StateRow row, string path, string now, string before, in MoveKind move) => row.ClassIn(move) switch
    {
        FieldClass.MustEqual => checks.Note(row.Requirement, path, now, before, row.What, row.Otherwise),
        FieldClass.Monotonic or FieldClass.Clock => checks.Note(row.Requirement, path, now, before, row.What, row.Otherwise, Relation.NotLess),
        FieldClass.Vendor => checks.Note(row.Requirement, path, now, before, row.What, Verdict.Warn),
        _ => checks.Note(row.Requirement, path, now, before, row.What, row.Otherwise, Relation.Any),
    };

    private static bool Fits(ReadOnlySpan<char> pattern, ReadOnlySpan<char> path)
    {
        while (!pattern.IsEmpty)
        {
            if (pattern[0] == '*')
            {
                pattern = pattern[1..];
                if (pattern.IsEmpty) return true;
                for (var i = 0; i <= path.Length; i++)
                {
                    if (Fits(pattern, path[i..])) return true;
                }

                return false;
            }

            if (path.IsEmpty || (pattern[0] != '?' && pattern[0] != path[0])) return false;
            pattern = pattern[1..];
            path = path[1..];
        }

        return path.IsEmpty;
    }
}
