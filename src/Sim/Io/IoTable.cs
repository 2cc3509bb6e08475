namespace Conformance.Sim;

/// <summary>The I/O commands of the NVM command set. An area adds its handlers by one line here.</summary>
internal static class IoTable
{
    public static CommandTable Create()
    {
        var table = new CommandTable();
        ReadWriteCommands.AddTo(table);
        BlockStateCommands.AddTo(table);
        CheckCommands.AddTo(table);
        DatasetCommands.AddTo(table);
        CopyCommand.AddTo(table);
        ReservationCommands.AddTo(table);
        return table;
    }
}
