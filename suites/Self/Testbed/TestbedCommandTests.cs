using System.Text.Json;
using Conformance.Migration;
using Conformance.Runner;
using Conformance.Runner.Commands;
using Conformance.Runner.Running;
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

    /// <summary>A link that begins at the root was once followed into this machine's own, which has the tool or not.</summary>
    [Test]
    public void LinksOfPackagesStayInTheirFolder()
    {
        var folder = Directory.CreateTempSubdirectory("packages").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "half", "bin"));
        Directory.CreateDirectory(Path.Combine(folder, "half", "usr", "sbin"));
        File.WriteAllText(Path.Combine(folder, "half", "bin", "kmod"), "tool");
        File.CreateSymbolicLink(Path.Combine(folder, "half", "usr", "sbin", "modinfo"), "/bin/kmod");
        File.CreateSymbolicLink(Path.Combine(folder, "half", "bin", "lsmod"), "kmod");
        File.CreateSymbolicLink(Path.Combine(folder, "half", "sbin"), "/usr/sbin");
        PackageRoot.TurnLinks(Path.Combine(folder, "half"));
        Directory.Move(Path.Combine(folder, "half"), Path.Combine(folder, "root"));
        foreach (var tool in (string[])["usr/sbin/modinfo", "sbin/modinfo", "bin/lsmod"])
            Assert.That(File.ReadAllText(Path.Combine(folder, "root", tool)), Is.EqualTo("tool"), tool);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The packaged emulator is held to what is known of it; another, or a gate of the user's own, is not.</summary>
    [TestCase(true, "", "--expect FOLDER/bed.expected.json")]
    [TestCase(true, "--only x", "--expect FOLDER/bed.expected.json")]
    [TestCase(true, "--expect mine.json", "")]
    [TestCase(false, "", "")]
    public void WhatIsKnownOfTheBedIsItsGate(bool isStock, string more, string told)
    {
        var folder = Directory.CreateTempSubdirectory("bed").FullName;
        var profile = Path.Combine(folder, "bed.yaml");
        Assert.That(TestbedCommand.Expected(profile, isStock, more.Split(' ')), Is.Empty, "nothing stands beside the profile");
        File.WriteAllText(Path.Combine(folder, "bed.expected.json"), "{}");
        Assert.That(string.Join(' ', TestbedCommand.Expected(profile, isStock, more.Split(' '))), Is.EqualTo(told.Replace("FOLDER", folder)));
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A bed that was changed and whose expectations were not would say so only when it is booted.</summary>
    [TestCase("E: Failed to fetch http://x/p.deb  Could not connect to x:80", true)]
    [TestCase("E: Unable to locate package qemu", true)]
    [TestCase("E: Failed to fetch http://x/p.deb  Hash Sum mismatch", false)]
    [TestCase("E: Write error - write (28: No space left on device)", false)]
    [TestCase("E: The list of sources could not be read.", false)]
    public void Only_servers_that_cannot_be_reached_are_no_fault(string errors, bool isOutOfReach) =>
        Assert.That(DebianPackages.IsOutOfReach(errors), Is.EqualTo(isOutOfReach));

    [Test]
    public void TheShippedExpectationsNameSixtyThatPassAndOnlyKnownFailures()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "profiles", "testbed.expected.json"));
        var expected = JsonSerializer.Deserialize(text, MigrationJson.Default.ExpectedResults)!;
        Assert.That(expected.Cases.Values.Count(it => it == Verdict.Pass), Is.AtLeast(60));
        Assert.That(expected.Cases.Where(it => it.Value == Verdict.Fail).Select(it => it.Key), Is.EqualTo(new[]
        {
            "sriov-virtualization/Without_its_primary_no_function_is_online(Shutdown)",
            "sriov-virtualization/Without_memory_space_registers_hide_and_nothing_changes",
            "virtual-function/A_namespace_is_there_while_it_is_attached",
        }));
    }

    /// <summary>What cannot be had in a machine that was made with it is a failure: only what cannot be had here is a reason to skip.</summary>
    [TestCase(ExitCode.Conformant, ExitCode.Conformant)]
    [TestCase(ExitCode.NonConformant, ExitCode.NonConformant)]
    [TestCase(ExitCode.Unavailable, ExitCode.HarnessFailed)]
    public void The_code_of_the_machine_is_handed_back(ExitCode inside, ExitCode expected) => Assert.That(TestbedCommand.Handed(inside), Is.EqualTo(expected));

    /// <summary>A run that is decided and judged here and carried out by another start of the program gives what it gives where one does all of it.</summary>
    [TestCase(false, ExitCode.Conformant)]
    [TestCase(true, ExitCode.NonConformant)]
    public void What_is_carried_out_in_the_machine_is_judged_here(bool fails, ExitCode expected)
    {
        using var bench = new TestBench { Runner = (plan, _, _) => fails && plan.Name == "second" ? TestBench.Bad(plan) : TestBench.Good(plan) };
        Assert.That(bench.Run("run", "two", "--out", bench.PathOf("here"), "--trace"), Is.EqualTo(expected));

        var profile = bench.PathOf("profiles/two.yaml");
        var (request, _) = TestbedCommand.Request(profile, ProfileFile.Load(profile).Profile!, isStock: true, ["--trace"], ["testbed", "two"], bench.Services);
        var report = TestbedCommand.Report(request!, bench.Services);
        ExitCode? Judge() => TestbedCommand.Judge(request!, report, new SuiteBuild("that", false, null), bench.Services);
        Assert.That(Judge(), Is.Null, "nothing was carried out yet");
        Assert.That(bench.Run("carry", Path.Combine(report.Path, "testbed"), report.Path), Is.EqualTo(ExitCode.Conformant), "who carries it out judges nothing");
        Assert.That(Path.Combine(report.Path, "run.json"), Does.Not.Exist);
        Assert.That(Judge(), Is.EqualTo(expected));

        foreach (var same in (string[])["verdicts.json", "samples.csv", "waivers.yaml"])
            Assert.That(File.ReadAllText(Path.Combine(report.Path, same)), Is.EqualTo(bench.Read($"here/{same}")), same);
        var record = RunFile.Read(report.Path);
        Assert.That(record.Environment.Commit, Is.EqualTo("that"));
        Assert.That(record.Environment.Arguments, Is.EqualTo(new[] { "testbed", "two" }));
    }

    /// <summary>How many processes run cases is for who runs them, and what a user says of it goes along; of a real function there is one user.</summary>
    [TestCase("two", 3)]
    [TestCase("real", 1)]
    public void Words_about_processes_go_along(string name, int jobs)
    {
        using var bench = new TestBench();
        bench.Write("profiles/real.yaml", """
            clock: real
            device: { linux: { source: { pf: "0000:01:00.0", serial: S }, destination: { pf: "0000:02:00.0", serial: S }, namespaces: [1] } }
            combinations: { first: { commands: hmlm, medium: shared, admin-queue: mediated } }
            """);
        var profile = bench.PathOf($"profiles/{name}.yaml");
        var (request, _) = TestbedCommand.Request(profile, ProfileFile.Load(profile).Profile!, isStock: true, ["--jobs", "3"], ["testbed"], bench.Services);
        var errand = JsonSerializer.Deserialize(JsonSerializer.Serialize(request!.Errand, MigrationJson.Line.Errand), MigrationJson.Line.Errand)!;
        Assert.That(SessionOptions.Of(errand, errand.Plan).Jobs, Is.EqualTo(jobs));
    }

    [TestCase("--out x", "--out: the report of a test bed")]
    [TestCase("--such", "behind --: ")]
    [TestCase("--only thrid", "the nearest is 'first'")]
    public void Words_of_run_are_refused_before_anything_is_booted(string more, string told)
    {
        using var bench = new TestBench();
        Assert.That(bench.Run(["testbed", "two", "--", .. more.Split(' ')]), Is.EqualTo(ExitCode.Usage));
        Assert.That(bench.Error, Does.Contain(told));
    }
}
