namespace Conformance.Migration;

/// <content>What happens when a cycle does not reach its end.</content>
public sealed partial class Cycle
{
    /// <summary>The destination dies: it is reset under the hands of the cycle, as when its host crashed.</summary>
    private async Task BreakAsync()
    {
        if (_destinationPrepared) await Destination.ProveStoppedAsync();
    }

    /// <summary>
    /// Before the commit point: the destination is made sure not to run, the source comes back, and the guest goes on there as if nothing
    /// had been. After it: the guest is where it is.
    /// </summary>
    private async Task RollBackAsync()
    {
        if (_committed)
        {
            if (_restartedAt == 0) _checks.Add("cycle", "guest", "the guest stays stopped: the commit point had passed");
            return;
        }

        if (_moved)
        {
            if (_tenant.IsMediated) _tenant.Function.MoveTo(Source.Host!, _hostState!);
            else _tenant.Function.MoveTo(Source.Function, _hostState!);
        }

        if (_destinationPrepared)
        {
            if (!Destination.IsFenced) await Destination.FenceAsync();
            await Destination.ProveStoppedAsync();
        }

        if (Source.IsFenced) Source.Unfence();
        if (_suspended)
        {
            var outcome = await Source.Migrator.CancelAsync(_state);
            if (!_checks.That(outcome.IsOk, "RES-08", "source", $"the source could not be brought back: {outcome}")) return;
        }

        if (CopiesMemory) Source.Ram.Dirty.Stop();
        var stopped = await Source.Migrator.StopTrackingAsync();
        _checks.That(stopped.IsOk, "cycle", "tracking", $"tracking could not be ended: {stopped}");
        if (!Guest.IsRunning)
        {
            _tenant.Function.Mediator?.Resume();
            Guest.Restart();
        }

        await _world.After(_plan.Dwell.After.Nanoseconds);
        await VerifyGuestAsync();
        if (_viewBefore is not null) GuestView.Judge(_viewBefore, await GuestView.ReadAsync(Guest.Controller, Guest.Nsid), _checks);
        Guest.Start();
    }
}
