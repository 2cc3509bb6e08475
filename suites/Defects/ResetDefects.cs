using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>Bugs of resets: what outlives one, what goes with one that should stay, and who is not told.</summary>
internal static class ResetDefects
{
    public static IReadOnlyList<Defect> All { get; } =
    [
        Of(
            "suspension-survives-controller-reset", "LM-RST-01", "CC.EN does not end a suspension.",
            static () => new() { Reset = new KeepsSuspension(static kind => kind == ResetKind.ControllerReset) }),
        Of(
            "suspension-survives-flr", "LM-RST-01", "A function level reset does not end a suspension.",
            static () => new() { Reset = new KeepsSuspension(static kind => kind == ResetKind.FunctionLevelReset) }),
        Of(
            "loaded-queues-survive-reset", "LM-RST-02", "Queues that were loaded are kept as persistent state across a reset.",
            static () => new() { Reset = new KeepsQueues() }),
        Of(
            "secondaries-stay-online", "LM-RST-03", "A Controller Reset of the primary leaves its secondary controllers online.",
            static () => new() { Reset = new LeavesSecondariesOnline() }),
        Of(
            "tracker-survives-its-owner", "LM-RST-04", "Memory is still tracked when the controller that asked for it was reset.",
            static () => new() { Reset = new KeepsTrackers() }),
        Of(
            "data-queue-goes-with-the-controlled", "LM-RST-05", "A reset of the controlled controller deletes the queue that logs for it.",
            static () => new() { Reset = new DropsDataQueue() }),
        Of(
            "suspend-completed-by-subsystem-reset", "LM-RST-06", "A subsystem reset completes the Suspend that waits, rather than dropping it.",
            static () => new() { Reset = new CompletesAtReset() }),
        Of(
            "half-state-survives-its-sender", "LM-RST-07", "Half a state is kept when the controller that sent it was reset.",
            static () => new() { Reset = new KeepsIncoming() }),
        Of(
            "enabling-a-suspended-one-is-fatal", "LM-RST-08", "To enable a suspended controller ends in a fatal status.",
            static () => new() { Property = new FailsWhenSuspended() }),
        Of(
            "suspension-survives-offline", "LM-RST-09", "A controller that went offline with its primary is suspended when it is back.",
            static () => new() { Reset = new KeepsSuspension(static _ => true) }),
        Of(
            "d3hot-is-no-reset", "LM-RST-10", "On the way back from D3hot nothing is reset, though the function says so.",
            static () => new() { Config = new IgnoresPower() }),
        Of(
            "data-queues-survive-their-owner", "LM-RST-11", "Queues of a host that died stay: the next one cannot have any.",
            static () => new() { Reset = new KeepsDataQueues() }),
        Of(
            "loss-of-primary-untold", "LM-RST-12", "Secondary controllers do not tell that they are offline: CSTS.CFS stays clear.",
            static () => new() { Reset = new TellsNobody() }),
        Of(
            "state-from-before-the-reset", "LM-RST-13", "What was saved last is saved again if the controller has no queues now.",
            static () => new() { Encode = new SavesWhatWas() }),
        Of(
            "failed-load-outlives-reset", "LM-RST-15", "After a failed load no reset makes the controller take a state.",
            static () => new() { Decode = new NeverAgain() }),
    ];

    private static Defect Of(string name, string breaks, string story, Func<ControllerSteps> steps) => Defect.OfDevice(name, breaks, story, steps);
}

/// <summary>A suspended controller stays suspended across some resets.</summary>
internal sealed class KeepsSuspension(Func<ResetKind, bool> across) : ResetStep
{
    public override StepResult Run(ControllerCore c, ResetRequest request)
    {
        var kept = across(request.Kind) ? c.Subsystem.Controllers.Where(it => it.Suspension.IsSuspended).Select(it => (It: it, it.Suspension.By)).ToList() : [];
        var result = base.Run(c, request);
        foreach (var (it, by) in kept.Where(it => it.It.Suspension.Phase == SuspensionPhase.Running))
        {
            it.Suspension.StopFetching(by!);
            it.Suspension.Freeze();
        }

        return result;
    }
}

/// <summary>I/O queues are there again after a reset of a suspended controller.</summary>
internal sealed class KeepsQueues : ResetStep
{
    public override StepResult Run(ControllerCore c, ResetRequest request)
    {
        var kept = c.Suspension.IsSuspended && request.Phase == 0;
        var completion = c.Queues.Completion.Where(q => kept && q.Id != 0).ToList();
        var submission = c.Queues.Submission.Where(q => kept && !q.IsAdmin).ToList();
        var result = base.Run(c, request);
        foreach (var queue in completion) c.Queues.Add(queue);
        foreach (var queue in submission) c.Queues.Add(queue);
        return result;
    }
}

