using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Whether the state of a namespace lets a command through: readiness, a format, write protection, reservations.</summary>
internal static class NamespaceGuard
{
    /// <summary>Checks the namespace of a command, or all that are attached where it names FFFFFFFFh.</summary>
    public static Status Check(ControllerCore c, CommandContext command, NamespaceAccess access)
    {
        if (access == NamespaceAccess.None) return Status.Success;
        if (command.Namespace is { } named) return Check(c, named, access);
        if (command.Entry.Nsid != 0xFFFF_FFFF) return Status.Success;
        foreach (var ns in c.Attached)
        {
            if (ns is null) continue;
            var status = Check(c, ns, access);
            if (!status.IsSuccess) return status;
        }

        return Status.Success;
    }

    /// <summary>Checks one namespace, for a command that uses it.</summary>
    public static Status Check(ControllerCore c, Namespace ns, NamespaceAccess access)
    {
        if ((access & NamespaceAccess.Medium) != NamespaceAccess.None && !ns.IsReady(c.Now)) return Status.NamespaceNotReady;
        if (ns.Volume.Formatting.IsInProgress) return Status.FormatInProgress;
        if ((access & NamespaceAccess.Change) != NamespaceAccess.None && ns.Volume.IsWriteProtected) return Status.NamespaceWriteProtected;
        var reservations = ns.Volume.Reservations;
        return reservations.Type != ReservationType.None && reservations.Forbids(HostIdentity.Of(c).Id, access)
            ? Status.ReservationConflict
            : Status.Success;
    }
}
