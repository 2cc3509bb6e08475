using System.Diagnostics;
using System.Runtime.Versioning;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>
/// run.sh in a small tree of its own, with a stand-in for dotnet that writes down how it was called. What it cannot see: that the real
/// build succeeds; every other run of run.sh shows that.
/// </summary>
[TestFixture]
[SupportedOSPlatform("linux")]
public sealed class RunScriptTests
{
    private string _temp = "";
    private string _tree = "";
    private string _bin = "";

    private string Calls => File.Exists(Path.Combine(_temp, "calls")) ? File.ReadAllText(Path.Combine(_temp, "calls")) : "";

    [SetUp]
    public void GrowTree()
    {
        _temp = Directory.CreateTempSubdirectory("run-script-").FullName;
        _tree = Path.Combine(_temp, "a folder with spaces");
        _bin = Path.Combine(_temp, "bin");
        Directory.CreateDirectory(_bin);
        Directory.CreateDirectory(Path.Combine(_tree, "src"));
        var self = Directory.CreateDirectory(Path.Combine(_tree, "suites", "Self")).FullName;
        File.WriteAllText(Path.Combine(self, "Conformance.Self.csproj"), "<IsTestProject>true</IsTestProject>");
        File.WriteAllText(Path.Combine(_tree, "src", "a.cs"), "one");
        File.Copy(Path.Combine(Repository.Root, "run.sh"), Path.Combine(_tree, "run.sh"));
    }

    [TearDown]
    public void CutTree() => Directory.Delete(_temp, recursive: true);

    [Test]
    public void WithoutDotnetItSaysWhatToInstallAndExits69()
    {
        var (code, output, errors) = Run([]);
        Assert.That(code, Is.EqualTo(69));
        Assert.That(output, Is.Empty);
        Assert.That(errors, Does.Contain("dotnet is not in PATH").And.Contain("Install the .NET SDK 10.0"));
        Assert.That(errors.TrimEnd().Split('\n'), Has.Length.LessThanOrEqualTo(2));
    }

    [Test]
    public void WithTheWrongSdkItNamesItAndExits69()
    {
        Dotnet(version: "8.0.404");
        var (code, _, errors) = Run([]);
        Assert.That(code, Is.EqualTo(69));
        Assert.That(errors, Does.Contain("has 8.0.404").And.Contain("10.0.100").And.Contain("Install"));
        Assert.That(Calls, Does.Not.Contain("publish"));
    }

    [Test]
    public void WithoutAWordItRunsTheSmokeProfileFromAnyFolder()
    {
        Dotnet();
        var (code, output, _) = Run([]);
        Assert.That(code, Is.Zero);
        Assert.That(output.Trim(), Is.EqualTo($"program [run] [{_tree}/profiles/smoke.yaml]"));
    }

    [Test]
    public void OtherWordsGoToTheProgramAsTheyStandWithItsExitCode()
    {
        Dotnet(exit: 3);
        var (code, output, _) = Run(["plan", "two words.yaml", "--set", "a=*"]);
        Assert.That(output.Trim(), Is.EqualTo("program [plan] [two words.yaml] [--set] [a=*]"));
        Assert.That(code, Is.EqualTo(3));
    }

    [Test]
    public void ItBuildsOnlyWhenASourceChanged()
    {
        Dotnet();
        Run([]);
        Run([]);
        Assert.That(Builds(), Is.EqualTo(1));

        File.SetLastWriteTimeUtc(Path.Combine(_tree, "src", "a.cs"), DateTime.UnixEpoch);
        Run([]);
        Assert.That(Builds(), Is.EqualTo(1), "a new time is not a new text");

        File.WriteAllText(Path.Combine(_tree, "src", "a.cs"), "two");
        Run([]);
        Assert.That(Builds(), Is.EqualTo(2));

        File.Move(Path.Combine(_tree, "src", "a.cs"), Path.Combine(_tree, "src", "b.cs"));
        Run([]);
        Assert.That(Builds(), Is.EqualTo(3));
    }

    [Test]
    public void AFailedBuildShowsItsOutputAndIsTriedAgain()
    {
        Dotnet(broken: true);
        var (code, output, errors) = Run([]);
        Assert.That(code, Is.EqualTo(70));
        Assert.That(output, Is.Empty);
        Assert.That(errors, Does.Contain("a.cs(1,1): error"));
        Run([]);
        Assert.That(Builds(), Is.EqualTo(2));
    }

    /// <summary>Descriptions in the schema, and the stories of cases, are read of the documentation files that lie beside the program.</summary>
    [Test]
    public void TheProgramIsBuiltWithItsDocumentation()
    {
        Dotnet();
        Run(["list"]);
        Assert.That(Calls, Does.Contain("publish").And.Not.Contain("GenerateDocumentationFile"));
    }

