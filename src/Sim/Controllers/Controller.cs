using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// One NVMe controller: an actor of the device lane that calls its steps. It answers doorbells, takes commands as arbitration says,
/// works on many at once, each due at its own time, and tells the host by one interrupt for each completion queue and step.
/// </summary>
public sealed class Controller : Actor
{
    private readonly ControllerCore _state;
    private readonly WorkQueue _commands = new();
    private readonly WorkQueue _control = new();
    private readonly List<CompletionQueue> _announce = [];
    private long _arbitrateAt;
    private long _steppedAt = -1;

    internal Controller(ControllerCore state)
        : base(state.World.Devices)
    {
        _state = state;
        state.Machine = this;
        state.Function.Controller = this;
    }

    /// <summary>What it really did.</summary>
    public Truth Truth => _state.Truth;

    /// <summary>CNTLID.</summary>
    public ushort Id => _state.Cntlid;

    internal ControllerCore State => _state;

    /// <summary>Neither commands nor completions move while this is false: also after a shutdown, until a reset.</summary>
    private bool CanWork => _state.IsReady && _state.CanComplete && !_state.Suspension.IsSuspended;

    public override string ToString() => _state.ToString();

    protected override long Step(int budget)
    {
        var now = _state.Now;
        // Woken again at the instant it has already worked at: others have their turn first.
        if (now == _steppedAt && World.Clock == ClockKind.Virtual) return now + 1;
        _steppedAt = now;
        AnswerDoorbells();
        while (_control.TryTakeDue(now, out var control)) Run((ControllerWork)control);
        if (!CanWork) return _control.Earliest;

        var left = budget;
        while (left > 0 && CanWork && _commands.TryTakeDue(now, out var due))
        {
            Advance((CommandContext)due);
            left--;
        }

        while (left > 0 && CanWork && TryFetch(now)) left--;
        while (left > 0 && CanWork && TryReport()) left--;
        _state.UserDataLog?.Flush();
        Announce();
        if (!CanWork) return _control.Earliest;
        if (left == 0) return now;
        return Math.Min(_control.Earliest, Math.Min(_commands.Earliest, _arbitrateAt > now ? _arbitrateAt : World.Never));
    }

    /// <summary>Takes note of all doorbells rung so far; also before anybody looks at the queues from outside.</summary>
    internal void AnswerDoorbells()
    {
        while (_state.Registers.TryTakeRung(out var index))
        {
            var value = _state.Registers.Doorbell(index);
            var result = _state.Steps.Doorbell.Run(_state, index >> 1, (index & 1) != 0, value);
            if (!result.IsDone) PutOff(new DoorbellRing(index >> 1, (index & 1) != 0, value), result.At);
        }
    }

    /// <summary>A doorbell that no queue can have was rung; there is no cell to keep it.</summary>
    internal void StrayDoorbell(int index, uint value)
    {
        Run(new DoorbellRing(index >> 1, (index & 1) != 0, value));
        Wake();
    }

    internal void PropertyWritten(int offset, uint value) => Run(new PropertyWrite(offset, value));

    internal void ConfigWritten(int offset, uint old, uint value) => Run(new ConfigWrite(offset, old, value));

    /// <summary>A vector was unmasked or bound: what is pending goes out, unless the controller is suspended.</summary>
    internal void InterruptsUnmasked()
    {
        if (!_state.Suspension.IsSuspended) _state.Function.Msix.Unmasked();
    }

    /// <summary>Does control work now, or goes on with it when it says.</summary>
    internal void Run(ControllerWork work)
    {
        var result = work.Run(_state);
        if (!result.IsDone) PutOff(work, result.At);
    }

    /// <summary>Does control work at a time.</summary>
    internal void PutOff(ControllerWork work, long at)
    {
        _control.Set(work, at);
        if (at != Device.World.Never) WakeAt(at);
    }

    /// <summary>Lets a waiting command go on in this controller's next step.</summary>
    internal void GoOn(CommandContext command)
    {
        _commands.Set(command, _state.Now);
        Wake();
    }

    /// <summary>Lets a command wait, with what a handler or the core said.</summary>
    internal void Schedule(CommandContext command, long at) => _commands.Set(command, at);

    /// <summary>Wants an interrupt for a queue at the end of this step.</summary>
    internal void AnnounceLater(CompletionQueue queue)
    {
        if (queue.WantsInterrupt) return;
        queue.WantsInterrupt = true;
        _announce.Add(queue);
    }

    /// <summary>Sends the interrupts that completions of this step ask for.</summary>
    internal void Announce()
    {
        foreach (var queue in _announce)
        {
            queue.WantsInterrupt = false;
            var result = _state.Steps.Interrupt.Run(_state, queue);
            if (!result.IsDone) PutOff(queue.PendingInterrupt ??= new PendingInterrupt(queue), result.At);
        }

        _announce.Clear();
    }

    /// <summary>Sends at once what coalescing holds back: nothing may go out once the controller is suspended.</summary>
    internal void FlushInterrupts()
    {
        Announce();
        foreach (var queue in _state.Queues.Completion)
        {
            if (queue.PendingInterrupt is not { HeapIndex: >= 0 } pending) continue;
            _control.Remove(pending);
            queue.FlushInterrupt = true;
            Run(pending);
            queue.FlushInterrupt = false;
        }
    }

    /// <summary>Forgets all commands without completing them, and all control work: a reset.</summary>
    internal void DropAll()
    {
        _commands.Clear();
        _control.Clear();
        _announce.Clear();
        _arbitrateAt = 0;
        while (_state.Commands.First is { } command) _state.Commands.Remove(command);
        _state.Suspension.Drained();
    }

