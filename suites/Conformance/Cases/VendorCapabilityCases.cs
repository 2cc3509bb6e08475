using Conformance.Migration;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>The capability byte of the December 2022 series, and what follows from it.</summary>
[Area("vendor-commands")]
internal sealed class VendorCapabilityCases : VendorCase
{
    /// <summary>On a PF whose byte is 00h the suite's own use of the commands ends before the first of them.</summary>
    /// <remarks>Whether such a device would know the commands: they must not be sent to find out.</remarks>
    [Test]
    [Covers("LM-VEND-01")]
    public async CaseTask Where_the_byte_is_zero_nothing_is_sent()
    {
        var host = await Lab.StartAsync();
        var vendor = CaseVendor.Of(host);
        Lab.Need(vendor.Capability == (byte)VendorCapability.NotSupported, $"a PF without vendor commands (its capability byte is {vendor.Capability:X2}h)");
        var sent = host.Pf.Admin.Queue.Put;
        var (outcome, _) = await new VendorMigrator(host.Controlling, 1, vendor.Dialect).DescribeAsync();
        Check.That("LM-VEND-01", "offered", !outcome.IsOk, "migration is offered though the capability byte is 00h");
        Check.Equal("LM-VEND-01", "admin.sent", host.Pf.Admin.Queue.Put, sent, "a command was sent to find out what the byte had said");
    }

    /// <summary>Where the byte says so, a whole move works, and nothing beyond it - no tracking, no state in pieces - is offered.</summary>
    /// <remarks>What else the device may know: that no more is offered is the word of the suite's own migrator.</remarks>
    [Test]
    [Covers("LM-VEND-02", "LM-VEND-03")]
    public async CaseTask Where_it_is_set_a_controller_can_be_saved_and_loaded_and_no_more()
    {
        var (vendor, vf, queue) = await StartAsync(flushes: 3);
        var migrator = new VendorMigrator(vf.Host.Controlling, 1, vendor.Dialect);
        var (outcome, abilities) = await migrator.DescribeAsync();
        Check.Ok("LM-VEND-02", "offered", outcome, "migration is not offered though the capability byte says so");
        Check.Equal(
            "LM-VEND-02", "tracking", (abilities?.TracksBlocks, abilities?.TracksMemory, migrator.InPieces), (false, false, false),
            "more is offered than the series has");
        Check.Saw("LM-VEND-03", "identify.capability", $"{vendor.Capability:X2}h");
        Check.Equal(
            "LM-VEND-03", "identify.capability.reserved", vendor.Capability is 0 or 1 || vendor.Capability == vendor.Dialect.CapabilityValue, true,
            "the capability byte has a value that the document reserves and the profile does not name");
        var there = await TakerAsync(vf);
        var state = await vendor.MustSaveAsync();
        Check.Ok("LM-VEND-02", "load", await vendor.LoadAsync(state, 2), "what was saved could not be loaded");
        vf.MoveTo(there);
        Check.Ok("LM-VEND-02", "resume", await vendor.ResumeAsync(2), "what was loaded could not be resumed");
        Check.That("LM-VEND-02", "destination", await WorksAsync(queue), "the guest does not go on at the destination");
    }

    /// <summary>What the VF's own Identify Controller has at that place is told; by the PF's byte the VF can be moved.</summary>
    /// <remarks>A byte of the VF that says otherwise: what stands there is noted. SAVE_DATA and LOAD_DATA are not sent.</remarks>
    [Test]
    [Covers("LM-VEND-04")]
    public async CaseTask The_byte_of_the_physical_function_decides()
    {
        var (vendor, vf, queue) = await StartAsync();
        Check.Saw("LM-VEND-04", "vf.identify.capability", $"{vendor.CapabilityOf(vf.Nvme.Identity):X2}h");
        Check.Ok("LM-VEND-04", "suspend", await vendor.SuspendAsync(), "the VF cannot be suspended though the PF offers it");
        Check.Ok("LM-VEND-04", "resume", await vendor.ResumeAsync(), "the VF cannot be resumed though the PF offers it");
        Check.That("LM-VEND-04", "vf", await WorksAsync(queue), "the VF does not work after it was resumed");
    }
}
