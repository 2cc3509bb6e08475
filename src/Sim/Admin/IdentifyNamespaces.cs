using System.Globalization;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>The Identify data structures of namespaces.</summary>
internal static class IdentifyNamespaces
{
    private const uint All = 0xFFFF_FFFF;

    public static Status Namespace(ControllerCore c, uint nsid, Span<byte> page)
    {
        ref var data = ref Wire.View<IdentifyNamespace>(page);
        if (nsid == All)
        {
            // What all that are created have in common.
            data.Nsfeat = new() { ThinProvisioning = true, UidReuse = true };
            FillFormats(null, ref data);
            return Status.Success;
        }

        if (!IsValid(c, nsid)) return Status.InvalidNamespaceOrFormat;
        // An inactive namespace reads as zeroes.
        if (c.FindNamespace(nsid) is { } ns) Fill(c, ns, ref data);
        return Status.Success;
    }

    public static Status Allocated(ControllerCore c, uint nsid, Span<byte> page)
    {
        if (!IsValid(c, nsid)) return Status.InvalidNamespaceOrFormat;
        if (c.Subsystem.FindNamespace(nsid) is { } ns) Fill(c, ns, ref Wire.View<IdentifyNamespace>(page));
        return Status.Success;
    }

    public static Status Independent(ControllerCore c, uint nsid, Span<byte> page)
    {
        if (!IsValid(c, nsid)) return Status.InvalidNamespaceOrFormat;
        if (c.FindNamespace(nsid) is not { } ns) return Status.InvalidField;
        ref var data = ref Wire.View<IndependentNamespace>(page);
        data.Nsfeat = new() { UidReuse = true };
        data.Nmic = new() { Shared = ns.IsShared };
        data.Fpi = Progress(c, ns);
        data.Nsattr = new() { WriteProtected = ns.Volume.IsWriteProtected };
        data.Rescap = Reservations(c);
        data.Nstat = new() { Ready = ns.IsReady(c.Now) };
        return Status.Success;
    }

    public static Status NvmSpecific(ControllerCore c, uint nsid, Span<byte> page)
    {
        if (nsid == All) return Status.Success;
        if (!IsValid(c, nsid)) return Status.InvalidNamespaceOrFormat;
        if (c.FindNamespace(nsid) is null) return Status.InvalidField;
        Wire.View<NvmNamespace>(page).Tlbaag = c.Options.Migration.AllocationGranularity;
        return Status.Success;
    }

    /// <summary>Namespaces with identifiers above one, ascending.</summary>
    public static Status List(IEnumerable<Namespace> namespaces, uint above, Span<byte> page)
    {
        if (above >= All - 1) return Status.InvalidNamespaceOrFormat;
        ref var list = ref Wire.View<NamespaceIdList>(page);
        var count = 0;
        foreach (var ns in namespaces)
        {
            if (ns.Nsid <= above || count == NamespaceIdList.Capacity) continue;
            list[count++] = ns.Nsid;
        }

        return Status.Success;
    }

    public static Status Descriptors(ControllerCore c, uint nsid, Span<byte> page)
    {
        if (!IsValid(c, nsid)) return Status.InvalidNamespaceOrFormat;
        if (c.FindNamespace(nsid) is not { } ns) return Status.InvalidField;
        var rest = page;
        Put(ref rest, NamespaceIdentifierType.Eui64, Eui64Of(c, ns));
        Put(ref rest, NamespaceIdentifierType.Nguid, NguidOf(c, ns));
        Put(ref rest, NamespaceIdentifierType.Uuid, UuidOf(c, ns));
        Put(ref rest, NamespaceIdentifierType.CommandSet, CommandSetIdentifier.Nvm);
        return Status.Success;
    }

    private static bool IsValid(ControllerCore c, uint nsid) => nsid != 0 && nsid < (uint)c.Attached.Length;

