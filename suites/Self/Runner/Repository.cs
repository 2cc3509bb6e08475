using System.Diagnostics;

namespace Conformance.Self;

/// <summary>The tree the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>Its script, started as a user would.</summary>
    public static (int Code, string Said, string Errors) Run(params string[] arguments)
    {
        using var script = Process.Start(new ProcessStartInfo(Path.Combine(Root, "run.sh"), arguments)
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Root,
        })!;
        var errors = script.StandardError.ReadToEndAsync();
        var said = script.StandardOutput.ReadToEnd();
        script.WaitForExit();
        return (script.ExitCode, said, errors.Result);
    }

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "Conformance.sln"))
            ? folder
            : Find(Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("Conformance.sln is in no folder above."));
}
