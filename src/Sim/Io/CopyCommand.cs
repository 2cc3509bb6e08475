using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Copy (NVM Command Set 3.3.2): ranges one after the other, each judged whole before any of it is written; what AWUPF makes atomic is
/// judged whole before anything is. A range that overlaps the destination is copied as if it had been read before it was written.
/// </summary>
internal sealed class CopyCommand : CommandHandler
{
    private const uint All = 0xFFFF_FFFF;
    private const byte Acts = 8;

    public static void AddTo(CommandTable table) => table.Add(new CopyCommand());

    public override byte Opcode => (byte)NvmOpcode.Copy;

    public override NamespaceUse NamespaceUse => NamespaceUse.Attached;

    public override uint Effects => 1 << 1;

    /// <summary>The destination; sources in other namespaces are looked at when they are known.</summary>
    public override NamespaceAccess Access(CommandContext command) => NamespaceAccess.Write;

    public override long Cost(ControllerCore c, CommandContext command) => c.Options.Timing.OtherIo.Nanoseconds;

    public override void Parse(ControllerCore c, CommandContext command)
    {
        var fields = new CopyFields(command.Entry);
        command.Slba = fields.Sdlba;
        command.DataLength = (fields.NumberOfRangesZ + 1) * CopySource.SizeOf(fields.DescriptorFormat);
    }

    public override Status Validate(ControllerCore c, CommandContext command)
    {
        var fields = new CopyFields(command.Entry);
        // There are no directives.
        if ((Formats(c) & (1 << fields.DescriptorFormat)) == 0 || fields.DirectiveType != 0) return Status.InvalidField;
        return fields.NumberOfRangesZ > c.Options.IoCommands.CopyRangesZ ? Status.CommandSizeLimitExceeded : Status.Success;
    }

    /// <summary>OCFS: a bit for each descriptor format.</summary>
    public static ushort Formats(ControllerCore c) => 0b11;

    public override StepResult Execute(ControllerCore c, CommandContext command)
    {
        var target = command.Namespace!;
        var length = (int)command.DataLength;
        var bytes = command.Buffer(length + target.BlockSize + Math.Max(target.MetadataSize, ProtectionInformation.Size));
        var descriptors = bytes[..length];
        var block = bytes[length..];
        if (command.Phase == 0)
        {
            var received = c.ReceiveAll(command, descriptors);
            if (!received.IsDone || !command.Status.IsSuccess) return received;
            var status = Check(c, command, descriptors);
            if (!status.IsSuccess) return command.Fail(status, dnr: status != Status.NamespaceNotReady);
            // From here on one more than the blocks that were judged.
            command.Phase = 1;
            var cost = c.Options.Timing.PerKibibyte.Nanoseconds * command.Blocks * target.BlockSize / 1024;
            if (cost != 0) return StepResult.Later(c.Now + cost);
        }

        return Copy(c, command, descriptors, block);
    }

    private static StepResult Copy(ControllerCore c, CommandContext command, ReadOnlySpan<byte> descriptors, Span<byte> block)
    {
        var isAtomic = command.Blocks <= c.Options.IoCommands.AwupfZ + 1u;
        while (command.Done < command.Blocks)
        {
            var source = CopySource.Holding(command, descriptors, command.Done);
            for (var limit = isAtomic ? command.Blocks : source.End; command.Phase - 1 < limit; command.Phase++)
            {
                var judging = CopySource.Holding(command, descriptors, command.Phase - 1);
                var judged = Judge(c, command, in judging, command.Phase - 1 - judging.Start, block);
                if (!judged.IsDone) return judged;
                if (command.Status.IsSuccess) continue;
                // The first range that was not copied; nothing was written before the first.
                command.Dw0 = (uint)source.Index;
                return StepResult.Done;
            }

            var moved = Move(c, command, in source, block);
            if (!moved.IsDone) return moved;
            command.Done++;
            if (command.Done == source.End)
                c.Changed(new MediumChange(command.Namespace!, command.Slba + (ulong)source.Start, source.Blocks, MediumChangeKind.Written));
        }

        return StepResult.Done;
    }

