using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Which commands a sanitize operation lets through, from its start until it has ended well or a failure was recovered from (Base 2.3
/// 5.1.1, 5.1.2, 8.1.26.5).
/// </summary>
internal static class SanitizeGuard
{
    public static Status Check(ControllerCore c, CommandContext command)
    {
        var sanitizing = c.Subsystem.Sanitizing;
        if (sanitizing.IsIdle) return Status.Success;
        var (handler, whole) = (command.Handler!, sanitizing.Whole);
        if (!whole.IsIdle && !handler.IsAllowedDuringSanitize(c, command) && !Verifies(whole, command))
            return whole.HasFailed ? Status.SanitizeFailed : Status.SanitizeInProgress;
        foreach (var ns in c.Subsystem.Namespaces)
        {
            var target = ns.Sanitizing;
            if (target.IsIdle || !handler.ConcernsSanitized(command, ns.Nsid) || Verifies(target, command)) continue;
            return target.HasFailed ? Status.SanitizeNamespaceFailed : Status.SanitizeNamespaceInProgress;
        }

        return Status.Success;
    }

    private static bool Verifies(SanitizeTarget target, CommandContext command) =>
        target.State == SanitizeState.MediaVerification && !command.IsAdmin && command.Opcode == (byte)NvmOpcode.Read;
}
