using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>
/// The function that a guest's driver is given. It stands for a real one, which the host may replace while the guest is stopped.
/// <list type="bullet">
/// <item>Carried: the device holds the whole controller; all but MSI-X goes straight through.</item>
/// <item>Mediated: the controller's registers and admin queue are virtual, see <see cref="Driver.Mediator"/>; I/O doorbells and the other
/// registers go straight through.</item>
/// </list>
/// MSI-X is the guest's own in both, see <see cref="GuestInterrupts"/>.
/// </summary>
public sealed class GuestFunction : IFunction
{
    private readonly GuestInterrupts _interrupts;
    private int _doorbellStride;
    private long _plainFrom;
    private long _plainTo;
    private int _deviceControl;
    private bool _busMaster;

    /// <summary>A carried guest.</summary>
    public GuestFunction(string name, IFunction backing)
    {
        Name = name;
        Backing = backing;
        _interrupts = new GuestInterrupts(backing, hostKeepsAdmin: false);
        LookAtBacking();
    }

    /// <summary>A mediated guest.</summary>
    /// <param name="world">Its time.</param>
    /// <param name="name">For people.</param>
    /// <param name="host">Driver of the real function, started; its memory lies outside the guest's.</param>
    /// <param name="guestMemory">The guest's, which the real function reaches at the same addresses.</param>
    /// <param name="options">How to mediate.</param>
    public GuestFunction(World world, string name, NvmeController host, AddressSpace guestMemory, MediatorOptions? options = null)
    {
        Name = name;
        Backing = host.Function;
        _interrupts = new GuestInterrupts(host.Function, hostKeepsAdmin: true);
        Mediator = new Mediator(world, host, guestMemory, _interrupts, options ?? new MediatorOptions());
        Mediator.GuestMayDma = () => _busMaster;
        LookAtBacking();
    }

    public string Name { get; }

    /// <summary>The real function that stands behind it now.</summary>
    public IFunction Backing { get; private set; }

    /// <summary>Null when carried.</summary>
    public Mediator? Mediator { get; }

    public GuestInterrupts Interrupts => _interrupts;

    public RequesterId Requester => Backing.Requester;

    public bool IsPresent => Backing.IsPresent;

    public long BarLength => Backing.BarLength;

    public int VectorCount => Backing.VectorCount;

    public IDmaSpace? Dma => Backing.Dma;

    /// <summary>Null when a guest that knows this function would find everything where it was on the other; else what differs.</summary>
    public string? IncompatibleWith(IFunction destination)
    {
        var (here, there) = (new Capabilities(Backing.Read64(Register.Cap)), new Capabilities(destination.Read64(Register.Cap)));
        if (here.Dstrd != there.Dstrd) return $"doorbell stride: CAP.DSTRD {here.Dstrd} here, {there.Dstrd} there";
        if (here.MqesZ > there.MqesZ) return $"queue entries: CAP.MQES {here.MqesZ} here, {there.MqesZ} there";
        if (!here.Cqr && there.Cqr) return "contiguous queues: required there only (CAP.CQR)";
        if (here.MpsMin < there.MpsMin || here.MpsMax > there.MpsMax)
            return $"page sizes: CAP.MPSMIN to MPSMAX {here.MpsMin} to {here.MpsMax} here, {there.MpsMin} to {there.MpsMax} there";
        if ((here.Css & ~there.Css) != 0) return $"command sets: CAP.CSS {here.Css:X2}h here, {there.Css:X2}h there";
        if ((here.Ams & ~there.Ams) != 0) return $"arbitration: CAP.AMS {here.Ams:X}h here, {there.Ams:X}h there";
        if (Backing.BarLength > destination.BarLength) return $"BAR0: {Backing.BarLength:N0} bytes here, {destination.BarLength:N0} there";
        return MsixTable.Find(Backing)?.IncompatibleWith(MsixTable.Find(destination));
    }

    /// <summary>
    /// Saves what the host owns. The guest is stopped and the source's device past its freeze point. Writes no memory: a mediated guest's
    /// last completions are posted on the destination.
    /// </summary>
    public HostState Save() => _interrupts.Save() with { Command = PciConfig.ReadCommand(this).Raw, Admin = Mediator?.Save() };

    /// <summary>Puts a carried guest on another real function with what was saved.</summary>
    public void MoveTo(IFunction backing, HostState state)
    {
        if (Mediator is not null) throw new InvalidOperationException($"{Name} is mediated: it moves to a controller with a driver.");
        Stand(backing, state);
    }

    /// <summary>
    /// Puts a mediated guest on another real function with what was saved, or back on the one it just left. Call
    /// <see cref="Mediator.Resume"/> once the device was resumed.
    /// </summary>
    public void MoveTo(NvmeController host, HostState state)
    {
        if (Mediator is null || state.Admin is null) throw new InvalidOperationException($"{Name} is not mediated.");
        Mediator.Adopt(host, state.Admin);
        Stand(host.Function, state);
    }

    public uint ReadConfig(int offset, int width)
    {
        var value = Backing.ReadConfig(offset, width);
        if (!Backing.IsPresent) return value;
        value = Overlay(value, offset, width, PciHeader.CommandOffset, GuestCommand.Raw);
        return _interrupts.ControlOffset < 0 ? value : Overlay(value, offset, width, _interrupts.ControlOffset, _interrupts.Control.Raw);
    }