    private static void Fill(ControllerCore c, Namespace ns, ref IdentifyNamespace data)
    {
        var definition = ns.Definition;
        data.Nsze = ns.Blocks;
        data.Ncap = ns.Volume.Capacity;
        data.Nuse = ns.Medium.AllocatedBlocks;
        data.Nmic = new() { Shared = ns.IsShared };
        data.Rescap = Reservations(c);
        data.Nsfeat = new()
        {
            ThinProvisioning = ns.Volume.Capacity < ns.Blocks, DeallocatedError = definition.DeallocatedError, UidReuse = true,
        };
        data.Fpi = Progress(c, ns);
        data.Nsattr = new() { WriteProtected = ns.Volume.IsWriteProtected };
        data.Dps = new() { Type = ns.Volume.Format.Protection, FirstBytes = ns.Volume.Format.ProtectionFirst };
        data.Dlfeat = new()
        {
            ReadBehavior = (DeallocatedRead)definition.DeallocatedReads,
            WriteZeroesDeallocate = definition.WriteZeroesDeallocates,
            GuardIsCrc = definition.DeallocatedGuardIsCrc,
        };
        data.MsrcZ = c.Options.IoCommands.CopyRangesZ;
        data.Mssrl = c.Options.IoCommands.CopyRangeBlocks;
        data.Mcl = (uint)c.Options.IoCommands.CopyBlocks;
        data.Nvmcap = c.Subsystem.Capacity.Of(ns.Volume.Capacity, ns.BlockSize);
        data.Nguid = NguidOf(c, ns);
        data.Eui64 = Eui64Of(c, ns);
        FillFormats(ns, ref data);
    }

    /// <summary>All types, persistence, and what ignoring a key means since revision 1.3.</summary>
    private static ReservationCapabilities Reservations(ControllerCore c) => new(c.Options.IoCommands.Reservations ? byte.MaxValue : (byte)0);

    private static FormatProgress Progress(ControllerCore c, Namespace ns) =>
        c.Options.Format.Supported ? ns.Volume.Formatting.Progress(c.Now) : default;

    private static void FillFormats(Namespace? ns, ref IdentifyNamespace data)
    {
        foreach (var (i, (blockSize, metadataSize)) in BlockFormats.All.Index())
            data.Lbaf[i] = new() { Lbads = (byte)int.Log2(blockSize), Ms = (ushort)metadataSize };
        data.NlbafZ = (byte)(BlockFormats.All.Count - 1);
        data.Flbas = new() { Index = (byte)(ns is null ? 0 : BlockFormats.IndexOf(ns)), MetadataExtended = ns?.ExtendedMetadata == true };
        data.Mc = new() { Extended = true, Separate = true };
        data.Dpc = new() { Type1 = true, Type2 = true, Type3 = true, FirstBytes = true, LastBytes = true };
    }

    private static void Put<T>(ref Span<byte> rest, NamespaceIdentifierType type, T identifier)
        where T : unmanaged
    {
        var length = Wire.Bytes(in identifier).Length;
        Wire.Write(rest, new NamespaceDescriptor { Nidt = type, Nidl = (byte)length });
        Wire.Write(rest[NamespaceDescriptor.Size..], identifier);
        rest = rest[(NamespaceDescriptor.Size + length)..];
    }

    private static Eui64 Eui64Of(ControllerCore c, Namespace ns) => new(
        ns.Definition.Eui64 is { } text ? ulong.Parse(text, NumberStyles.HexNumber) : ((ulong)c.Options.Identity.IeeeOui << 40) | ns.Nsid);

    private static Nguid NguidOf(ControllerCore c, Namespace ns) => new(
        ns.Definition.Nguid is { } text
            ? UInt128.Parse(text, NumberStyles.HexNumber)
            : new UInt128(ns.Nsid, ((ulong)c.Options.Identity.IeeeOui << 40) | ns.Nsid));

    private static Uuid UuidOf(ControllerCore c, Namespace ns)
    {
        if (ns.Definition.Uuid is { } text) return new(Guid.Parse(text));
        var oui = c.Options.Identity.IeeeOui;
        return new(new Guid(ns.Nsid, 0x5349, 0x4D00, 0x80, 0, 0, 0, 0, (byte)(oui >> 16), (byte)(oui >> 8), (byte)oui));
    }
}
