using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// A simulated PF or VF as its host sees it. Host side: reads are answered from cells, writes are stored at once; what they cause goes
/// to the device lane as messages, in program order, but for doorbells, which are cells that the controller looks at when woken.
/// </summary>
public sealed class SimFunction : IFunction
{
    /// <summary>ns that a host waits after a Function Level Reset, and after setting VF Enable, unless the function says less.</summary>
    public const long LongestReset = SimulatedTiming.LongestFunctionReset;

    private const uint AllOnes = 0xFFFF_FFFF;

    private DmaSpace? _space;
    private bool _present;
    private long _readyAt;

    internal SimFunction(
        SimHost host,
        string name,
        RequesterId requester,
        SimFunction? physical,
        int vfNumber,
        ConfigSpace config,
        RegisterFile registers,
        int vectors,
        LocalMemory? local)
    {
        Host = host;
        Name = name;
        Requester = requester;
        Physical = physical;
        VfNumber = vfNumber;
        Config = config;
        Registers = registers;
        Msix = new MsixTable(registers, config, vectors);
        physical?.VirtualFunctions.Add(this);
        Local = local;
        _present = physical is null;
        Msix.Reset();
    }

    public string Name { get; }

    public RequesterId Requester { get; }

    /// <summary>The PF of a VF; null for a PF.</summary>
    public SimFunction? Physical { get; }

    /// <summary>1 and up; 0 for a PF.</summary>
    public int VfNumber { get; }

    /// <summary>Gone as soon as its host clears VF Enable; there once the device has answered its setting.</summary>
    public bool IsPresent
    {
        get => Volatile.Read(ref _present) && (Physical is null || Physical.HasVfsEnabled);
        internal set => Volatile.Write(ref _present, value);
    }

    public long BarLength => Registers.Length;

    public int VectorCount => Msix.Vectors;

    public IDmaSpace? Dma => Space;

    /// <summary>The controller behind it, for its <see cref="Sim.Controller.Truth"/>.</summary>
    public Controller Controller { get; internal set; } = null!;

    internal SimHost Host { get; }

    internal ConfigSpace Config { get; }

    internal RegisterFile Registers { get; }

    internal MsixTable Msix { get; }

    /// <summary>Memory of its own; null where there is none.</summary>
    internal LocalMemory? Local { get; }

    internal DmaSpace? Space => Volatile.Read(ref _space);

    /// <summary>The VFs of a PF, ascending by number.</summary>
    internal List<SimFunction> VirtualFunctions { get; } = [];

    private bool HasVfsEnabled => (Config.Dword(ConfigLayout.SriovControl) & ConfigLayout.VfEnable) != 0;

    /// <summary>Not within the time that a reset takes.</summary>
    private bool IsReady => Volatile.Read(ref _readyAt) is var at && (at == 0 || (at != World.Never && World.Now >= at));

    /// <summary>There and ready: answers its host.</summary>
    private bool Answers => IsPresent && IsReady && Physical?.IsReady != false;

    /// <summary>Command register bit 2, in D0, and there at all: may send requests.</summary>
    internal bool BusMaster => IsPresent && IsPowered && (Config.Dword(ConfigLayout.Command) & ConfigLayout.BusMaster) != 0;

    /// <summary>In D0; a VF is no better off than its PF.</summary>
    private bool IsPowered => (Config.Dword(ConfigLayout.PowerControl) & 3) == 0 && Physical?.IsPowered != false;

    private bool MemoryEnabled => Answers && IsPowered && (Physical is null
        ? (Config.Dword(ConfigLayout.Command) & ConfigLayout.MemorySpace) != 0
        : (Physical.Config.Dword(ConfigLayout.SriovControl) & ConfigLayout.VfMemorySpace) != 0);

    private World World => Host.World;

    /// <summary>ns: what Readiness Time Reporting says, 100 ms without it.</summary>
    private long FunctionResetTime =>
        new ExtendedCapabilityHeader(Config.Dword(ConfigLayout.ReadinessTimes)).Id == ExtendedCapabilityId.ReadinessTimeReporting
            ? new ReadinessTimes2(Config.Dword(ConfigLayout.ReadinessTimes + 8)).FunctionReset.Nanoseconds
            : LongestReset;

