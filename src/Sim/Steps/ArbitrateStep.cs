using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Chooses the submission queue to fetch from: one with commands whose completion queue has room. Round robin, or weighted round robin
/// with urgent priority class, as CC.AMS says (weights and burst of the Arbitration feature).
/// </summary>
internal class ArbitrateStep
{
    private const int NoLimit = 7;

    /// <param name="c">The controller.</param>
    /// <param name="queue">The queue chosen; null where none can be fetched from.</param>
    public virtual StepResult Run(ControllerCore c, ref SubmissionQueue? queue)
    {
        queue = c.Configuration.Ams == 0 ? RoundRobin(c, static _ => true) : Weighted(c);
        return StepResult.Done;
    }

    /// <summary>A device holds so many I/O commands at once and leaves the others in their queues; admin commands always find a place.</summary>
    private static bool IsEligible(ControllerCore c, SubmissionQueue queue) =>
        queue.CanBeFetched
        && (queue.IsAdmin || c.Options.Capabilities.CommandsAtOnce is not (> 0 and var most) || c.Truth.InFlight < most);

    private static int Burst(ControllerCore c)
    {
        var exponent = (int)(c.Features.Current(FeatureId.Arbitration) & 7);
        return exponent == NoLimit ? int.MaxValue : 1 << exponent;
    }

    private static SubmissionQueue? RoundRobin(ControllerCore c, Func<SubmissionQueue, bool> among)
    {
        var queues = c.Queues.Submission;
        if (queues.Count == 0) return null;
        var next = c.Queues.Next % queues.Count;
        if (c.Queues.Burst > 0 && among(queues[next]) && IsEligible(c, queues[next]))
        {
            c.Queues.Burst--;
            return queues[next];
        }

        for (var i = 1; i <= queues.Count; i++)
        {
            var candidate = (next + i) % queues.Count;
            if (!among(queues[candidate]) || !IsEligible(c, queues[candidate])) continue;
            c.Queues.Next = candidate;
            c.Queues.Burst = Burst(c) - 1;
            return queues[candidate];
        }

        return null;
    }

    private static SubmissionQueue? Weighted(ControllerCore c)
    {
        // The admin queue before all, then urgent ones, then the others by credits.
        if (c.Queues.Sq(0) is { } admin && IsEligible(c, admin)) return admin;
        if (RoundRobin(c, static q => !q.IsAdmin && q.Priority == 0) is { } urgent) return urgent;
        for (var refill = 0; refill < 2; refill++)
        {
            for (var level = 0; level < 3; level++)
            {
                if (c.Queues.Credits[level] == 0) continue;
                var chosen = level switch
                {
                    0 => RoundRobin(c, static q => !q.IsAdmin && q.Priority == 1),
                    1 => RoundRobin(c, static q => !q.IsAdmin && q.Priority == 2),
                    _ => RoundRobin(c, static q => !q.IsAdmin && q.Priority == 3),
                };
                if (chosen is null) continue;
                c.Queues.Credits[level]--;
                return chosen;
            }

            // Nothing with credits left wants anything: a new round. LPW, MPW and HPW are 0's based.
            var weights = c.Features.Current(FeatureId.Arbitration);
            c.Queues.Credits[0] = (int)(weights >> 24) + 1;
            c.Queues.Credits[1] = (int)((weights >> 16) & 0xFF) + 1;
            c.Queues.Credits[2] = (int)((weights >> 8) & 0xFF) + 1;
        }

        return null;
    }
}
