using Conformance.Device;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Requests that the VFIO migration protocol refuses: the errno, and that nothing else came of them.</summary>
/// <remarks>The function has no I/O queues, and nothing is under way when a request is refused: what would become of a guest's commands is not seen.</remarks>
[Area("vfio-state-machine")]
internal sealed class VfioRefusalCases : VfioCase
{
    /// <summary>In each state ERROR is asked for.</summary>
    [Test]
    [Covers("LM-VFSM-26")]
    public async CaseTask ERROR_cannot_be_asked_for([Values] VfioFace face)
    {
        var vfio = await StartWithoutQueuesAsync(face);
        foreach (var from in vfio.States) await RefusedAsync(vfio, "LM-VFSM-26", from, VfioState.Error);
    }

    /// <summary>In the middle of a stream of STOP_COPY both states of copying ahead are asked for.</summary>
    [Test]
    [Covers("LM-VFSM-27")]
    public async CaseTask From_STOP_COPY_nothing_leads_back_to_copying_ahead([Values(VfioFace.HmlmPreCopy, VfioFace.HmlmAll)] VfioFace face)
    {
        var vfio = await StartWithoutQueuesAsync(face);
        foreach (var to in new[] { VfioState.PreCopy, VfioState.PreCopyP2P }) await RefusedAsync(vfio, "LM-VFSM-27", VfioState.StopCopy, to);
    }

    /// <summary>In each state each other state is asked for that needs a capability which the function has not.</summary>
    [Test]
    [Covers("LM-VFSM-28")]
    public async CaseTask A_state_without_its_capability_is_none(
        [Values(VfioFace.Hmlm, VfioFace.HmlmP2P, VfioFace.HmlmPreCopy, VfioFace.VendorRfc, VfioFace.VendorRfcP2P)] VfioFace face)
    {
        var vfio = await StartWithoutQueuesAsync(face);
        VfioState[] optional = [VfioState.RunningP2P, VfioState.PreCopy, VfioState.PreCopyP2P];
        foreach (var from in vfio.States)
        {
            foreach (var to in optional.Except(vfio.States)) await RefusedAsync(vfio, "LM-VFSM-28", from, to);
        }
    }

    /// <summary>In each state numbers are asked for that are no states.</summary>
    /// <remarks>Numbers other than these four.</remarks>
    [Test]
    [Covers("LM-VFSM-29")]
    public async CaseTask A_number_that_is_no_state_is_refused([Values] VfioFace face)
    {
        var vfio = await StartWithoutQueuesAsync(face);
        foreach (var from in vfio.States)
        {
            foreach (var number in new[] { 8, 0xABCD, 0xFFFF, -1 }) await RefusedAsync(vfio, "LM-VFSM-29", from, (VfioState)number);
        }
    }

    /// <summary>
    /// Two users ask at once, one for STOP_COPY and one for RUNNING, again and again. Both requests are done, and the function is where one of
    /// them wanted it; in RUNNING it works.
    /// </summary>
    /// <remarks>Whether they overlap: the second is made before the first was waited for, and a driver that does the first at once shows less.</remarks>
    [Test]
    [Covers("LM-VFSM-33")]
    public async CaseTask Opposite_requests_are_done_one_after_the_other([Values] VfioFace face)
    {
        var vfio = await StartWithoutQueuesAsync(face);
        for (var i = 0; i < 10; i++)
        {
            VfioState[] wanted = i % 2 == 0 ? [VfioState.StopCopy, VfioState.Running] : [VfioState.Running, VfioState.Stop];
            var asked = wanted.Select(state => vfio.AskAsync(state).AsTask()).ToList();
            foreach (var (request, state) in asked.Zip(wanted))
                Check.Equal("LM-VFSM-33", $"{i}.{state}", (await request).Result, default, "one of two requests at once was refused");
            var reached = await vfio.StateAsync();
            Check.That("LM-VFSM-33", $"{i}.state", reached is { } state2 && wanted.Contains(state2), $"the function is in {reached}, which neither asked for");
            await vfio.MustAsync(VfioState.Running);
            Check.That("LM-VFSM-33", $"{i}.works", await AnswersAsync(vfio), "the function does not answer after two requests at once");
        }
    }

    private static async ValueTask RefusedAsync(CaseVfio vfio, string requirement, VfioState from, VfioState to)
    {
        var path = $"{from} to {to}";
        var stream = await ReachAsync(vfio, from);
        var first = new byte[3];
        var saves = VfioWays.IsSaving(from);
        if (saves) await stream!.ReadAsync(first);
        var (result, another) = await vfio.AskAsync(to);
        Check.Equal(requirement, $"{path}.set", result, new VfioResult(Errno.Einval), "a request that must be refused was not, or with another errno");
        Check.Equal(requirement, $"{path}.stream", another is not null, false, "a stream came with a request that was refused");
        Check.Equal(requirement, $"{path}.state", await vfio.StateAsync(), from, "a request that must be refused has changed the state");
        if (VfioWays.Runs(from)) Check.That(requirement, $"{path}.runs", await AnswersAsync(vfio), "a request that must be refused has stopped the function");
        if (from == VfioState.StopCopy)
        {
            byte[] all = [.. first, .. (await CaseVfio.ReadAsync(stream!)).Bytes];
            Check.Equal(requirement, $"{path}.session", await vfio.TryLoadAsync(all), 0, "a request that must be refused has spoilt the session");
        }

        await vfio.Device.ResetAsync();
        Check.That(requirement, $"{path}.reset", await ComesUpAsync(vfio), "the function does not come up after a reset");
    }
}
