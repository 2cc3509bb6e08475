namespace Conformance.Runner.Running;

/// <summary>A page that a user asked for by a path.</summary>
internal static class PageFile
{
    /// <summary>Sees to it, before anything is measured, that the page can be written; what is there stays until then.</summary>
    /// <exception cref="UsageException">No file can be written there.</exception>
    public static void Prove(string path) => Try(path, static path => File.Open(path, FileMode.OpenOrCreate, FileAccess.Write).Dispose());

    /// <summary>Writes it, and says where it is.</summary>
    /// <exception cref="UsageException">No file can be written there.</exception>
    public static void Write(string path, string page, Services services)
    {
        Try(path, path => File.WriteAllText(path, page));
        services.Out.WriteLine(path);
    }

    private static void Try(string path, Action<string> write)
    {
        try
        {
            write(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"--html {path}: {e.Message}");
        }
    }
}
