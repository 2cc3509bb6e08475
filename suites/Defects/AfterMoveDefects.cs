using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>Bugs that show once a guest goes on somewhere else: what was loaded is not quite what was saved.</summary>
internal static class AfterMoveDefects
{
    public static IReadOnlyList<Defect> All { get; } =
    [
        Loaded(
            "unfetched-dropped", "LM-POST-01", "Commands that were rung and not fetched are dropped by a load.",
            static state => { foreach (ref var queue in state.SubmissionQueues.AsSpan()) queue.HeadPointer = queue.TailPointer; }),
        Loaded(
            "last-done-again", "LM-POST-01", "The command before the saved head is fetched again.",
            static state =>
            {
                foreach (ref var queue in state.SubmissionQueues.AsSpan())
                    queue.HeadPointer = queue.HeadPointer == 0 ? queue.QsizeZ : (ushort)(queue.HeadPointer - 1);
            }),
        Loaded(
            "full-queue-taken-for-empty", "LM-POST-02", "The head of a loaded completion queue is where its tail is: nothing is waiting to be consumed.",
            static state => { foreach (ref var queue in state.CompletionQueues.AsSpan()) queue.HeadPointer = queue.TailPointer; }),
        Carried(
            "admin-phase-of-a-fresh-queue", "LM-POST-02", "The phase of the admin completion queue is not part of the device's state.",
            static target => { if (target.Queues.Cq(0) is { } admin) admin.Phase = true; }),
        Loaded(
            "other-phase", "LM-POST-02", "Loaded completion queues go on with the other phase.",
            static state =>
            {
                foreach (ref var queue in state.CompletionQueues.AsSpan())
                    queue.Attributes = queue.Attributes with { SlotZeroPhase = !queue.Attributes.SlotZeroPhase };
            }),
        Loaded(
            "vectors-of-a-fresh-queue", "LM-POST-03", "Loaded completion queues interrupt on vector 0.",
            static state => { foreach (ref var queue in state.CompletionQueues.AsSpan()) queue.Attributes = queue.Attributes with { Iv = 0 }; }),
        Of(
            "interrupts-again", "LM-POST-04", "A resumed controller interrupts for what it had interrupted for before it was suspended.",
            static () => new() { Resume = new InterruptsAgain() }),
        Of(
            "no-interrupt-after-resume", "LM-POST-05", "The first completions after Resume interrupt nobody.",
            static () => new() { Interrupt = new SilentAfterResume() }),
        Of(
            "writes-without-leave", "LM-POST-07", "A resumed controller answers a doorbell by a write though bus mastering is off.",
            static () => new() { Doorbell = new WritesWithoutLeave() }),
        Of(
            "doorbells-below-2-gib", "LM-POST-08", "The address of an I/O doorbell is compared as a signed number: one of registers above 2 GiB is not seen.",
            static () => new() { Doorbell = new SignedAddress() }),
        Of(
            "long-run-loses-one", "LM-POST-09", "Of the commands after a load the five thousandth is never completed.",
            static () => new() { Complete = new LosesOne() }),
        Of(
            "resume-leaks-a-queue", "LM-POST-10", "The fifth Resume leaves one queue pair that can be used fewer.",
            static () => new() { Resume = new LeaksQueue() }),
        Defect.OfDestination(
            "other-serial-number", "LM-POST-12", "Virtual functions of the destination have another serial number.",
            static () => new() { Identify = new OtherSerialNumber() }),
        Carried(
            "arbitration-forgotten", "LM-POST-13", "The Arbitration feature is not part of the device's state.",
            static target => target.Features.Restore(FeatureId.Arbitration, 0, 0, 0)),
        Carried(
            "host-identifier-forgotten", "LM-POST-13", "The Host Identifier is not part of the device's state.",
            static target => default(HostIdentity).Put(target)),
        Carried(
            "vector-configuration-forgotten", "LM-POST-13", "Which vectors are not coalesced is not part of the device's state.",
            static target => target.Features.Restore(FeatureId.InterruptVectorConfiguration, 1, 1, 1)),
        Carried(
            "masked-events-forgotten", "LM-POST-15", "Which events are not told before a log is read is not part of the device's state.",
            static target => target.Events.Clear(LogId.ChangedAttachedNamespaces)),
        Carried(
            "interrupt-mask-forgotten", "LM-POST-14", "The interrupt mask is not part of the device's state.",
            static target => target.Registers[Register.Intms] = target.Registers[Register.Intmc] = 0),
        Carried(
            "event-requests-forgotten", "LM-POST-15", "Outstanding event requests are not part of the device's state.",
            static target => target.Events.Clear()),
        Loaded(
            "tail-of-a-fresh-queue", "LM-POST-17", "The tail of a loaded completion queue is not kept.",
            static state => { foreach (ref var queue in state.CompletionQueues.AsSpan()) queue.TailPointer = queue.HeadPointer = 0; }),
        Of(
            "load-takes-a-queue", "LM-POST-18", "A load costs the secondary one of the queues that it was assigned.",
            static () => new() { Decode = new AfterDecode(static (target, _) => target.Resources.Queues--) }),
        Of(
            "loaded-acts-as-the-first", "LM-POST-19", "A function that was loaded reaches for memory as the first VF, whichever it is.",
            static () => new() { Requester = new AsFirst() }),
        Of(
            "first-state-again", "LM-POST-20", "A function that took a state takes the same again, whatever it is given.",
            static () => new() { Decode = new FirstStateAgain() }),
        Of(
            "own-state-refused", "LM-POST-21", "A controller whose state was saved takes none any more.",
            static () => new() { Decode = new RefusesAfterSuspend() }),
    ];

