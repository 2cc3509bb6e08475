using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Linux;

/// <summary>
/// Commands through the kernel's NVMe driver. Each sleeps in a call of the kernel's, so it has a thread to itself; as many are under way at once as there
/// are threads. The kernel uses the buffer for the length of the command only, and keeps events for itself. On the host lane, but for the calls.
/// <para>What the kernel does not pass on says nothing of the device: the world is stopped with the reason (<see cref="HostLimitException"/>).</para>
/// </summary>
public sealed class PassthroughPath : ICommandPath, IDisposable
{
    // What the kernel waits for a command, before it aborts it and resets the controller: above any wait of ours.
    private const uint KernelTimeoutMilliseconds = 600_000;

    private readonly World _world;
    private readonly BlockingCalls _calls;
    private readonly ControllerFile _controller;
    private readonly NvmeNode _node;
    private readonly bool _isAdmin;
    private readonly Lock _lock = new();
    private readonly Dictionary<uint, ControllerFile> _namespaces = [];
    private readonly Stack<Ticket> _pool = new();
    private readonly HashSet<Ticket> _released = [];

    private PassthroughPath(World world, PathCapabilities capabilities, NvmeNode node, bool isAdmin)
    {
        (_world, Capabilities, _node, _isAdmin) = (world, capabilities, node, isAdmin);
        _controller = new ControllerFile(node.Path);
        _calls = new BlockingCalls(capabilities.Name, capabilities.Depth);
    }

    public PathCapabilities Capabilities { get; }

    public IEventSource? Events => null;

    /// <summary>A command was given up; no more are taken.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Admin commands by <c>/dev/nvmeN</c>.</summary>
    public static PassthroughPath ForAdmin(World world, NvmeNode node, int depth, int maxTransfer) =>
        new(world, new PathCapabilities(node.Path, depth, LongLivedBuffers: false, Events: false, Metadata: false, maxTransfer), node, isAdmin: true);

    /// <summary>I/O commands by <c>/dev/ngNnM</c>, one for each namespace that the controller has.</summary>
    public static PassthroughPath ForIo(World world, NvmeNode node, int depth, int maxTransfer) =>
        new(
            world, new PathCapabilities($"I/O of {node.Path}", depth, LongLivedBuffers: false, Events: false, Metadata: true, maxTransfer), node, isAdmin: false);

    public Ticket Submit(in SubmissionEntry command, in DmaBuffer data = default, in DmaBuffer metadata = default)
    {
        var ticket = _pool.Count > 0 ? _pool.Pop() : new Ticket(_world);
        (ticket.Completion, ticket.SubmittedAt, ticket.CompletedAt) = (default, _world.Now, 0);
        ticket.Outcome = IsDead ? TicketOutcome.Unknown : TicketOutcome.Pending;
        if (IsDead) return ticket;
        var (passed, entry, buffer, second) = (default(PassedCommand), command, data, metadata);
        _calls.Begin(
            () => passed = Pass(entry, buffer, second),
            failure => _world.PostFromOutside(() => End(ticket, entry, passed, failure)));
        return ticket;
    }

    public void Release(Ticket ticket)
    {
        if (ticket.Outcome == TicketOutcome.Completed) _pool.Push(ticket);
        else _released.Add(ticket);
    }

    public void Abandon(Ticket ticket)
    {
        if (ticket.IsDone) return;
        IsDead = true;
        ticket.CompletedAt = _world.Now;
        ticket.Outcome = TicketOutcome.Unknown;
        ticket.Signal.Raise();
    }

    public void Dispose()
    {
        _calls.Dispose();
        _controller.Dispose();
        foreach (var file in _namespaces.Values) file.Dispose();
    }

    private PassedCommand Pass(in SubmissionEntry command, in DmaBuffer data, in DmaBuffer metadata) => _isAdmin
        ? _controller.Admin(command, AddressOf(data), data.Length, KernelTimeoutMilliseconds)
        : NodeOf(command.Nsid).Io(command, AddressOf(data), data.Length, AddressOf(metadata), metadata.Length, KernelTimeoutMilliseconds);

    /// <summary>The kernel makes a node for a namespace once it has heard of it, which may have been attached a moment ago.</summary>
    private ControllerFile NodeOf(uint nsid)
    {
        lock (_lock)
        {
            if (_namespaces.TryGetValue(nsid, out var known)) return known;
            string? path = null;
            bool IsThere() => (path = _node.Namespaces.FirstOrDefault(it => it.Nsid == nsid).Path) is not null;
            if (!IsThere())
            {
                _controller.Rescan();
                if (!Patience.Until(IsThere, TimeSpan.FromSeconds(5)))
                    throw new HostLimitException($"{_node.Path}: the kernel has no device for namespace {nsid}");
            }

            return _namespaces[nsid] = new ControllerFile(path!);
        }
    }

    private static nint AddressOf(in DmaBuffer buffer) => buffer.Memory?.AddressOf(buffer.Offset) ?? 0;

    private void End(Ticket ticket, in SubmissionEntry command, in PassedCommand passed, Exception? failure)
    {
        if (failure is not null)
        {
            _world.RequestStop(failure);
            return;
        }

        // Given up meanwhile: the buffer was kept until now, and nobody waits any more.
        if (ticket.IsDone)
        {
            if (_released.Remove(ticket)) _pool.Push(ticket);
            return;
        }

        // Refused before it went to the device; anything else came of the device, or of the driver that lost it.
        if (passed.Errno is Errno.Eacces or Errno.Eperm or Errno.Einval or Errno.Enotty or Errno.Eopnotsupp or Errno.Enomem or Errno.Efault)
        {
            _world.RequestStop(new HostLimitException($"{Capabilities.Name}: the kernel does not pass on opcode {command.Opcode:X2}h: {Errno.Name(passed.Errno)}"));
            return;
        }

        ticket.CompletedAt = _world.Now;
        // Cancelled, or failed by the driver: what the device did with it is not known.
        if (passed.Errno != 0 || passed.IsHosts)
        {
            IsDead = true;
            ticket.Outcome = TicketOutcome.Unknown;
        }
        else
        {
            var completion = default(CompletionEntry);
            (completion.Dw0, completion.Dw1, completion.StatusField) = ((uint)passed.Result, (uint)(passed.Result >> 32), passed.Status);
            (ticket.Completion, ticket.Outcome) = (completion, TicketOutcome.Completed);
        }

        ticket.Signal.Raise();
        if (_released.Remove(ticket)) _pool.Push(ticket);
    }
}
