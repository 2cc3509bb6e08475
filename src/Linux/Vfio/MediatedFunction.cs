using Conformance.Device;
using Conformance.Linux.Abi;

namespace Conformance.Linux;

/// <summary>
/// A device that the kernel made out of nothing (mdev), held by VFIO: its registers in BAR0 by calls, which is all the way there is to them, and its
/// migration. It reaches no memory.
/// </summary>
public sealed class MediatedFunction : IDisposable
{
    private readonly World _world;
    private readonly GroupIommu _iommu;
    private readonly DeviceFile _device;
    private readonly BlockingCalls _calls;
    private readonly long _registers;

    private MediatedFunction(World world, string name, GroupIommu iommu, DeviceFile device)
    {
        (_world, Name, _iommu, _device) = (world, name, iommu, device);
        _registers = device.ReadRegion(VfioAbi.VFIO_PCI_BAR0_REGION_INDEX).Offset;
        _calls = new BlockingCalls(name, 1);
    }

    public string Name { get; }

    /// <summary>Opens one by its group, as it was left.</summary>
    /// <param name="world">Whose time it is in.</param>
    /// <param name="tree">The kernel's files.</param>
    /// <param name="id">As it was made.</param>
    public static MediatedFunction Open(World world, KernelTree tree, Guid id)
    {
        var folder = $"{MediatedSetUp.Devices}/{id}";
        var group = tree.Target($"{folder}/iommu_group") ?? throw new KernelException(Errno.Enoent, "look", $"{folder}/iommu_group", "modprobe vfio_iommu_type1");
        var (iommu, device) = GroupIommu.Open(group, id.ToString(), null);
        try
        {
            return new MediatedFunction(world, id.ToString(), iommu, device);
        }
        catch
        {
            device.Dispose();
            iommu.Dispose();
            throw;
        }
    }

    /// <summary>Its driver, where it offers the protocol.</summary>
    public ValueTask<(VfioResult Result, KernelVfioDevice? Device)> OpenVfioAsync() => KernelVfioDevice.OpenAsync(_world, Name, _device, _calls, ResetAsync);

    /// <summary>A register of one byte.</summary>
    public byte Read(int offset)
    {
        Span<byte> value = stackalloc byte[1];
        var read = _device.TryRead(_registers + offset, value);
        return read == 1 ? value[0] : throw new KernelException(read < 0 ? -read : Errno.Eio, $"read of register {offset}", _device.Path);
    }

    /// <summary>A register of one byte.</summary>
    public void Write(int offset, byte value)
    {
        var written = _device.TryWrite(_registers + offset, [value]);
        if (written != 1) throw new KernelException(written < 0 ? -written : Errno.Eio, $"write of register {offset}", _device.Path);
    }

    public void Dispose()
    {
        _calls.Dispose();
        _device.Dispose();
        _iommu.Dispose();
    }

    private async ValueTask ResetAsync()
    {
        var result = 0;
        await _calls.RunAsync(_world, () => result = _device.TryReset());
        if (result < 0) throw new KernelException(-result, nameof(VfioAbi.VFIO_DEVICE_RESET), _device.Path);
    }
}
