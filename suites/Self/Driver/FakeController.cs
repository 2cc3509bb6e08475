using System.Runtime.InteropServices;
using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Self.Driver;

/// <summary>The controller behind <see cref="FakeFunction"/>.</summary>
internal sealed class FakeController(World world, AddressSpace memory, FakeFunction function) : Actor(world.Devices)
{
    /// <summary>Vendor command: CDW10 bytes from the controller, byte i being i modulo 251.</summary>
    public const byte ReadPattern = 0xC2;

    private readonly SortedDictionary<int, Submission> _submissions = [];
    private readonly SortedDictionary<int, Ring> _completions = [];
    private readonly List<Running> _running = [];
    private readonly List<(Submission From, ushort Cid)> _events = [];

    private sealed class Ring(ulong iova, int entries, int vector)
    {
        public ulong Iova { get; } = iova;
        public int Entries { get; } = entries;
        public int Vector { get; } = vector;
        public int Tail { get; set; }
        public bool Phase { get; set; } = true;
    }

    private sealed class Submission(int qid, ulong iova, int entries, Ring completion)
    {
        public int Qid { get; } = qid;
        public ulong Iova { get; } = iova;
        public int Entries { get; } = entries;
        public Ring Completion { get; } = completion;
        public int Head { get; set; }
    }

    private readonly record struct Running(Submission From, SubmissionEntry Command, long At);

    /// <summary>ns from fetch to completion.</summary>
    public long Latency { get; set; } = 1_000;

    /// <summary>Fetches nothing.</summary>
    public bool Stalled { get; set; }

    /// <summary>Completes nothing.</summary>
    public bool Holding { get; set; }

    /// <summary>CSTS.RDY never follows.</summary>
    public bool NeverReady { get; set; }

    /// <summary>Posts the next completion twice.</summary>
    public bool AnswerTwice { get; set; }

    /// <summary>Status of commands by opcode; success for the others.</summary>
    public Dictionary<byte, Status> Refuses { get; } = [];

    /// <summary>Fetched commands, oldest first, since the last function reset.</summary>
    public List<(int Qid, SubmissionEntry Command)> Seen { get; } = [];

    public Dictionary<FeatureId, uint> Features { get; } = [];

    /// <summary>What Identify lists as secondary controllers, ascending.</summary>
    public List<SecondaryControllerEntry> Secondaries { get; } = [];

    public int EventsHeld => _events.Count;

    public IEnumerable<int> IoQueues => _submissions.Keys.Where(q => q != 0);

    public IEnumerable<AdminOpcode> SeenAdmin => Seen.Where(s => s.Qid == 0).Select(s => (AdminOpcode)s.Command.Opcode);

    public void Written(int offset)
    {
        if (offset == Register.Cc) Reconfigure();
        Wake();
    }

    public void ResetAll()
    {
        ForgetQueues();
        Features.Clear();
    }

    /// <summary>Completes one held event request; false when there is none.</summary>
    public bool ReportEvent(uint dw0, uint dw1 = 0)
    {
        if (_events.Count == 0) return false;
        var (from, cid) = _events[0];
        _events.RemoveAt(0);
        Post(from, cid, Status.Success, dw0, dw1);
        return true;
    }

    /// <summary>Posts a completion that nobody asked for.</summary>
    public void PostStray(ushort cid) => Post(_submissions[0], cid, Status.Success, 0, 0);

    protected override long Step(int budget)
    {
        if (!function.IsBusMaster) return World.Never;
        foreach (var queue in _submissions.Values.ToArray()) Fetch(queue);
        if (Holding) return World.Never;
        foreach (var running in _running.Where(r => r.At <= World.Now).ToArray())
        {
            if (!_running.Remove(running)) continue;
            var (status, dw0) = Execute(running.From, running.Command);
            if (status is { } answer) Post(running.From, running.Command.Cid, answer, dw0, 0);
        }

        return _running.Count == 0 ? World.Never : _running.Min(r => r.At);
    }

    private void Reconfigure()
    {
        var cc = new ControllerConfiguration(function.Register(Register.Cc));
        var csts = new ControllerStatus(function.Register(Register.Csts));
        if (cc.En && !csts.Rdy && !NeverReady)
        {
            var aqa = new AdminQueueAttributes(function.Register(Register.Aqa));
            var completion = new Ring(Address(Register.Acq), aqa.AcqsZ + 1, 0);
            _completions[0] = completion;
            _submissions[0] = new Submission(0, Address(Register.Asq), aqa.AsqsZ + 1, completion);
            csts = csts with { Rdy = true };
        }
        else if (!cc.En)
        {
            ForgetQueues();
            csts = default;
        }

        if (cc.Shn != 0) csts = csts with { Shst = 2 };
        function.Register(Register.Csts) = csts.Raw;
    }

    private ulong Address(int register) => function.Register(register) | ((ulong)function.Register(register + 4) << 32);

    private void ForgetQueues()
    {
        _submissions.Clear();
        _completions.Clear();
        _running.Clear();
        _events.Clear();
    }

    private void Fetch(Submission queue)
    {
        var tail = (int)function.Register(Register.SqTailDoorbell(queue.Qid, 0));
        while (!Stalled && queue.Head != tail && _submissions.ContainsKey(queue.Qid))
        {
            var command = memory.Load<SubmissionEntry>(queue.Iova + ((ulong)queue.Head * SubmissionEntry.Size));
            queue.Head = (queue.Head + 1) % queue.Entries;
            Seen.Add((queue.Qid, command));
            if (queue.Qid == 0 && command.Opcode == (byte)AdminOpcode.AsynchronousEventRequest) _events.Add((queue, command.Cid));
            else _running.Add(new Running(queue, command, World.Now + Latency));
        }
    }

