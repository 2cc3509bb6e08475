using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>The last errors of one controller, as many as ELPE says. Its memory is all there from the start.</summary>
internal sealed class ErrorLog(int capacity)
{
    private const ushort NoCommand = 0xFFFF;
    private const byte Version = 1;

    private readonly ErrorInformationEntry[] _entries = new ErrorInformationEntry[capacity];
    private int _next;

    public int Capacity => _entries.Length;

    /// <summary>Errors over the life of the controller; the count of the newest entry.</summary>
    public ulong Total { get; private set; }

    /// <summary>Entries that hold.</summary>
    public int Count { get; private set; }

    /// <summary>An entry by age, 0 for the newest.</summary>
    public ref readonly ErrorInformationEntry this[int age] => ref _entries[(_next - 1 - age + (2 * _entries.Length)) % _entries.Length];

    /// <summary>Keeps the error that a command is about to be completed with.</summary>
    /// <param name="command">The failed command.</param>
    /// <param name="status">Status field as posted, More included.</param>
    public void Add(CommandContext command, StatusField status) => Add(new ErrorInformationEntry
    {
        Sqid = (ushort)command.Queue.Id,
        Cid = command.Cid,
        Sts = status,
        Pel = ErrorLocations.Of(command),
        Lba = command.FailedLba ?? (command.Blocks != 0 ? command.Slba : 0),
        Nsid = command.Handler is null or { NamespaceUse: NamespaceUse.None } ? 0 : command.Entry.Nsid,
        Csi = CommandSetIdentifier.Nvm,
        Csinfo = command.SpecificInformation,
        Opc = command.Opcode,
    });

    /// <summary>Keeps an error that is no command's.</summary>
    public void Add(Status status) => Add(new ErrorInformationEntry
    {
        Sqid = NoCommand, Cid = NoCommand, Sts = new StatusField(status, phase: false), Pel = ParameterErrorLocation.None,
    });

    /// <summary>Puts entries back as a state brings them, oldest first.</summary>
    public void Restore(ReadOnlySpan<ErrorInformationEntry> entries)
    {
        Clear();
        foreach (ref readonly var entry in entries[^Math.Min(entries.Length, Capacity)..])
        {
            Total = Math.Max(Total, entry.Ecnt);
            Put(entry);
        }
    }

    /// <summary>A controller level reset empties the log; the count goes on.</summary>
    public void Clear()
    {
        Count = 0;
        Array.Clear(_entries);
    }

    private void Add(ErrorInformationEntry entry)
    {
        entry.Ecnt = Total = Total == ulong.MaxValue ? 1 : Total + 1;
        entry.Lpver = Version;
        Put(in entry);
    }

    private void Put(in ErrorInformationEntry entry)
    {
        _entries[_next] = entry;
        _next = (_next + 1) % _entries.Length;
        Count = Math.Min(Count + 1, _entries.Length);
    }
}
