using System.Runtime.InteropServices;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>What a sanitize operation does to the blocks of a namespace.</summary>
internal static class SanitizedMedium
{
    private const byte ProtectionBytes = 0xFF;

    /// <summary>Nothing is left, and all is deallocated.</summary>
    public static void Deallocate(ControllerCore c, Namespace ns)
    {
        Reach(c, MediumOperation.Deallocate, ns, 0, ns.Blocks);
        Tell(ns, MediumChangeKind.Deallocated);
    }

    /// <summary>
    /// What was allocated stays so and holds something else: the pattern of an overwrite, what a new key makes of the old data, or zeroes.
    /// </summary>
    public static void Alter(ControllerCore c, Namespace ns, in SanitizeFields command)
    {
        var modifies = c.Options.Sanitize.NoDeallocateModifiesMedia && !command.EnterMediaVerification;
        var lba = 0UL;
        for (var limit = ns.Blocks; ns.Medium.NextExtent(lba, limit, out var state, out var length); lba += length)
        {
            if (!ns.Medium.IsAllocated(state)) continue;
            if (command.Action == SanitizeAction.Overwrite) Overwrite(c, ns, lba, length, command.OverwritePattern);
            else if (command.Action == SanitizeAction.CryptoErase && !modifies) Reach(c, MediumOperation.ChangeKey, ns, lba, length);
            else Reach(c, MediumOperation.Zero, ns, lba, length);
        }

        Tell(ns, MediumChangeKind.All);
    }

    /// <summary>
    /// Whether the pattern is inverted between passes or not, the last pass leaves it as the command has it, and the protection information
    /// all ones (Base 2.3 figure 705): it begins inverted where the number of passes is even.
    /// </summary>
    private static void Overwrite(ControllerCore c, Namespace ns, ulong lba, ulong blocks, uint pattern)
    {
        for (var done = 0UL; done < blocks;)
        {
            var access = new MediumAccess { Operation = MediumOperation.Write, Namespace = ns, Slba = lba + done, Blocks = blocks - done };
            c.Steps.Medium.Run(c, ref access);
            MemoryMarshal.Cast<byte, uint>(access.Target).Fill(pattern);
            done += access.Blocks;
        }

        if (ns.MetadataSize == 0) return;
        for (var done = 0UL; done < blocks;)
        {
            var access = new MediumAccess { Operation = MediumOperation.WriteMetadata, Namespace = ns, Slba = lba + done, Blocks = blocks - done };
            c.Steps.Medium.Run(c, ref access);
            MemoryMarshal.Cast<byte, uint>(access.Target).Fill(pattern);
            if (ns.Protection is { } protection)
            {
                for (var at = protection.Offset; at < access.Target.Length; at += ns.MetadataSize)
                    access.Target.Slice(at, ProtectionInformation.Size).Fill(ProtectionBytes);
            }

            done += access.Blocks;
        }
    }

    private static void Reach(ControllerCore c, MediumOperation operation, Namespace ns, ulong lba, ulong blocks)
    {
        for (var done = 0UL; done < blocks;)
        {
            var access = new MediumAccess { Operation = operation, Namespace = ns, Slba = lba + done, Blocks = blocks - done };
            c.Steps.Medium.Run(c, ref access);
            done += access.Blocks;
        }
    }

    /// <summary>The data changed for everybody who is attached: whose changes are logged is told so.</summary>
    private static void Tell(Namespace ns, MediumChangeKind kind)
    {
        foreach (var attached in ns.Controllers)
        {
            if (attached.UserDataLog is not { } log) continue;
            attached.Changed(new MediumChange(ns, 0, ns.Blocks, kind));
            log.Flush();
        }
    }
}
