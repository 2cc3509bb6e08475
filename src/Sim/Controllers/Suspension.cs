namespace Conformance.Sim;

/// <summary>Whether a controller processes commands.</summary>
internal enum SuspensionPhase
{
    Running,

    /// <summary>Fetches nothing more and completes what it fetched.</summary>
    Draining,

    /// <summary>Fetches, posts and writes nothing.</summary>
    Suspended,
}

/// <summary>The one suspend state of a controller, whichever command set brought it about.</summary>
internal sealed class Suspension
{
    private readonly List<WaitingCommand> _waiting = [];

    public SuspensionPhase Phase { get; private set; }

    /// <summary>The management controller whose command did it: its reset ends it.</summary>
    public ControllerCore? By { get; private set; }

    /// <summary>A Set Controller State sequence of each management controller that sends one.</summary>
    public IncomingState? Incoming { get; set; }

    /// <summary>The whole state, of a controller that was disabled when it was saved by vendor commands; null otherwise.</summary>
    public byte[]? Saved { get; set; }

    public bool FetchStopped => Phase != SuspensionPhase.Running;

    public bool IsSuspended => Phase == SuspensionPhase.Suspended;

    /// <summary>Grows with each change; says whether one happened in between.</summary>
    public long Changes { get; private set; }

    public void StopFetching(ControllerCore by)
    {
        if (Phase == SuspensionPhase.Running) Enter(SuspensionPhase.Draining);
        By = by;
    }

    public void Freeze() => Enter(SuspensionPhase.Suspended);

    /// <summary>Wakes a command when nothing fetched is left.</summary>
    public void WakeWhenDrained(CommandContext command) => _waiting.Add(new WaitingCommand(command, command.Serial));

    /// <summary>Nothing fetched is left, a reset took it away, or it will never be completed.</summary>
    public void Drained()
    {
        if (_waiting.Count == 0) return;
        foreach (var waiting in _waiting) waiting.Wake();
        _waiting.Clear();
    }

    /// <summary>Processes commands again: resumed, or reset.</summary>
    public void End()
    {
        if (Phase != SuspensionPhase.Running) Enter(SuspensionPhase.Running);
        By = null;
        Saved = null;
    }

    private void Enter(SuspensionPhase phase)
    {
        Phase = phase;
        Changes++;
    }
}
