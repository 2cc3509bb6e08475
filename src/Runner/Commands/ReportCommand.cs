using System.CommandLine;
using System.Text.Json;
using Conformance.Migration;
using Conformance.Runner.Running;

namespace Conformance.Runner.Commands;

/// <summary><c>report</c>: makes the page and the pictures of a run again, of its <c>run.json</c> alone.</summary>
internal static class ReportCommand
{
    private const string RecordFile = "run.json";

    public static Command Create(Services services)
    {
        var command = new ExampleCommand("report", "Make report.html and plots/ of a run again, of its run.json alone.", """
            ./run.sh report reports/smoke-20250102-030405
            ./run.sh report smoke-20250102-030405         the same: a folder under reports
            """);
        var run = new Argument<string>("RUN") { Description = "The folder of a run, or its run.json." };
        command.Add(run);
        command.SetAction(parsed =>
        {
            var folder = FolderOf(parsed.GetRequiredValue(run), services);
            var record = Read(folder);
            try
            {
                services.Out.WriteLine(RunFolder.Existing(folder).WritePage(record));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new UsageException($"cannot write to {folder}: {e.Message}");
            }

            return (int)ExitCode.Conformant;
        });
        return command;
    }

    /// <summary>Reads the record of a run.</summary>
    /// <exception cref="UsageException">There is none, or it is not one.</exception>
    public static RunRecord Read(string folder)
    {
        var path = Path.Combine(folder, RecordFile);
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize(file, MigrationJson.Default.RunRecord) ?? throw new UsageException($"{path}: not the record of a run");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"{path}: no such file; a run leaves it in its folder");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: {e.Message}");
        }
        catch (Exception e) when (e is JsonException or FormatException or NotSupportedException)
        {
            throw new UsageException($"{path}: not the record of a run: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>A folder, the record in it, or the name of a folder under reports.</summary>
    public static string FolderOf(string asked, Services services)
    {
        if (File.Exists(asked) && Path.GetFileName(asked) == RecordFile) return Path.GetDirectoryName(asked) is { Length: > 0 } folder ? folder : ".";
        if (Directory.Exists(asked)) return asked;
        var named = Path.Combine(services.Root, "reports", asked);
        return Directory.Exists(named) ? named : throw new UsageException($"{asked}: no folder of a run");
    }
}
