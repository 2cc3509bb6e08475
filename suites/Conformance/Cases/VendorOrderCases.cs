using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>The five commands in every order.</summary>
[Area("vendor-commands")]
internal sealed class VendorOrderCases : VendorCase
{
    /// <summary>What a VF is to the vendor commands.</summary>
    private enum Phase
    {
        Running,
        Suspended,
        Saved,
    }

    /// <summary>What is asked of it.</summary>
    public enum Operation
    {
        Query,
        Suspend,
        Save,
        Load,
        Resume,
    }

    /// <summary>Which answers to an operation are definite ones.</summary>
    /// <param name="Accepted">Where it leads when it succeeds; null: it must not.</param>
    /// <param name="MayRefuse">Refusing is legal; the phase stays.</param>
    private readonly record struct Legal(Phase? Accepted, bool MayRefuse);

    /// <summary>The series names no errors: what it must do is accepted, what it says nothing of may be either.</summary>
    private static Legal Of(Phase phase, Operation operation) => (phase, operation) switch
    {
        (_, Operation.Query) => new(phase, MayRefuse: phase == Phase.Running),
        (Phase.Running, Operation.Suspend) => new(Phase.Suspended, MayRefuse: false),
        (Phase.Running, Operation.Save) => new(Phase.Saved, MayRefuse: true),
        (Phase.Running, Operation.Load) => new(Phase.Suspended, MayRefuse: true),
        (Phase.Running, Operation.Resume) => new(Phase.Running, MayRefuse: true),
        (Phase.Suspended, Operation.Save) => new(Phase.Saved, MayRefuse: false),
        (Phase.Suspended, Operation.Resume) => new(Phase.Running, MayRefuse: false),
        (Phase.Saved, Operation.Save) => new(Phase.Saved, MayRefuse: true),
        (Phase.Saved, Operation.Resume) => new(Phase.Running, MayRefuse: true),
        (_, Operation.Load) => new(Phase.Suspended, MayRefuse: phase == Phase.Suspended),
        _ => new(phase, MayRefuse: true),
    };

    /// <summary>
    /// All orders of three commands that begin with one, on a VF with a queue, each with the VF's own state as the load. Each answer is one
    /// that is legal then; at the end the VF is brought back by what is legal, and no command of its guest was lost or done twice.
    /// </summary>
    /// <remarks>
    /// Success where it makes no sense: the series forbids none, so that it passes as long as the VF works afterwards. Orders of four and more.
    /// </remarks>
    [Test]
    [Covers("LM-VEND-23")]
    public async CaseTask Every_order_has_a_definite_result([Values] Operation first)
    {
        var (vendor, vf, queue) = await StartAsync(flushes: 3);
        foreach (var second in Enum.GetValues<Operation>())
        {
            foreach (var third in Enum.GetValues<Operation>())
            {
                var state = await vendor.MustSaveAsync();
                Lab.Must(await vendor.BringBackAsync(state));
                if (!await IsDefiniteAsync(vendor, state, [first, second, third])) return;
                var before = queue.Taken.Count;
                if (!Check.That("LM-VEND-23", $"{first}.{second}.{third}.vf", await WorksAsync(queue), "the VF does not work afterwards")) return;
                Check.Equal("LM-VEND-23", $"{first}.{second}.{third}.cq", queue.Taken.Count - before, 1, "completions came that belong to nothing");
            }
        }

        Check.That("LM-VEND-23", "admin", (await vf.Nvme.GetFeatureAsync(FeatureId.NumberOfQueues)).IsOk, "the admin queue does not go on");
    }

    /// <summary>
    /// A destination that has taken nothing: QUERY_DATA_SIZE, RESUME before LOAD_DATA, SUSPEND and RESUME. Each answer is definite, and the VF
    /// can be enabled by its own host as if nothing had been.
    /// </summary>
    /// <remarks>Whether RESUME without a state should be refused: its answer is noted, and only that nothing became ready is judged.</remarks>
    [Test]
    [Covers("LM-VEND-23")]
    public async CaseTask A_destination_without_a_state_is_not_woken()
    {
        var (vendor, vf, queue) = await StartAsync();
        var there = await vf.Host.BringUpAsync(2, enable: false, carried: true);
        Check.Saw("LM-VEND-23", "query", $"{(await vendor.QueryAsync(2)).Answer}");
        Check.Saw("LM-VEND-23", "resume", $"{await vendor.ResumeAsync(2)}");
        Check.Equal("LM-VEND-23", "resume.csts", there.Function.Read32(Register.Csts), 0u, "a controller without a state became ready by RESUME");
        if ((await vendor.SuspendAsync(2)).IsOk) Lab.Must("RESUME", await vendor.ResumeAsync(2));
        Check.Ok("LM-VEND-23", "enable", await there.Nvme.StartAsync(), "the VF cannot be enabled afterwards");
        Check.That("LM-VEND-23", "there", await WorksAsync(await there.CreateQueueAsync()), "the VF does not work afterwards");
        Check.That("LM-VEND-23", "neighbour", await WorksAsync(queue), "its neighbour does not work any more");
    }

    private static async ValueTask<bool> IsDefiniteAsync(CaseVendor vendor, byte[] state, Operation[] operations)
    {
        var phase = Phase.Running;
        var path = "";
        foreach (var operation in operations)
        {
            path += $"{(path.Length == 0 ? "" : ".")}{operation}";
            var answer = operation switch
            {
                Operation.Query => (await vendor.QueryAsync()).Answer,
                Operation.Suspend => await vendor.SuspendAsync(),
                Operation.Save => (await vendor.SaveAsync(state.Length)).Answer,
                Operation.Load => await vendor.LoadAsync(state),
                _ => await vendor.ResumeAsync(),
            };
            var legal = Of(phase, operation);
            var definite = answer.Outcome == Device.TicketOutcome.Completed && (answer.IsOk ? legal.Accepted is not null : legal.MayRefuse);
            if (!Check.That("LM-VEND-23", path, definite, $"{operation} of a VF that is {phase}: {answer}")) return false;
            if (answer.IsOk) phase = legal.Accepted!.Value;
        }

        if (phase == Phase.Saved) return Check.Ok("LM-VEND-23", $"{path}.back", await vendor.BringBackAsync(state), "the VF cannot be brought back");
        return phase == Phase.Running || Check.Ok("LM-VEND-23", $"{path}.back", await vendor.ResumeAsync(), "a suspended VF cannot be resumed");
    }
}