    [Test]
    public void TestsEndWithTheCountAndTheirExitCode()
    {
        Dotnet(results: "Passed!  - Failed:     0, Passed:    12, Skipped:     2, Total:    14, Duration: 37 ms - X.dll (net10.0)");
        var (code, output, _) = Run(["test"]);
        Assert.That(code, Is.Zero);
        Assert.That(LastLine(output), Is.EqualTo("12 passed, 0 failed, 2 skipped"));
        Assert.That(Calls, Does.Contain("TestCategory!=Nightly"));
    }

    [Test]
    public void AFailedTestMakesItExit1()
    {
        Dotnet(
            exit: 1, results: "Failed!  - Failed:     3, Passed:    12, Skipped:     0, Total:    15, Duration: 37 ms - X.dll (net10.0)");
        var (code, output, _) = Run(["test", "Profile"]);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(LastLine(output), Is.EqualTo("12 passed, 3 failed, 0 skipped"));
        Assert.That(Calls, Does.Contain("FullyQualifiedName~Profile"));
    }

    [Test]
    public void ATestProgramThatDiesIsAFailureAndNoTestsAreNoSuccess()
    {
        Dotnet(exit: 1, results: "The active test run was aborted.");
        var died = Run(["test"]);
        Assert.That(died.Code, Is.EqualTo(1));
        Assert.That(LastLine(died.Output), Is.EqualTo("0 passed, 1 failed, 0 skipped"));

        Dotnet(results: "No test matches the given testcase filter");
        var none = Run(["nightly"]);
        Assert.That(none.Code, Is.EqualTo(2));
        Assert.That(LastLine(none.Output), Is.EqualTo("0 passed, 0 failed, 0 skipped"));
        Assert.That(Calls, Does.Contain("TestCategory=Nightly"));
    }

    /// <summary>What these tests judge is measured before there is a test host, and only where they are asked for.</summary>
    [TestCase(true, "nightly")]
    [TestCase(true, "nightly", "TrueFigures")]
    [TestCase(false, "nightly", "Profile")]
    public void FiguresAreMeasuredBeforeTheyAreJudged(bool measured, params string[] words)
    {
        Dotnet(exit: 3, results: "Passed! - Failed: 0, Passed: 3, Skipped: 0");
        Run(words);
        var said = Path.Combine(_tree, "artifacts/nightly/same.txt");
        Assert.That(File.Exists(said), Is.EqualTo(measured));
        if (measured) Assert.That(File.ReadAllText(said), Does.Contain("[compare] [--ab]").And.Contain("[--repeat] [200]").And.EndsWith("\nexit 3\n"));
    }

    private static string LastLine(string output) => output.TrimEnd('\n').Split('\n')[^1];

    private int Builds() => Calls.Split('\n').Count(line => line.StartsWith("publish", StringComparison.Ordinal));

    /// <summary>Writes the stand-in: it has a version, "builds" by making the file that should come out, and ends as it is told.</summary>
    private void Dotnet(string version = "10.0.401", int exit = 0, string results = "", bool broken = false)
    {
        var path = Path.Combine(_bin, "dotnet");
        File.WriteAllText(path, $$"""
            #!/bin/bash
            case $1 in --version) echo {{version}}; exit;; esac
            case $1 in
              publish|build)
                echo "$*" >> '{{_temp}}/calls'
                {{(broken ? "echo 'a.cs(1,1): error CS1002'; exit 1" : "")}}
                mkdir -p artifacts/program artifacts/bin/Conformance.Self/release
                touch artifacts/program/Conformance.Runner.dll artifacts/bin/Conformance.Self/release/Conformance.Self.dll ;;
              test) echo "$*" >> '{{_temp}}/calls'; echo '{{results}}'; exit {{exit}} ;;
              *) shift; printf program; printf ' [%s]' "$@"; echo; exit {{exit}} ;;
            esac
            """);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private (int Code, string Output, string Errors) Run(string[] words)
    {
        // A PATH with what the script needs and no dotnet but ours.
        foreach (var tool in new[]
                 {
                     "bash", "env", "readlink", "basename", "mkdir", "rm", "cat", "ls", "find", "sort", "xargs", "sha256sum", "grep",
                     "sed", "awk", "tee", "touch", "flock",
                 })
        {
            var link = Path.Combine(_bin, tool);
            var target = Array.Find(["/bin/" + tool, "/usr/bin/" + tool], File.Exists);
            if (!File.Exists(link) && target is not null) File.CreateSymbolicLink(link, target);
        }

        var start = new ProcessStartInfo(Path.Combine(_tree, "run.sh"), words)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
            Environment = { ["PATH"] = _bin },
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }
}
