using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Whole moves of a guest under load, whose driver knows nothing of them.</summary>
/// <remarks>One load - two queues, eight deep, 2 MiB - and three moves: the cut falls wherever the load happens to be, and nobody aims it.</remarks>
[Area("after-migration")]
internal sealed class AfterMoveCycleCases : ConformanceCase
{
    /// <summary>Three moves there and back, the admin queue mediated by the host: what the oracles found is held under the requirements.</summary>
    /// <remarks>Admin state that the device loses: the mediator holds the guest's event requests and sets its features anew on the destination.</remarks>
    [Test]
    [Covers("LM-POST-01", "LM-POST-02", "LM-POST-11", "LM-POST-12")]
    public async CaseTask A_mediated_guest_does_not_notice() =>
        await HoldAsync(
            new() { Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Shared, Cycles = 3 }, "LM-POST-01", "LM-POST-02", "LM-POST-11", "LM-POST-12");

    /// <summary>The same by the vendor commands, which carry the admin queue.</summary>
    [Test]
    [Covers("LM-POST-01", "LM-POST-13", "LM-POST-14")]
    public async CaseTask A_carried_guest_does_not_notice() =>
        await HoldAsync(new() { Commands = MigrationCommands.VendorRfc, Medium = MediumSharing.Shared, Cycles = 3 }, "LM-POST-01", "LM-POST-13", "LM-POST-14");

    private static async ValueTask HoldAsync(Combination combination, params string[] requirements)
    {
        var run = CaseCycle.Run(Lab, combination);
        if (combination.Commands == MigrationCommands.VendorRfc) CaseVendor.Need(await Lab.StartAsync());
        else await (await Lab.StartAsync()).NeedMigrationAsync();
        foreach (var requirement in requirements)
            Check.Equal(requirement, "cycles", CaseCycle.Text(run.Of(requirement)), "", "a guest under load noticed that it was moved");
        var moved = run.Cycles.Count(it => it.Outcome == CycleOutcome.Completed);
        Check.Equal(requirements[0], "cycles.completed", moved, combination.Cycles, "a move was not completed");
    }
}