    public uint ReadConfig(int offset, int width)
    {
        RequireAligned(offset, width, ConfigSpace.Size);
        return Answers ? Config.Read(offset, width) : AllOnes >> (32 - (width * 8));
    }

    public void WriteConfig(int offset, int width, uint value)
    {
        RequireAligned(offset, width, ConfigSpace.Size);
        if (!Answers) return;
        var (old, next) = Config.Write(offset, width, value, ConfigRules.Locked(Config, offset, value));
        // The reset bit reads as zero and causes something each time; every other write does only where it changed something.
        if (ConfigRules.IsFunctionReset(offset, width, value)) next |= ConfigLayout.InitiateFlr;
        if (old == next) return;
        ConfigRules.AtOnce(this, offset & ~3, old, next);
        World.Devices.Post(ConfigWritten, this, (ulong)(offset & ~3), ((ulong)old << 32) | next);
    }

    public uint Read32(long offset)
    {
        RequireAligned(offset, 4, BarLength);
        if (!MemoryEnabled) return AllOnes;
        if (offset < Registers.ExtraOffset) return offset == Register.Nssr ? 0 : Registers[(int)offset];
        var bytes = ExtraBytes(offset);
        return bytes.IsEmpty ? 0 : Wire.Read<uint>(bytes);
    }

    public ulong Read64(long offset)
    {
        RequireAligned(offset, 8, BarLength);
        return Read32(offset) | ((ulong)Read32(offset + 4) << 32);
    }

    public void Write32(long offset, uint value)
    {
        RequireAligned(offset, 4, BarLength);
        if (!MemoryEnabled) return;
        if (offset < Register.Doorbells)
        {
            WriteProperty((int)offset, value);
        }
        else if (offset < Registers.MsixTable)
        {
            if (!Register.TryDoorbell((int)offset, Registers.Dstrd, out var qid, out var completion)) return;
            var index = (2 * qid) + (completion ? 1 : 0);
            if (index >= 2 * Registers.DoorbellPairs)
            {
                World.Devices.Post(StrayDoorbell, this, (ulong)index, value);
                return;
            }

            Registers.Ring(index, value);
            Controller.Wake();
        }
        else if (offset < Registers.MsixPending)
        {
            Registers[(int)offset] = (offset & 12) == 12 ? value & 1 : value;
            if ((offset & 12) == 12 && (value & 1) == 0) World.Devices.Post(VectorUnmasked, this);
        }
        else if (offset >= Registers.ExtraOffset && !ExtraBytes(offset).IsEmpty)
        {
            Wire.Write(ExtraBytes(offset), value);
        }
    }

    public void Write64(long offset, ulong value)
    {
        RequireAligned(offset, 8, BarLength);
        Write32(offset, (uint)value);
        Write32(offset + 4, (uint)(value >> 32));
    }

    public void BindInterrupt(int vector, Signal? signal)
    {
        if ((uint)vector >= (uint)VectorCount)
            throw new ArgumentOutOfRangeException(nameof(vector), vector, $"{Name} has {VectorCount} vectors.");
        Msix.Bind(vector, signal);
        if (signal is not null) World.Devices.Post(VectorUnmasked, this);
    }

    /// <summary>Bytes of BAR2, the Persistent Memory Region; 0 for none.</summary>
    public long RegionLength => Local?.RegionLength ?? 0;

    /// <summary>Reads the Persistent Memory Region; undefined, and here zero, while it is not ready (Base 2.3 8.2.4).</summary>
    public uint ReadRegion32(long offset)
    {
        RequireAligned(offset, 4, RegionLength);
        if (!MemoryEnabled) return AllOnes;
        var bytes = Local!.RegionBytes;
        return bytes.IsEmpty ? 0 : Wire.Read<uint>(bytes[(int)offset..]);
    }

