using Conformance.Nvme;
using Conformance.Suite;
using NUnit.Framework;

namespace Conformance.Self.Cases;

/// <summary>The table of conditions and operations says something of each pair once, and agrees with a search through it.</summary>
[TestFixture]
internal sealed class OperationTableTests
{
    // Of these the standard says nothing.
    private static readonly (Condition Condition, Operation Operation)[] _silent =
    [
        (Condition.Offline, Operation.Notify), (Condition.Disabled, Operation.Notify), (Condition.Offline, Operation.Suspend),
        (Condition.Offline, Operation.GetState), (Condition.Offline, Operation.StartLogging), (Condition.Disabled, Operation.StartLogging),
        (Condition.Offline, Operation.TrackMemory), (Condition.Disabled, Operation.TrackMemory),
    ];

    [Test]
    public void Each_pair_has_one_rule_or_is_known_to_have_none()
    {
        var pairs = OperationTable.Rules.Select(it => (it.Condition, it.Operation)).ToList();
        Assert.That(pairs.Concat(_silent), Is.Unique);
        Assert.That(pairs.Count + _silent.Length, Is.EqualTo(Enum.GetValues<Condition>().Length * Enum.GetValues<Operation>().Length));
    }

    [Test]
    public void Requirements_are_those_of_the_catalogue()
    {
        var catalogue = RequirementCatalogue.Shipped;
        foreach (var rule in OperationTable.Rules) Assert.That(catalogue.Find(rule.Requirement), Is.Not.Null, rule.ToString());
    }

    [Test]
    public void A_migration_is_a_way_through_the_table_and_there_is_no_shorter_one()
    {
        // What a command that must succeed makes of a controller; what has rules of its own there stays where it is.
        static Condition? After(Condition from, Operation operation)
        {
            var rule = OperationTable.Rules.SingleOrDefault(it => it.Condition == from && it.Operation == operation);
            if (rule is null || rule.Legal.Count != 1 || !rule.MaySucceed) return null;
            return (from, operation) switch
            {
                (Condition.Running, Operation.Suspend) => Condition.Suspended,
                (Condition.RunningWithQueues or Condition.Resumed, Operation.Suspend) => Condition.SuspendedWithQueues,
                (Condition.Suspended, Operation.Resume) => Condition.Running,
                (Condition.SuspendedWithQueues, Operation.Resume) => Condition.RunningWithQueues,
                (Condition.Loaded, Operation.Resume) => Condition.Resumed,
                (Condition.Suspended or Condition.HalfLoaded, Operation.SetFirst) => Condition.HalfLoaded,
                (Condition.Suspended or Condition.HalfLoaded, Operation.SetWhole) => Condition.Loaded,
                (Condition.HalfLoaded, Operation.SetLast) => Condition.Loaded,
                _ => from,
            };
        }

        int? Steps(Condition from, Condition to)
        {
            var seen = new Dictionary<Condition, int> { [from] = 0 };
            var queue = new Queue<Condition>([from]);
            while (queue.TryDequeue(out var at))
            {
                foreach (var operation in Enum.GetValues<Operation>())
                {
                    if (After(at, operation) is { } next && seen.TryAdd(next, seen[at] + 1)) queue.Enqueue(next);
                }
            }

            return seen.TryGetValue(to, out var steps) ? steps : null;
        }

        Assert.Multiple(() =>
        {
            // Suspend, load, resume.
            Assert.That(Steps(Condition.Running, Condition.Resumed), Is.EqualTo(3));
            // A controller that has queues takes no others, whatever it is told, until it is reset.
            Assert.That(Steps(Condition.RunningWithQueues, Condition.Loaded), Is.Null);
            Assert.That(Steps(Condition.Loaded, Condition.HalfLoaded), Is.Null);
            // Half a state keeps it suspended: only the rest of it, or a whole one, leads on.
            Assert.That(After(Condition.HalfLoaded, Operation.Resume), Is.Null);
            Assert.That(Steps(Condition.HalfLoaded, Condition.Resumed), Is.EqualTo(2));
        });
    }

    [Test]
    public void A_rule_that_refuses_has_no_status_of_success() => Assert.That(
        OperationTable.Rules.Where(it => !it.MaySucceed).SelectMany(it => it.Legal), Has.None.EqualTo(Status.Success));
}
