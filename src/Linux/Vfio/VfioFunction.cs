using System.Buffers.Binary;
using Conformance.Device;
using Conformance.Linux.Abi;
using Conformance.Nvme;

namespace Conformance.Linux;

/// <summary>
/// A function of this machine on a driver of VFIO. Its registers are touched by single accesses to a mapping of BAR0 as long as the function
/// certainly decodes them, else through the kernel, which answers with EIO where an access of ours would end the process. MSI-X is kept by
/// <see cref="MsixVectors"/>, and VF Enable of a physical function is what the kernel set before: see <see cref="SriovView"/>.
/// <para>Everything on the host lane; calls that sleep are made on a thread of the function's own.</para>
/// </summary>
public sealed class VfioFunction : IFunction, IDisposable
{
    private const uint AllOnes = 0xFFFF_FFFF;
    private const int ConfigLength = 0x1000;
    private const int ResetTries = 20;
    private const int ResetPauseMilliseconds = 10;
    private const long ResetDeadline = 60_000_000_000;

    private readonly DeviceFile _device;
    private readonly IIommu _iommu;
    private readonly BlockingCalls _calls;
    private readonly DeviceRegion _bar;
    private readonly DeviceRegion _config;
    private readonly List<(MappableArea Area, MappedRegion Memory)> _areas = [];
    private readonly MsixVectors? _msix;
    private readonly int _msixControl = -2;
    private readonly int _deviceControl = -2;
    private readonly int _power = -2;
    private readonly SriovView? _sriov;
    private World? _world;
    private VfioDmaSpace? _space;
    private bool _resetting;
    private bool _isWell;
    private readonly int _vfControl;
    private bool _gone;
    private bool _memorySpace;
    private bool _powered = true;
    private bool _direct;
    private readonly long _plainTo = long.MaxValue;

    internal VfioFunction(PciAddress address, bool isVirtual, DeviceFile device, IIommu iommu, InterruptThread interrupts, int enabledVfs)
    {
        (Address, IsVirtual, _device, _iommu) = (address, isVirtual, device, iommu);
        Name = $"{(isVirtual ? "VF" : "PF")} {address}";
        _calls = new BlockingCalls(Name, 1);
        if (!device.CanReset()) throw new KernelException(Errno.Einval, "VFIO_DEVICE_GET_INFO", device.Path, "the kernel knows no way to reset this function (reset_method)");
        _bar = device.ReadRegion(VfioAbi.VFIO_PCI_BAR0_REGION_INDEX);
        _config = device.ReadRegion(VfioAbi.VFIO_PCI_CONFIG_REGION_INDEX);
        var capabilities = CapabilityList.Read(ReadRaw);
        if (capabilities.Find(CapabilityId.Msix) is { } msix)
        {
            _msixControl = msix + MsixCapability.ControlOffset;
            _msix = new MsixVectors(
                device, interrupts, new MsixLocation(ReadRaw(msix + MsixCapability.TableOffset, 4)),
                new MsixLocation(ReadRaw(msix + MsixCapability.PendingBitsOffset, 4)), () => (ushort)ReadRaw(_msixControl, 2));
            // Up to here nothing is the host's own, and nothing need be asked.
            _plainTo = _msix.First;
        }

        if (capabilities.Find(CapabilityId.PciExpress) is { } express) _deviceControl = express + PcieCapability.DeviceControlOffset;
        if (capabilities.Find(CapabilityId.PowerManagement) is { } power) _power = power + PowerManagementCapability.ControlOffset;
        if (isVirtual || capabilities.FindExtended(ExtendedCapabilityId.SrIov) is not { } sriov) return;
        _sriov = new SriovView(sriov, enabledVfs);
        if (enabledVfs > 0) _vfControl = sriov + SrIovCapability.ControlOffset;
    }

    public string Name { get; }

    /// <summary>With its segment.</summary>
    public PciAddress Address { get; }

    public bool IsVirtual { get; }

    public RequesterId Requester => Address.Requester;

    public bool IsPresent => !_gone;

    public long BarLength => _bar.Length;

    public int VectorCount => _msix?.Count ?? 0;

    public IDmaSpace? Dma => _space;

    /// <summary>Addresses that its IOMMU translates, ascending.</summary>
    public IReadOnlyList<IovaRange> Ranges => _iommu.Ranges;

    /// <summary>For people: how its DMA is translated.</summary>
    public string IommuName => _iommu.Name;

    internal DeviceFile Device => _device;

    internal BlockingCalls Calls => _calls;

    internal World World => _world ?? throw new InvalidOperationException($"{Name} is not in use.");

    private bool Answers => !_gone && !_resetting;

