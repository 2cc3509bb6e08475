using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>
/// What the guest reads of its controller at a declared point: configuration space, registers, Identify, features. Read on the source and
/// again on the destination, and judged by the <see cref="StateTable"/>.
/// </summary>
public sealed class GuestView
{
    private static readonly IReadOnlyList<(string Name, int Offset, int Length)> ControllerFields = StructFields.Of<IdentifyController>(IdentifyController.Size);
    private static readonly IReadOnlyList<(string Name, int Offset, int Length)> NamespaceFields = StructFields.Of<IdentifyNamespace>(IdentifyNamespace.Size);
    private static readonly IReadOnlyList<(string Name, int Offset, int Length)> Whole = [("", 0, 4096)];

    private static readonly (string Name, int Offset)[] Registers =
        [("vs", Register.Vs), ("intms", Register.Intms), ("cc", Register.Cc), ("csts", Register.Csts), ("aqa", Register.Aqa)];

    // Those whose value is completion dword 0; a second one by what selects it in dword 11, and each vector's.
    private static readonly (FeatureId Fid, uint Cdw11)[] Features =
    [
        (FeatureId.Arbitration, 0), (FeatureId.PowerManagement, 0), (FeatureId.TemperatureThreshold, 0), (FeatureId.TemperatureThreshold, 1 << 20),
        (FeatureId.VolatileWriteCache, 0), (FeatureId.NumberOfQueues, 0), (FeatureId.InterruptCoalescing, 0), (FeatureId.WriteAtomicityNormal, 0),
        (FeatureId.AsynchronousEventConfiguration, 0), (FeatureId.KeepAliveTimer, 0), (FeatureId.HostControlledThermalManagement, 0),
        (FeatureId.NonOperationalPowerState, 0), (FeatureId.SoftwareProgressMarker, 0),
    ];

    // Those whose value is data, and how many bytes of it.
    private static readonly (FeatureId Fid, int Bytes)[] DataFeatures = [(FeatureId.HostBehaviorSupport, 512), (FeatureId.HostIdentifier, 8)];

    private readonly List<(string Path, string Value)> _fields = [];
    private readonly List<(string Path, IReadOnlyList<(string Name, int Offset, int Length)> Layout, Reading<byte[]> Reading)> _pages = [];

    private GuestView()
    {
    }

    /// <summary>Reads everything through the guest's own driver. A field that is refused has the status as its value.</summary>
    public static async ValueTask<GuestView> ReadAsync(NvmeController guest, uint nsid)
    {
        var view = new GuestView();
        view.ReadFunction(guest);
        await view.ReadPageAsync("guest.identify.controller", ControllerFields, guest, AdminCommand.Identify((byte)Cns.IdentifyController));
        await view.ReadPageAsync("guest.identify.namespace", NamespaceFields, guest, AdminCommand.Identify((byte)Cns.IdentifyNamespace, nsid));
        await view.ReadPageAsync("guest.identify.descriptors", Whole, guest, AdminCommand.Identify((byte)Cns.NamespaceIdentificationDescriptors, nsid));
        await view.ReadPageAsync("guest.identify.active-namespaces", Whole, guest, AdminCommand.Identify((byte)Cns.ActiveNamespaceIdList));
        foreach (var (fid, cdw11) in Features) await view.ReadFeatureAsync(guest, fid, cdw11);
        await view.ReadFeatureAsync(guest, FeatureId.ErrorRecovery, 0, nsid);
        for (var vector = 0u; vector < guest.Function.VectorCount; vector++)
            await view.ReadFeatureAsync(guest, FeatureId.InterruptVectorConfiguration, vector);
        foreach (var (fid, bytes) in DataFeatures)
        {
            var value = await guest.ReadBytesAsync(AdminCommand.GetFeatures((byte)fid), bytes);
            view._fields.Add((GuestFeatures.PathOf(fid), value.IsOk ? Convert.ToHexStringLower(value.Value) : value.Answer.ToString()));
        }

        await view.ReadTimestampAsync(guest);
        return view;
    }