    /// <summary>Writes the Persistent Memory Region; lost while it is not ready.</summary>
    public void WriteRegion32(long offset, uint value)
    {
        RequireAligned(offset, 4, RegionLength);
        var bytes = MemoryEnabled ? Local!.RegionBytes : default;
        if (!bytes.IsEmpty) Wire.Write(bytes[(int)offset..], value);
    }

    public async ValueTask ResetAsync()
    {
        var control = ReadConfig(ConfigLayout.DeviceControl, 2);
        // Read before: there is nothing to be read until it is over.
        var wait = FunctionResetTime;
        WriteConfig(ConfigLayout.DeviceControl, 2, control | ConfigLayout.InitiateFlr);
        await DeviceLane.PassAsync(World);
        await World.After(wait);
    }

    public ValueTask AttachAsync(IDmaSpace space)
    {
        if (space is not DmaSpace mine) throw new ArgumentException($"{space.Name} is no DMA space of a simulated host.", nameof(space));
        Volatile.Write(ref _space, mine);
        return DeviceLane.PassAsync(World);
    }

    public ValueTask DetachAsync()
    {
        Volatile.Write(ref _space, null);
        return DeviceLane.PassAsync(World);
    }

    public override string ToString() => $"{Name} ({Requester})";

    /// <summary>Answers nobody until a time, ns (<see cref="Device.World.Never"/>: until told): a reset.</summary>
    internal void BusyUntil(long at) => Volatile.Write(ref _readyAt, at);

    private static void RequireAligned(long offset, int width, long length)
    {
        if (offset < 0 || offset % width != 0 || offset + width > length)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"Not the place of {width} bytes.");
    }

    private void WriteProperty(int offset, uint value)
    {
        switch (offset)
        {
            case Register.Intms:
            case Register.Intmc:
                var mask = offset == Register.Intms ? Registers[offset] | value : Registers[offset] & ~value;
                Registers[Register.Intms] = Registers[Register.Intmc] = mask;
                break;
            case Register.Cc:
                Registers[offset] = value & 0x01FF_FFF1;
                break;
            case Register.Aqa:
                Registers[offset] = value & 0x0FFF_0FFF;
                break;
            case Register.Asq:
            case Register.Acq:
                Registers[offset] = value & 0xFFFF_F000;
                break;
            case Register.CmbMsc when Local is { HasBuffer: true }:
                Registers[offset] = value & 0xFFFF_F003;
                break;
            case Register.PmrMscL when Local is { HasRegion: true }:
                Registers[offset] = value & 0xFFFF_F002;
                break;
            case Register.Asq + 4:
            case Register.Acq + 4:
            case Register.CmbMsc + 4 when Local is { HasBuffer: true }:
            case Register.PmrMscU when Local is { HasRegion: true }:
                Registers[offset] = value;
                break;
            case Register.PmrCtl when Local is { HasRegion: true }:
                Registers[offset] = value & 1;
                break;
            case Register.Csts:
            case Register.Nssr:
            case Register.Nssd:
            case Register.BpRsel:
                break; // nothing to store: the device decides what becomes of it
            default:
                return; // read only or reserved
        }

        World.Devices.Post(PropertyWritten, this, (ulong)offset, value);
    }

    private Span<byte> ExtraBytes(long offset)
    {
        var at = offset - Registers.ExtraOffset;
        var bytes = Local is null ? default : Local.BufferBytes;
        return at + 4 > bytes.Length ? default : bytes.Slice((int)at, 4);
    }

    private static readonly Action<object, ulong, ulong> PropertyWritten = static (target, offset, value) =>
        ((SimFunction)target).Controller.PropertyWritten((int)offset, (uint)value);

    private static readonly Action<object, ulong, ulong> StrayDoorbell = static (target, index, value) =>
        ((SimFunction)target).Controller.StrayDoorbell((int)index, (uint)value);

    private static readonly Action<object, ulong, ulong> ConfigWritten = static (target, offset, change) =>
    {
        var function = (SimFunction)target;
        function.Controller.ConfigWritten((int)offset, (uint)(change >> 32), (uint)change);
    };

    private static readonly Action<object, ulong, ulong> VectorUnmasked = static (target, _, _) =>
        ((SimFunction)target).Controller.InterruptsUnmasked();
}
