using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Conformance.Runner;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>
/// Whether figures are true, and what comparisons of them are worth, on this machine: by the program as it is started, for hours. What they cannot see:
/// any other machine, and whether this one was quiet.
/// </summary>
[TestFixture]
[Category("Nightly")]
public sealed class TrueFiguresTests
{
    private const string Profile = "profiles/ab.yaml";

    [Test]
    [CancelAfter(1_200_000)]
    public void Observers_tell_what_was_programmed()
    {
        var (code, said) = Run("calibrate");
        TestContext.Out.WriteLine(said);
        Assert.That(code, Is.EqualTo((int)ExitCode.Conformant), said);
    }

    [Test]
    [CancelAfter(14_400_000)]
    public void Of_two_hundred_comparisons_with_itself_two_may_be_wrong()
    {
        var (slower, faster) = Compare(Profile, 200);
        Assert.That(slower + faster, Is.LessThanOrEqualTo(2));
    }

    [Test]
    [CancelAfter(7_200_000)]
    public void Of_forty_suspends_that_are_a_fifth_slower_thirty_eight_are_found()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, Profile));
        var slow = text.Replace("suspend: 2ms", "suspend: 2.4ms");
        Assert.That(slow, Is.Not.EqualTo(text), "it is planted");
        var path = Path.Combine(Directory.CreateTempSubdirectory("conformance-slow-").FullName, "ab.yaml");
        File.WriteAllText(path, slow);
        var (slower, faster) = Compare(path, 40);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        Assert.That((slower >= 38, faster), Is.EqualTo((true, 0)), $"{slower} found");
    }

    /// <summary>How many of so many comparisons with <see cref="Profile"/> say slower, and how many faster.</summary>
    private static (int Slower, int Faster) Compare(string other, int repeat)
    {
        var (code, said) = Run("compare", "--ab", Profile, other, "--repeat", repeat.ToString(CultureInfo.InvariantCulture));
        var last = said.TrimEnd().Split('\n')[^1];
        TestContext.Out.WriteLine(last);
        Assert.That(code, Is.EqualTo((int)ExitCode.Conformant), "every launch passed");
        var counts = Regex.Match(last, $"^{repeat} comparisons of 10 launches a side: slower in (\\d+), faster in (\\d+)$");
        Assert.That(counts.Success, said);
        return (Number(1), Number(2));

        int Number(int group) => int.Parse(counts.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    private static (int Code, string Said) Run(params string[] arguments)
    {
        using var program = Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, "run.sh"), arguments)
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root,
        })!;
        var errors = program.StandardError.ReadToEndAsync();
        var said = program.StandardOutput.ReadToEnd();
        program.WaitForExit();
        return (program.ExitCode, said + errors.Result);
    }
}
