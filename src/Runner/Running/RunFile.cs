using System.Text.Json;
using Conformance.Migration;

namespace Conformance.Runner.Running;

/// <summary>The record of an earlier run.</summary>
internal static class RunFile
{
    public const string FileName = "run.json";

    /// <param name="run">The folder, or a file in it.</param>
    /// <exception cref="UsageException">There is none that can be read.</exception>
    public static RunRecord Read(string run)
    {
        var path = Path.Combine(FolderOf(run), FileName);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), MigrationJson.Default.RunRecord) ?? throw new UsageException($"{path}: not the record of a run");
        }
        catch (JsonException)
        {
            throw new UsageException($"{path}: not the record of a run");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{run}: no run is there, for it has no {FileName} that can be read");
        }
    }

    public static string FolderOf(string run) => Directory.Exists(run) ? run : Path.GetDirectoryName(run) ?? "";
}