    public void WriteConfig(int offset, int width, uint value)
    {
        if (width == 4)
        {
            if (!Hits(offset, 4))
            {
                Backing.WriteConfig(offset, 4, value);
                return;
            }

            WriteConfig(offset, 2, value & 0xFFFF);
            WriteConfig(offset + 2, 2, value >> 16);
        }
        else if (!Backing.IsPresent || !Hits(offset, width))
        {
            Backing.WriteConfig(offset, width, value);
        }
        else
        {
            var field = offset & ~1;
            WriteField(field, width == 2 ? (ushort)value : Merge((ushort)ReadConfig(field, 2), offset & 1, (byte)value));
        }
    }

    public uint Read32(long offset)
    {
        if (_interrupts.Covers(offset)) return _interrupts.Read(offset);
        return Mediator is { } mediator && offset < Register.Doorbells ? mediator.ReadRegister((int)offset) : Backing.Read32(offset);
    }

    public ulong Read64(long offset) => _interrupts.Covers(offset) || (Mediator is not null && offset < Register.Doorbells)
        ? Read32(offset) | ((ulong)Read32(offset + 4) << 32)
        : Backing.Read64(offset);

    public void Write32(long offset, uint value)
    {
        // The doorbells of I/O queues, which are nearly all writes, go first and straight on.
        if (offset >= _plainFrom && offset < _plainTo) Backing.Write32(offset, value);
        else if (_interrupts.Covers(offset)) _interrupts.Write(offset, value);
        else if (Mediator is not { } mediator || offset >= _plainFrom) Backing.Write32(offset, value);
        else if (offset == Register.Doorbells) mediator.Trap(GuestRegister.SqTailDoorbell, value);
        else if (offset == Register.Doorbells + _doorbellStride) mediator.Trap(GuestRegister.CqHeadDoorbell, value);
        else if (Mediator.IsTrapped((int)offset)) mediator.Trap((int)offset, value);
        else Backing.Write32(offset, value);
    }

    public void Write64(long offset, ulong value)
    {
        if (_interrupts.Covers(offset) || (Mediator is not null && offset < Register.Doorbells && Mediator.IsTrapped((int)offset)))
        {
            Write32(offset, (uint)value);
            Write32(offset + 4, (uint)(value >> 32));
        }
        else
        {
            Backing.Write64(offset, value);
        }
    }

    public void BindInterrupt(int vector, Signal? signal) => _interrupts.Bind(vector, signal);

    public async ValueTask ResetAsync()
    {
        if (Mediator is null) await Backing.ResetAsync();
        else await Mediator.ResetFunctionAsync();
        ForgetAfterReset();
    }

    public ValueTask AttachAsync(IDmaSpace space) => Backing.AttachAsync(space);

    public ValueTask DetachAsync() => Backing.DetachAsync();

    private PciCommand GuestCommand => PciConfig.ReadCommand(Backing) with { BusMaster = _busMaster };

    private void Stand(IFunction backing, HostState state)
    {
        _interrupts.MoveTo(backing, state);
        Backing = backing;
        LookAtBacking();
        WriteCommand(new PciCommand(state.Command));
        foreach (var vector in state.Pending) _interrupts.SetPending(vector);
    }

    private void LookAtBacking()
    {
        _doorbellStride = Register.DoorbellStride(new Capabilities(Backing.Read64(Register.Cap)).Dstrd);
        _plainFrom = Register.Doorbells + (2 * _doorbellStride);
        _plainTo = _interrupts.FirstOffset;
        var express = PciConfig.FindCapability(Backing, CapabilityId.PciExpress);
        _deviceControl = express == 0 ? -2 : express + PcieCapability.DeviceControlOffset;
        if (Mediator is null) _busMaster = PciConfig.ReadCommand(Backing).BusMaster;
    }

    private bool Hits(int offset, int width) =>
        Overlaps(offset, width, PciHeader.CommandOffset) || Overlaps(offset, width, _interrupts.ControlOffset)
        || Overlaps(offset, width, _deviceControl);

    private void WriteField(int field, ushort value)
    {
        if (field == PciHeader.CommandOffset) WriteCommand(new PciCommand(value));
        else if (field == _interrupts.ControlOffset) _interrupts.Control = new MsixControl(value);
        else if (Mediator is null || !new DeviceControl(value).InitiateFunctionLevelReset) WriteDeviceControl(new DeviceControl(value));
        else Mediator.RequestFunctionReset(ForgetAfterReset);
    }

    /// <summary>A mediated guest's host needs the bus too: what the guest forbids is forbidden once its controller is enabled.</summary>
    private void WriteCommand(PciCommand value)
    {
        _busMaster = value.BusMaster;
        PciConfig.WriteCommand(Backing, Mediator is { Guest.Ready: false } ? value with { BusMaster = true } : value);
        Mediator?.Wake();
    }

    private void WriteDeviceControl(DeviceControl value)
    {
        Backing.WriteConfig(_deviceControl, 2, value.Raw);
        if (value.InitiateFunctionLevelReset) ForgetAfterReset();
    }

    private void ForgetAfterReset()
    {
        _busMaster = false;
        _interrupts.Reset();
    }

    private static bool Overlaps(int offset, int width, int field) => field >= 0 && offset < field + 2 && field < offset + width;

    private static ushort Merge(ushort old, int at, byte value) =>
        at == 0 ? (ushort)((old & 0xFF00) | value) : (ushort)((old & 0x00FF) | (value << 8));

    /// <summary>Puts the bytes of a 16-bit field over what was read.</summary>
    private static uint Overlay(uint value, int offset, int width, int field, ushort content)
    {
        for (var i = 0; i < 2; i++)
        {
            var at = field + i - offset;
            if (at < 0 || at >= width) continue;
            value = (value & ~(0xFFu << (at * 8))) | ((uint)((content >> (i * 8)) & 0xFF) << (at * 8));
        }

        return value;
    }
}
