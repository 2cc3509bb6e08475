using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>A command that names a range of logical blocks by SLBA and NLB.</summary>
internal abstract class LbaCommand : CommandHandler
{
    public override NamespaceUse NamespaceUse => NamespaceUse.Attached;

    /// <summary>The data of the blocks goes between host and device.</summary>
    protected virtual bool MovesData => false;

    /// <summary>The command's PRINFO and tags mean something where the blocks have protection information.</summary>
    protected virtual bool UsesProtection => MovesData;

    public override void Parse(ControllerCore c, CommandContext command)
    {
        command.Slba = command.Entry.Cdw10 | ((ulong)command.Entry.Cdw11 << 32);
        command.Blocks = (command.Entry.Cdw12 & 0xFFFF) + 1;
        if (!MovesData || command.Namespace is not { } ns) return;
        command.DataLength = (long)command.Blocks * ns.BlockSize;
        if (ns.MetadataSize == 0 || BlockProtection.IsStripped(ns, in command.Entry)) return;
        if (ns.ExtendedMetadata) command.DataLength += (long)command.Blocks * ns.MetadataSize;
        else command.MetadataLength = (long)command.Blocks * ns.MetadataSize;
    }

    public override Status Validate(ControllerCore c, CommandContext command)
    {
        var ns = command.Namespace!;
        if (command.Slba >= ns.Blocks || command.Blocks > ns.Blocks - command.Slba) return Status.LbaOutOfRange;
        if (ns.MetadataSize == 0) return Status.Success;
        // A metadata buffer is aligned to dwords, the segment that stands for it to qwords.
        var alignment = command.Entry.Dword0.Psdt == 2 ? 8u : 4u;
        if (command.MetadataLength != 0 && command.Entry.Mptr % alignment != 0) return Status.InvalidField;
        return UsesProtection ? BlockProtection.Check(command) : Status.Success;
    }

    public override long TransferSize(ControllerCore c, CommandContext command) =>
        c.Options.IoCommands.LimitsExcludeMetadata && MovesData ? (long)command.Blocks * command.Namespace!.BlockSize : command.DataLength;

    public override long Cost(ControllerCore c, CommandContext command) => c.Options.Timing.OtherIo.Nanoseconds;

    /// <summary>A figure plus what the data costs.</summary>
    protected static long Moved(long cost, ControllerCore c, CommandContext command) =>
        cost + (c.Options.Timing.PerKibibyte.Nanoseconds * command.DataLength / 1024);

    /// <summary>Refuses more blocks than a size limit allows: 2^n pages of CAP.MPSMIN, 0 for no limit.</summary>
    protected static Status Limit(ControllerCore c, CommandContext command, byte limit)
    {
        if (limit == 0) return Status.Success;
        var ns = command.Namespace!;
        var counted = ns.BlockSize + (ns.ExtendedMetadata && !c.Options.IoCommands.LimitsExcludeMetadata ? ns.MetadataSize : 0);
        var most = (long)Prp.PageSize(c.Options.Capabilities.MpsMin) << limit;
        return (long)command.Blocks * counted > most ? Status.InvalidField : Status.Success;
    }

    /// <summary>
    /// Whether the blocks can be read, and have the protection information that the command expects, from <see cref="CommandContext.Done"/>
    /// on. A failure becomes the command's status.
    /// </summary>
    protected static StepResult Judge(ControllerCore c, CommandContext command)
    {
        var status = BlockData.CheckReadable(command.Namespace!, command.Slba, command.Blocks, out var failed);
        if (status.IsSuccess) status = ErrorRecovery.Check(c, command.Namespace!, command.Slba, command.Blocks, out failed);
        if (status.IsSuccess) return BlockProtection.VerifyStored(c, command);
        command.FailedLba = failed;
        return command.Fail(status, dnr: status != Status.UnrecoveredReadError);
    }

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
}
