using Conformance.Device;

namespace Conformance.Sim;

/// <summary>The admin commands. An area adds its handlers by one line here.</summary>
internal static class AdminTable
{
    public static CommandTable Create(SimulatedDevice options)
    {
        var table = new CommandTable();
        QueueCommands.AddTo(table);
        IdentifyCommands.AddTo(table);
        FeatureCommands.AddTo(table);
        EventCommands.AddTo(table);
        LogCommands.AddTo(table);
        NamespaceCommands.AddTo(table);
        SanitizeCommands.AddTo(table);
        LockdownCommand.AddTo(table);
        FirmwareCommands.AddTo(table);
        SelfTestCommand.AddTo(table);
        table.Add(new KeepAliveTimer.Command());
        VirtualizationCommands.AddTo(table);
        MigrationCommands.AddTo(table);
        LbaStatusCommand.AddTo(table);
        VendorCommands.AddTo(table, options.VendorRfc);
        return table;
    }
}
