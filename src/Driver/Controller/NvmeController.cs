using Conformance.Device;
using Conformance.Nvme;
using Version = Conformance.Nvme.Version;

namespace Conformance.Driver;

/// <summary>
/// A driver of one controller on any function: registers, admin queue, interrupts, I/O queues. Works on the host lane and awaits the
/// world only. What the device answers comes back as <see cref="Outcome"/> or <see cref="CommandAnswer"/>.
/// </summary>
public sealed partial class NvmeController
{
    private const long HalfSecond = 500_000_000;
    private const long FirstLook = 1_000;
    private const long LongestLook = 1_000_000;

    private readonly World _world;
    private readonly NvmeControllerOptions _options;
    private DataPointers _pointers;
    private ControllerConfiguration _wanted;
    private readonly Vectors _vectors;
    private QueuePath? _admin;
    private ulong _asq;
    private ulong _acq;

    /// <param name="world">Whose time it waits by.</param>
    /// <param name="function">The function; it may be one that stands for others.</param>
    /// <param name="memory">Memory that is mapped in the function's DMA space at the same addresses.</param>
    /// <param name="options">How to set it up.</param>
    public NvmeController(World world, IFunction function, DriverMemory memory, NvmeControllerOptions? options = null)
    {
        _world = world;
        _options = options ?? new NvmeControllerOptions();
        Function = function;
        Memory = memory;
        _wanted = new ControllerConfiguration
        {
            En = true, Css = _options.Css, Mps = _options.Mps, Ams = _options.Ams, Iosqes = 6, Iocqes = 4,
        };
        Client = new AdminClient(world, () => Admin, memory, _options.AdminTimeouts ?? new CommandTimeouts(_options.CommandTimeout));
        _pointers = new DataPointers(memory, Prp.PageSize(_options.Mps));
        _vectors = new Vectors(world, function, _options.Interrupts ? 0 : _options.PollInterval);
    }

    public IFunction Function { get; }

    public DriverMemory Memory { get; }

    public NvmeControllerOptions Options => _options;

    /// <summary>Bytes of a memory page.</summary>
    public int PageSize => _pointers.PageSize;

    public Capabilities Capabilities => new(Function.Read64(Register.Cap));

    public Version Version => new(Function.Read32(Register.Vs));

    public ControllerConfiguration Configuration => new(Function.Read32(Register.Cc));

    public ControllerStatus Status => new(Function.Read32(Register.Csts));

    /// <summary>Bytes from one doorbell to the next.</summary>
    public int DoorbellStride => Register.DoorbellStride(Capabilities.Dstrd);

    /// <summary>The admin queue; there is one from <see cref="EnableAsync"/> on.</summary>
    public QueuePath Admin => _admin ?? throw new InvalidOperationException($"{Function.Name} was not enabled.");

    public bool HasAdmin => _admin is { IsDead: false };

    /// <summary>ns that CSTS.RDY may take to follow CC.EN.</summary>
    public long ReadyTimeout
    {
        get
        {
            var cap = Capabilities;
            var timeout = (cap.To + 1) * HalfSecond;
            if (cap.Crms == 0) return timeout;
            var crto = new ControllerReadyTimeouts(Function.Read32(Register.Crto));
            return Math.Max(timeout, (crto.Crwmt + 1) * HalfSecond);
        }
    }

    /// <summary>Enables, reads Identify Controller, and arms the events asked for.</summary>
    public async ValueTask<Outcome> StartAsync()
    {
        var outcome = await EnableAsync();
        if (!outcome.IsOk) return outcome;
        outcome = await IdentifyAsync();
        if (outcome.IsOk) HoldEvents();
        return outcome;
    }

    /// <summary>
    /// Takes the controller from whatever state it is in to ready, with an admin queue and, where the function has one, MSI-X. What was
    /// pending before is unknown, and all I/O queues are gone.
    /// </summary>
    /// <param name="configuration">CC to enable with, instead of what the options and earlier calls say.</param>
    public async ValueTask<Outcome> EnableAsync(ControllerConfiguration? configuration = null)
    {
        if (configuration is { } wanted) _wanted = wanted with { En = true, Shn = 0 };
        // Registers answer only once memory space is enabled.
        PciConfig.Enable(Function);
        if (Unfit() is { } unfit) return Outcome.Failed("enable", unfit);
        var outcome = await DisableAsync();
        if (!outcome.IsOk) return outcome;
        _vectors.Enable(_options.Interrupts);
        if (PageSize != Prp.PageSize(_wanted.Mps)) _pointers = new DataPointers(Memory, Prp.PageSize(_wanted.Mps));
        WriteAdminRegisters();
        CreateAdminPath();
        Function.Write32(Register.Cc, _wanted.Raw);
        return await WaitReadyAsync(true, "enable");
    }

    /// <summary>Controller Reset: clears CC.EN and waits until the controller is not ready.</summary>
    public async ValueTask<Outcome> DisableAsync()
    {
        if (Configuration.En)
        {
            // Clearing EN before RDY followed it is undefined; a failed controller will not follow.
            var settled = await WaitReadyAsync(true, "wait for an earlier enable");
            if (!settled.IsOk && !Status.Cfs) return settled;
            Function.Write32(Register.Cc, (Configuration with { En = false }).Raw);
        }

        var outcome = await WaitReadyAsync(false, "disable");
        Forget();
        return outcome;
    }

