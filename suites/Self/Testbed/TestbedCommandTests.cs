using Conformance.Runner;
using Conformance.Testbed;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>What the command refuses before it asks anybody for a package. What it cannot see: a boot, which <c>.ci/run</c> does.</summary>
[TestFixture]
public sealed class TestbedCommandTests
{
    [TestCase("--exec", "probe", "--shell", "ls", "one of them")]
    [TestCase("two", "--qemu", "nowhere/qemu", "", "--qemu nowhere/qemu: no such file")]
    [TestCase("two", "--kernel", "nowhere/vmlinuz", "", "--kernel nowhere/vmlinuz: no such file")]
    [TestCase("tow", "", "", "", "the nearest is 'two'")]
    public void AMistakeIsToldInALine(string a, string b, string c, string d, string told)
    {
        using var bench = new TestBench();
        Assert.That(bench.Run(["testbed", .. ((string[])[a, b, c, d]).Where(it => it.Length > 0)]), Is.EqualTo(ExitCode.Usage));
        Assert.That(bench.Error, Does.Contain(told));
    }

    [Test]
    public void AFileThatIsNoKernelIsNamed()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, "no kernel");
        Assert.That(() => Kernel.Of(path), Throws.TypeOf<BedFailedException>().With.Message.Contains(path).And.Message.Contains("bzImage"));
        File.Delete(path);
    }

    [Test]
    public void WhatAptWouldFetchIsReadWithItsVersions()
    {
        const string Said = """
            Reading package lists...
            'x:/pool/q/qemu-system-x86_10.0.2%2bds-2_amd64.deb' qemu-system-x86_1%3a10.0.2+ds-2_amd64.deb 10176912 MD5Sum:0
            'x:/pool/k/kmod_30_amd64.deb' kmod_30_amd64.deb 95180
            """;
        var files = DebianPackages.Files(Said);
        Assert.That(files.Select(it => it.Package), Is.EqualTo(new[] { new DebianPackage("qemu-system-x86", "1:10.0.2+ds-2"), new DebianPackage("kmod", "30") }));
        Assert.That(files.Sum(it => it.Bytes), Is.EqualTo(10_272_092));
    }
}
