using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>The sanitize operation state machine of one sanitization target, the subsystem or a namespace (Base 2.3 8.1.26.4).</summary>
/// <param name="nsid">0 for the subsystem.</param>
internal sealed class SanitizeTarget(uint nsid)
{
    private const int ProgressUnits = 0x1_0000;

    /// <summary>Sanitization Target NSID.</summary>
    public uint Nsid { get; } = nsid;

    /// <summary>SANS.</summary>
    public SanitizeState State { get; private set; }

    /// <summary>FAILS.</summary>
    public SanitizeState FailureState { get; private set; }

    /// <summary>SOS of the most recent operation that included the target.</summary>
    public SanitizeOutcome Outcome { get; private set; }

    /// <summary>Dword 10 of the command that started it.</summary>
    public uint Cdw10 { get; private set; }

    /// <summary>MVCNCLD: a reset, or what else prevents the media from being verified, came in between.</summary>
    public bool VerificationCanceled { get; private set; }

    /// <summary>GDE or NDE: no user data was written since the target was made, or was sanitized with success.</summary>
    public bool IsErased { get; set; } = true;

    /// <summary>ns: when the present state was entered, and when it ends.</summary>
    public (long From, long To) Span { get; private set; }

    public bool IsIdle => State == SanitizeState.Idle;

    public bool IsInProgress => !IsIdle && !HasFailed;

    public bool HasFailed => State is SanitizeState.RestrictedFailure or SanitizeState.UnrestrictedFailure;

    /// <summary>Processing, or deallocating at the end: nothing can be asked of it.</summary>
    public bool IsBusy => IsInProgress && State != SanitizeState.MediaVerification;

    private SanitizeFields Command => new(new SubmissionEntry { Cdw10 = Cdw10 });

    /// <summary>Passes that an overwrite makes, 0 for another kind of operation.</summary>
    private int Passes => Command.Action != SanitizeAction.Overwrite ? 0 : Command.OverwritePasses == 0 ? 16 : Command.OverwritePasses;

    /// <summary>SPROG, 65536ths of the present state; FFFFh while there is none to measure.</summary>
    public ushort Progress(long now) => IsBusy ? (ushort)Math.Min(Done(now), ProgressUnits - 1) : ushort.MaxValue;

    /// <summary>OPC.</summary>
    public byte PassesCompleted(long now) => IsBusy ? (byte)(Done(now) * Passes / ProgressUnits) : HasFailed ? (byte)0 : (byte)Passes;

    /// <summary>An operation starts.</summary>
    public void Start(in SanitizeFields command, long now, long duration)
    {
        Cdw10 = command.Entry.Cdw10;
        VerificationCanceled = false;
        FailureState = SanitizeState.Idle;
        Outcome = SanitizeOutcome.Sanitizing;
        Enter(command.AllowUnrestrictedExit ? SanitizeState.UnrestrictedProcessing : SanitizeState.RestrictedProcessing, now, duration);
    }

    /// <summary>The media was altered and can be read to verify that.</summary>
    public void Verify() => State = SanitizeState.MediaVerification;

    /// <summary>The host has seen enough, or cannot see more.</summary>
    public void Deallocate(long now, long duration) => Enter(SanitizeState.PostVerificationDeallocation, now, duration);

    public void CancelVerification() => VerificationCanceled = true;

    /// <summary>The operation, or one that included this target, ended well.</summary>
    public void Succeed(SanitizeOutcome outcome = SanitizeOutcome.Sanitized)
    {
        (State, Outcome, IsErased) = (SanitizeState.Idle, outcome, true);
    }

    public void Fail()
    {
        FailureState = State;
        Outcome = SanitizeOutcome.Failed;
        State = Command.AllowUnrestrictedExit ? SanitizeState.UnrestrictedFailure : SanitizeState.RestrictedFailure;
    }

    /// <summary>Exit Failure Mode: the outcome stays, but nothing is refused any more.</summary>
    public void Recover() => State = SanitizeState.Idle;

    private long Done(long now) =>
        (long)((Int128)ProgressUnits * (Math.Min(now, Span.To) - Span.From) / Math.Max(1, Span.To - Span.From));

    private void Enter(SanitizeState state, long now, long duration)
    {
        State = state;
        Span = (now, now + duration);
    }
}
