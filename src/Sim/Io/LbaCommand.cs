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

    /// <summary>Refuses more blocks than a size limit allows: 2^n pages of CAP.MPSMIN, 0 for no limit.</summary>
    protected static Status Limit(ControllerCore c, CommandContext command, byte limit) =>
        limit != 0 && (long)command.Blocks * command.Namespace!.BlockSize > (long)Prp.PageSize(c.Options.Capabilities.MpsMin) << limit
            ? Status.InvalidField
            : Status.Success;

    /// <summary>Puts all blocks of the command into a state.</summary>
    protected static StepResult Mark(ControllerCore c, CommandContext command, MediumOperation operation, MediumChangeKind kind)
    {
        while (command.Done < command.Blocks)
        {
            var access = new MediumAccess
            {
                Operation = operation,
                Namespace = command.Namespace!,
                Slba = command.Slba + (ulong)command.Done,
                Blocks = (ulong)(command.Blocks - command.Done),
            };
            var reached = c.Steps.Medium.Run(c, ref access);
            if (!reached.IsDone) return reached;
            c.Changed(new MediumChange(command.Namespace!, access.Slba, access.Blocks, kind));
            command.Done += (long)access.Blocks;
        }

        return StepResult.Done;
    }

    /// <summary>The blocks to go on with, from what was moved so far.</summary>
    protected static MediumAccess Next(CommandContext command, MediumOperation operation) => Next(command, operation, command.Progress);

    /// <summary>The blocks from a byte of the data on.</summary>
    protected static MediumAccess Next(CommandContext command, MediumOperation operation, long at)
    {
        var done = (ulong)(at / command.Namespace!.BlockSize);
        return new MediumAccess
        {
            Operation = operation, Namespace = command.Namespace, Slba = command.Slba + done, Blocks = command.Blocks - done,
        };
    }
}
