using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Chooses the submission queue to fetch from: one with commands whose completion queue has room. Round robin, or weighted round robin
/// with urgent priority class, as CC.AMS says (Base 2.3 3.4.4; weights and burst of the Arbitration feature).
/// </summary>
internal class ArbitrateStep
{
    private const int NoLimit = 7;
    private const byte Urgent = 0;
    private const byte Low = 3;

    /// <param name="c">The controller.</param>
    /// <param name="queue">The queue chosen; null where none can be fetched from.</param>
    public virtual StepResult Run(ControllerCore c, ref SubmissionQueue? queue)
    {
        queue = c.Configuration.Ams == 0 ? Next(c, c.Queues.Everyone) : Weighted(c);
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

    /// <summary>The queue whose burst goes on, or the next one of the class that wants something.</summary>
    private static SubmissionQueue? Next(ControllerCore c, Turn turn)
    {
        if (turn.Burst > 0 && c.Queues.Sq(turn.Queue) is { } current && turn.Includes(current) && IsEligible(c, current))
        {
            turn.Burst--;
            return current;
        }

        var queues = c.Queues.Submission;
        var first = 0;
        while (first < queues.Count && queues[first].Id <= turn.Queue) first++;
        for (var i = 0; i < queues.Count; i++)
        {
            var candidate = queues[(first + i) % queues.Count];
            if (!turn.Includes(candidate) || !IsEligible(c, candidate)) continue;
            turn.Queue = candidate.Id;
            turn.Burst = Burst(c) - 1;
            return candidate;
        }

        return null;
    }

    private static SubmissionQueue? Weighted(ControllerCore c)
    {
        // The admin queue before all, then urgent ones, then the others by credits.
        if (c.Queues.Sq(0) is { } admin && IsEligible(c, admin)) return admin;
        if (Next(c, c.Queues.OfPriority(Urgent)) is { } urgent) return urgent;
        for (var refill = 0; refill < 2; refill++)
        {
            for (byte priority = Urgent + 1; priority <= Low; priority++)
            {
                ref var credits = ref c.Queues.Credits[priority - 1];
                if (credits == 0 || Next(c, c.Queues.OfPriority(priority)) is not { } chosen) continue;
                credits--;
                return chosen;
            }

            // Nothing with credits left wants anything: a new round. HPW, MPW and LPW are 0's based.
            var weights = c.Features.Current(FeatureId.Arbitration);
            c.Queues.Credits[0] = (int)(weights >> 24) + 1;
            c.Queues.Credits[1] = (int)((weights >> 16) & 0xFF) + 1;
            c.Queues.Credits[2] = (int)((weights >> 8) & 0xFF) + 1;
        }

        return null;
    }
}
