namespace Conformance.Sim;

/// <summary>The commands that a controller has fetched and not completed, in order of fetching, and its pool of contexts.</summary>
internal sealed class CommandList(ControllerCore owner)
{
    private readonly Stack<CommandContext> _pool = new();
    private long _serial;

    public CommandContext? First { get; private set; }

    public CommandContext? Last { get; private set; }

    /// <summary>Commands that are being worked on: all but outstanding Asynchronous Event Requests.</summary>
    public int InFlight { get; private set; }

    public CommandContext Add(SubmissionQueue queue)
    {
        var command = _pool.Count > 0 ? _pool.Pop() : new CommandContext { Owner = owner };
        command.Serial = ++_serial;
        command.Queue = queue;
        command.Previous = Last;
        if (Last is null) First = command;
        else Last.Next = command;
        Last = command;
        InFlight++;
        owner.Truth.InFlight = InFlight;
        if (!queue.IsAdmin) owner.Logs.Counters.Begin(owner.Now);
        return command;
    }

    /// <summary>An Asynchronous Event Request was accepted: it stays, and counts no more.</summary>
    public void Park(CommandContext command)
    {
        command.Outstanding = true;
        InFlight--;
        owner.Truth.InFlight = InFlight;
    }

    /// <summary>A parked command is to be completed after all.</summary>
    public void Unpark(CommandContext command)
    {
        command.Outstanding = false;
        InFlight++;
        owner.Truth.InFlight = InFlight;
    }

    public void Remove(CommandContext command)
    {
        if (command.Previous is null) First = command.Next;
        else command.Previous.Next = command.Next;
        if (command.Next is null) Last = command.Previous;
        else command.Next.Previous = command.Previous;
        command.Previous = command.Next = null;
        if (!command.Outstanding) InFlight--;
        owner.Truth.InFlight = InFlight;
        if (!command.IsAdmin) owner.Logs.Counters.End(owner.Now);
        command.Serial = -1;
        command.Clear();
        _pool.Push(command);
    }

    public CommandContext? Find(int sqid, ushort cid)
    {
        for (var command = First; command is not null; command = command.Next)
        {
            if (command.Queue.Id == sqid && command.Stage != CommandStage.Fetch && command.Cid == cid) return command;
        }

        return null;
    }
}
