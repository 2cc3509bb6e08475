using Conformance.Nvme;
using Conformance.Self.Sim.Io;
using Conformance.Self.Sim.Logs;
using NUnit.Framework;

namespace Conformance.Self.Sim.Namespaces;

/// <summary>Namespace Write Protection (Base 2.3 8.1.17).</summary>
[TestFixture]
internal sealed class WriteProtectionTests
{
    [Test]
    public void A_protected_namespace_refuses_what_would_change_it_through_every_controller_and_nothing_else() => IoBench.Run(async bench =>
    {
        var data = bench.Take(4096);
        await bench.Fill(3, 0x5A, data);
        await bench.Pf.SetFeature(FeatureId.NamespaceWriteProtection, (uint)WriteProtectionState.WriteProtect, nsid: 1);
        Assert.That(await bench.Vf.Feature(FeatureId.NamespaceWriteProtection, nsid: 1), Is.EqualTo((uint)WriteProtectionState.WriteProtect));
        foreach (var entry in (SubmissionEntry[])
            [
                NvmCommand.Write(1, 3, 0), NvmCommand.WriteZeroes(1, 3, 0), NvmCommand.WriteUncorrectable(1, 3, 0), NvmCommand.Copy(1, 3, 0),
                NvmCommand.DatasetManagement(1, 0),
            ])
        {
            await bench.Expect(entry, Status.NamespaceWriteProtected, data);
        }

        foreach (var entry in (SubmissionEntry[])
            [
                NvmCommand.Read(1, 3, 0), NvmCommand.Compare(1, 3, 0), NvmCommand.Verify(1, 3, 0), NvmCommand.Flush(1),
            ])
        {
            await bench.Must(entry, data);
        }

        // A hint is no change.
        bench.Memory.Store(data, new DatasetManagementRange { Slba = 3, LengthInBlocks = 1 });
        await bench.Must(NvmCommand.DatasetManagement(1, 0, deallocate: false), data);

        Assert.That((await bench.Vf.Do(AdminCommand.FormatNvm(1, 1))).Status, Is.EqualTo(Status.NamespaceWriteProtected));
        Assert.That((await bench.Pf.Do(AdminCommand.FormatNvm(0xFFFF_FFFF, 1))).Status, Is.EqualTo(Status.NamespaceWriteProtected));
        Assert.That((await bench.Pf.Do(AdminCommand.NamespaceManagement(1, 1))).Status, Is.EqualTo(Status.NamespaceWriteProtected));
        Assert.That((await bench.Pf.Do(AdminCommand.Sanitize(SanitizeAction.BlockErase))).Status, Is.EqualTo(Status.NamespaceWriteProtected));
        var host = new NamespaceHost(bench.Vf);
        Assert.That(((await host.Identify(1)).Nsattr.WriteProtected, (await host.Independent(1)).Nsattr.WriteProtected), Is.EqualTo((true, true)));
        await new NamespaceHost(bench.Pf).Detach(1, bench.Pf.Controller.Id);

        await bench.Vf.SetFeature(FeatureId.NamespaceWriteProtection, 0, nsid: 1);
        Assert.That((await bench.Read(3, data))[0], Is.EqualTo(0x5A));
        await bench.Fill(3, 0x6B, data);
        Assert.That((await host.Identify(1)).Nsattr.WriteProtected, Is.False);
    });

    [Test]
    public void States_that_the_device_cannot_be_given_are_refused() => IoBench.Run(async bench =>
    {
        Assert.That((await new NamespaceHost(bench.Vf).Controller()).Nwpc.Raw, Is.EqualTo(1));
        await Refused(2, 1, Status.FeatureNotChangeable);
        await Refused(3, 1, Status.FeatureNotChangeable);
        await Refused(4, 1, Status.InvalidField);
        await Refused(1, 2, Status.InvalidField);
        await Refused(1, 0, Status.InvalidNamespaceOrFormat);

        async Task Refused(uint state, uint nsid, Status status) => Assert.That(
            (await bench.Vf.Do(AdminCommand.SetFeatures((byte)FeatureId.NamespaceWriteProtection, state, nsid: nsid))).Status, Is.EqualTo(status));
    });

    [Test]
    public void Protection_outlives_a_reset() => IoBench.Run(async bench =>
    {
        await bench.Vf.SetFeature(FeatureId.NamespaceWriteProtection, 1, nsid: 1);
        await bench.Vf.Disable();
        await bench.Vf.Enable();
        Assert.That(await bench.Vf.Feature(FeatureId.NamespaceWriteProtection, nsid: 1), Is.EqualTo(1));
    });
}
