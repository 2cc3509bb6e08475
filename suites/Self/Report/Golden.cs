using NUnit.Framework;

namespace Conformance.Self.Report;

/// <summary>
/// Texts that are held against a file of Data/report. With UPDATE_GOLDEN=1 the file is written instead, and the test then says that it proved nothing.
/// </summary>
internal static class Golden
{
    public static void Check(string name, string text)
    {
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(Path.Combine(Repository.Root, "suites/Self/Data/report", name), text);
            Assert.Inconclusive($"{name} was written, nothing was compared");
        }

        Assert.That(text, Is.EqualTo(File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "Data/report", name))));
    }
}
