using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Sanitize Status (Base 2.3 5.2.12.1.36), of the subsystem or, where there is Sanitize Namespace, of a namespace.</summary>
internal sealed class SanitizeStatusPage : LogPage
{
    private const uint All = 0xFFFF_FFFF;
    private const uint NotReported = 0xFFFF_FFFF;

    public override LogId Id => LogId.SanitizeStatus;

    public override bool IsPerNamespace => true;

    public override bool AllowedDuringSanitize => true;

    public override bool IsSupported(ControllerCore c) => SanitizeCommands.IsSupported(c);

    public override Status Make(ControllerCore c, CommandContext command, in GetLogPageFields fields, out int length)
    {
        ref var page = ref Blank<SanitizeStatusLog>(command, out length);
        var (sanitizing, nsid) = (c.Subsystem.Sanitizing, command.Entry.Nsid);
        var target = sanitizing.Whole;
        if (nsid is not (0 or All))
        {
            if (!c.Options.Sanitize.Namespaces) return Status.InvalidField;
            if (c.Subsystem.FindNamespace(nsid) is not { } ns) return Status.InvalidNamespaceOrFormat;
            if (target.IsInProgress) return Status.SanitizeInProgress;
            if (target.HasFailed) return Status.SanitizeFailed;
            target = ns.Sanitizing;
        }

        Fill(c, target, ref page);
        return Status.Success;
    }

    /// <summary>SSTAT at a time.</summary>
    public static SanitizeStatus StatusOf(ControllerCore c, SanitizeTarget target, long now) => new()
    {
        Outcome = target.Outcome,
        OverwritePasses = target.PassesCompleted(now),
        GlobalDataErased = c.Subsystem.Sanitizing.Whole.IsErased,
        MediaVerificationCanceled = target.VerificationCanceled,
        NamespaceDataErased = target.Nsid != 0 && target.IsErased,
    };

    private static void Fill(ControllerCore c, SanitizeTarget target, ref SanitizeStatusLog page)
    {
        var (options, isWhole) = (c.Options.Sanitize, target.Nsid == 0);
        page.Sprog = target.Progress(c.Now);
        page.Sstat = StatusOf(c, target, c.Now);
        page.Scdw10 = target.Cdw10;
        var estimate = (uint)Math.Min(NotReported - 1, (c.Options.Timing.Sanitize.Nanoseconds + 999_999_999) / 1_000_000_000);
        (page.Eto, page.Etbe, page.Etce) = isWhole ? (estimate, estimate, estimate) : (NotReported, NotReported, NotReported);
        page.Etodmm = page.Etbenmm = page.Etcenmm = isWhole && options.NoDeallocateModifiesMedia ? estimate : NotReported;
        page.Etpvds = options.MediaVerification ? estimate : NotReported;
        if (options.MediaVerification) page.Ssi = new() { State = target.State, FailureState = target.FailureState };
        page.Mnsoip = isWhole ? (uint)options.NamespacesAtOnce : NotReported;
        page.Stnsid = target.Nsid;
    }
}
