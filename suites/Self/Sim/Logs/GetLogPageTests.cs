using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Logs;

/// <summary>What is common to all log pages: which there are, offset, size, index, NSID, command set.</summary>
[TestFixture]
internal sealed class GetLogPageTests
{
    [Test]
    public void The_list_of_log_pages_names_those_that_can_be_read_and_no_other() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        var page = await pf.Log<SupportedLogPages>(LogId.SupportedLogPages);
        Assert.That(page.Lids[0].Supported && page.Lids[1].Supported && page.Lids[5].Supported && page.Lids[0x12].Supported);
        for (var lid = 0; lid < 256; lid++)
        {
            var status = await pf.LogStatus(AdminCommand.GetLogPage((byte)lid, 512));
            Assert.That(status == Status.InvalidLogPage, Is.EqualTo(!page.Lids[lid].Supported), $"log page {lid:X2}h: {status}");
        }
    });

    [Test]
    public void An_offset_picks_the_rest_of_the_page_and_zeroes_follow_its_end() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        var whole = await pf.Log(LogId.SupportedLogPages, 1024);
        Assert.That(await pf.Log(LogId.SupportedLogPages, 64, 4), Is.EqualTo(whole[4..68]));
        var end = await pf.Log(LogId.SupportedLogPages, 8192, 1000);
        Assert.That(end[..24], Is.EqualTo(whole[1000..]));
        Assert.That(end.AsSpan(24).ContainsAnyExcept((byte)0), Is.False);
        Assert.That(await pf.LogStatus(AdminCommand.GetLogPage(0, 4, 1024)), Is.EqualTo(Status.Success), "the end itself");
        Assert.That(await pf.LogStatus(AdminCommand.GetLogPage(0, 4, 1028)), Is.EqualTo(Status.InvalidField), "beyond the end");
        Assert.That(await pf.LogStatus(AdminCommand.GetLogPage(0, 4, 2)), Is.EqualTo(Status.InvalidField), "not a dword");
        Assert.That(await pf.LogStatus(AdminCommand.GetLogPage(0, 4, 1ul << 40)), Is.EqualTo(Status.InvalidField));
    });

    [Test]
    public void An_index_where_the_page_has_none_is_refused() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        var entry = new GetLogPageFields(AdminCommand.GetLogPage(2, 512)) { OffsetIsIndex = true }.Entry;
        Assert.That(await pf.LogStatus(entry with { Cdw10 = entry.Cdw10 & 0xFFFF_FF00 }), Is.EqualTo(Status.InvalidField));
    });

    [Test]
    public void A_page_of_the_controller_takes_no_namespace() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        Assert.That(await pf.LogStatus(AdminCommand.GetLogPage(1, 64, nsid: 1)), Is.EqualTo(Status.InvalidField));
        Assert.That(await pf.LogStatus(AdminCommand.GetLogPage(1, 64, nsid: 0xFFFF_FFFF)), Is.EqualTo(Status.Success));
    });

    [Test]
    public void More_than_MDTS_is_refused() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        Assert.That(await pf.LogStatus(AdminCommand.GetLogPage(1, (1 << 20) + 4)), Is.EqualTo(Status.InvalidField));
    });

    [Test]
    public void Another_command_set_is_refused_where_the_page_asks_for_one() => Rig.Run(async rig =>
    {
        var vf = await rig.OnlineVf(await rig.Pf(rig.Pair.Source));
        await vf.Enable(0x0046_0061); // CSS 110b
        Assert.That(await vf.LogStatus(AdminCommand.GetLogPage(5, 4096, csi: 2)), Is.EqualTo(Status.IoCommandSetNotSupported));
        Assert.That(await vf.LogStatus(AdminCommand.GetLogPage(5, 4096)), Is.EqualTo(Status.Success));
        Assert.That(await vf.LogStatus(AdminCommand.GetLogPage(1, 64, csi: 2)), Is.EqualTo(Status.Success), "not a page of a command set");
    });

    [Test]
    public void The_command_effects_show_what_each_controller_has() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        var vf = await rig.Vf(pf);
        var (mine, theirs) = (await pf.Log<CommandEffectsLog>(LogId.CommandEffects), await vf.Log<CommandEffectsLog>(LogId.CommandEffects));
        foreach (var opcode in new[] { AdminOpcode.MigrationSend, AdminOpcode.MigrationReceive })
        {
            Assert.That((mine.Acs[(int)opcode].Supported, mine.Acs[(int)opcode].Scope), Is.EqualTo((true, EffectScope.Controller)), "DISC-08");
            Assert.That(theirs.Acs[(int)opcode].Raw, Is.Zero, "DISC-09");
        }

        Assert.That(mine.Acs[(int)AdminOpcode.VirtualizationManagement].Supported, Is.True);
        Assert.That(theirs.Acs[(int)AdminOpcode.VirtualizationManagement].Raw, Is.Zero);
        Assert.That(theirs.Iocs[(int)NvmOpcode.Write].LogicalBlockContentChange, Is.True);
        Assert.That(theirs.Iocs[(int)NvmOpcode.Read].LogicalBlockContentChange, Is.False);

        // What is shown as supported is what is executed.
        for (var opcode = 0; opcode < 256; opcode++)
        {
            // Queue deletion, events and sanitize-like commands are not to be tried blindly; they are somebody else's tests.
            if (theirs.Acs[opcode].Supported) continue;
            Assert.That((await vf.Do(new SubmissionEntry { Opcode = (byte)opcode })).Status, Is.EqualTo(Status.InvalidOpcode), $"{opcode:X2}h");
        }
    });

    [Test]
    public void The_feature_effects_show_what_Set_Features_knows() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var page = await vf.Log<FeatureEffectsLog>(LogId.FeatureEffects);
        Assert.That(page.Fis[(int)FeatureId.NumberOfQueues].Scope, Is.EqualTo(EffectScope.Controller));
        for (var fid = 0; fid < 256; fid++)
        {
            var known = (await vf.Do(AdminCommand.GetFeatures((byte)fid, (byte)FeatureSelect.SupportedCapabilities))).Status;
            Assert.That(known, Is.EqualTo(page.Fis[fid].Supported ? Status.Success : Status.InvalidField), $"feature {fid:X2}h");
        }
    });
}
