using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>
/// Stands between a guest's admin queue and the device: fetches the guest's commands, issues them on the host's own admin queue with
/// their data pointers as they are, and completes them to the guest. Holds the guest's event requests. The guest's enable, disable and
/// shutdown are answered here; what they must undo on the device is undone by a controller reset of the real one, after which the host
/// has its queue again.
/// </summary>
public sealed class Mediator : Actor
{
    private readonly GuestInterrupts _interrupts;
    private readonly MediatorOptions _options;
    private readonly List<UnfetchedCommand> _reissue = [];
    private readonly Signal _changed;
    private (NvmeController Host, GuestAdmin Guest)? _left;
    private ExceptionDispatchInfo? _fault;
    private bool _busy;
    private bool _used;

    internal Mediator(World world, NvmeController host, AddressSpace guestMemory, GuestInterrupts interrupts, MediatorOptions options)
        : base(world.Host)
    {
        _interrupts = interrupts;
        _options = options;
        _changed = new Signal(world);
        Host = host;
        Guest = new GuestAdmin(guestMemory, options.RefusedOpcodes) { Host = host.Admin };
        Stand(host);
        HoldEvents();
    }

    /// <summary>The host's driver of the device behind the guest now.</summary>
    public NvmeController Host { get; private set; }

    public GuestAdmin Guest { get; private set; }

    /// <summary>Guest admin commands are fetched.</summary>
    public bool IsTaking { get; private set; } = true;

    /// <summary>Nothing of the guest's, event requests excepted, is with the device.</summary>
    public bool IsQuiet => Guest.Issued.Count == 0 && !_busy;

    /// <summary>Guest commands that were issued to a device so far.</summary>
    public long Reissued { get; private set; }

    internal Func<bool> GuestMayDma { get; set; } = static () => true;

    /// <summary>From now on no guest admin command is fetched, and no enable or reset acted on.</summary>
    public void StopTaking() => IsTaking = false;

    /// <summary>Waits until everything issued is answered; false when <paramref name="deadline"/> (absolute, ns) passed first.</summary>
    public async ValueTask<bool> QuietAsync(long deadline = World.Never) =>
        await World.Until(_changed, this, static m => ((Mediator)m).IsQuiet, deadline);

    /// <summary>
    /// Begins to take again, on whatever device stands behind the guest: the source after a cancelled move, which goes on with what it
    /// has, or the destination, which gets what its predecessor never fetched, once. From then on there is no way back but another move.
    /// </summary>
    public void Resume()
    {
        IsTaking = true;
        _left = null;
        HoldEvents();
        foreach (var unfetched in _reissue)
            Issue(MemoryMarshal.Read<SubmissionEntry>(unfetched.Command), unfetched.GuestCid, unfetched.Data);
        _reissue.Clear();
        Wake();
    }

    /// <summary>
    /// Makes the guest's settings on a destination that is enabled and not yet suspended; enables it anew where it does not fit.
    /// </summary>
    public async ValueTask<Outcome> ReplayAsync(NvmeController destination, MediatedState state)
    {
        var wanted = new ControllerConfiguration(state.Cc);
        if (wanted.En && !destination.IsConfiguredAs(wanted))
        {
            var enabled = await destination.EnableAsync(wanted);
            if (!enabled.IsOk) return enabled;
        }

        return await _options.Steps.Replay.RunAsync(destination, state.Settings, World.Now);
    }

    internal static bool IsTrapped(int offset) => offset is Register.Intms or Register.Intmc or Register.Cc or Register.Csts
        or Register.Nssr or Register.Aqa or Register.Asq or (Register.Asq + 4) or Register.Acq or (Register.Acq + 4);

    internal void Trap(int offset, uint value)
    {
        _options.Steps.Trap.Run(Guest, offset, value);
        Wake();
    }

    /// <summary>The trapped registers as the guest reads them; of a device that is gone, all ones.</summary>
    internal uint ReadRegister(int offset)
    {
        var real = Host.Function.Read32(IsTrapped(offset) ? Register.Csts : offset);
        if (real == uint.MaxValue && IsTrapped(offset)) return real;
        return offset switch
        {
            Register.Cap + 4 => HideSubsystemControls(real),
            Register.Intms or Register.Intmc => Guest.InterruptMask,
            Register.Cc => Guest.Cc.Raw,
            Register.Csts => (Guest.Csts with { Cfs = Guest.Fatal || new ControllerStatus(real).Cfs }).Raw,
            Register.Nssr => 0,
            Register.Aqa => Guest.Aqa.Raw,
            Register.Asq => (uint)Guest.Asq,
            Register.Asq + 4 => (uint)(Guest.Asq >> 32),
            Register.Acq => (uint)Guest.Acq,
            Register.Acq + 4 => (uint)(Guest.Acq >> 32),
            _ => real,
        };
    }

    /// <summary>Takes what the device has answered and reported, and saves; the guest's memory is not written any more.</summary>
    internal MediatedState Save()
    {
        Guest.Host.Poll();
        Collect();
        TakeEvents();
        return _options.Steps.Snapshot.Run(Guest);
    }

