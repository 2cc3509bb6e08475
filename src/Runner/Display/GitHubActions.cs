using Conformance.Migration;
using Conformance.Report.Export;

namespace Conformance.Runner.Display;

/// <summary>Where the run is a step of GitHub Actions: its summary on the step's page, and failures as annotations.</summary>
internal static class GitHubActions
{
    public static void Write(RunRecord run, Services services)
    {
        if (services.Variable("GITHUB_ACTIONS") != "true") return;
        foreach (var line in GitHubAnnotations.Of(run)) services.Out.WriteLine(line);
        if (services.Variable("GITHUB_STEP_SUMMARY") is not { Length: > 0 } path) return;
        try
        {
            File.AppendAllText(path, Markdown.Write(run));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The verdict stands without it.
            services.Error.WriteLine($"GITHUB_STEP_SUMMARY: {e.Message}");
        }
    }
}