    /// <summary>Holds what is read after a move against what was read before.</summary>
    public static void Judge(GuestView before, GuestView after, in MoveKind move, Checks checks)
    {
        for (var i = 0; i < before._fields.Count; i++)
            StateTable.Judge(checks, before._fields[i].Path, after._fields[i].Value, before._fields[i].Value, move);
        for (var i = 0; i < before._pages.Count; i++) JudgePage(before._pages[i].Path, before._pages[i].Layout, before._pages[i].Reading, after._pages[i].Reading, move, checks);
    }

    /// <summary>A page that is the same all over is one observation; of any other, each field that differs is.</summary>
    private static void JudgePage(
        string path, IReadOnlyList<(string Name, int Offset, int Length)> layout, in Reading<byte[]> was, in Reading<byte[]> now, in MoveKind move, Checks checks)
    {
        if (!was.IsOk || !now.IsOk || was.Value.AsSpan().SequenceEqual(now.Value))
        {
            StateTable.Judge(checks, path, now.IsOk ? "read" : now.Answer.ToString(), was.IsOk ? "read" : was.Answer.ToString(), move);
            return;
        }

        foreach (var (name, offset, length) in layout)
        {
            var old = was.Value.AsSpan(offset, length);
            var current = now.Value.AsSpan(offset, length);
            if (old.SequenceEqual(current)) continue;
            StateTable.Judge(
                checks, name.Length == 0 ? path : $"{path}.{name}", Convert.ToHexStringLower(current), Convert.ToHexStringLower(old), move);
        }
    }

    private async ValueTask ReadFeatureAsync(NvmeController guest, FeatureId fid, uint cdw11, uint nsid = 0)
    {
        var value = await guest.GetFeatureAsync(fid, cdw11: cdw11, nsid: nsid);
        _fields.Add((GuestFeatures.PathOf(fid, cdw11), Text(value)));
    }

    /// <summary>A clock that the guest set goes on; one that it did not set counts from the reset of whatever controller it is.</summary>
    private async ValueTask ReadTimestampAsync(NvmeController guest)
    {
        var path = GuestFeatures.PathOf(FeatureId.Timestamp);
        var read = await guest.ReadBytesAsync(AdminCommand.GetFeatures((byte)FeatureId.Timestamp), sizeof(ulong));
        var time = read.IsOk ? new Timestamp(BitConverter.ToUInt64(read.Value)) : default;
        _fields.Add(($"{path}.origin", read.IsOk ? $"{(byte)time.Origin}" : read.Answer.ToString()));
        _fields.Add((time.Origin == TimestampOrigin.Host ? path : $"{path}.unset", read.IsOk ? $"{time.Milliseconds}" : read.Answer.ToString()));
    }

    private void ReadFunction(NvmeController guest)
    {
        var function = guest.Function;
        _fields.Add(("guest.pci.id", $"{function.ReadConfig(PciHeader.VendorIdOffset, 4):x8}"));
        _fields.Add(("guest.pci.class", $"{function.ReadConfig(PciHeader.RevisionIdOffset, 4):x8}"));
        _fields.Add(("guest.pci.subsystem", $"{function.ReadConfig(PciHeader.SubsystemVendorIdOffset, 4):x8}"));
        _fields.Add(("guest.pci.command", $"{function.ReadConfig(PciHeader.CommandOffset, 2):x4}"));
        _fields.Add(("guest.register.cap", $"{function.Read64(Register.Cap):x}"));
        foreach (var (name, offset) in Registers) _fields.Add(($"guest.register.{name}", $"{function.Read32(offset):x}"));
        _fields.Add(("guest.register.asq", $"{function.Read64(Register.Asq):x}"));
        _fields.Add(("guest.register.acq", $"{function.Read64(Register.Acq):x}"));
        _fields.Add(("guest.vectors", $"{function.VectorCount}"));
    }

    private async ValueTask ReadPageAsync(
        string path, IReadOnlyList<(string Name, int Offset, int Length)> layout, NvmeController guest, SubmissionEntry command) =>
        _pages.Add((path, layout, await guest.ReadBytesAsync(command, 4096)));

    private static string Text(in Reading<uint> value) => value.IsOk ? $"{value.Value:x}" : value.Answer.ToString();
}