    /// <summary>Stands on another device with what was saved; or again on the one it has just left, as it left it.</summary>
    internal void Adopt(NvmeController host, MediatedState state)
    {
        if (state.Version != MediatedState.CurrentVersion)
            throw new ArgumentException($"Version {state.Version} of the mediated state is not known.", nameof(state));
        IsTaking = false;
        Host.AlsoOnVector(0, null);
        Guest.Host.Events?.Signal.Subscribe(null);
        _reissue.Clear();
        _used = true;
        if (_left is { } left && ReferenceEquals(left.Host, host))
        {
            // Back before anything ran elsewhere: the source still has every command it was given, so nothing is issued again.
            (Guest, _left) = (left.Guest, null);
        }
        else
        {
            _left = (Host, Guest);
            Guest = new GuestAdmin(Guest.Memory, Guest.RefusedOpcodes) { Host = host.Admin };
            Guest.Load(state);
            _reissue.AddRange(state.Unfetched);
        }

        Stand(host);
    }

    internal void RequestFunctionReset(Action done) => _ = RunAsync(async () =>
    {
        await ResetFunctionAsync();
        done();
    });

    internal async ValueTask ResetFunctionAsync()
    {
        await World.Until(_changed, this, static m => !((Mediator)m)._busy);
        _busy = true;
        await Host.ResetFunctionAsync();
        Guest.ResetAll();
        await RestartHostAsync(default);
        _busy = false;
        _changed.Raise();
    }

    protected override long Step(int budget)
    {
        _fault?.Throw();
        if (_busy) return World.Never;
        Collect();
        if (IsTaking)
        {
            if (Guest.ResetRequested) Begin(DisableAsync);
            else if (Guest is { Cc.En: true, Ready: false, Fatal: false }) Begin(EnableAsync);
            else if (Guest is { Ready: true, Cc.Shn: not 0, ShutdownStatus: 0 }) Begin(ShutdownAsync);
            if (_busy) return World.Never;
            if (Guest.Ready) Host.SetEntrySizes(Guest.Cc);
            TakeEvents();
            if (Guest.Ready) _options.Steps.HoldEvents.Run(Guest);
            budget = Fetch(budget);
        }

        Post(budget);
        return IsTaking && CanFetch && budget <= 0 ? World.Now + 1 : World.Never;
    }

    private bool CanFetch => Guest is { Ready: true, ShutdownStatus: 0, Unfetched: > 0 } && GuestMayDma()
        && Guest.Finished.Count == 0 && Guest.Host is { IsDead: false, WaitingCount: 0 }
        && Guest.Issued.Count < Guest.Host.Capabilities.Depth;

    private int Fetch(int budget)
    {
        for (; budget > 0 && CanFetch; budget--)
        {
            var command = Guest.Memory.Load<SubmissionEntry>(Guest.Asq + ((ulong)Guest.SqHead * SubmissionEntry.Size));
            Guest.SqHead = (Guest.SqHead + 1) % Guest.SqEntries;
            var reissued = _options.Steps.Reissue.Run(Guest, command);
            if (reissued.Action == ReissueAction.Hold) Guest.HeldEvents.Add(command.Cid);
            else if (reissued.Action == ReissueAction.Answer) Guest.Finished.Enqueue(reissued.Completion);
            else Issue(reissued.Command, command.Cid, SettingData(reissued.Command));
            _options.Steps.HoldEvents.Run(Guest);
            Post(1);
        }

        return budget;
    }

    private void Issue(in SubmissionEntry command, ushort guestCid, byte[] data)
    {
        _used = true;
        Reissued++;
        var ticket = Guest.Host.Submit(command);
        ticket.Signal.Subscribe(this);
        Guest.Issued.Add(new IssuedCommand(command, guestCid, ticket, data));
    }

    /// <summary>Takes the device's answers; those of a queue that was reset meanwhile concern nobody.</summary>
    private void Collect()
    {
        if (Guest.Issued.Count == 0) return;
        foreach (var issued in Guest.Issued)
        {
            if (!issued.Ticket.IsDone) continue;
            if (issued.Ticket.Outcome == TicketOutcome.Completed)
            {
                var entry = issued.Ticket.Completion;
                if (entry.Status.IsSuccess) Note(issued, entry);
                Guest.Finished.Enqueue(new GuestCompletion(issued.GuestCid, entry.Dw0, entry.Dw1, entry.StatusField));
            }

            issued.Ticket.Signal.Subscribe(null);
            Guest.Host.Release(issued.Ticket);
        }

        if (Guest.Issued.RemoveAll(static i => i.Ticket.IsDone) > 0 && IsQuiet) _changed.Raise();
    }

    private void TakeEvents()
    {
        while (Guest.Host.Events is { } events && events.TryTake(out var reported)) Guest.PendingEvents.Enqueue(reported);
    }

