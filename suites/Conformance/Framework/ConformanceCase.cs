using Conformance.Device;
using NUnit.Framework;

namespace Conformance.Suite;

/// <summary>
/// A class of cases. A case reads like the standard: it brings something about with <see cref="Lab"/> and says with <see cref="Check"/> what
/// must be seen then. It needs nothing of other cases and keeps nothing. Its summary tells the story, its remarks what it cannot see.
/// </summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public abstract class ConformanceCase
{
    protected static CaseChecks Check => CaseRun.Current.Check;

    protected static Lab Lab => CaseRun.Current.Lab;

    protected static World World => CaseRun.Current.World;

    /// <summary>Random numbers of this case: the same for the same seed.</summary>
    protected static ref Rng Random => ref CaseRun.Current.Random;
}
