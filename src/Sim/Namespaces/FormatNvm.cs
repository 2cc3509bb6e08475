using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Format NVM (Base 2.3 5.2.10). Takes its programmed time, and for so long others are refused who want the blocks; a reset of its
/// controller before the end leaves the namespaces as they were. The change of user data is logged as a range of all blocks, for an entry
/// that names the whole namespace must be a first or a last one (NVM Command Set 5.6), and only for the controller that formats.
/// </summary>
internal sealed class FormatNvm : CommandHandler
{
    private const uint All = 0xFFFF_FFFF;
    private const byte CryptographicErase = 2;

    public override byte Opcode => (byte)AdminOpcode.FormatNvm;

    public override NamespaceUse NamespaceUse => NamespaceUse.Own;

    public override uint Effects => new CommandEffects { LogicalBlockContentChange = true, NamespaceCapabilityChange = true, Execution = 1 }.Raw;

    public override bool IsSupported(ControllerCore c) => c.Options.Format.Supported;

    /// <summary>FNA.</summary>
    public static FormatAttributes Attributes(ControllerCore c) => !c.Options.Format.Supported ? default : new()
    {
        FormatsAllNamespaces = c.Options.Format.FormatsAll,
        ErasesAllNamespaces = c.Options.Format.ErasesAll,
        CryptoErase = c.Options.Format.CryptoErase,
        BroadcastNotSupported = !c.Options.Format.Broadcast,
    };

    public override long Cost(ControllerCore c, CommandContext command) => 0;

    public override StepResult Execute(ControllerCore c, CommandContext command)
    {
        var fields = new FormatNvmFields(command.Entry);
        if (command.Phase == 0)
        {
            var status = Check(c, command, in fields, out var scope);
            if (!status.IsSuccess) return command.Fail(status, dnr: status != Status.FormatInProgress && status != Status.CommandSequenceError);
            var cost = c.Options.Timing.Format.Nanoseconds;
            foreach (var ns in scope)
            {
                ns.Volume.Formatting = new FormatOperation(new WaitingCommand(command, command.Serial), c.Now, cost);
                if (cost != 0) NamespaceChanges.Changed(ns.Volume);
            }

            command.Notes = scope;
            command.Phase = 1;
            if (cost != 0) return StepResult.Later(c.Now + cost);
        }

        var format = FormatOf(in fields)!;
        foreach (var ns in (List<Namespace>)command.Notes!)
        {
            ns.Volume.Formatting = default;
            ns.Volume.Reformat(format);
            foreach (var controller in c.Subsystem.Controllers) controller.Logs.SelfTests.AbortFor(ns.Nsid, SelfTestOutcome.AbortedByFormat);
            NamespaceChanges.Changed(ns.Volume);
            c.Changed(new MediumChange(ns, 0, ns.Blocks, MediumChangeKind.All));
        }

        return StepResult.Done;
    }

    /// <summary>The host has not enabled more than 16 formats, so the upper bits of the index are ignored (LBAFEE).</summary>
    private static BlockFormat? FormatOf(in FormatNvmFields fields) => BlockFormats.Find(
        fields.LbafLow, fields.MetadataExtended, (ProtectionType)fields.ProtectionInformation, fields.ProtectionFirst);

    private static Status Check(ControllerCore c, CommandContext command, in FormatNvmFields fields, out List<Namespace> scope)
    {
        var (options, nsid) = (c.Options.Format, command.Entry.Nsid);
        scope = [];
        if (fields.SecureErase > CryptographicErase || (fields.SecureErase == CryptographicErase && !options.CryptoErase)) return Status.InvalidField;
        var isNamed = c.Subsystem.FindNamespace(nsid) is not null;
        if (nsid == All ? !options.Broadcast : !isNamed) return Status.InvalidField;
        if (FormatOf(in fields) is null) return Status.InvalidFormat;
        if (fields.SecureErase == 0 ? options.FormatsAll : options.ErasesAll) scope.AddRange(c.Subsystem.Namespaces);
        else if (nsid == All) scope.AddRange(c.Attached.OfType<Namespace>());
        else scope.Add(c.Subsystem.FindNamespace(nsid)!);
        foreach (var ns in scope)
        {
            var status = NamespaceGuard.Check(c, ns, NamespaceAccess.WriteGroup | NamespaceAccess.Change);
            if (!status.IsSuccess) return status;
            if (IsInUse(ns.Volume)) return Status.CommandSequenceError;
        }

        return Status.Success;
    }

    /// <summary>A command that was fetched and not completed works on the blocks, of whichever controller.</summary>
    private static bool IsInUse(Volume volume)
    {
        foreach (var ns in volume.Faces)
        {
            foreach (var controller in ns.Controllers)
            {
                for (var command = controller.Commands.First; command is not null; command = command.Next)
                {
                    if (ReferenceEquals(command.Namespace, ns) && command.Handler?.Access(command).HasFlag(NamespaceAccess.Medium) == true) return true;
                }
            }
        }

        return false;
    }
}

/// <summary>A format under way; a reset that drops its command ends it.</summary>
/// <param name="Command">Format NVM.</param>
/// <param name="StartedAt">ns.</param>
/// <param name="Takes">ns.</param>
internal readonly record struct FormatOperation(WaitingCommand Command, long StartedAt, long Takes)
{
    public bool IsInProgress => Command.IsThere && Takes != 0;

    /// <summary>FPI: per cent that remain, at least one until it is over.</summary>
    public FormatProgress Progress(long now)
    {
        if (!IsInProgress) return new() { Supported = true };
        var remaining = 100 - (100 * (now - StartedAt) / Takes);
        return new() { Supported = true, Remaining = (byte)Math.Clamp(remaining, 1, 100) };
    }
}
