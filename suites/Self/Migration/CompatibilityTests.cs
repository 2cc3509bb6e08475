using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Migration;

/// <summary>A destination that cannot carry the guest is told with its reason while the guest runs; formats are chosen from both sides' lists.</summary>
public sealed class CompatibilityTests
{
    private static readonly Guid s_ours = new("6f1c9d2a-3b57-4e0b-8a44-51d2e7c0aa01");
    private static readonly Guid s_other = new("00000000-0000-0000-0000-000000000002");

    private static readonly Combination Mediated = new()
    {
        Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Shared, AdminQueue = AdminQueueKind.Mediated,
    };

    private static readonly Combination Carried = Mediated with { AdminQueue = AdminQueueKind.Carried };
    private static readonly Combination Local = Mediated with { Medium = MediumSharing.Local };

    private static IEnumerable<TestCaseData> Unfit()
    {
        foreach (var kind in new[] { Mediated, Carried })
        {
            yield return Case("compatibility.mdts", "LM-COMP-01", kind, it => it with { Capabilities = it.Capabilities with { Mdts = 1 } });
            yield return Case("compatibility.registers", "LM-COMP-01", kind, it => it with { Capabilities = it.Capabilities with { MqesZ = 63 } });
            yield return Case("compatibility.aerl", "LM-COMP-01", kind, it => it with { Capabilities = it.Capabilities with { AerlZ = 0 } });
            yield return Case("compatibility.fuses", "LM-COMP-01", kind, it => it with { IoCommands = it.IoCommands with { FusedCompareAndWrite = false } });
        }

        yield return Case("compatibility.state", "LM-COMP-02", Mediated, it => it with { Migration = it.Migration with { StateVersions = [9] } });
        yield return Case(
            "compatibility.state", "LM-COMP-02", Carried,
            it => it with { Migration = it.Migration with { VendorState = it.Migration.VendorState with { Uuid = $"{s_other}" } } });
        yield return Case(
            "compatibility.state", "LM-COMP-02", Mediated with { Commands = MigrationCommands.VendorRfc, AdminQueue = null },
            it => it with { Identity = it.Identity with { FirmwareRevision = "2.0" } });
        yield return Case("compatibility.namespace", "LM-COMP-01", Local, it => Namespace(it, ns => ns with { BlockSize = 512 }));
        yield return Case("compatibility.namespace", "LM-COMP-01", Local, it => Namespace(it, ns => ns with { MetadataSize = 8 }));
        yield return Case("compatibility.namespace", "LM-COMP-01", Local, it => Namespace(it, ns => ns with { MetadataSize = 8, ProtectionType = 1 }));
        yield return Case("compatibility.namespace", "LM-COMP-01", Local, it => Namespace(it, ns => ns with { Blocks = 512 }));
    }

    private static SimulatedDevice Namespace(SimulatedDevice device, Func<SimulatedNamespace, SimulatedNamespace> of) =>
        device with { Namespaces = [of(device.Namespaces[0])] };

    private static TestCaseData Case(string path, string requirement, Combination kind, Func<SimulatedDevice, SimulatedDevice> destination) =>
        new TestCaseData(path, requirement, kind, destination).SetArgDisplayNames($"{kind.Commands} {kind.AdminQueue} {kind.Medium} {path}");

    [TestCaseSource(nameof(Unfit))]
    public void A_destination_that_does_not_fit_is_refused_before_the_guest_is_stopped(
        string path, string requirement, Combination kind, Func<SimulatedDevice, SimulatedDevice> destination)
    {
        var plan = Plans.Of(kind with { Cycles = 2 });
        var result = Plans.Run(plan with { Pair = plan.Pair with { Destination = destination(plan.Pair.Device) } });
        var cycle = result.Cycles.Single();
        Assert.That((cycle.Outcome, cycle.EndsAt), Is.EqualTo((CycleOutcome.Refused, GuestPlace.Source)));
        Assert.That(cycle.Steps.Max(step => step.Step), Is.LessThanOrEqualTo(CycleStep.Prepare));
        Assert.That(result.Findings().Select(it => (it.Requirement, it.Path, it.Verdict)), Does.Contain((requirement, path, Verdict.NotSupported)));
        Assert.That(CombinationRecord.Of(plan, result).Verdict, Is.EqualTo(Verdict.NotSupported));
    }

    [Test]
    public void Each_side_is_told_the_index_of_the_common_version_in_its_own_list()
    {
        // Index 1 of the destination is a version that nobody knows, and that is refused when it is asked for.
        var plan = Plans.Of(Mediated with { Cycles = 1 });
        var destination = plan.Pair.Device with { Migration = plan.Pair.Device.Migration with { StateVersions = [9, 0] } };
        var result = Plans.Run(plan with { Pair = plan.Pair with { Destination = destination } });
        Assert.That(result.Findings(), Is.Empty);
        Assert.That(result.Cycles.Single().Outcome, Is.EqualTo(CycleOutcome.Completed));
    }

    [Test]
    public void The_formats_of_both_sides_are_intersected()
    {
        static StateFormats Of(ushort[] versions, params Guid[] vendors) => new(versions, vendors);
        Assert.That(Of([0, 7]).Choose(Of([7, 0]), vendorPart: false).Common, Is.EqualTo(new StateFormat(0, null)));
        Assert.That(Of([7]).Choose(Of([7]), vendorPart: false).Common, Is.Null, "in common, and nobody can read it");
        Assert.That(Of([0]).Choose(Of([7]), vendorPart: false).Why, Does.Contain("0 here, 7 there"));
        Assert.That(Of([0], s_other, s_ours).Choose(Of([0], s_ours), vendorPart: true).Common, Is.EqualTo(new StateFormat(0, s_ours)));
        Assert.That(Of([0], s_other).Choose(Of([0], s_ours), vendorPart: true).Why, Does.Contain("no vendor part in common"));
        Assert.That(Of([0], s_other).Choose(Of([0]), vendorPart: false).Common, Is.EqualTo(new StateFormat(0, null)), "a part that nobody needs");
        Assert.That(new StateFormats([], [], "a").Choose(new StateFormats([], [], "b"), vendorPart: false).Why, Does.Contain("that of a"));
    }
}
