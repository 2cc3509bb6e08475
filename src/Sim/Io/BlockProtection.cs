using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>What a command's PRINFO and tags mean for blocks with protection information.</summary>
internal static class BlockProtection
{
    private const uint Pract = 1 << 29;

    /// <summary>PRACT where the metadata is nothing but protection information: the host has none of it.</summary>
    public static bool IsStripped(Namespace ns, in SubmissionEntry entry) =>
        ns.Protection is not null && (entry.Cdw12 & Pract) != 0 && ns.MetadataSize == ProtectionInformation.Size;

    /// <summary>PRACT of a command on blocks with protection information.</summary>
    public static bool Acts(CommandContext command) => command.Namespace!.Protection is not null && (command.Entry.Cdw12 & Pract) != 0;

    /// <summary>PRCHK of a command.</summary>
    public static ProtectionChecks Checks(in SubmissionEntry entry) => (ProtectionChecks)((entry.Cdw12 >> 26) & 7);

    public static ProtectionTags Tags(in SubmissionEntry entry) => new((ushort)entry.Cdw15, (ushort)(entry.Cdw15 >> 16), entry.Cdw14);

    /// <summary>Refuses checks that make no sense for these blocks.</summary>
    public static Status Check(CommandContext command) =>
        command.Namespace!.Protection?.Allows(Checks(in command.Entry), command.Slba, command.Entry.Cdw14) == false
            ? Status.InvalidProtectionInformation
            : Status.Success;

    public static Status Of(ProtectionResult result) => result switch
    {
        ProtectionResult.Good => Status.Success,
        ProtectionResult.Guard => Status.GuardCheckError,
        ProtectionResult.ApplicationTag => Status.ApplicationTagCheckError,
        _ => Status.ReferenceTagCheckError,
    };

    /// <summary>
    /// Checks the blocks on the medium as a command asks, those from <see cref="CommandContext.Done"/> on; moves that on. A failure becomes
    /// the command's status.
    /// </summary>
    public static StepResult VerifyStored(ControllerCore c, CommandContext command)
    {
        var ns = command.Namespace!;
        var checks = Checks(in command.Entry);
        if (ns.Protection is not { } protection || checks == ProtectionChecks.None) return StepResult.Done;
        while (command.Done < command.Blocks)
        {
            var data = BlockData.Of(command, MediumOperation.Read);
            var reached = c.Steps.Medium.Run(c, ref data);
            if (!reached.IsDone) return reached;
            var metadata = BlockData.Of(command, MediumOperation.ReadMetadata) with { Blocks = data.Blocks };
            reached = c.Steps.Medium.Run(c, ref metadata);
            if (!reached.IsDone) return reached;
            var blocks = (int)metadata.Blocks;
            var tags = protection.Advance(Tags(in command.Entry), (int)command.Done);
            var result = protection.Verify(data.Source[..(blocks * ns.BlockSize)], metadata.Source, in tags, checks, out var bad);
            if (result != ProtectionResult.Good)
            {
                command.FailedLba = command.Slba + (ulong)(command.Done + bad);
                return command.Fail(Of(result));
            }

            command.Done += blocks;
        }

        return StepResult.Done;
    }

    /// <summary>Gives the blocks on the medium protection information with the tags of a command; moves on as the other.</summary>
    public static StepResult Generate(ControllerCore c, CommandContext command)
    {
        var ns = command.Namespace!;
        var protection = ns.Protection!;
        while (command.Done < command.Blocks)
        {
            var data = BlockData.Of(command, MediumOperation.Read);
            var reached = c.Steps.Medium.Run(c, ref data);
            if (!reached.IsDone) return reached;
            var metadata = BlockData.Of(command, MediumOperation.WriteMetadata) with { Blocks = data.Blocks };
            reached = c.Steps.Medium.Run(c, ref metadata);
            if (!reached.IsDone) return reached;
            var blocks = (int)metadata.Blocks;
            var tags = protection.Advance(Tags(in command.Entry), (int)command.Done);
            protection.Generate(data.Source[..(blocks * ns.BlockSize)], metadata.Target, in tags);
            command.Done += blocks;
        }

        return StepResult.Done;
    }
}
