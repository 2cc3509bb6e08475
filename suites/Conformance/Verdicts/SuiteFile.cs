namespace Conformance.Suite;

/// <summary>The text files that this assembly carries.</summary>
internal static class SuiteFile
{
    public static string Read(string name)
    {
        using var stream = typeof(SuiteFile).Assembly.GetManifestResourceStream(name) ?? throw new FileNotFoundException(name);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
