using System.Diagnostics;
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
        var how = new ProcessStartInfo(Path.Combine(Repository.Root, "run.sh"), ["testbed", "--mtty"]) 
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var bed = Process.Start(how)!;
        var errors = bed.StandardError.ReadToEndAsync();
        var said = bed.StandardOutput.ReadToEnd();
        bed.WaitForExit();
        if (bed.ExitCode == (int)ExitCode.Unavailable) Assert.Ignore(errors.Result.Trim().Split('\n')[^1]);
        Assert.That(bed.ExitCode, Is.Zero, said + errors.Result);
        Assert.That(said, Does.Match("(?m)^as expected: "));
    }
}