    private (Status? Status, uint Dw0) Execute(Submission from, SubmissionEntry command)
    {
        if (Refuses.TryGetValue(command.Opcode, out var refusal)) return (refusal, 0);
        if (command.Opcode == ReadPattern)
        {
            Transfer(command, [.. Enumerable.Range(0, (int)command.Cdw10).Select(i => (byte)(i % 251))]);
            return (Status.Success, command.Cdw10);
        }

        return from.Qid == 0 ? Admin(from, command) : (Status.Success, 0);
    }

    private (Status? Status, uint Dw0) Admin(Submission from, SubmissionEntry command)
    {
        switch ((AdminOpcode)command.Opcode)
        {
            case AdminOpcode.Identify when new IdentifyFields(command).Cns == (byte)Cns.SecondaryControllerList:
                Transfer(command, Wire.Bytes(ListFrom(new IdentifyFields(command).CntId)).ToArray());
                break;
            case AdminOpcode.Identify:
                Transfer(command, Wire.Bytes(new IdentifyController { Cntlid = 7, Mdts = 5, AerlZ = 3 }).ToArray());
                break;
            case AdminOpcode.SetFeatures:
                var fid = (FeatureId)(byte)command.Cdw10;
                Features[fid] = command.Cdw11;
                return (Status.Success, fid == FeatureId.NumberOfQueues ? Math.Min(command.Cdw11, 0x0003_0003) : 0);
            case AdminOpcode.GetFeatures:
                return (Status.Success, Features.GetValueOrDefault((FeatureId)(byte)command.Cdw10));
            case AdminOpcode.CreateIoCompletionQueue:
                var cq = new CreateIoCqFields(command);
                _completions[cq.Qid] = new Ring(command.Prp1, cq.QsizeZ + 1, cq.Ien ? cq.Iv : -1);
                break;
            case AdminOpcode.CreateIoSubmissionQueue:
                var sq = new CreateIoSqFields(command);
                if (!_completions.TryGetValue(sq.Cqid, out var ring)) return (Status.CompletionQueueInvalid, 0);
                _submissions[sq.Qid] = new Submission(sq.Qid, command.Prp1, sq.QsizeZ + 1, ring);
                break;
            case AdminOpcode.DeleteIoSubmissionQueue:
                _submissions.Remove(new DeleteIoQueueFields(command).Qid);
                break;
            case AdminOpcode.DeleteIoCompletionQueue:
                _completions.Remove(new DeleteIoQueueFields(command).Qid);
                break;
            case AdminOpcode.Abort:
                var victim = new AbortFields(command);
                var at = _running.FindIndex(r => r.From.Qid == victim.Sqid && r.Command.Cid == victim.Cid);
                if (at < 0) return (Status.Success, 1);
                Post(_running[at].From, victim.Cid, Status.AbortRequested, 0, 0);
                _running.RemoveAt(at);
                break;
        }

        return (Status.Success, 0);
    }

    private SecondaryControllerList ListFrom(ushort first)
    {
        var list = default(SecondaryControllerList);
        foreach (var entry in Secondaries.Where(e => e.Scid >= first).Take(SecondaryControllerList.Capacity))
            list.Entries[list.Nument++] = entry;
        return list;
    }

    /// <summary>Walks PRPs for itself: the driver's own arithmetic must not be what proves it.</summary>
    private void Transfer(SubmissionEntry command, byte[] data)
    {
        var rest = data.AsSpan();
        var first = Math.Min(rest.Length, 4096 - (int)(command.Prp1 % 4096));
        Write(command.Prp1, rest[..first]);
        rest = rest[first..];
        if (rest.Length is > 0 and <= 4096)
        {
            Write(command.Prp2, rest);
            return;
        }

        for (var list = command.Prp2; rest.Length > 0;)
        {
            var entry = memory.Load<ulong>(list);
            if (list % 4096 == 4088 && rest.Length > 4096)
            {
                list = entry;
                continue;
            }

            var here = Math.Min(rest.Length, 4096);
            Write(entry, rest[..here]);
            rest = rest[here..];
            list += 8;
        }
    }

    private void Write(ulong iova, ReadOnlySpan<byte> bytes)
    {
        var region = memory.Resolve(iova, out var offset);
        bytes.CopyTo(region.DeviceSpan(offset, bytes.Length));
    }

    private void Post(Submission from, ushort cid, Status status, uint dw0, uint dw1)
    {
        var ring = from.Completion;
        var entry = new CompletionEntry
        {
            Dw0 = dw0, Dw1 = dw1, SqHead = (ushort)from.Head, SqId = (ushort)from.Qid, Cid = cid,
            StatusField = new StatusField(status, ring.Phase),
        };
        Write(ring.Iova + ((ulong)ring.Tail * CompletionEntry.Size), MemoryMarshal.AsBytes(new ReadOnlySpan<CompletionEntry>(in entry)));
        ring.Tail = (ring.Tail + 1) % ring.Entries;
        if (ring.Tail == 0) ring.Phase = !ring.Phase;
        if (ring.Vector >= 0) function.Raise(ring.Vector);
        if (!AnswerTwice) return;
        AnswerTwice = false;
        Post(from, cid, status, dw0, dw1);
    }
}
