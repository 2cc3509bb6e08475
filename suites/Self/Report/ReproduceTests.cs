using Conformance.Report;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>The line that repeats something is one that this program takes.</summary>
[TestFixture]
public sealed class ReproduceTests
{
    [TestCase("run p.yaml", "./run.sh run p.yaml --seed 7 --only 'area/A_case(1)'")]
    [TestCase("run p.yaml --set a=1 --trace --set=b=2", "./run.sh run p.yaml --seed 7 --only 'area/A_case(1)' --set a=1 --set=b=2")]
    [TestCase("testbed p.yaml", "./run.sh testbed p.yaml -- --seed 7 --only 'area/A_case(1)'")]
    [TestCase("testbed --qemu q/bin p.yaml --keep -- --set a=1", "./run.sh testbed --qemu q/bin p.yaml -- --seed 7 --only 'area/A_case(1)' --set a=1")]
    public void One_case_is_repeated_where_it_was_run(string arguments, string line) =>
        Assert.That(Reproduce.Line("p.yaml", null, arguments.Split(' '), "area/A_case(1)", 7), Is.EqualTo(line));

    [TestCase("run p.yaml --only x", "./run.sh run p.yaml --seed 7 --only x")]
    [TestCase("testbed --qemu-args=-nodefaults -- --only x", "./run.sh testbed --qemu-args=-nodefaults p.yaml -- --seed 7 --only x")]
    public void All_of_it_likewise(string arguments, string line) =>
        Assert.That(Reproduce.Line("p.yaml", null, arguments.Split(' '), null, 7), Is.EqualTo(line));
}
