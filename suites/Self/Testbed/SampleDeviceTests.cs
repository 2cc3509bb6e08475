using Conformance.Runner;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>
/// The kernel's own sample of a device that can be moved, in the test bed: its results are those that are kept beside the profile. What it cannot see: any
/// other kernel than Debian's.
/// </summary>
[TestFixture]
[Category("Nightly")]
public sealed class SampleDeviceTests
{
    [Test]
    [CancelAfter(1_200_000)]
    public void Its_results_are_as_expected()
    {
        var (code, said, errors) = Repository.Run("testbed", "--mtty");
        if (code == (int)ExitCode.Unavailable) Assert.Ignore(errors.Trim().Split('\n')[^1]);
        Assert.That(code, Is.Zero, said + errors);
        Assert.That(said, Does.Match("(?m)^as expected: "));
    }
}