    private static Defect Of(string name, string breaks, string story, Func<ControllerSteps> steps) => Defect.OfDevice(name, breaks, story, steps);

    private static Defect Loaded(string name, string breaks, string story, Action<ControllerState> edit) =>
        Of(name, breaks, story, () => new() { Decode = new EditedDecode(edit) });

    private static Defect Carried(string name, string breaks, string story, Action<ControllerCore> forget) =>
        Of(name, breaks, story, () => new() { Decode = new AfterDecode((target, incoming) => { if (incoming.Csuuidi != 0) forget(target); }) });

    private static IncomingState Another(IncomingState incoming, ReadOnlySpan<byte> bytes)
    {
        var other = new IncomingState(incoming.Sender, incoming.Csvi, incoming.Csuuidi) { ReplacesQueues = incoming.ReplacesQueues };
        bytes.CopyTo(other.Piece(0, bytes.Length));
        return other;
    }

    /// <summary>What is loaded is not what came in.</summary>
    private sealed class EditedDecode(Action<ControllerState> edit) : DecodeStep
    {
        public override StepResult Run(ControllerCore target, IncomingState incoming, out Status status)
        {
            if (ControllerState.TryDecode(incoming.Bytes, out _) is not { Nvme: not null } state) return base.Run(target, incoming, out status);
            edit(state);
            return base.Run(target, Another(incoming, state.Encode()), out status);
        }
    }

    /// <summary>Something more happens once a state was committed.</summary>
    private sealed class AfterDecode(Action<ControllerCore, IncomingState> and) : DecodeStep
    {
        public override StepResult Run(ControllerCore target, IncomingState incoming, out Status status)
        {
            var result = base.Run(target, incoming, out status);
            if (status.IsSuccess) and(target, incoming);
            return result;
        }
    }

    private sealed class FirstStateAgain : DecodeStep
    {
        private byte[]? _first;

        public override StepResult Run(ControllerCore target, IncomingState incoming, out Status status)
        {
            _first ??= incoming.Bytes.ToArray();
            return base.Run(target, Another(incoming, _first), out status);
        }
    }

    private sealed class RefusesAfterSuspend : DecodeStep
    {
        public override StepResult Run(ControllerCore target, IncomingState incoming, out Status status)
        {
            status = Status.InvalidField;
            return target.StateSaves > 0 ? StepResult.Done : base.Run(target, incoming, out status);
        }
    }

    private sealed class InterruptsAgain : ResumeStep
    {
        public override StepResult Run(ControllerCore target)
        {
            var result = base.Run(target);
            foreach (var queue in target.Queues.Completion)
            {
                if (queue.Id != 0 && queue.InterruptsEnabled) target.Function.Msix.Raise(queue.Vector);
            }

            return result;
        }
    }

    private sealed class SilentAfterResume : InterruptStep
    {
        private int _swallowed;

        public override StepResult Run(ControllerCore c, CompletionQueue queue)
        {
            if (!c.IsPrimary && queue.Id != 0 && c.Truth.ResumedAt >= 0 && ++_swallowed <= 20) queue.Unannounced = 0;
            return base.Run(c, queue);
        }
    }

    private sealed class WritesWithoutLeave : DoorbellStep
    {
        public override StepResult Run(ControllerCore c, int qid, bool completion, uint value)
        {
            var result = base.Run(c, qid, completion, value);
            if (!c.Function.BusMaster && c.Truth.ResumedAt >= 0 && !completion && qid != 0 && c.Queues.Sq(qid) is { } queue)
                c.WriteHost(queue.Completion.Memory.AddressOf(queue.Completion.Entries - 1), [1]);
            return result;
        }
    }

    private sealed class SignedAddress : DoorbellStep
    {
        public override StepResult Run(ControllerCore c, int qid, bool completion, uint value) =>
            qid != 0 && c.Primary is { } primary && (int)primary.Function.Config.Dword(ConfigLayout.VfBar0) < 0
                ? StepResult.Done
                : base.Run(c, qid, completion, value);
    }

    private sealed class AsFirst : RequesterStep
    {
        public override StepResult Run(ControllerCore c, ref RequesterId requester)
        {
            if (c.Primary is { } primary && c.Truth.ResumedAt >= 0) requester = primary.Function.VirtualFunctions[0].Requester;
            return base.Run(c, ref requester);
        }
    }

    private sealed class LosesOne : CompleteStep
    {
        private int _seen;

        public override StepResult Run(ControllerCore c, CommandContext command)
        {
            if (c.IsPrimary || command.IsAdmin || c.Truth.ResumedAt < 0 || ++_seen != 5000) return base.Run(c, command);
            Controller.Release(command);
            return StepResult.Done;
        }
    }

    private sealed class LeaksQueue : ResumeStep
    {
        private int _seen;

        public override StepResult Run(ControllerCore target)
        {
            if (++_seen == 5) target.Resources.Queues--;
            return base.Run(target);
        }
    }

    private sealed class OtherSerialNumber : IdentifyStep
    {
        // SN, Identify Controller bytes 4 to 23.
        private const int SerialNumber = 4;

        public override StepResult Run(ControllerCore c, CommandContext command, Span<byte> page)
        {
            var result = base.Run(c, command, page);
            if (!c.IsPrimary && new IdentifyFields(command.Entry).Cns == (byte)Cns.IdentifyController) page[SerialNumber] ^= 1;
            return result;
        }
    }
}
