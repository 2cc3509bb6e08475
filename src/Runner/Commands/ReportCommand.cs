using System.CommandLine;
using Conformance.Runner.Running;

namespace Conformance.Runner.Commands;

/// <summary><c>report</c>: makes the page and the pictures of a run again, of its <c>run.json</c> alone.</summary>
internal static class ReportCommand
{
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
            var folder = RunFile.FolderOf(parsed.GetRequiredValue(run), services);
            var record = RunFile.Read(folder);
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
}
