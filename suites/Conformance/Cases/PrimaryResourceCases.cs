using Conformance.Driver;
using Conformance.Nvme;
using NUnit.Framework;
using static Conformance.Nvme.ResourceType;
using static Conformance.Nvme.VirtualizationAction;

namespace Conformance.Suite.Cases;

/// <summary>The primary's own share of flexible resources, and several primaries (Base 2.3 5.3.6, 8.2.6, 8.1.13).</summary>
[Area("sriov-virtualization")]
internal sealed class PrimaryResourceCases : VirtualizationCase
{
    /// <summary>What resets a primary, other than Controller Reset.</summary>
    public enum PrimaryReset
    {
        Function,
        Subsystem,
    }

    /// <summary>
    /// A share is allocated: not before a reset, not by Controller Reset, but by the next other one it is there, by CNS 14h and by Number of
    /// Queues; the same reset again leaves it; then it is given back the same way.
    /// </summary>
    /// <remarks>That it lasts over power cycles: nothing here takes a device's power.</remarks>
    [Test]
    [Covers("LM-VIRT-20")]
    public async CaseTask A_primary_s_share_comes_with_a_reset_and_stays([Values] PrimaryReset kind)
    {
        const int share = 2;
        var host = await StartAsync();
        await NeedFlexibleAsync(host, VirtualQueue);
        Lab.Need(kind == PrimaryReset.Function || host.Pf.Capabilities.Nssrs, "NVM Subsystem Reset (CAP.NSSRS)");
        // As a reset leaves it: a host may have asked for fewer queues.
        await ResetAsync(host, kind);
        var (had, queues) = ((await CapabilitiesAsync(host)).Vqrfap, await QueuesAsync(host));
        var answer = await ManageAsync(host, PrimaryFlexibleAllocation, host.Id, VirtualQueue, had + share);
        if (!Check.Ok("LM-VIRT-20", "allocate", answer, "the primary could not be given a share")) return;
        var given = (ushort)answer.Completion.Dw0;
        Check.Equal("LM-VIRT-20", "at-once", (await CapabilitiesAsync(host)).Vqrfap, had, "the share is there before a reset");
        Lab.Must(await host.Pf.DisableAsync());
        Lab.Must(await host.Pf.StartAsync());
        Check.Equal("LM-VIRT-20", "controller-reset", (await CapabilitiesAsync(host)).Vqrfap, had, "the share came by Controller Reset");
        for (var i = 0; i < 2; i++)
        {
            await ResetAsync(host, kind);
            Check.Equal(
                "LM-VIRT-20", $"{kind}[{i}].vqrfap", (await CapabilitiesAsync(host)).Vqrfap, given,
                i == 0 ? "the share did not come with the reset" : "the share did not last");
            Check.Equal(
                "LM-VIRT-20", $"{kind}[{i}].queues", await QueuesAsync(host), queues + given - had,
                "the primary has another number of queues than its share says");
        }

        await MustManageAsync(host, PrimaryFlexibleAllocation, host.Id, VirtualQueue, had);
        await ResetAsync(host, kind);
        Check.Equal("LM-VIRT-20", "back", (await CapabilitiesAsync(host)).Vqrfap, had, "the share could not be given back");
    }

    /// <summary>Suspend, Get Controller State and Resume for the VF of another PF: all refused with 1/1Fh, or all carried out.</summary>
    /// <remarks>Commands other than these three: Set Controller State, logging and memory tracking are not asked for another primary's VF.</remarks>
    [Test]
    [Covers("LM-VIRT-24")]
    public async CaseTask A_function_of_another_primary_is_moved_or_not_always_alike()
    {
        var host = await StartAsync();
        await host.NeedMigrationAsync();
        var other = await Lab.StartNeighbourAsync();
        var vf = await other.BringUpAsync();
        var answers = new[]
        {
            ("suspend", await host.SuspendAsync(vf.Id)),
            ("get state", (await host.GetStateAsync(vf.Id, ControllerStateHeader.Size)).Answer),
            ("resume", await host.ResumeAsync(vf.Id)),
        };
        var allowed = answers[0].Item2.IsOk;
        Check.Saw("LM-VIRT-24", "other primary's VF", allowed ? "allowed" : "refused");
        foreach (var (name, answer) in answers)
        {
            if (allowed) Check.Ok("LM-VIRT-24", name, answer, "one command is carried out for another primary's VF and this one is not");
            else Check.Refused("LM-VIRT-24", name, answer, Status.InvalidControllerIdentifier);
        }

        Check.Equal(
            "LM-VIRT-24", "works", (await (await vf.CreateQueueAsync()).DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success,
            "the other primary's VF does not work any more");
    }

    private static async ValueTask<int> QueuesAsync(CaseHost host)
    {
        var granted = Lab.Must("Get Features, Number of Queues", await host.Pf.GetFeatureAsync(FeatureId.NumberOfQueues));
        return (int)(granted & 0xFFFF) + 1;
    }

    private static async ValueTask ResetAsync(CaseHost host, PrimaryReset kind)
    {
        if (kind == PrimaryReset.Function)
        {
            await host.Pf.ResetFunctionAsync();
        }
        else
        {
            host.Pf.Function.Write32(Register.Nssr, Register.NssrReset);
            await World.After(1_000_000_000);
            host.Pf.Forget();
        }

        PciConfig.Enable(host.Pf.Function);
        Lab.Must(await host.Pf.StartAsync());
    }
}