    private void Post(int budget)
    {
        var posted = false;
        for (; budget > 0 && Guest.Ready && Guest.CompletionRoom > 0 && Guest.Finished.TryDequeue(out var completion); budget--)
        {
            _options.Steps.CompleteToGuest.Run(Guest, completion);
            posted = true;
        }

        if (posted) _interrupts.Raise(0);
    }

    /// <summary>What a command that succeeded changes in what the mediator knows.</summary>
    private void Note(IssuedCommand issued, in CompletionEntry entry)
    {
        switch ((AdminOpcode)issued.Command.Opcode)
        {
            case AdminOpcode.SetFeatures:
                var bytes = new byte[SubmissionEntry.Size];
                MemoryMarshal.Write(bytes, issued.Command);
                Guest.Settings.Record(new FeatureSetting(bytes, issued.Data, entry.Dw0, World.Now));
                break;
            case AdminOpcode.CreateIoCompletionQueue:
                var create = new CreateIoCqFields(issued.Command);
                if (create.Ien) Guest.CompletionQueueVectors[create.Qid] = create.Iv;
                break;
            case AdminOpcode.DeleteIoCompletionQueue:
                Guest.CompletionQueueVectors.Remove(new DeleteIoQueueFields(issued.Command).Qid);
                break;
        }
    }

    /// <summary>Copies what a Set Features sends, while the guest's buffer is still what the device reads.</summary>
    private byte[] SettingData(in SubmissionEntry command)
    {
        if ((AdminOpcode)command.Opcode != AdminOpcode.SetFeatures) return [];
        var length = FeatureLayout.DataLength((FeatureId)new SetFeaturesFields(command).Fid, command.Cdw11);
        if (length == 0) return [];
        var data = new byte[length];
        // The data is one page at most, so PRP2 is a second page and never a list.
        var first = Math.Min(length, Host.PageSize - (int)Prp.Offset(command.Prp1, Host.PageSize));
        if (!Guest.IsMemory(command.Prp1, first) || (first < length && !Guest.IsMemory(command.Prp2, length - first))) return [];
        Guest.Memory.Read(command.Prp1, first).CopyTo(data);
        if (first < length) Guest.Memory.Read(command.Prp2, length - first).CopyTo(data.AsSpan(first));
        return data;
    }

    private void Stand(NvmeController host)
    {
        Host = host;
        Guest.Host = host.Admin;
        Guest.EventLimit = host.Identity.AerlZ + 1;
        host.AlsoOnVector(0, RaiseSharedVector);
    }

    private void HoldEvents()
    {
        Guest.Host = Host.Admin;
        Guest.Host.HoldEvents(Math.Min(_options.Events, Guest.EventLimit));
        Guest.Host.Events!.Signal.Subscribe(this);
    }

    /// <summary>An I/O completion queue of the guest may use vector 0 too, and the device cannot say who raised it.</summary>
    private void RaiseSharedVector()
    {
        if (Guest.CompletionQueueVectors.ContainsValue(0)) _interrupts.Raise(0);
    }

    private void Begin(Func<ValueTask> transition)
    {
        _busy = true;
        _ = RunAsync(transition);
    }

    private async Task RunAsync(Func<ValueTask> transition)
    {
        try
        {
            await transition();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _fault = ExceptionDispatchInfo.Capture(e);
        }

        _busy = false;
        _changed.Raise();
        Wake();
    }

    private async ValueTask EnableAsync()
    {
        var sane = Guest.SqEntries >= 2 && Guest.CqEntries >= 2 && Guest.IsMemory(Guest.Asq, (long)Guest.SqEntries * SubmissionEntry.Size)
            && Guest.IsMemory(Guest.Acq, (long)Guest.CqEntries * CompletionEntry.Size);
        if (sane && (_used || !Host.IsConfiguredAs(Guest.Cc))) sane = await RestartHostAsync(Guest.Cc);
        if (sane) PciConfig.SetBusMaster(Host.Function, GuestMayDma());
        (Guest.Ready, Guest.Fatal) = (sane, !sane);
    }

    private async ValueTask DisableAsync()
    {
        // A device that fails here fails again, visibly, at the next enable.
        await RestartHostAsync(default);
        Guest.Reset();
    }

    private async ValueTask ShutdownAsync()
    {
        Guest.ShutdownStatus = 1;
        var outcome = await Host.ShutdownAsync(Guest.Cc.Shn == 2);
        _used = true;
        if (outcome.IsOk) Guest.ShutdownStatus = 2;
        else Guest.Fatal = true;
    }

    /// <summary>A controller reset of the real one: what the guest had there is gone, and the host has its queue again.</summary>
    private async ValueTask<bool> RestartHostAsync(ControllerConfiguration wanted)
    {
        _used = true;
        var outcome = await Host.EnableAsync(wanted.En ? wanted : null);
        if (!outcome.IsOk) return false;
        _used = false;
        HoldEvents();
        return true;
    }

    private static uint HideSubsystemControls(uint upper)
    {
        var cap = new Capabilities((ulong)upper << 32) with { Nssrs = false, Nsses = false };
        return (uint)(cap.Raw >> 32);
    }
}
