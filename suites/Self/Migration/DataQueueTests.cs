using Conformance.Defects;
using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Migration;

/// <summary>Whole cycles on a device whose reports, or whose suspend, are not what they should be: each is found as what it is.</summary>
public sealed class DataQueueTests
{
    private static readonly Combination Local = new() { Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Local, AdminQueue = AdminQueueKind.Mediated };

    [TestCase("unmarked-start", "LM-UDT-15", "dirty.entry[0]")]
    [TestCase("entry-behind-last", "LM-SUSP-20", "")]
    [TestCase("stuck-phase", "LM-UDT-29", "dirty.slot[39]")]
    [TestCase("hollow-suspend", "LM-GET-01", "state.csup")]
    [TestCase("hollow-suspend", "LM-GET-01", "header.suspended")]
    public void A_cycle_names_what_the_device_does_wrong(string defect, string requirement, string path)
    {
        var findings = Plans.Run(Plans.Of(Local), DefectCatalogue.Find(defect)!).Findings();
        Assert.That(findings.Where(it => it.Requirement == requirement).Select(it => it.Path), Has.Some.StartsWith(path));
    }

    [Test]
    public void Entries_of_a_correct_device_are_noted_as_such()
    {
        var observed = Plans.Run(Local).Journal.Observations.Where(it => it.Path == "dirty.entries").Select(it => it.Requirement);
        Assert.That(observed, Is.EquivalentTo(new[] { "LM-UDT-15", "LM-UDT-42", "LM-UDT-43", "LM-UDT-44", "LM-SUSP-20" }));
    }

    [Test]
    public void Another_controller_that_runs_is_told_where_the_namespace_is_attached_to_it_too() =>
        CopyRig.Run(new SimulatedDevice(), async rig =>
        {
            var before = await rig.WritersAsync(moved: 2);
            await rig.BringUpAsync(2);
            var after = await rig.WritersAsync(moved: 2);
            Assert.That(before, Is.Empty, "they are attached and do not run");
            Assert.That(after, Is.EqualTo(new ushort[] { 3 }));
        });
}
