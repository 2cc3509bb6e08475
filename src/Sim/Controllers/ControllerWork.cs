namespace Conformance.Sim;

/// <summary>Work of a controller besides its commands: what a register write, a reset or an event goes on with later.</summary>
internal abstract class ControllerWork : Work
{
    /// <summary>Where it is, for one that is called several times.</summary>
    public int Phase { get; set; }

    public abstract StepResult Run(ControllerCore c);
}

/// <summary>A host's write of a property.</summary>
internal sealed class PropertyWrite(int offset, uint value) : ControllerWork
{
    public int Offset { get; } = offset;

    public uint Value { get; } = value;

    public override StepResult Run(ControllerCore c) => c.Steps.Property.Run(c, this);
}

/// <summary>A host's write of configuration space that changed a dword.</summary>
internal sealed class ConfigWrite(int offset, uint old, uint value) : ControllerWork
{
    /// <summary>Of the dword.</summary>
    public int Offset { get; } = offset;

    public uint Old { get; } = old;

    public uint Value { get; } = value;

    public bool Rose(uint bit) => (Old & bit) == 0 && (Value & bit) != 0;

    public bool Fell(uint bit) => (Old & bit) != 0 && (Value & bit) == 0;

    public override StepResult Run(ControllerCore c) => c.Steps.Config.Run(c, this);
}

/// <summary>A rung doorbell.</summary>
internal sealed class DoorbellRing(int qid, bool completion, uint value) : ControllerWork
{
    public override StepResult Run(ControllerCore c) => c.Steps.Doorbell.Run(c, qid, completion, value);
}

/// <summary>An interrupt that is to be sent later.</summary>
internal sealed class PendingInterrupt(CompletionQueue queue) : ControllerWork
{
    public CompletionQueue Queue { get; } = queue;

    public override StepResult Run(ControllerCore c) => c.Steps.Interrupt.Run(c, Queue);
}

/// <summary>How a controller is reset.</summary>
internal enum ResetKind
{
    /// <summary>CC.EN cleared: keeps AQA, ASQ, ACQ.</summary>
    ControllerReset,

    FunctionLevelReset,

    /// <summary>NSSR, or an NVM subsystem shutdown that ended.</summary>
    SubsystemReset,

    /// <summary>D3hot to D0, hot reset, VF Enable cleared.</summary>
    ConventionalReset,

    /// <summary>A secondary controller taken offline or brought online.</summary>
    StateChange,
}

/// <summary>A controller level reset.</summary>
internal sealed class ResetRequest(ResetKind kind) : ControllerWork
{
    public ResetKind Kind { get; } = kind;

    public override StepResult Run(ControllerCore c) => c.Steps.Reset.Run(c, this);
}
