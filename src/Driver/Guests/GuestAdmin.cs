using System.Collections.Frozen;
using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>One guest command that the mediator put on the host's admin queue.</summary>
/// <param name="Command">As it went out, but for its identifier.</param>
/// <param name="GuestCid">The identifier under which the guest waits for it.</param>
/// <param name="Ticket">The host's.</param>
/// <param name="Data">What Set Features sent along; empty for all else.</param>
public sealed record IssuedCommand(SubmissionEntry Command, ushort GuestCid, Ticket Ticket, byte[] Data);

/// <summary>A completion that is to go to the guest; the mediator adds SQ head, identifiers of the queue and phase.</summary>
public readonly record struct GuestCompletion(ushort Cid, uint Dw0, uint Dw1, StatusField Status)
{
    public GuestCompletion(ushort cid, Status status, uint dw0 = 0, bool dnr = false)
        : this(cid, dw0, 0, new StatusField(status, dnr: dnr))
    {
    }
}

/// <summary>
/// The virtual admin side of one mediated guest, live: its registers, its admin queue as the mediator sees it, and what is under way.
/// The steps of the mediator work on it; <see cref="MediatedState"/> is what is saved of it.
/// </summary>
public sealed class GuestAdmin(AddressSpace memory, FrozenSet<byte> refusedOpcodes)
{
    /// <summary>The guest's memory.</summary>
    public AddressSpace Memory { get; } = memory;

    /// <summary>Opcodes that are answered with Invalid Command Opcode.</summary>
    public FrozenSet<byte> RefusedOpcodes { get; } = refusedOpcodes;

    /// <summary>The host's admin queue on the device that stands behind the guest now.</summary>
    public required QueuePath Host { get; set; }

    /// <summary>Event requests that the guest may have outstanding: AERL, 0's based, plus 1.</summary>
    public int EventLimit { get; set; } = 1;

    public ControllerConfiguration Cc { get; set; }

    /// <summary>CC.EN went from 1 to 0 and nobody has acted on it.</summary>
    public bool ResetRequested { get; set; }

    public AdminQueueAttributes Aqa { get; set; }

    public ulong Asq { get; set; }

    public ulong Acq { get; set; }

    /// <summary>Interrupt mask of INTMS and INTMC; without meaning under MSI-X, yet it reads as written.</summary>
    public uint InterruptMask { get; set; }

    /// <summary>CSTS.RDY as the guest sees it.</summary>
    public bool Ready { get; set; }

    /// <summary>CSTS.CFS as the guest sees it.</summary>
    public bool Fatal { get; set; }

    /// <summary>CSTS.SHST as the guest sees it.</summary>
    public byte ShutdownStatus { get; set; }

    /// <summary>Tail doorbell of the guest's admin submission queue.</summary>
    public int SqTail { get; set; }

    /// <summary>The next command to fetch.</summary>
    public int SqHead { get; set; }

    /// <summary>Head doorbell of the guest's admin completion queue.</summary>
    public int CqHead { get; set; }

    /// <summary>The next completion to post.</summary>
    public int CqTail { get; set; }

    /// <summary>Phase tag of the next completion.</summary>
    public bool Phase { get; set; } = true;

    /// <summary>Identifiers of the guest's outstanding Asynchronous Event Requests, oldest first.</summary>
    public List<ushort> HeldEvents { get; } = [];

    /// <summary>Events that no request of the guest has taken yet.</summary>
    public Queue<ReportedEvent> PendingEvents { get; } = new();

    /// <summary>Commands on the host's admin queue, in order of submission.</summary>
    public List<IssuedCommand> Issued { get; } = [];

    /// <summary>Completions that wait for room in the guest's queue.</summary>
    public Queue<GuestCompletion> Finished { get; } = new();

    /// <summary>What the guest set and the next device must have.</summary>
    public FeatureSettings Settings { get; } = new();

    /// <summary>Completion queues that the guest created, each with its vector.</summary>
    public SortedDictionary<ushort, ushort> CompletionQueueVectors { get; } = [];

    public int SqEntries => Aqa.AsqsZ + 1;

    public int CqEntries => Aqa.AcqsZ + 1;

    /// <summary>Commands of the guest that nobody fetched.</summary>
    public int Unfetched => (SqTail - SqHead + SqEntries) % SqEntries;

    /// <summary>Completions that the guest's queue takes now.</summary>
    public int CompletionRoom => (CqHead - CqTail - 1 + CqEntries) % CqEntries;

    public ControllerStatus Csts => new() { Rdy = Ready, Cfs = Fatal, Shst = ShutdownStatus };

    /// <summary>Takes over what was saved elsewhere. Commands that were under way there are not.</summary>
    public void Load(MediatedState state)
    {
        ResetAll();
        (Cc, Aqa, Asq, Acq) = (new ControllerConfiguration(state.Cc), new AdminQueueAttributes(state.Aqa), state.Asq, state.Acq);
        (InterruptMask, Ready, Fatal, ShutdownStatus) = (state.InterruptMask, state.Ready, state.Fatal, state.ShutdownStatus);
        (SqTail, SqHead, CqHead, CqTail, Phase) = (state.SqTail, state.SqHead, state.CqHead, state.CqTail, state.Phase);
        HeldEvents.AddRange(state.HeldEvents);
        foreach (var reported in state.PendingEvents) PendingEvents.Enqueue(reported);
        foreach (var c in state.Finished) Finished.Enqueue(new GuestCompletion(c.Cid, c.Dw0, c.Dw1, new StatusField(c.Status)));
        Settings.Replace(state.Settings);
        foreach (var queue in state.CompletionQueues) CompletionQueueVectors[queue.Qid] = queue.Vector;
    }

    /// <summary>What a controller level reset does to it: queues empty, nothing outstanding. AQA, ASQ and ACQ stay.</summary>
    public void Reset()
    {
        (SqTail, SqHead, CqTail, CqHead, Phase) = (0, 0, 0, 0, true);
        (Ready, Fatal, ShutdownStatus, InterruptMask, ResetRequested) = (false, false, 0, 0, false);
        HeldEvents.Clear();
        PendingEvents.Clear();
        Issued.Clear();
        Finished.Clear();
        Settings.ForgetUnsaved();
        CompletionQueueVectors.Clear();
    }

    /// <summary>What a function level reset does: the admin queue registers go as well.</summary>
    public void ResetAll()
    {
        Reset();
        (Cc, Aqa, Asq, Acq) = (default, default, 0, 0);
    }

    /// <summary>True when <paramref name="length"/> bytes at an address of the guest are memory.</summary>
    public bool IsMemory(ulong iova, long length)
    {
        foreach (var (start, memory) in Memory.Regions)
        {
            if (iova >= start && iova - start <= (ulong)memory.Length && length <= memory.Length - (long)(iova - start)) return true;
        }

        return false;
    }
}
