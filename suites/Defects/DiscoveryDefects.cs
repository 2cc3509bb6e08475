using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>Bugs of what a device says of itself.</summary>
internal static class DiscoveryDefects
{
    public static IReadOnlyList<Defect> All { get; } =
    [
        Id("migration-not-announced", "LM-DISC-01", "HMLMS is 0 though the commands are there.", static (c, id) => { if (c.IsManagement) id[257] &= 0xF7; }),
        Id("controlled-claims-to-control", "LM-DISC-02", "Controlled controllers have HMLMS set.", static (c, id) => { if (!c.IsManagement) id[257] |= 0x08; }),
        Id("controlled-wants-host-memory", "LM-DISC-03", "Controlled controllers ask for a host memory buffer.", static (c, id) => { if (!c.IsManagement) id[272] = 16; }),
        Page("formats-followed-by-rubbish", "LM-DISC-04", "What follows the list of formats is not cleared.", Cns.SupportedControllerStateFormats, static (_, page) => page[100] = 0xFF),
        Page(
            "formats-do-not-end", "LM-DISC-04", "The lists of formats are longer than their page.", Cns.SupportedControllerStateFormats,
            static (_, page) => page[..2].Fill(0xFF)),
        Page(
            "another-version-listed", "LM-DISC-05", "Version 1 of the state is listed in place of version 0.", Cns.SupportedControllerStateFormats,
            static (_, page) => page[2] = 1),
        Page("version-listed-twice", "LM-DISC-05", "The one version of the state is listed twice.", Cns.SupportedControllerStateFormats, static (_, page) =>
        {
            page[4..4092].CopyTo(page[6..]);
            page[4..6].Clear();
            page[0]++;
        }),
        Page("format-without-name", "LM-DISC-06", "A vendor's format is listed under a zero identifier.", Cns.SupportedControllerStateFormats, static (_, page) =>
        {
            if (page[1] > 0) page.Slice(2 + (2 * page[0]), 16).Clear();
        }),
        Defect.OfDevice(
            "controlled-lists-formats", "LM-DISC-07", "A controlled controller lists the formats of its state.",
            static () => new() { Identify = new AnswersFormats() }),
        Log("migration-not-in-effects-log", "LM-DISC-08", "Migration Send and Receive are not in the effects log.", LogId.CommandEffects, static (c, log) =>
        {
            if (c.IsManagement) log.Slice(4 * (int)AdminOpcode.MigrationSend, 8).Clear();
        }),
        Log("one-effects-log-for-all", "LM-DISC-09", "Controlled controllers have the effects log of the controlling one.", LogId.CommandEffects, static (c, log) =>
        {
            if (!c.IsManagement) log[4 * (int)AdminOpcode.MigrationSend] = 1;
        }),
        Log("wrong-scope-of-data-queue", "LM-DISC-10", "The feature of data queues has the scope of the controller.", LogId.FeatureEffects, static (_, log) =>
            Wire.View<FeatureEffects>(log[(4 * ControllerDataQueueFeature.Fid)..]) = new FeatureEffects { Supported = true, Scope = EffectScope.Controller }),
        Id("more-queues-than-the-subsystem", "LM-DISC-11", "MCUDMQ is above MNSUDMQ.", static (_, id) => (id[578], id[580]) = (9, 8)),
        Id("granularities-swapped", "LM-DISC-12", "The least granularity of memory tracking is above the greatest.", static (_, id) => (id[574], id[575]) = (9, 0)),
        Id("reserved-bits-of-trattr", "LM-DISC-13", "A bit of TRATTR that has no meaning is set.", static (_, id) => id[576] |= 0x80),
        Page("format-one-of-entries", "LM-DISC-14", "LBAMQF is 1 (seen in an emulator's branch).", Cns.CommandSetController, static (_, page) => page[24] = 1),
        Defect.OfDevice(
            "hidden-commands-look-known", "LM-DISC-15", "Without the capability its commands are refused as if they were known.",
            static () => new() { Parse = new KnowsHidden() }),
        Id("doorbells-in-memory", "LM-DISC-16", "Doorbell Buffer Config is offered although no state holds it.", static (_, id) => id[257] |= 0x01),
    ];

    private static Defect Page(string name, string breaks, string story, Cns cns, PatchedPage.Patch patch) =>
        Defect.OfDevice(name, breaks, story, () => new ControllerSteps { Identify = new PatchedPage(cns, patch) });

    private static Defect Id(string name, string breaks, string story, PatchedPage.Patch patch) => Page(name, breaks, story, Cns.IdentifyController, patch);

    private static Defect Log(string name, string breaks, string story, LogId log, PatchedLog.Patch patch) =>
        Defect.OfDevice(name, breaks, story, () => new ControllerSteps { Transfer = new PatchedLog(log, patch) });
}

/// <summary>An Identify page is changed once it is filled.</summary>
internal sealed class PatchedPage(Cns cns, PatchedPage.Patch patch) : IdentifyStep
{
    public delegate void Patch(ControllerCore c, Span<byte> page);

    public override StepResult Run(ControllerCore c, CommandContext command, Span<byte> page)
    {
        var result = base.Run(c, command, page);
        if (command.Status.IsSuccess && new IdentifyFields(command.Entry).Cns == (byte)cns) patch(c, page);
        return result;
    }
}

/// <summary>A controlled controller answers what only a controlling one knows.</summary>
internal sealed class AnswersFormats : IdentifyStep
{
    public override StepResult Run(ControllerCore c, CommandContext command, Span<byte> page)
    {
        if (c.IsManagement || new IdentifyFields(command.Entry).Cns != (byte)Cns.SupportedControllerStateFormats) return base.Run(c, command, page);
        page[0] = 1;
        return StepResult.Done;
    }
}

/// <summary>A log page that is read from its beginning is changed as it goes out.</summary>
internal sealed class PatchedLog(LogId log, PatchedLog.Patch patch) : TransferStep
{
    public delegate void Patch(ControllerCore c, Span<byte> page);

    public override StepResult Run(ControllerCore c, ref Transfer transfer)
    {
        if (transfer.Command.IsAdmin && transfer.Command.Opcode == (byte)AdminOpcode.GetLogPage && transfer.Command.Progress == 0
            && new GetLogPageFields(transfer.Command.Entry).Lid == (byte)log && transfer.Length >= FeatureEffectsLog.Size)
        {
            var bytes = transfer.Source.ToArray();
            patch(c, bytes);
            transfer.Source = bytes;
        }

        return base.Run(c, ref transfer);
    }
}

/// <summary>Migration commands are looked into although the controller does not have them.</summary>
internal sealed class KnowsHidden : ParseStep
{
    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        var result = base.Run(c, command);
        var isMigration = command.IsAdmin && (AdminOpcode)command.Opcode is AdminOpcode.MigrationSend or AdminOpcode.MigrationReceive;
        return isMigration && command.Status == Status.InvalidOpcode ? command.Fail(Status.InvalidField) : result;
    }
}
