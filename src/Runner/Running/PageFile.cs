namespace Conformance.Runner.Running;

/// <summary>A page that a user asked for by a path.</summary>
internal static class PageFile
{
    /// <summary>Writes it, and says where it is.</summary>
    /// <exception cref="UsageException">No file can be written there.</exception>
    public static void Write(string path, string page, Services services)
    {
        try
        {
            File.WriteAllText(path, page);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"--html {path}: {e.Message}");
        }

        services.Out.WriteLine(path);
    }
}