    /// <summary>An access to BAR0 is answered; a VF has no memory space bit of its own (SR-IOV 3.4.1.3).</summary>
    private bool Decodes => Answers && _powered && (IsVirtual || _memorySpace);

    /// <summary>
    /// Gives the function to a world, as good as new: reset, reaching nothing, with interrupts off. Sleeps as long as a reset takes: of a PF that
    /// was left well, a controller reset, which takes its VFs offline, since the kernel sleeps for a fifth of a second over a function level reset.
    /// </summary>
    /// <param name="world">Whose time it is in from now on.</param>
    /// <param name="isReset">Nothing is to be done to it: a VF is offline since its PF was reset, and is reset itself before it comes online.</param>
    public void Begin(World world, bool isReset = false)
    {
        var wasWell = _isWell;
        End();
        _world = world;
        (_gone, _resetting, _powered) = (false, false, true);
        _msix?.Begin(world);
        _sriov?.Forget();
        var result = isReset || (!IsVirtual && wasWell && ResetsController()) ? 0 : ResetNow();
        if (result < 0) throw new KernelException(-result, nameof(VfioAbi.VFIO_DEVICE_RESET), _device.Path);
        AfterReset();
    }

    /// <summary>Takes it away from its world: no interrupt of it is told there any more, and it reaches nothing.</summary>
    /// <param name="isWell">What it was used for has shown nothing that is wrong with it, so that a controller reset will do for the next.</param>
    public void End(bool isWell = false)
    {
        _isWell = isWell;
        if (_world is null) return;
        _msix?.Begin(null);
        WriteRaw(PciHeader.CommandOffset, 2, 0);
        Unmap();
        if (_space is not { } space) return;
        _space = null;
        space.Leave(this);
        foreach (var mapping in space.Mappings) _iommu.Unmap(mapping.Iova, mapping.Length);
    }

    public uint ReadConfig(int offset, int width)
    {
        RequireAligned(offset, width, ConfigLength);
        if (!Answers) return AllOnes >> (32 - (width * 8));
        var value = ReadRaw(offset, width);
        for (var field = offset & ~1; field < offset + width; field += 2)
        {
            if (Overlay(field) is { } own) value = Lay(value, offset, width, field, own);
        }

        return value;
    }

    public void WriteConfig(int offset, int width, uint value)
    {
        RequireAligned(offset, width, ConfigLength);
        if (!Answers) return;
        if (width == 4)
        {
            if (!IsOurs(offset) && !IsOurs(offset + 2))
            {
                WriteRaw(offset, 4, value);
                return;
            }

            WriteConfig(offset, 2, value & 0xFFFF);
            WriteConfig(offset + 2, 2, value >> 16);
            return;
        }

        var field = offset & ~1;
        if (!IsOurs(field))
        {
            WriteRaw(offset, width, value);
            return;
        }

        if (width == 1)
        {
            var old = ReadConfig(field, 2);
            value = (offset & 1) == 0 ? (old & 0xFF00) | (value & 0xFF) : (old & 0x00FF) | ((value & 0xFF) << 8);
        }

        WriteField(field, (ushort)value);
    }

    public uint Read32(long offset)
    {
        RequireAligned(offset, sizeof(uint), BarLength);
        if (!Decodes) return AllOnes;
        if (offset >= _plainTo && _msix!.Covers(offset)) return _msix.Read(offset);
        if (_direct && Area(offset, sizeof(uint)) is { } area) return area.Memory.Read32(offset - area.Area.Offset);
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        return _device.TryRead(_bar.Offset + offset, bytes) == bytes.Length ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : AllOnes;
    }

    public ulong Read64(long offset)
    {
        RequireAligned(offset, sizeof(ulong), BarLength);
        if (_direct && Decodes && offset < _plainTo && Area(offset, sizeof(ulong)) is { } area) return area.Memory.Read64(offset - area.Area.Offset);
        return Read32(offset) | ((ulong)Read32(offset + 4) << 32);
    }

    public void Write32(long offset, uint value)
    {
        RequireAligned(offset, sizeof(uint), BarLength);
        if (!Decodes) return;
        if (offset >= _plainTo && _msix!.Covers(offset)) _msix.Write(offset, value);
        else if (_direct && Area(offset, sizeof(uint)) is { } area) area.Memory.Write32(offset - area.Area.Offset, value);
        else WriteSlowly(offset, value);
    }

    public void Write64(long offset, ulong value)
    {
        RequireAligned(offset, sizeof(ulong), BarLength);
        if (_direct && Decodes && offset < _plainTo && Area(offset, sizeof(ulong)) is { } area)
        {
            area.Memory.Write64(offset - area.Area.Offset, value);
            return;
        }

        Write32(offset, (uint)value);
        Write32(offset + 4, (uint)(value >> 32));
    }

