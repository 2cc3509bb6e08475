using Conformance.Migration;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Admin commands of the logged controller that change every block of a namespace (NVM Command Set 5.6).</summary>
[Area("user-data-tracking")]
internal sealed class WholeNamespaceCases : UserDataCase
{
    private const uint All = 0xFFFF_FFFF;
    private const long MostErasing = 10_000_000_000;

    /// <summary>The controller formats its namespace as it is: all blocks are in the log, and writes behind it too.</summary>
    /// <remarks>A format into another LBA format, and writes in flight while it lasts. Whether the blocks were erased.</remarks>
    [Test]
    [Covers("LM-UDT-21", "LM-UDT-44")]
    public async CaseTask A_format_is_logged_as_a_change_of_all_blocks()
    {
        var (host, vf, io) = await StartAsync();
        Lab.Need(vf.Nvme.Identity.Oacs.FormatNvm, "Format NVM by a VF (OACS bit 1)");
        var ns = Lab.Must("Identify Namespace", await host.Pf.IdentifyAsync<IdentifyNamespace>(Cns.IdentifyNamespace, 1));
        await TouchAsync(io, 0, 4);
        var queue = await host.StartLoggingAsync(vf.Id, 64);
        var format = AdminCommand.FormatNvm(1, (byte)ns.Flbas.Index, 0, (byte)ns.Dps.Type, ns.Dps.FirstBytes, ns.Flbas.MetadataExtended);
        Lab.Must("Format NVM", await vf.Nvme.AdminAsync(format));
        await CheckAllAsync("format", host, io, queue, ns.Nsze);
    }

    /// <summary>The controller has the subsystem sanitized, in whichever way it can: once that has ended all blocks are in the log.</summary>
    /// <remarks>Overwrite; the time between the operation's end and its entries. Whether the blocks were erased.</remarks>
    [Test]
    [Covers("LM-UDT-21", "LM-UDT-44")]
    public async CaseTask A_sanitize_operation_is_logged_as_a_change_of_all_blocks()
    {
        var (host, vf, io) = await StartAsync();
        var capabilities = vf.Nvme.Identity.Sanicap;
        Lab.Need(capabilities.CryptoErase || capabilities.BlockErase, "Sanitize by a VF, crypto or block erase (SANICAP)");
        var ns = Lab.Must("Identify Namespace", await host.Pf.IdentifyAsync<IdentifyNamespace>(Cns.IdentifyNamespace, 1));
        await TouchAsync(io, 0, 4);
        var queue = await host.StartLoggingAsync(vf.Id, 64);
        Lab.Must("Sanitize", await vf.Nvme.AdminAsync(AdminCommand.Sanitize(capabilities.BlockErase ? SanitizeAction.BlockErase : SanitizeAction.CryptoErase)));
        for (var end = World.Now + MostErasing; ;)
        {
            var log = Lab.Must("Sanitize Status", await vf.Nvme.ReadAsync<SanitizeStatusLog>(
                AdminCommand.GetLogPage((byte)LogId.SanitizeStatus, SanitizeStatusLog.Size, nsid: All)));
            if (log.Sstat.Outcome != SanitizeOutcome.Sanitizing) break;
            if (World.Now > end) throw CaseEnd.Inconclusive("set-up: the sanitize operation does not end");
            await World.After(1_000_000);
        }

        await CheckAllAsync("sanitize", host, io, queue, ns.Nsze);
    }

    private static async ValueTask CheckAllAsync(string path, CaseHost host, CaseQueue io, CaseDataQueue queue, ulong blocks)
    {
        await TouchAsync(io, 9);
        await host.MustLogAsync(queue.Id, LoggingAction.Stop);
        var entries = await TakeToLastAsync(queue);
        var (named, whole) = (new LbaRangeSet(), false);
        foreach (var entry in entries.Where(it => it.Nsid == 1))
        {
            if (entry.Attributes.Change == LbaChange.Range) named.Add(entry.Slba, entry.NlbZ + 1UL);
            whole |= entry.Attributes.Change == LbaChange.Namespace;
        }

        Check.That("LM-UDT-21", path, whole || named.Covers(0, blocks), "blocks that a command of the controller erased are missing");
        CheckForm(path, entries);
        Check.Hazard("LM-UDT-44", path, entries.Exists(it => it.Attributes.Sequence == EntrySequence.Middle), "an entry in the middle");
        Check.Saw("LM-UDT-21", path, whole ? "an entry for the namespace" : $"{entries.Count(it => it.Attributes.Change == LbaChange.Range) - 1} ranges");
    }
}