    /// <summary>Whether one block of a range can be read, and has the protection information that both halves of the command expect.</summary>
    private static StepResult Judge(ControllerCore c, CommandContext command, in CopySource source, long at, Span<byte> block)
    {
        var fields = new CopyFields(command.Entry);
        var (from, to) = (c.FindNamespace(source.Nsid)!, command.Namespace!);
        var lba = source.Slba + (ulong)at;
        var status = BlockData.CheckReadable(from, lba, 1, out var failed);
        if (!status.IsSuccess)
        {
            command.FailedLba = failed;
            return command.Fail(status, dnr: status != Status.UnrecoveredReadError);
        }

        if (from.Protection is not { } protection) return StepResult.Done;
        var reached = Read(c, from, lba, block);
        if (!reached.IsDone) return reached;
        var tags = protection.Advance(source.Tags, (int)at);
        var result = Verify(from, block, in tags, (ProtectionChecks)(fields.PrinfoRead & 7));
        if (result == ProtectionResult.Good && to.Protection is not null && (fields.PrinfoWrite & Acts) == 0)
        {
            tags = protection.Advance(BlockProtection.Tags(in command.Entry), (int)(source.Start + at));
            result = Verify(from, block, in tags, BlockProtection.Checks(in command.Entry));
        }

        if (result == ProtectionResult.Good) return StepResult.Done;
        command.FailedLba = lba;
        return command.Fail(BlockProtection.Of(result));
    }

    /// <summary>Copies the block of a range that is next: from its end where its beginning would be written before it is read.</summary>
    private static StepResult Move(ControllerCore c, CommandContext command, in CopySource source, Span<byte> block)
    {
        var (from, to) = (c.FindNamespace(source.Nsid)!, command.Namespace!);
        var target = command.Slba + (ulong)source.Start;
        var at = (ulong)(command.Done - source.Start);
        if (ReferenceEquals(from.Volume, to.Volume) && target > source.Slba) at = source.Blocks - 1 - at;
        var reached = Read(c, from, source.Slba + at, block);
        if (!reached.IsDone) return reached;
        var data = block[..to.BlockSize];
        var metadata = block.Slice(to.BlockSize, to.MetadataSize);
        if (to.Protection is { } protection && (new CopyFields(command.Entry).PrinfoWrite & Acts) != 0)
        {
            var tags = protection.Advance(BlockProtection.Tags(in command.Entry), (int)(source.Start + (long)at));
            protection.Generate(data, metadata, in tags);
        }

        var access = new MediumAccess { Operation = MediumOperation.Write, Namespace = to, Slba = target + at, Blocks = 1 };
        reached = c.Steps.Medium.Run(c, ref access);
        if (!reached.IsDone) return reached;
        data.CopyTo(access.Target);
        if (metadata.IsEmpty) return StepResult.Done;
        access = access with { Operation = MediumOperation.WriteMetadata, Blocks = 1 };
        reached = c.Steps.Medium.Run(c, ref access);
        if (reached.IsDone) metadata.CopyTo(access.Target);
        return reached;
    }

    private static StepResult Read(ControllerCore c, Namespace from, ulong lba, Span<byte> block)
    {
        var access = new MediumAccess { Operation = MediumOperation.Read, Namespace = from, Slba = lba, Blocks = 1 };
        var reached = c.Steps.Medium.Run(c, ref access);
        if (!reached.IsDone) return reached;
        access.Source[..from.BlockSize].CopyTo(block);
        if (from.MetadataSize == 0) return StepResult.Done;
        access = access with { Operation = MediumOperation.ReadMetadata, Blocks = 1 };
        reached = c.Steps.Medium.Run(c, ref access);
        if (reached.IsDone) access.Source[..from.MetadataSize].CopyTo(block[from.BlockSize..]);
        return reached;
    }

    private static ProtectionResult Verify(Namespace ns, ReadOnlySpan<byte> block, in ProtectionTags tags, ProtectionChecks checks) =>
        ns.Protection!.Verify(block[..ns.BlockSize], block.Slice(ns.BlockSize, ns.MetadataSize), in tags, checks, out _);

