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
        var (code, said, errors) = Repository.Run("calibrate");
        TestContext.Out.WriteLine(said);
        Assert.That(code, Is.EqualTo((int)ExitCode.Conformant), said + errors);
    }

    [Test]
    [CancelAfter(14_400_000)]
    public void Of_two_hundred_comparisons_with_itself_two_may_be_wrong()
    {
        var (slower, faster, unknown) = Compare(Profile, 200);
        // One of which nothing is known shows no more than a wrong one.
        Assert.That(slower + faster + unknown, Is.LessThanOrEqualTo(2));
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
        var (slower, faster, _) = Compare(path, 40);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        Assert.That((slower >= 38, faster), Is.EqualTo((true, 0)), $"{slower} found");
    }

    /// <summary>How many of so many comparisons with <see cref="Profile"/> say slower, how many faster, and how many nothing.</summary>
    private static (int Slower, int Faster, int Unknown) Compare(string other, int repeat)
    {
        var (code, said, errors) = Repository.Run("compare", "--ab", Profile, other, "--repeat", repeat.ToString(CultureInfo.InvariantCulture));
        var last = said.TrimEnd().Split('\n')[^1];
        TestContext.Out.WriteLine(last);
        var counts = Regex.Match(last, $"^{repeat} comparisons of 10 launches a side: slower in (\\d+), faster in (\\d+), nothing known in (\\d+)$");
        Assert.That(counts.Success, said + errors);
        Assert.That(code, Is.EqualTo((int)(Number(3) > 0 ? ExitCode.Inconclusive : ExitCode.Conformant)), "every launch passed");
        return (Number(1), Number(2), Number(3));

        int Number(int group) => int.Parse(counts.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }
}
