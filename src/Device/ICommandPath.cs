using Conformance.Nvme;

namespace Conformance.Device;

/// <summary>What a command path can do; a requirement that needs more is not supported on it, naming the path.</summary>
/// <param name="Name">For people: "admin queue of PF 0000:01:00.0", "/dev/nvme0".</param>
/// <param name="Depth">Commands outstanding at once.</param>
/// <param name="LongLivedBuffers">The device may keep using a buffer after completion (Controller Data Queue create).</param>
/// <param name="Events">Asynchronous events reach us.</param>
/// <param name="Metadata">A separate metadata buffer is possible.</param>
/// <param name="MaxTransfer">Bytes in one command; MDTS of the controller and limits of the path.</param>
public sealed record PathCapabilities(string Name, int Depth, bool LongLivedBuffers, bool Events, bool Metadata, int MaxTransfer);

/// <summary>How the wait for a command ended.</summary>
public enum TicketOutcome
{
    Pending,

    /// <summary>A completion came; it may carry any status.</summary>
    Completed,

    /// <summary>The deadline passed or the path died: the device may or may not have done it. The buffer stays pinned.</summary>
    Unknown,
}

/// <summary>One submitted command; pooled by its path, so <see cref="ICommandPath.Release"/> it once read.</summary>
public sealed class Ticket(World world)
{
    /// <summary>Raised when <see cref="Outcome"/> is no longer pending.</summary>
    public Signal Signal { get; } = new(world);

    public TicketOutcome Outcome { get; set; }

    public CompletionEntry Completion { get; set; }

    /// <summary>ns.</summary>
    public long SubmittedAt { get; set; }

    /// <summary>ns; when the host saw the completion.</summary>
    public long CompletedAt { get; set; }

    public Status Status => Completion.StatusField.Status;

    public bool IsDone => Outcome != TicketOutcome.Pending;
}

/// <summary>
/// A way to give commands to a controller: a driver's queue pair, or the kernel's passthrough. Guarantees:
/// <list type="bullet">
/// <item>Commands are handed over in order of submission; completions come in any order, each exactly once.</item>
/// <item>The path sets the command identifier and the data pointer; everything else goes out as given.</item>
/// <item>Submitting never blocks; above <see cref="PathCapabilities.Depth"/> commands wait in the path, in order.</item>
/// <item>After an <see cref="TicketOutcome.Unknown"/> answer the path takes no more commands.</item>
/// </list>
/// </summary>
public interface ICommandPath
{
    PathCapabilities Capabilities { get; }

    /// <summary>No more commands are taken: one was given up, or the path has ended.</summary>
    bool IsDead { get; }

    /// <summary>Events that the controller reported; null where the path has none.</summary>
    IEventSource? Events { get; }

    /// <summary>Submits; <paramref name="data"/> and <paramref name="metadata"/> may be empty.</summary>
    Ticket Submit(in SubmissionEntry command, in DmaBuffer data = default, in DmaBuffer metadata = default);

    /// <summary>Gives the ticket back. One that is still pending is kept by the path until its answer came.</summary>
    void Release(Ticket ticket);

    /// <summary>Marks a ticket whose deadline passed; the path refuses further commands from then on.</summary>
    void Abandon(Ticket ticket);
}

/// <summary>One reported asynchronous event: the completion of an Asynchronous Event Request.</summary>
public readonly record struct ReportedEvent(long At, uint Dw0, uint Dw1);

/// <summary>Asynchronous events of one controller, in order of report.</summary>
public interface IEventSource
{
    /// <summary>Raised for each event.</summary>
    Signal Signal { get; }

    bool TryTake(out ReportedEvent reported);
}

/// <summary>The answer of an awaited command.</summary>
/// <param name="Outcome">Completed or Unknown.</param>
/// <param name="Elapsed">ns from submission to completion.</param>
public readonly record struct CommandAnswer(TicketOutcome Outcome, CompletionEntry Completion, long Elapsed)
{
    public Status Status => Completion.StatusField.Status;

    public bool IsOk => Outcome == TicketOutcome.Completed && Status.IsSuccess;

    public override string ToString() => Outcome == TicketOutcome.Completed ? Status.ToString() : "no answer in time";
}

public static class CommandPathExtensions
{
    /// <summary>Submits one command and waits for its answer, at most until <paramref name="deadline"/> (absolute, ns).</summary>
    public static async ValueTask<CommandAnswer> ExecuteAsync(
        this ICommandPath path, World world, SubmissionEntry command, DmaBuffer data = default, DmaBuffer metadata = default, long deadline = World.Never)
    {
        var ticket = path.Submit(command, data, metadata);
        return await path.AnswerAsync(world, ticket, deadline);
    }

    /// <summary>Waits for a ticket and gives it back.</summary>
    public static async ValueTask<CommandAnswer> AnswerAsync(this ICommandPath path, World world, Ticket ticket, long deadline = World.Never)
    {
        var answered = await world.Until(ticket, deadline);
        return path.Conclude(world, ticket, answered);
    }

    /// <summary>Waits for a ticket, without taking its answer.</summary>
    public static Wait Until(this World world, Ticket ticket, long deadline) =>
        world.Until(ticket.Signal, ticket, static t => ((Ticket)t).IsDone, deadline);

    /// <summary>
    /// Takes the answer of a ticket that was waited for and gives it back, or gives it up. For a loop of commands, which allocates nothing where it waits
    /// for itself.
    /// </summary>
    public static CommandAnswer Conclude(this ICommandPath path, World world, Ticket ticket, bool answered)
    {
        if (!answered)
        {
            path.Abandon(ticket);
            return new CommandAnswer(TicketOutcome.Unknown, default, world.Now - ticket.SubmittedAt);
        }

        var answer = new CommandAnswer(ticket.Outcome, ticket.Completion, ticket.CompletedAt - ticket.SubmittedAt);
        path.Release(ticket);
        return answer;
    }
}
