using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Moves blocks between the host's buffers and the medium, without a copy in between. How far it is says the command
/// (<see cref="CommandContext.Progress"/>, <see cref="CommandContext.MetadataProgress"/>), so each may be called again when not done.
/// </summary>
internal static class BlockData
{
    /// <summary>The blocks of a command from <see cref="CommandContext.Done"/> on.</summary>
    public static MediumAccess Of(CommandContext command, MediumOperation operation) => new()
    {
        Operation = operation,
        Namespace = command.Namespace!,
        Slba = command.Slba + (ulong)command.Done,
        Blocks = (ulong)(command.Blocks - command.Done),
    };

    /// <summary>Whether blocks can be read: none is uncorrectable.</summary>
    public static Status CheckReadable(Namespace ns, ulong slba, ulong blocks, out ulong? failed)
    {
        failed = ns.Medium.FindUncorrectable(slba, blocks);
        return failed is null ? Status.Success : Status.UnrecoveredReadError;
    }

    /// <summary>Sends the blocks of a command to the host.</summary>
    public static StepResult Send(ControllerCore c, CommandContext command)
    {
        while (command.Progress < command.DataLength)
        {
            var result = Locate(c, command, command.Progress, MediumOperation.Read, out var access);
            if (!result.IsDone) return result;
            result = c.Send(command, access.Source);
            if (!result.IsDone || !command.Status.IsSuccess) return result;
        }

        while (command.MetadataProgress < command.MetadataLength)
        {
            var result = LocateMetadata(c, command, command.MetadataProgress, MediumOperation.ReadMetadata, out var access);
            if (!result.IsDone) return result;
            result = c.SendMetadata(command, access.Source);
            if (!result.IsDone || !command.Status.IsSuccess) return result;
        }

        return StepResult.Done;
    }

    /// <summary>Fetches the blocks of a command from the host.</summary>
    public static StepResult Receive(ControllerCore c, CommandContext command)
    {
        while (command.Progress < command.DataLength)
        {
            var result = Locate(c, command, command.Progress, MediumOperation.Write, out var access);
            if (!result.IsDone) return result;
            result = c.Receive(command, access.Target);
            if (!result.IsDone || !command.Status.IsSuccess) return result;
        }

        while (command.MetadataProgress < command.MetadataLength)
        {
            var result = LocateMetadata(c, command, command.MetadataProgress, MediumOperation.WriteMetadata, out var access);
            if (!result.IsDone) return result;
            result = c.ReceiveMetadata(command, access.Target);
            if (!result.IsDone || !command.Status.IsSuccess) return result;
        }

        return StepResult.Done;
    }

    /// <summary>
    /// Whether all that a command brings can be fetched, and has the protection information that it says: to know before anything is
    /// changed, for a write that fails leaves its blocks as they were (AWUPF).
    /// </summary>
    public static Status Prove(ControllerCore c, CommandContext command)
    {
        var ns = command.Namespace!;
        var checks = BlockProtection.Checks(in command.Entry);
        if (ns.Protection is not { } protection || checks == ProtectionChecks.None || BlockProtection.Acts(command))
        {
            var status = command.Data.Prove(c);
            if (!status.IsSuccess || command.MetadataLength == 0) return status;
            var separate = command.Metadata;
            return separate.Probe(c);
        }

        var (data, metadata) = (command.Data, command.Metadata);
        var block = command.Buffer(ns.BlockSize + ns.MetadataSize);
        for (var i = 0; i < command.Blocks; i++)
        {
            var status = data.Fetch(c, block[..ns.BlockSize]);
            if (!status.IsSuccess) return status;
            status = ns.ExtendedMetadata ? data.Fetch(c, block[ns.BlockSize..]) : metadata.Fetch(c, block[ns.BlockSize..]);
            if (!status.IsSuccess) return status;
            var tags = protection.Advance(BlockProtection.Tags(in command.Entry), i);
            var result = protection.Verify(block[..ns.BlockSize], block[ns.BlockSize..], in tags, checks, out _);
            if (result == ProtectionResult.Good) continue;
            command.FailedLba = command.Slba + (ulong)i;
            return BlockProtection.Of(result);
        }

        return Status.Success;
    }

    /// <summary>The bytes on the medium for a byte of the data buffer and as many after it as lie together.</summary>
    /// <param name="c">The controller.</param>
    /// <param name="command">The command.</param>
    /// <param name="at">Offset in the command's data.</param>
    /// <param name="operation">Read or Write.</param>
    /// <param name="access">Source or Target, from that byte on.</param>
    public static StepResult Locate(ControllerCore c, CommandContext command, long at, MediumOperation operation, out MediumAccess access)
    {
        var ns = command.Namespace!;
        var isPlain = command.DataLength == (long)command.Blocks * ns.BlockSize;
        // A command begins at its first block: nothing to divide.
        var (block, inside) = at == 0 ? (0L, 0L) : Math.DivRem(at, isPlain ? ns.BlockSize : command.DataLength / command.Blocks);
        var isMetadata = inside >= ns.BlockSize;
        access = new MediumAccess
        {
            Operation = operation,
            Namespace = ns,
            Slba = command.Slba + (ulong)block,
            Blocks = isPlain ? command.Blocks - (ulong)block : 1,
        };
        if (isMetadata) access.Operation = operation == MediumOperation.Read ? MediumOperation.ReadMetadata : MediumOperation.WriteMetadata;
        return Reach(c, ref access, (int)inside - (isMetadata ? ns.BlockSize : 0));
    }

    /// <summary>The same for a byte of the metadata buffer.</summary>
    public static StepResult LocateMetadata(
        ControllerCore c, CommandContext command, long at, MediumOperation operation, out MediumAccess access)
    {
        var (block, inside) = Math.DivRem(at, command.Namespace!.MetadataSize);
        access = new MediumAccess
        {
            Operation = operation,
            Namespace = command.Namespace,
            Slba = command.Slba + (ulong)block,
            Blocks = command.Blocks - (ulong)block,
        };
        return Reach(c, ref access, (int)inside);
    }

    private static StepResult Reach(ControllerCore c, ref MediumAccess access, int inside)
    {
        var reached = c.Steps.Medium.Run(c, ref access);
        if (!reached.IsDone || inside == 0) return reached;
        if (access.Operation is MediumOperation.Read or MediumOperation.ReadMetadata) access.Source = access.Source[inside..];
        else access.Target = access.Target[inside..];
        return reached;
    }
}
