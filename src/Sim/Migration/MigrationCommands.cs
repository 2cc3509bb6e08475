using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>What the commands of Host Managed Live Migration share (Base 2.3 8.1.13).</summary>
internal static class MigrationCommands
{
    public static void AddTo(CommandTable table) =>
        table.Add(new MigrationSend()).Add(new MigrationReceive()).Add(new DataQueueCommand()).Add(new TrackSend()).Add(new TrackReceive());

    /// <summary>
    /// The migratable controller that a management controller's command names: a secondary one of the subsystem, of whichever primary,
    /// and so neither itself nor another management controller; null for anything else.
    /// </summary>
    public static ControllerCore? FindTarget(ControllerCore c, ushort cntlid) =>
        c.Subsystem.FindController(cntlid) is { IsManagement: false } target && !ReferenceEquals(target, c) ? target : null;

    /// <summary>Some controller is suspended, or being suspended: no sanitize operation may start (1/39h).</summary>
    public static bool HasSuspended(this Subsystem subsystem)
    {
        foreach (var controller in subsystem.Controllers)
        {
            if (controller.Suspension.FetchStopped) return true;
        }

        return false;
    }

    /// <summary>A namespace of the controller is being sanitized by itself: its state does not move (0/2Ch).</summary>
    public static bool HasSanitizedNamespace(ControllerCore target)
    {
        foreach (var ns in target.Attached)
        {
            if (ns is { IsBeingSanitized: true }) return true;
        }

        return false;
    }

    /// <summary>Reserved bits: refused when the device is strict (A9), else ignored.</summary>
    public static Status CheckReserved(ControllerCore c, params ReadOnlySpan<uint> reserved) =>
        c.Options.Ambiguities.StrictReserved == ReservedFields.All && reserved.ContainsAnyExcept(0u) ? Status.InvalidField : Status.Success;

    /// <summary>UIDX of Migration Send and Receive: an index into the UUID list where UUIDs are selected, else reserved.</summary>
    public static Status CheckUuidIndex(ControllerCore c, in SubmissionEntry entry)
    {
        var uidx = (byte)(entry.Cdw14 & 0x7F);
        if (!c.Options.Migration.UuidSelection) return CheckReserved(c, entry.Cdw14);
        return uidx > SelectableUuids(c.Options.Migration).Count ? Status.InvalidField : CheckReserved(c, entry.Cdw14 & ~0x7Fu);
    }

    /// <summary>The UUID list (CNS 17h), where UUIDs are selected: the one that names the vendor's state.</summary>
    public static IReadOnlyList<Guid> SelectableUuids(SimulatedMigration options) =>
        options.UuidSelection ? [Guid.Parse(options.VendorState.Uuid)] : [];

    /// <summary>CSVI and CSUUIDI name formats of CNS 20h, or no part.</summary>
    public static bool AreFormats(ControllerCore c, byte csvi, byte csuuidi)
    {
        var options = c.Options.Migration;
        var isVersion = csvi == 0 || (csvi <= options.StateVersions.Count && options.StateVersions[csvi - 1] == 0);
        return isVersion && csuuidi <= (options.VendorState.Supported ? 1 : 0);
    }
}
