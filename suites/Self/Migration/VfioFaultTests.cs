using Conformance.Device;
using Conformance.Migration;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Migration;

/// <summary>
/// One command of the simulated device fails during a move behind VFIO, each in turn: refused with a status, or not answered in time. No such
/// cycle may look completed; where it was refused the guest goes on at the source and the next cycle succeeds.
/// </summary>
public sealed class VfioFaultTests
{
    private const byte Send = (byte)AdminOpcode.MigrationSend;
    private const byte Receive = (byte)AdminOpcode.MigrationReceive;
    private const byte TrackSend = (byte)AdminOpcode.TrackSend;
    private const byte TrackReceive = (byte)AdminOpcode.TrackReceive;

    private static readonly VendorDialect s_vendor = new();

    /// <summary>Side, opcode, and how many times it was issued before; with the name of what fails.</summary>
    private static IEnumerable<(VfioOver Over, bool AtSource, byte Opcode, int After, string Name)> Commands =>
    [
        (VfioOver.Hmlm, true, TrackSend, 0, "start of logging"),
        (VfioOver.Hmlm, true, TrackReceive, 0, "first report"),
        (VfioOver.Hmlm, true, Receive, 0, "header, ahead"),
        (VfioOver.Hmlm, true, Receive, 1, "state, ahead"),
        (VfioOver.Hmlm, true, Send, 0, "notification"),
        (VfioOver.Hmlm, true, Send, 1, "suspend"),
        (VfioOver.Hmlm, true, Receive, 2, "header"),
        (VfioOver.Hmlm, true, Receive, 3, "state"),
        (VfioOver.Hmlm, false, Send, 0, "destination's notification"),
        (VfioOver.Hmlm, false, Send, 1, "destination's suspend"),
        (VfioOver.Hmlm, false, Send, 2, "set state"),
        (VfioOver.Hmlm, false, Send, 3, "resume"),
        (VfioOver.VendorRfc, true, s_vendor.SuspendOpcode, 0, "SUSPEND"),
        (VfioOver.VendorRfc, true, s_vendor.QueryOpcode, 0, "QUERY"),
        (VfioOver.VendorRfc, true, s_vendor.SaveOpcode, 0, "SAVE"),
        (VfioOver.VendorRfc, false, s_vendor.SuspendOpcode, 0, "destination's SUSPEND"),
        (VfioOver.VendorRfc, false, s_vendor.QueryOpcode, 0, "destination's QUERY"),
        (VfioOver.VendorRfc, false, s_vendor.SaveOpcode, 0, "destination's SAVE"),
        (VfioOver.VendorRfc, false, s_vendor.LoadOpcode, 0, "LOAD"),
        (VfioOver.VendorRfc, false, s_vendor.ResumeOpcode, 0, "RESUME"),
    ];

    private static IEnumerable<TestCaseData> All() => Commands.Select(it => new TestCaseData(it.Over, it.AtSource, it.Opcode, it.After).SetArgDisplayNames(it.Name));

    private static CombinationResult Run(VfioOver over, bool atSource, SimulatedFault fault, int cycles, GuestSettings? guest = null)
    {
        var combination = new Combination
        {
            Commands = MigrationCommands.Vfio, Vfio = new() { Over = over, PreCopy = over == VfioOver.Hmlm }, Medium = MediumSharing.Shared, Cycles = cycles,
            GuestMemory = over == VfioOver.Hmlm ? GuestMemoryKind.Copied : GuestMemoryKind.Same,
        };
        var plan = Plans.Of(combination, guest: guest);
        var faulty = plan.Pair.Device with { Faults = [fault] };
        return Plans.Run(plan with { Pair = plan.Pair with { Device = atSource ? faulty : plan.Pair.Device, Destination = atSource ? plan.Pair.Device : faulty } });
    }

    private static SimulatedFault Fault(byte opcode, int after) => new() { Pattern = $"{opcode:X2}", Mask = "FF", Admin = true, After = after };

    [TestCaseSource(nameof(All))]
    public void A_refused_command_is_a_failed_cycle_and_the_guest_goes_on(VfioOver over, bool atSource, byte opcode, int after)
    {
        var result = Run(over, atSource, Fault(opcode, after) with { Action = FaultAction.Status }, cycles: 2);
        Assert.That(result.Cycles.Select(c => c.Outcome), Is.EqualTo(new[] { CycleOutcome.Failed, CycleOutcome.Completed }));
        var findings = result.Findings();
        Assert.That(findings.Select(f => f.Requirement), Is.All.EqualTo("cycle"));
        Assert.That(findings, Has.Count.EqualTo(1));
        Assert.That(findings[0].What, Does.Contain(nameof(Errno.Eio)).IgnoreCase);
        Assert.That(result.Cycles.Select(c => c.BlocksVerified), Is.All.Positive);
    }

    [TestCaseSource(nameof(All))]
    public void A_command_without_an_answer_never_looks_like_success(VfioOver over, bool atSource, byte opcode, int after)
    {
        var late = Fault(opcode, after) with { Action = FaultAction.Delay, Delay = Duration.FromSeconds(40) };
        // Where the guest goes on meanwhile, it does so for all of that time: not as fast as it can.
        var result = Run(over, atSource, late, cycles: 1, Plans.Guest with { Mode = LoadMode.Open, Rate = 2_000 });
        Assert.That(result.Cycles.Select(c => c.Outcome), Is.EqualTo(new[] { CycleOutcome.Failed }));
        Assert.That(result.Findings().Select(f => f.What), Has.Some.Contain(nameof(Errno.Etimedout)).IgnoreCase);
        Assert.That(result.Findings().Select(f => f.Requirement), Has.None.EqualTo("data-integrity"));
    }
}