    public void BindInterrupt(int vector, Signal? signal)
    {
        if (_msix is null) throw new ArgumentOutOfRangeException(nameof(vector), vector, $"{Name} has no MSI-X.");
        _msix.Bind(vector, signal);
    }

    public async ValueTask ResetAsync()
    {
        if (_gone) return;
        if (_resetting)
        {
            // One that the command register's neighbour began; there is no other way to hear of its end than to look.
            while (_resetting && !_gone) await World.After(1_000_000);
            return;
        }

        BeforeReset();
        var result = 0;
        if (!await _calls.RunAsync(World, () => result = ResetNow(), World.Now + ResetDeadline))
        {
            _gone = true;
            throw new TimeoutException($"VFIO_DEVICE_RESET on {_device.Path} did not return within {ResetDeadline / 1_000_000_000} s; the function takes no more accesses.");
        }

        _resetting = false;
        if (result < 0) throw new KernelException(-result, nameof(VfioAbi.VFIO_DEVICE_RESET), _device.Path);
        AfterReset();
    }

    public async ValueTask AttachAsync(IDmaSpace space)
    {
        if (space is not VfioDmaSpace mine) throw new ArgumentException($"{space.Name} is no DMA space of this host.", nameof(space));
        if (ReferenceEquals(mine, _space)) return;
        await DetachAsync();
        // Pinning takes its time; nobody else maps here meanwhile.
        DmaMapping[] mappings = [.. mine.Mappings];
        await _calls.RunAsync(World, () => Array.ForEach(mappings, Map));
        _space = mine;
        mine.Join(this);
    }

    public async ValueTask DetachAsync()
    {
        if (_space is not { } space) return;
        _space = null;
        space.Leave(this);
        await UnmapDmaAsync([.. space.Mappings]);
    }

    /// <summary>
    /// Gives everything back: mappings of BARs first, since each holds the device open whatever is closed; the kernel then resets the function.
    /// </summary>
    public void Dispose()
    {
        End();
        Unmap();
        _msix?.Dispose();
        _calls.Dispose();
        _device.Dispose();
        _iommu.Dispose();
    }

    public override string ToString() => Name;

    internal void MapDma(DmaMapping mapping) => Map(mapping);

    internal async ValueTask UnmapDmaAsync(IReadOnlyList<DmaMapping> mappings) => await _calls.RunAsync(World, () =>
    {
        foreach (var mapping in mappings) _iommu.Unmap(mapping.Iova, mapping.Length);
    });

    private void Map(DmaMapping mapping)
    {
        if (!IovaRanges.Contain(_iommu.Ranges, mapping.Iova, mapping.Length))
        {
            throw new ArgumentException(
                $"{mapping.Length:N0} bytes at {mapping.Iova:X}h are not within what the IOMMU of {Name} translates: {string.Join(", ", _iommu.Ranges)}.", nameof(mapping));
        }

        var address = mapping.Memory.AddressOf(mapping.Offset);
        // A child process would share these pages, and one of the two would then get copies that the device does not see.
        _ = LibC.madvise(address, (nuint)mapping.Length, LibC.MADV_DONTFORK);
        _iommu.Map(mapping.Iova, address, mapping.Length, mapping.Access);
    }

    /// <summary>Before it, on the host lane: from here on nobody touches the mapping of the BAR.</summary>
    private void BeforeReset()
    {
        _resetting = true;
        _msix?.Forget();
        _sriov?.Forget();
    }

    /// <summary>Sleeps. EAGAIN: somebody else holds the lock of the device for a moment.</summary>
    private int ResetNow()
    {
        var result = _device.TryReset();
        for (var i = 1; result == -Errno.Eagain && i < ResetTries; i++)
        {
            using var pause = new ManualResetEventSlim();
            pause.Wait(ResetPauseMilliseconds);
            result = _device.TryReset();
        }

        return result;
    }

    /// <summary>
    /// Resets the controller behind the function. Sleeps. False where it does not look well, is on its way up, or has what outlives a controller reset
    /// (memory of its own: Base 2.3 3.1.4, CMBMSC and PMRCTL), or where its VFs are gone: then nothing but a reset of the function will do.
    /// </summary>
    private bool ResetsController()
    {
        const int states = 3;
        if (_power > 0 && (ReadRaw(_power, 2) & states) != 0) return false;
        if (_vfControl > 0 && !new SrIovControl((ushort)ReadRaw(_vfControl, 2)).VfEnable) return false;
        WriteCommand(new PciCommand { MemorySpace = true }.Raw);
        var capabilities = new Capabilities(Read64(Register.Cap));
        var status = Read32(Register.Csts);
        if (status == AllOnes || capabilities.Cmbs || capabilities.Pmrs) return false;
        var (state, configuration) = (new ControllerStatus(status), new ControllerConfiguration(Read32(Register.Cc)));
        if (state is { Cfs: true } or { Nssro: true } or { Shst: not 0 } || configuration.En != state.Rdy) return false;
        Write32(Register.Cc, (configuration with { En = false }).Raw);
        for (var i = 0; i < ResetTries; i++)
        {
            status = Read32(Register.Csts);
            if (status == AllOnes || new ControllerStatus(status).Cfs) return false;
            if (!new ControllerStatus(status).Rdy) return true;
            using var pause = new ManualResetEventSlim();
            pause.Wait(ResetPauseMilliseconds);
        }

        return false;
    }

