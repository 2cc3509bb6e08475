using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>
/// How a procedure of several steps ended: done, or which step did not succeed and why. A device's answer is never an exception.
/// </summary>
public readonly record struct Outcome
{
    /// <summary>The step that did not succeed; null when all did.</summary>
    public string? Step { get; private init; }

    /// <summary>Why, where no command was refused.</summary>
    public string? Reason { get; private init; }

    /// <summary>The answer of the command that did not succeed; null where the step was none.</summary>
    public CommandAnswer? Answer { get; private init; }

    public bool IsOk => Step is null;

    /// <summary>A command was given up without an answer, or nothing tells how it ended: what the device did is not known.</summary>
    public bool IsUnknown => Answer is { Outcome: TicketOutcome.Unknown };

    /// <summary>The status with which a command was refused; null where none was.</summary>
    public Status? Status => Answer is { Outcome: TicketOutcome.Completed } answer ? answer.Status : null;

    /// <summary>The device says that it has no such thing; no command was refused.</summary>
    public bool IsNotOffered { get; private init; }

    public static Outcome Ok => default;

    public static Outcome Failed(string step, string reason) => new() { Step = step, Reason = reason };

    public static Outcome NotOffered(string step, string reason) => new() { Step = step, Reason = reason, IsNotOffered = true };

    /// <summary>What the device did is not known, though no single command says so.</summary>
    public static Outcome Unknown(string step, string reason) =>
        new() { Step = step, Reason = reason, Answer = new CommandAnswer(TicketOutcome.Unknown, default, 0) };

    public static Outcome Of(string step, in CommandAnswer answer) => answer.IsOk ? default : new Outcome { Step = step, Answer = answer };

    public override string ToString() => IsOk ? "ok" : $"{Step}: {Reason ?? Answer.ToString()}";
}

/// <summary>What a command returned, and how it was answered; the value counts only when it was answered with success.</summary>
public readonly record struct Reading<T>(CommandAnswer Answer, T Value)
{
    public bool IsOk => Answer.IsOk;
}
