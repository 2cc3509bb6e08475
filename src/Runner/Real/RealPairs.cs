using Conformance.Device;
using Conformance.Driver;
using Conformance.Linux;
using Conformance.Migration;
using Conformance.Suite;

namespace Conformance.Runner.Real;

/// <summary>
/// Pairs of real functions that were set up on this machine. The functions are opened once, and each pair gets them as good as new: reset, reaching
/// nothing. One pair at a time.
/// </summary>
internal sealed class RealPairs : IDisposable
{
    private readonly LinuxDevice _device;
    private readonly PreparedHost _prepared;
    private readonly VfioHost _host;
    private readonly Guid? _token;
    private readonly List<PassthroughPath> _paths = [];

    /// <param name="device">What the profile names.</param>
    /// <param name="prepared">What was set up of it.</param>
    public RealPairs(LinuxDevice device, PreparedHost prepared)
    {
        (_device, _prepared) = (device, prepared);
        _host = new VfioHost(KernelTree.OfMachine);
        // VFs of a PF that is a user's itself are opened by who has the PF only, which is proven by a number of that user's choice.
        _token = prepared.PfOnKernel ? null : Guid.NewGuid();
    }

    /// <summary>Those that were set up by the process that started this one.</summary>
    /// <exception cref="InvalidOperationException">Nothing was set up.</exception>
    public static RealPairs OfSetUp(LinuxDevice device) => new(
        device, UndoRecord.ReadPrepared(UndoRecord.DefaultPath) ?? throw new InvalidOperationException($"{UndoRecord.DefaultPath}: nothing is set up"));

    /// <summary>The device as cases run on it.</summary>
    /// <param name="name">For records.</param>
    /// <param name="emulated">It is an emulator's.</param>
    public CaseDevice CaseDevice(string name, bool emulated) => new(name, CreateForCases)
    {
        IsEmulated = emulated,
        Vfio = IsVariant ? new KernelAccess() : new VariantAccess(),
        Clock = ClockKind.Real, Vendor = VendorOptions.Of(_device.VendorRfc, CancelAfterSave.LoadThenResume),
    };

    /// <summary>Cases look at queues and registers of the PF, which the kernel's driver shares with nobody.</summary>
    private PairUnderTest? CreateForCases(World world, MediumSharing medium) => _prepared.PfOnKernel
        ? throw new HostLimitException("cases need the queues of the PF: pf-access: vfio")
        : Create(world, medium);

    /// <summary>A pair in a world; null where these functions have no such medium.</summary>
    public PairUnderTest? Create(World world, MediumSharing medium)
    {
        var (source, destination) = (_prepared.Source, _prepared.Destination);
        if (medium == MediumSharing.Local && _prepared.SharesSubsystem) return null;
        // Two subsystems have nothing in common; two VFs of one function have.
        if (medium == MediumSharing.Shared && !_prepared.SharesSubsystem) destination = source;
        PreparedFunction[] used = source == destination ? [source] : [source, destination];
        var functions = used.SelectMany(Open).ToList();
        VfioHost.Begin(world, functions);
        var bus = new VfioBus(functions);
        return new PairUnderTest
        {
            SourceBus = bus,
            SourcePf = PciAddress.Parse(source.Address).Requester,
            DestinationBus = bus,
            DestinationPf = PciAddress.Parse(destination.Address).Requester,
            Description = $"{source.Model} {source.Serial}",
            Simulated = false,
            DeallocateIsWish = true,
            Namespaces = [.. _device.Namespaces.Select(it => (uint)it)],
            EnabledVfs = _device.Vfs,
            FenceByBusMaster = _device.FenceByBusMaster,
            // A variant driver is what migration is asked of; on vfio-pci there is none, and the suite's own stands in for it.
            OpenVfio = IsVariant ? OpenVfioAsync : null,
            Kernel = _prepared.PfOnKernel ? used.Distinct().ToDictionary(it => PciAddress.Parse(it.Address).Requester, it => OfKernel(world, it)) : [],
            Release = isWell =>
            {
                foreach (var function in functions) function.End(isWell);
                _paths.ForEach(it => it.Dispose());
                _paths.Clear();
            },
        };
    }

    public void Dispose() => _host.Dispose();

    /// <summary>A PF on the kernel's driver; commands that it passes on go by a few threads each.</summary>
    private KernelFunction OfKernel(World world, PreparedFunction function)
    {
        const int depth = 8;
        const int transfer = 128 << 10; // what a call takes whatever the pages of its buffer
        var node = new PciFunction(KernelTree.OfMachine, PciAddress.Parse(function.Address)).Nvme
            ?? throw new HostLimitException($"{function.Address}: the kernel's driver does not have it any more");
        var (admin, io) = (PassthroughPath.ForAdmin(world, node, depth, transfer), PassthroughPath.ForIo(world, node, depth, transfer));
        _paths.AddRange([admin, io]);
        return new KernelFunction($"PF {function.Address} ({node.Path})", admin, io, [.. function.Vfs.Select(it => _host.Open(PciAddress.Parse(it), _token))]);
    }

    private bool IsVariant => _device.VfDriver != "vfio-pci";

    private static async ValueTask<(Outcome Outcome, IVfioDevice? Device)> OpenVfioAsync(IFunction function)
    {
        var (result, device) = await KernelVfioDevice.OpenAsync((VfioFunction)function);
        return device is not null
            ? (Outcome.Ok, device)
            : (Outcome.NotOffered("VFIO_DEVICE_FEATURE_MIGRATION", $"{function.Name}: {result}: its driver offers no migration"), null);
    }

    /// <summary>A PF before its VFs, which may be opened only then.</summary>
    private IEnumerable<VfioFunction> Open(PreparedFunction function)
    {
        if (!_prepared.PfOnKernel) yield return _host.Open(PciAddress.Parse(function.Address), _token);
        foreach (var vf in function.Vfs) yield return _host.Open(PciAddress.Parse(vf), _token);
    }
}
