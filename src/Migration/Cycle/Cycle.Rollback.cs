using Conformance.Device;

namespace Conformance.Migration;

/// <content>What happens when a cycle does not reach its end.</content>
public sealed partial class Cycle
{
    /// <summary>The destination dies: it is reset under the hands of the cycle, as when its host crashed.</summary>
    private async Task BreakAsync()
    {
        _broke = true;
        if (_destinationPrepared) await Destination.ProveStoppedAsync();
    }

    /// <summary>
    /// Before the commit point: the destination is made sure not to run, the source comes back, and the guest goes on there as if nothing
    /// had been. After it the guest is where it is. Where neither is certain both stay stopped, and so does the guest.
    /// </summary>
    private async Task RollBackAsync()
    {
        if (_place == Place.Destination)
        {
            // It lives there, whatever else went wrong; the source must not run again.
            Checks.Ok(Proven(await Source.RetireAsync()), "cycle", "source", "the source could not be retired");
            Checks.That(Guest.IsRunning, "cycle", "guest", "the guest stays stopped: the commit point had passed");
            return;
        }

        if (!await StopDestinationAsync() || IsGivenUp() || !await ReviveSourceAsync())
        {
            // The guest stays stopped: what was saved of it is evidence.
            JudgeSaved();
            return;
        }

        (_place, _committed) = (Place.Source, null);
        Tenant.Function.Mediator?.Resume();
        if (!Guest.IsRunning) Guest.Restart();
        if (_suspended) await _blocks.JudgeResumedAsync();
        await StopTrackingAsync();
        await World.After(Plan.Dwell.After.Nanoseconds);
        JudgeSaved();
        if (await _verification.QuietAsync()) await _verification.ReadBlocksAsync(_options.VerifyAll);
        await _verification.LookAgainAsync();
        Guest.Start();
    }

    private void JudgeSaved()
    {
        if (State.Length > 0) _verification.JudgeState(_cut, _state, _readBack);
    }

    /// <summary>The commit point was the submission of SAVE: the source is not resumed, whatever became of the destination.</summary>
    private bool IsGivenUp()
    {
        if (_committed != CycleStep.Save) return false;
        _place = Place.Neither;
        Checks.Add("cycle", "guest", "the guest stays stopped: with the submission of SAVE the source was given up, and it is not resumed");
        return true;
    }

    /// <summary>
    /// Nothing that the destination could still do is of any effect: it reaches no memory and its controller is disabled. One that may
    /// have run has also changed nothing that the source would go on with.
    /// </summary>
    private async Task<bool> StopDestinationAsync()
    {
        if (!_destinationPrepared) return true;
        if (!Destination.IsFenced) await Destination.FenceAsync();
        const string Unproven = "the destination cannot be proven stopped, so the source and the guest stay stopped";
        if (!Checks.Ok(Proven(await Destination.ProveStoppedAsync()), "cycle", "destination", Unproven)) return false;
        return _place != Place.InDoubt || Checks.That(
            _silence.IsUndisturbed(), "cycle", "destination",
            "the destination ran before it was stopped, so the source cannot go on and the guest stays stopped");
    }

    private async Task<bool> ReviveSourceAsync()
    {
        if (Source.IsFenced) Source.Unfence();
        if (_moved)
        {
            if (Tenant.IsMediated) Tenant.Function.MoveTo(Source.Host!, _hostState!);
            else Tenant.Function.MoveTo(Source.Function, _hostState!);
        }

        return !_suspended
            || Checks.Ok(await Source.Migrator.CancelAsync(State), "LM-RES-08", "source", "the source could not be brought back, and the guest stays stopped");
    }

    private async Task StopTrackingAsync()
    {
        _memory.Stop();
        // A controlling function that owes an answer takes no more commands: its queues go when it is reset.
        if (Source.Controlling.IsDead) return;
        Checks.Ok(await Source.Migrator.StopTrackingAsync(), "cycle", "tracking", "tracking could not be ended");
    }
}
