using Conformance.Device;
using Conformance.Nvme;
using Conformance.Self.Sim.Logs;
using NUnit.Framework;

namespace Conformance.Self.Sim.Features;

/// <summary>What is common to all features: current, saved and default values, capabilities, scope of the NSID, resets.</summary>
[TestFixture]
internal sealed class FeatureTests
{
    [Test]
    public void Current_saved_and_default_are_three_values() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var initial = await vf.Feature(FeatureId.Arbitration, FeatureSelect.Default);
        Assert.That(await vf.Feature(FeatureId.Arbitration), Is.EqualTo(initial));
        await vf.SetFeature(FeatureId.Arbitration, 0x0102_0302, save: true);
        await vf.SetFeature(FeatureId.Arbitration, 0x0A0B_0C01);
        Assert.That(await vf.Feature(FeatureId.Arbitration), Is.EqualTo(0x0A0B_0C01));
        Assert.That(await vf.Feature(FeatureId.Arbitration, FeatureSelect.Saved), Is.EqualTo(0x0102_0302));
        Assert.That(await vf.Feature(FeatureId.Arbitration, FeatureSelect.Default), Is.EqualTo(initial));

        await vf.Disable();
        await vf.Enable();
        Assert.That(await vf.Feature(FeatureId.Arbitration), Is.EqualTo(0x0102_0302), "a reset brings back the saved value");
        await vf.SetFeature(FeatureId.InterruptCoalescing, 0x0102);
        await vf.Disable();
        await vf.Enable();
        Assert.That(await vf.Feature(FeatureId.InterruptCoalescing), Is.Zero, "or the default where nothing was saved");
    });

    [Test]
    public void A_feature_that_cannot_be_saved_says_so() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        for (var fid = 0; fid < 256; fid++)
        {
            var answer = await vf.Do(AdminCommand.GetFeatures((byte)fid, (byte)FeatureSelect.SupportedCapabilities));
            if (!answer.Status.IsSuccess || new FeatureCapabilities(answer.Dw0).Saveable) continue;
            var refused = await vf.Do(AdminCommand.SetFeatures((byte)fid, save: true));
            Assert.That(refused.Status, Is.EqualTo(Status.FeatureNotSaveable), $"feature {fid:X2}h");
        }
    });

    [Test]
    public void A_feature_of_the_controller_takes_no_namespace_to_set() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        await Refused(1, Status.FeatureNotNamespaceSpecific);
        await Refused(65, Status.InvalidNamespaceOrFormat);
        await vf.SetFeature(FeatureId.Arbitration, 4, nsid: 0xFFFF_FFFF);
        Assert.That(await vf.Feature(FeatureId.Arbitration, nsid: 1), Is.EqualTo(4));

        async Task Refused(uint nsid, Status status) =>
            Assert.That((await vf.Do(AdminCommand.SetFeatures(1, 4, nsid: nsid))).Status, Is.EqualTo(status), $"NSID {nsid}");
    });

    [Test]
    public void Reserved_selections_and_unknown_features_are_invalid() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        Assert.That((await vf.Do(AdminCommand.GetFeatures(1, 4))).Status, Is.EqualTo(Status.InvalidField));
        Assert.That((await vf.Do(AdminCommand.SetFeatures(0))).Status, Is.EqualTo(Status.InvalidField));
        Assert.That((await vf.Do(AdminCommand.SetFeatures(0x0D))).Status, Is.EqualTo(Status.InvalidField), "no host memory buffer");
    });

    [Test]
    public void A_fixed_feature_is_not_changeable() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            var capabilities = new FeatureCapabilities(await vf.Feature(FeatureId.Arbitration, FeatureSelect.SupportedCapabilities));
            Assert.That((capabilities.Changeable, capabilities.Saveable), Is.EqualTo((false, true)));
            Assert.That((await vf.Do(AdminCommand.SetFeatures(1, 7))).Status, Is.EqualTo(Status.FeatureNotChangeable));
            Assert.That(await vf.Feature(FeatureId.Arbitration), Is.EqualTo(3));
        },
        new SimulatedPairOptions { Device = new() { Capabilities = new() { FixedFeatures = [1] } } });

    [Test]
    public void Each_vector_has_its_own_coalescing() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        await vf.SetFeature(FeatureId.InterruptVectorConfiguration, new InterruptVectorFeature { Vector = 2, CoalescingDisabled = true }.Raw);
        Assert.That(await vf.Feature(FeatureId.InterruptVectorConfiguration, cdw11: 2), Is.EqualTo(0x1_0002));
        Assert.That(await vf.Feature(FeatureId.InterruptVectorConfiguration, cdw11: 1), Is.EqualTo(1));
        Assert.That((await vf.Do(AdminCommand.SetFeatures(9, 5))).Status, Is.EqualTo(Status.InvalidField), "it has five vectors");
        Assert.That((await vf.Do(AdminCommand.GetFeatures(9, cdw11: 5))).Status, Is.EqualTo(Status.InvalidField));
    });
}
