using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>What a command's NSID may be.</summary>
internal enum NamespaceUse
{
    /// <summary>Not used: anything but 0 is Invalid Field (Base 2.3 4.1.1).</summary>
    None,

    /// <summary>An attached namespace; all else is Invalid Namespace or Format.</summary>
    Attached,

    /// <summary>An attached namespace or FFFFFFFFh.</summary>
    AttachedOrAll,

    /// <summary>The handler looks at it itself.</summary>
    Own,
}

/// <summary>What a command does to its namespace, and so what may forbid it.</summary>
[Flags]
internal enum NamespaceAccess
{
    /// <summary>Nothing that the state of the namespace forbids.</summary>
    None = 0,

    /// <summary>The namespace must be ready.</summary>
    Medium = 1,

    /// <summary>Read command group of reservations (Base 2.3 8.1.24.1).</summary>
    ReadGroup = 2,

    /// <summary>Write command group of reservations.</summary>
    WriteGroup = 4,

    /// <summary>Blocks are changed: not where the namespace is write protected (Base 2.3 8.1.17.2).</summary>
    Change = 8,

    Read = Medium | ReadGroup,
    Write = Medium | WriteGroup | Change,

    /// <summary>Of the write group, and yet changes nothing: Flush, hints.</summary>
    Flush = Medium | WriteGroup,
}

/// <summary>
/// One command: how it is parsed, checked, what it costs and what it does. Without state of its own, for all controllers use it;
/// what a command needs between two calls is in its <see cref="CommandContext"/>.
/// </summary>
internal abstract class CommandHandler
{
    public abstract byte Opcode { get; }

    public virtual NamespaceUse NamespaceUse => NamespaceUse.None;

    /// <summary>How a command uses its namespace, or all of them for FFFFFFFFh.</summary>
    public virtual NamespaceAccess Access(CommandContext command) => NamespaceAccess.None;

    /// <summary>Bytes that count against MDTS.</summary>
    public virtual long TransferSize(ControllerCore c, CommandContext command) => command.DataLength;

    /// <summary>Executed although a sanitize operation is in progress.</summary>
    public virtual bool AllowedDuringSanitize => false;

    /// <summary>The same, of one command.</summary>
    public virtual bool IsAllowedDuringSanitize(ControllerCore c, CommandContext command) => AllowedDuringSanitize;

    /// <summary>Affects a namespace that is being sanitized by itself, or reads its user data: refused meanwhile (Base 2.3 5.1.2).</summary>
    public virtual bool ConcernsSanitized(CommandContext command, uint nsid) =>
        NamespaceUse != NamespaceUse.None && (command.Entry.Nsid == nsid || command.Entry.Nsid == 0xFFFF_FFFF);

    /// <summary>Dword of the Commands Supported and Effects log without CSUPP (Base 2.3 5.2.12.1.6).</summary>
    public virtual uint Effects => 0;

    /// <summary>Whether this controller has the command at all.</summary>
    public virtual bool IsSupported(ControllerCore c) => true;

    /// <summary>Reads the entry once: data length, logical blocks.</summary>
    public virtual void Parse(ControllerCore c, CommandContext command)
    {
    }

    /// <summary>Checks what does not depend on when it is executed.</summary>
    public virtual Status Validate(ControllerCore c, CommandContext command) => Status.Success;

    /// <summary>ns from fetch to execution.</summary>
    public virtual long Cost(ControllerCore c, CommandContext command) => c.Options.Timing.Admin.Nanoseconds;

    /// <summary>Does it. Called again with the same command when not done.</summary>
    public abstract StepResult Execute(ControllerCore c, CommandContext command);
}
