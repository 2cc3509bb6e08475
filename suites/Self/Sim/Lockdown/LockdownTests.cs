using Conformance.Device;
using Conformance.Nvme;
using Conformance.Self.Sim.Logs;
using Conformance.Self.Sim.Migration;
using NUnit.Framework;

namespace Conformance.Self.Sim.Lockdown;

/// <summary>Command and Feature Lockdown: what is prohibited is refused everywhere, until it is allowed again.</summary>
[TestFixture]
internal sealed class LockdownTests
{
    private static SubmissionEntry Prohibit(AdminOpcode opcode, bool prohibit = true) =>
        AdminCommand.Lockdown((byte)LockdownScope.AdminCommands, (byte)opcode, prohibit);

    private static async Task<byte[]> List(RawHost host, LockdownScope scope, LockdownContents contents)
    {
        var page = await host.Log<LockdownLog>(
            LogId.CommandAndFeatureLockdown, lsp: new LockdownListAttributes { Scope = scope, Contents = contents }.Raw);
        Assert.That((page.Cfila.Scope, page.Cfila.Contents), Is.EqualTo((scope, contents)));
        return ((ReadOnlySpan<byte>)page.Cfil)[..page.Lngth].ToArray();
    }

    [Test]
    public void REJ_12_A_prohibited_command_is_refused_and_an_allowed_one_is_not() => MigrationBench.Run(async bench =>
    {
        await bench.Pf.Must(Prohibit(AdminOpcode.MigrationSend));
        await bench.Expect(Status.ProhibitedByLockdown, MigrationCommand.Suspend(bench.C));
        Assert.That(await bench.IsSuspended(), Is.False);
        Assert.That(
            await List(bench.Pf, LockdownScope.AdminCommands, LockdownContents.ProhibitedOnAdminQueue),
            Is.EqualTo(new[] { (byte)AdminOpcode.MigrationSend }));
        await bench.Pf.Must(Prohibit(AdminOpcode.MigrationSend, prohibit: false));
        await bench.Suspend();
    });

    [Test]
    public void It_holds_on_every_controller_and_over_resets() => MigrationBench.Run(async bench =>
    {
        await bench.Vf.Must(Prohibit(AdminOpcode.NamespaceAttachment));
        await bench.Vf.Disable();
        await bench.Vf.Enable();
        await bench.Expect(Status.ProhibitedByLockdown, AdminCommand.NamespaceAttachment(1, 1), bench.Page);
    });

    [Test]
    public void A_prohibited_feature_cannot_be_set_but_read() => MigrationBench.Run(async bench =>
    {
        await bench.Pf.Must(AdminCommand.Lockdown((byte)LockdownScope.Features, (byte)FeatureId.Arbitration, true));
        Assert.That((await bench.Vf.Do(AdminCommand.SetFeatures((byte)FeatureId.Arbitration, 7))).Status, Is.EqualTo(Status.ProhibitedByLockdown));
        Assert.That(await bench.Vf.Feature(FeatureId.Arbitration), Is.EqualTo(3));
        await bench.Vf.SetFeature(FeatureId.InterruptCoalescing, 0x101);
        Assert.That(await List(bench.Vf, LockdownScope.Features, LockdownContents.ProhibitedOnAdminQueue), Is.EqualTo(new byte[] { 1 }));
    });

    [Test]
    public void Every_command_of_the_list_can_be_prohibited_and_no_other() => MigrationBench.Run(async bench =>
    {
        var page = await bench.Pf.Identify<IdentifyController>(Cns.IdentifyController);
        Assert.That(page.Oacs.Lockdown);
        var list = await List(bench.Pf, LockdownScope.AdminCommands, LockdownContents.Supported);
        Assert.That(list, Is.Ordered.And.Unique.And.Contains((byte)AdminOpcode.Sanitize).And.Not.Contains((byte)AdminOpcode.Lockdown));
        for (var opcode = 0; opcode < 256; opcode++)
        {
            var status = (await bench.Pf.Do(AdminCommand.Lockdown(0, (byte)opcode, prohibit: true))).Status;
            Assert.That(status, Is.EqualTo(list.Contains((byte)opcode) ? Status.Success : Status.ProhibitionNotSupported), $"{opcode:X2}h");
        }

        Assert.That(await List(bench.Pf, LockdownScope.AdminCommands, LockdownContents.ProhibitedOnAdminQueue), Is.EqualTo(list));
        Assert.That(await List(bench.Pf, LockdownScope.ManagementInterface, LockdownContents.Supported), Is.Empty);
    });

    [TestCase((byte)0, (byte)1)]
    [TestCase((byte)0, (byte)2)]
    [TestCase((byte)0, (byte)3)]
    [TestCase((byte)1, (byte)0)]
    [TestCase((byte)4, (byte)0)]
    [TestCase((byte)5, (byte)0)]
    public void Other_interfaces_and_scopes_are_invalid(byte scope, byte interfaces) => MigrationBench.Run(async bench =>
        await bench.Expect(Status.InvalidField, AdminCommand.Lockdown(scope, (byte)AdminOpcode.MigrationSend, true, interfaces)));

    [Test]
    public void A_device_without_it_has_neither_the_command_nor_the_page() => MigrationBench.Run(
        async bench =>
        {
            await bench.Expect(Status.InvalidOpcode, Prohibit(AdminOpcode.MigrationSend));
            await bench.Expect(Status.InvalidLogPage, AdminCommand.GetLogPage((byte)LogId.CommandAndFeatureLockdown, 512), bench.Page);
        },
        new SimulatedPairOptions { Device = new() { Lockdown = new() { Supported = false } } });
}