    /// <summary>Takes away a queue pair with whatever was fetched from it, without completions.</summary>
    internal void DropQueue(int id)
    {
        for (var command = _state.Commands.First; command is not null;)
        {
            var next = command.Next;
            if (command.Queue.Id == id)
            {
                _state.Events.Remove(command);
                Drop(command);
            }

            command = next;
        }

        if (_state.Queues.Sq(id) is { } submission) _state.Queues.Remove(submission);
        if (_state.Queues.Cq(id) is { } completion) _state.Queues.Remove(completion);
    }

    /// <summary>Forgets one command that is not being executed in this very call, without completing it.</summary>
    internal void Drop(CommandContext command)
    {
        _commands.Remove(command);
        Release(command);
        Retire(command);
    }

    /// <summary>Completes a waiting command with a status that somebody else decided: abort, queue deletion.</summary>
    internal void Finish(CommandContext command, Status status, bool dnr = false)
    {
        command.Fail(status, dnr);
        command.Stage = CommandStage.Complete;
        GoOn(command);
    }

    /// <summary>Goes through the stages of a command until it is done or has to wait.</summary>
    private void Advance(CommandContext command)
    {
        Lane.Tick();
        while (true)
        {
            var result = command.Stage switch
            {
                CommandStage.Fetch => _state.Steps.Fetch.Run(_state, command),
                CommandStage.Parse => _state.Steps.Parse.Run(_state, command),
                CommandStage.Validate => _state.Steps.Validate.Run(_state, command),
                CommandStage.Execute => _state.Steps.Execute.Run(_state, command),
                _ => _state.Steps.Complete.Run(_state, command),
            };
            if (_state.IsFatal) return;
            if (!result.IsDone)
            {
                Schedule(command, result.At);
                return;
            }

            if (command.Stage == CommandStage.Complete)
            {
                var (second, isGood) = (command.Second, command.Status.IsSuccess);
                Retire(command);
                if (second.IsThere) EndFirstHalf(second.Command, isGood);
                return;
            }

            command.Stage++;
            if (command.Stage == CommandStage.Parse && command.Entry.Dword0.Fuse != 0) Fuse(command);
            if (_state.IsFatal) return;
            if (!command.Status.IsSuccess)
            {
                command.Stage = CommandStage.Complete;
                if (command.IsHeld) return;
            }
            else if (command.Stage == CommandStage.Execute)
            {
                if (command.IsHeld) return;
                var cost = FusedOperation.Begin(_state, command);
                if (!command.Status.IsSuccess) command.Stage = CommandStage.Complete;
                if (cost <= 0) continue;
                Schedule(command, cost == Device.World.Never ? cost : _state.Now + cost);
                return;
            }
        }
    }

    private bool TryFetch(long now)
    {
        if (_state.Suspension.FetchStopped || _arbitrateAt > now) return false;
        SubmissionQueue? queue = null;
        var result = _state.Steps.Arbitrate.Run(_state, ref queue);
        if (!result.IsDone)
        {
            _arbitrateAt = result.At;
            return false;
        }

        if (queue is null) return false;
        if (queue.Completion.Free == 1 && FusedOperation.IsNext(_state, queue))
        {
            // Both halves or none: others have their turn until there is room.
            queue.NeedsPair = true;
            return true;
        }

        if (!queue.IsAdmin) queue.Ahead.Next(_state, queue);
        Advance(Take(queue));
        return true;
    }

    /// <summary>The context for the next command of a queue. What is fetched can be posted: its entry is kept from here on.</summary>
    private CommandContext Take(SubmissionQueue queue)
    {
        queue.NeedsPair = false;
        var command = _state.Commands.Add(queue);
        queue.Completion.Reserved++;
        command.HoldsEntry = true;
        return command;
    }

    /// <summary>A command was fetched that says it is half of a fused operation: the first half takes the second along.</summary>
    private void Fuse(CommandContext command)
    {
        if (command.IsHeld || !FusedOperation.IsSupported(_state, command)) return;
        if (!FusedOperation.HasSecond(_state, command))
        {
            command.Fail(Nvme.Status.AbortedMissingFused, dnr: false);
            return;
        }

        var second = Take(command.Queue);
        second.IsHeld = true;
        command.Second = new WaitingCommand(second, second.Serial);
        Advance(second);
    }

    /// <summary>The first half has completed: the second is executed at once, or aborted.</summary>
    private void EndFirstHalf(CommandContext second, bool isGood)
    {
        second.IsHeld = false;
        var isUnderWay = second.HeapIndex >= 0;
        if (!isGood && !(isUnderWay && second.Stage == CommandStage.Complete))
        {
            second.Fail(Nvme.Status.AbortedFailedFused, dnr: false);
            second.Stage = CommandStage.Complete;
        }

        if (!isUnderWay) Advance(second);
    }

    /// <summary>Completes the oldest request for an asynchronous event with the oldest event that may be reported.</summary>
    private bool TryReport()
    {
        if (_state.Suspension.FetchStopped || _state.Queues.Cq(0) is not { Free: > 0 } completion) return false;
        if (!_state.Events.TryMatch(out var request, out var reported)) return false;
        completion.Reserved++;
        request.HoldsEntry = true;
        request.Notes = reported;
        _state.Commands.Unpark(request);
        Advance(request);
        return true;
    }

    /// <summary>Gives back the completion entry that a command holds.</summary>
    internal static void Release(CommandContext command)
    {
        if (!command.HoldsEntry) return;
        command.HoldsEntry = false;
        command.Queue.Completion.Reserved--;
    }

    private void Retire(CommandContext command)
    {
        _state.Commands.Remove(command);
        if (_state.Commands.InFlight == 0) _state.Suspension.Drained();
    }
}