    /// <summary>
    /// The kernel put the command register back as it was, which a reset does not: a driver is to enable the function again.
    /// </summary>
    private void AfterReset()
    {
        _powered = true;
        WriteCommand(0);
        if (IsVirtual) Probe();
    }

    /// <summary>Whether the registers can be touched without the kernel's help: asked through the kernel, which survives the answer.</summary>
    private void Probe()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        _direct = _device.TryRead(_bar.Offset, bytes) == bytes.Length;
        if (_direct && _areas.Count == 0)
        {
            foreach (var area in _bar.Mappable) _areas.Add((area, new MappedRegion(_device, _bar.Offset + area.Offset, area.Length)));
        }
    }

    private void Unmap()
    {
        _direct = false;
        foreach (var (_, memory) in _areas) memory.Dispose();
        _areas.Clear();
    }

    private (MappableArea Area, MappedRegion Memory)? Area(long offset, int width)
    {
        foreach (var it in _areas)
        {
            if (offset >= it.Area.Offset && offset + width <= it.Area.Offset + it.Area.Length) return it;
        }

        return null;
    }

    private void WriteSlowly(long offset, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        _ = _device.TryWrite(_bar.Offset + offset, bytes);
    }

    private bool IsOurs(int field) =>
        field == PciHeader.CommandOffset || field == _msixControl || field == _deviceControl || field == _power || _sriov?.Covers(field) == true;

    private ushort? Overlay(int field)
    {
        if (field == _msixControl) return _msix!.Control.Raw;
        return _sriov?.Covers(field) == true ? _sriov.Read(field) : null;
    }

    private void WriteField(int field, ushort value)
    {
        if (field == PciHeader.CommandOffset) WriteCommand(value);
        else if (field == _msixControl) _msix!.Control = new MsixControl(value);
        else if (field == _power) WritePower(value);
        else if (field == _deviceControl) WriteDeviceControl(new DeviceControl(value));
        else _sriov!.Write(field, value);
    }

    private void WriteCommand(ushort value)
    {
        var memory = new PciCommand(value).MemorySpace;
        if (!memory) _memorySpace = false;
        WriteRaw(PciHeader.CommandOffset, 2, value);
        if (!memory || _memorySpace) return;
        _memorySpace = true;
        Probe();
    }

    /// <summary>Out of D0 nothing decodes, and a touch of the mapping would end the process.</summary>
    private void WritePower(ushort value)
    {
        const int states = 3;
        if ((value & states) != 0) _powered = false;
        WriteRaw(_power, 2, value);
        _powered = (value & states) == 0;
    }

    /// <summary>The reset bit sleeps in the kernel: it is set on the function's own thread, and until it is over nothing answers.</summary>
    private void WriteDeviceControl(DeviceControl value)
    {
        if (!value.InitiateFunctionLevelReset)
        {
            WriteRaw(_deviceControl, 2, value.Raw);
            return;
        }

        BeforeReset();
        var world = World;
        _calls.Begin(() => ResetNow(), _ => world.PostFromOutside(() =>
        {
            _resetting = false;
            AfterReset();
        }));
    }

    private uint ReadRaw(int offset, int width)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        bytes.Clear();
        return _device.TryRead(_config.Offset + offset, bytes[..width]) == width
            ? BinaryPrimitives.ReadUInt32LittleEndian(bytes)
            : AllOnes >> (32 - (width * 8));
    }

    private void WriteRaw(int offset, int width, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        _ = _device.TryWrite(_config.Offset + offset, bytes[..width]);
    }

    private static uint Lay(uint value, int offset, int width, int field, ushort content)
    {
        for (var i = 0; i < 2; i++)
        {
            var at = field + i - offset;
            if (at < 0 || at >= width) continue;
            value = (value & ~(0xFFu << (at * 8))) | ((uint)((content >> (i * 8)) & 0xFF) << (at * 8));
        }

        return value;
    }

    private static void RequireAligned(long offset, int width, long length)
    {
        if (offset < 0 || offset % width != 0 || offset + width > length)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"Not the place of {width} bytes.");
    }
}