/// <summary>Secondary controllers are online after a Controller Reset of their primary.</summary>
internal sealed class LeavesSecondariesOnline : ResetStep
{
    public override StepResult Run(ControllerCore c, ResetRequest request)
    {
        var online = c.IsPrimary && request is { Kind: ResetKind.ControllerReset, Phase: 0 }
            ? c.Subsystem.SecondariesOf(c).Where(it => it.Resources.Online).Select(it => (It: it, it.Resources.Queues, it.Resources.Vectors)).ToList()
            : [];
        var result = base.Run(c, request);
        foreach (var (it, queues, vectors) in online)
        {
            (it.Resources.Queues, it.Resources.Vectors) = (queues, vectors);
            SecondaryControllers.BringOnline(it);
        }

        return result;
    }
}

/// <summary>Trackers outlive their owner.</summary>
internal sealed class KeepsTrackers : ResetStep
{
    public override StepResult Run(ControllerCore c, ResetRequest request)
    {
        var kept = c.Subsystem.Controllers.Where(it => it.Tracker is not null).Select(it => (It: it, it.Tracker)).ToList();
        var result = base.Run(c, request);
        foreach (var (it, tracker) in kept) it.Tracker = tracker;
        return result;
    }
}

/// <summary>The queue that logs for a controller goes with it.</summary>
internal sealed class DropsDataQueue : ResetStep
{
    public override StepResult Run(ControllerCore c, ResetRequest request)
    {
        if (!c.IsPrimary) DataQueues.Delete(c);
        return base.Run(c, request);
    }
}

/// <summary>What is in flight is completed by a subsystem reset.</summary>
internal sealed class CompletesAtReset : ResetStep
{
    public override StepResult Run(ControllerCore c, ResetRequest request)
    {
        for (var it = c.Commands.First; request.Kind == ResetKind.SubsystemReset && it is not null; it = it.Next)
        {
            if (!it.IsAdmin || it.Opcode != (byte)AdminOpcode.MigrationSend) continue;
            var queue = it.Queue.Completion;
            var entry = new CompletionEntry { Cid = it.Cid, StatusField = new StatusField(Status.InternalError, queue.Phase) };
            c.PublishHost(queue.Memory.AddressOf(queue.Tail), Wire.Bytes(in entry));
        }

        return base.Run(c, request);
    }
}

/// <summary>Half a state outlives every reset.</summary>
internal sealed class KeepsIncoming : ResetStep
{
    public override StepResult Run(ControllerCore c, ResetRequest request)
    {
        var kept = c.Subsystem.Controllers.Where(it => it.Suspension.Incoming is not null).Select(it => (It: it, it.Suspension.Incoming)).ToList();
        var result = base.Run(c, request);
        foreach (var (it, incoming) in kept) it.Suspension.Incoming = incoming;
        return result;
    }
}

/// <summary>A suspended controller that is enabled fails.</summary>
internal sealed class FailsWhenSuspended : PropertyStep
{
    public override StepResult Run(ControllerCore c, PropertyWrite write)
    {
        var enables = write.Offset == Register.Cc && new ControllerConfiguration(write.Value).En && !c.Configuration.En;
        var result = base.Run(c, write);
        if (enables && c.Suspension.IsSuspended) c.Fail();
        return result;
    }
}

/// <summary>The power state is a number and nothing else.</summary>
internal sealed class IgnoresPower : ConfigStep
{
    public override StepResult Run(ControllerCore c, ConfigWrite write) =>
        write.Offset == ConfigLayout.PowerControl ? StepResult.Done : base.Run(c, write);
}

/// <summary>Data queues outlive their owner.</summary>
internal sealed class KeepsDataQueues : ResetStep
{
    public override StepResult Run(ControllerCore c, ResetRequest request)
    {
        var kept = c.DataQueues.All.ToList();
        var result = base.Run(c, request);
        foreach (var queue in kept.Where(it => c.DataQueues.Find(it.Id) is null)) c.DataQueues.Add(queue);
        return result;
    }
}

/// <summary>Offline controllers look like disabled ones.</summary>
internal sealed class TellsNobody : ResetStep
{
    public override StepResult Run(ControllerCore c, ResetRequest request)
    {
        var result = base.Run(c, request);
        if (!c.IsPrimary) return result;
        foreach (var it in c.Subsystem.SecondariesOf(c)) it.Registers.Csts = default;
        return result;
    }
}

/// <summary>The last state that had queues is given out until there is another.</summary>
internal sealed class SavesWhatWas : EncodeStep
{
    private readonly Dictionary<ushort, ControllerState> _last = [];

    public override StepResult Run(ControllerCore target, in StateRequest request, out ControllerState state)
    {
        var result = base.Run(target, in request, out state);
        if (state.SubmissionQueues.Length > 0) _last[target.Cntlid] = state;
        else if (_last.TryGetValue(target.Cntlid, out var last)) state = last;
        return result;
    }
}

/// <summary>A controller to which one state was refused takes none any more.</summary>
internal sealed class NeverAgain : DecodeStep
{
    private readonly HashSet<ushort> _refused = [];

    public override StepResult Run(ControllerCore target, IncomingState incoming, out Status status)
    {
        var result = base.Run(target, incoming, out status);
        if (!status.IsSuccess) _refused.Add(target.Cntlid);
        else if (_refused.Contains(target.Cntlid)) status = Status.InvalidField;
        return result;
    }
}