    /// <summary>Shutdown notification, and the wait until it is complete. The controller stays enabled.</summary>
    public async ValueTask<Outcome> ShutdownAsync(bool abrupt = false)
    {
        Function.Write32(Register.Cc, (Configuration with { Shn = (byte)(abrupt ? 2 : 1) }).Raw);
        var deadline = _world.Now + _options.ShutdownTimeout;
        for (var look = FirstLook; ; look = Math.Min(look * 2, LongestLook))
        {
            var status = Status;
            if (status.Raw == uint.MaxValue) return Outcome.Failed("shutdown", "the function is gone");
            if (status.Shst == 2) return Outcome.Ok;
            if (_world.Now >= deadline)
                return Outcome.Failed("shutdown", $"CSTS.SHST is {status.Shst} after {_options.ShutdownTimeout / 1_000_000:N0} ms");
            await _world.After(look);
        }
    }

    /// <summary>Function Level Reset; the controller is disabled after it.</summary>
    public async ValueTask ResetFunctionAsync()
    {
        await Function.ResetAsync();
        Forget();
    }

    /// <summary>
    /// Drops the queues of a controller that was reset by other means. What was pending is unknown, memory of the queues is free again.
    /// </summary>
    public void Forget()
    {
        if (_admin is { } admin)
        {
            _vectors.PumpOf(0).Remove(admin.Queue);
            admin.Close();
            _admin = null;
        }

        ForgetIoQueues();
    }

    /// <summary>Keeps the number of event requests that the options ask for outstanding.</summary>
    public void HoldEvents()
    {
        if (_options.Events > 0) Admin.HoldEvents(_options.Events);
    }

    /// <summary>True when the controller was enabled with this CC, shutdown notification aside.</summary>
    public bool IsConfiguredAs(ControllerConfiguration configuration) => _wanted == configuration with { En = true, Shn = 0 };

    /// <summary>Takes over CC.IOSQES and CC.IOCQES, which a host may set after it enabled.</summary>
    internal void SetEntrySizes(ControllerConfiguration configuration)
    {
        if (_wanted.Iosqes == configuration.Iosqes && _wanted.Iocqes == configuration.Iocqes) return;
        _wanted = _wanted with { Iosqes = configuration.Iosqes, Iocqes = configuration.Iocqes };
        Function.Write32(Register.Cc, _wanted.Raw);
    }

    /// <summary>Calls <paramref name="action"/> whenever the driver's own pump of a vector ran; null for none.</summary>
    internal void AlsoOnVector(int vector, Action? action) => _vectors.PumpOf(vector).Also = action;

    /// <summary>Interrupts that it was sent so far, on all vectors that are bound.</summary>
    public long Interrupts => _vectors.Count;

    /// <summary>Raises <paramref name="signal"/> at each interrupt of a vector, whose MSI-X entry is set up and unmasked.</summary>
    public void BindVector(int vector, Signal signal) => _vectors.Bind(vector, signal);

    private string? Unfit()
    {
        var cap = Capabilities;
        if (cap.Raw == ulong.MaxValue) return "the function is not there (registers read all ones)";
        if (_wanted.Mps < cap.MpsMin || _wanted.Mps > cap.MpsMax)
            return $"pages of {Prp.PageSize(_wanted.Mps):N0} bytes are not supported (CAP.MPSMIN {cap.MpsMin}, CAP.MPSMAX {cap.MpsMax})";
        return null;
    }

    private void WriteAdminRegisters()
    {
        if (_asq == 0 || Prp.Offset(_asq | _acq, PageSize) != 0)
        {
            _asq = Memory.RentAligned(_options.AdminSqEntries * SubmissionEntry.Size, PageSize);
            _acq = Memory.RentAligned(_options.AdminCqEntries * CompletionEntry.Size, PageSize);
        }

        var attributes = new AdminQueueAttributes
        {
            AsqsZ = (ushort)(_options.AdminSqEntries - 1), AcqsZ = (ushort)(_options.AdminCqEntries - 1),
        };
        Function.Write32(Register.Aqa, attributes.Raw);
        WriteAddress(Register.Asq, _asq);
        WriteAddress(Register.Acq, _acq);
    }

    private void WriteAddress(long offset, ulong value)
    {
        if (!_options.NarrowAccess)
        {
            Function.Write64(offset, value);
            return;
        }

        Function.Write32(offset, (uint)value);
        Function.Write32(offset + 4, (uint)(value >> 32));
    }

    private void CreateAdminPath()
    {
        var queue = new QueuePair(
            Function, Memory.Space, 0, _asq, _options.AdminSqEntries, _acq, _options.AdminCqEntries, DoorbellStride) { History = _options.History };
        var depth = Math.Min(_options.AdminSqEntries, _options.AdminCqEntries) - 1;
        _admin = NewPath(queue, $"admin queue of {Function.Name}", depth, DataPointerKind.Prp);
        _vectors.PumpOf(0).Add(queue, _admin);
    }

    private QueuePath NewPath(QueuePair queue, string name, int depth, DataPointerKind kind)
    {
        var path = new QueuePath(_world, queue, _pointers, new QueuePathOptions(name, depth, _options.MaxTransfer, kind));
        path.LimitTransfer(MaxTransfer);
        return path;
    }

    private async ValueTask<Outcome> WaitReadyAsync(bool ready, string step)
    {
        var timeout = ReadyTimeout;
        var deadline = _world.Now + timeout;
        for (var look = FirstLook; ; look = Math.Min(look * 2, LongestLook))
        {
            var status = Status;
            if (status.Raw == uint.MaxValue) return Outcome.Failed(step, "the function is gone (CSTS reads all ones)");
            if (status.Rdy == ready) return Outcome.Ok;
            if (ready && status.Cfs) return Outcome.Failed(step, "fatal status (CSTS.CFS)");
            if (_world.Now >= deadline) return Outcome.Failed(step, $"CSTS.RDY is {(ready ? 0 : 1)} after {timeout / 1_000_000:N0} ms");
            await _world.After(look);
        }
    }
}