    /// <summary>Looks at everything that does not need the blocks themselves; leaves their number in the command.</summary>
    private static Status Check(ControllerCore c, CommandContext command, ReadOnlySpan<byte> descriptors)
    {
        var fields = new CopyFields(command.Entry);
        var (limits, target) = (c.Options.IoCommands, command.Namespace!);
        var source = CopySource.First(command, descriptors);
        var hasProtection = c.FindNamespace(source.Nsid)?.Protection is not null;
        while (true)
        {
            var status = Check(c, command, in source, hasProtection);
            if (!status.IsSuccess) return status;
            if (source.Index == fields.NumberOfRangesZ) break;
            source = source.Next(command, descriptors);
        }

        if (source.End > limits.CopyBlocks) return Status.CommandSizeLimitExceeded;
        var blocks = (ulong)source.End;
        if (command.Slba >= target.Blocks || blocks > target.Blocks - command.Slba) return Status.LbaOutOfRange;
        if (CopySource.NamesNamespaces(fields.DescriptorFormat) && Overlaps(command, descriptors, blocks)) return Status.OverlappingIoRange;
        if (target.Protection?.Allows(BlockProtection.Checks(in command.Entry), command.Slba, fields.Ilbrt) == false)
            return Status.InvalidProtectionInformation;
        if (!target.Volume.HasRoom(command.Slba, blocks)) return Status.CapacityExceeded;
        command.Blocks = (uint)blocks;
        return Status.Success;
    }

    private static Status Check(ControllerCore c, CommandContext command, in CopySource source, bool hasProtection)
    {
        var fields = new CopyFields(command.Entry);
        if (source.Nsid is 0 or All || source.Nsid >= (uint)c.Attached.Length) return Status.InvalidNamespaceOrFormat;
        if (c.FindNamespace(source.Nsid) is not { } ns) return Status.InvalidField;
        var status = NamespaceGuard.Check(c, ns, NamespaceAccess.Read);
        if (!status.IsSuccess) return status;
        status = CheckFormats(ns, command.Namespace!, fields, hasProtection);
        if (!status.IsSuccess) return status;
        if (source.Blocks > c.Options.IoCommands.CopyRangeBlocks) return Status.CommandSizeLimitExceeded;
        if (source.Slba >= ns.Blocks || source.Blocks > ns.Blocks - source.Slba) return Status.LbaOutOfRange;
        return ns.Protection?.Allows((ProtectionChecks)(fields.PrinfoRead & 7), source.Slba, source.Tags.ReferenceTag) == false
            ? Status.InvalidProtectionInformation
            : Status.Success;
    }

    /// <summary>
    /// Blocks are copied as they are, or differ by protection information only, which is then inserted or stripped (NVM Command Set 3.3.2.3
    /// and 3.3.2.4).
    /// </summary>
    private static Status CheckFormats(Namespace from, Namespace to, in CopyFields fields, bool hasProtection)
    {
        var (reads, writes) = ((fields.PrinfoRead & Acts) != 0, (fields.PrinfoWrite & Acts) != 0);
        var isProtected = from.Protection is not null;
        if (from.BlockSize != to.BlockSize || isProtected != hasProtection) return Status.IncompatibleNamespaceOrFormat;
        var fits = (isProtected, to.Protection is not null) switch
        {
            (true, false) => reads && from.MetadataSize == ProtectionInformation.Size && to.MetadataSize == 0,
            (false, true) => writes && to.MetadataSize == ProtectionInformation.Size && from.MetadataSize == 0,
            _ => from.MetadataSize == to.MetadataSize && from.Volume.Format.Protection == to.Volume.Format.Protection
                && from.Volume.Format.ProtectionFirst == to.Volume.Format.ProtectionFirst,
        };
        if (!fits) return Status.IncompatibleNamespaceOrFormat;
        return isProtected && to.Protection is not null && reads != writes ? Status.InvalidField : Status.Success;
    }

    private static bool Overlaps(CommandContext command, ReadOnlySpan<byte> descriptors, ulong blocks)
    {
        for (var source = CopySource.First(command, descriptors); ; source = source.Next(command, descriptors))
        {
            if (source.Nsid == command.Entry.Nsid && source.Overlaps(command.Slba, blocks)) return true;
            if (source.End == (long)blocks) return false;
        }
    }
}
