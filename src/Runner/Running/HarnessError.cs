namespace Conformance.Runner;

/// <summary>Keeps what only we can read: the trace of a failure of the suite.</summary>
internal static class HarnessError
{
    public const string FileName = "harness-error.txt";

    /// <summary>Writes the trace where no run's folder exists yet, and tells where.</summary>
    public static string Keep(Services services, Exception exception)
    {
        var folder = Path.Combine(services.Root, "reports");
        try
        {
            Directory.CreateDirectory(folder);
            var path = Path.Combine(folder, FileName);
            File.WriteAllText(path, $"{exception}\n");
            return $"its trace is in {path}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"its trace could not be kept in {folder}: {e.Message}";
        }
    }
}
