using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>A command that names a range of logical blocks by SLBA and NLB.</summary>
internal abstract class LbaCommand : CommandHandler
{
    public override NamespaceUse NamespaceUse => NamespaceUse.Attached;

    /// <summary>The data of the blocks goes between host and device.</summary>
    protected virtual bool MovesData => false;

    public override void Parse(ControllerCore c, CommandContext command)
    {
        command.Slba = command.Entry.Cdw10 | ((ulong)command.Entry.Cdw11 << 32);
        command.Blocks = (command.Entry.Cdw12 & 0xFFFF) + 1;
        if (MovesData && command.Namespace is { } ns) command.DataLength = (long)command.Blocks * ns.BlockSize;
    }

    public override Status Validate(ControllerCore c, CommandContext command)
    {
        var blocks = command.Namespace!.Blocks;
        return command.Slba >= blocks || command.Blocks > blocks - command.Slba ? Status.LbaOutOfRange : Status.Success;
    }

    public override long Cost(ControllerCore c, CommandContext command) => c.Options.Timing.OtherIo.Nanoseconds;

    /// <summary>A figure plus what the data costs.</summary>
    protected static long Moved(long cost, ControllerCore c, CommandContext command) =>
        cost + (c.Options.Timing.PerKibibyte.Nanoseconds * command.DataLength / 1024);

    /// <summary>The blocks to go on with, from what was moved so far.</summary>
    protected static MediumAccess Next(CommandContext command, MediumOperation operation)
    {
        var done = (ulong)(command.Progress / command.Namespace!.BlockSize);
        return new MediumAccess
        {
            Operation = operation, Namespace = command.Namespace, Slba = command.Slba + done, Blocks = command.Blocks - done,
        };
    }
}
