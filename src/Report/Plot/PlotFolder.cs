using System.ComponentModel;
using System.Diagnostics;

namespace Conformance.Report;

/// <summary>
/// The pictures of a run as files of their own: <c>plots/NAME.svg</c>, and <c>NAME.png</c> beside each where <c>rsvg-convert</c> is in PATH (package
/// librsvg2-bin). Without it there are no PNGs, which is no error.
/// </summary>
public static class PlotFolder
{
    public const string Name = "plots";

    private const string Converter = "rsvg-convert";

    /// <summary>A converter that takes longer hangs, and is ended.</summary>
    private const int LongestMs = 30_000;

    /// <summary>Makes a PNG of each picture of a run's folder, where there is the converter.</summary>
    /// <param name="runFolder">The folder of the run.</param>
    public static void Convert(string runFolder)
    {
        var folder = Path.Combine(runFolder, Name);
        if (Directory.Exists(folder) && Find(Environment.GetEnvironmentVariable("PATH")) is { } converter)
            Convert(converter, folder, [.. Directory.GetFiles(folder, "*.svg").Select(path => Path.GetFileNameWithoutExtension(path)!)]);
    }

    /// <summary>Takes away the pictures of an earlier run, which would be taken for this one's.</summary>
    /// <param name="runFolder">The folder of the run.</param>
    public static void Clear(string runFolder)
    {
        var folder = Path.Combine(runFolder, Name);
        if (!Directory.Exists(folder)) return;
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            if (Path.GetExtension(file) is ".svg" or ".png") File.Delete(file);
        }
    }

    /// <summary>The converter in a path of folders; null where none of them has it.</summary>
    internal static string? Find(string? path) =>
        (path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, Converter)).FirstOrDefault(File.Exists);

    /// <summary>As many at once as there are cores.</summary>
    private static void Convert(string converter, string folder, IReadOnlyList<string> names)
    {
        foreach (var some in names.Chunk(Math.Max(1, Environment.ProcessorCount)))
        {
            var running = some.Select(name => Start(converter, folder, name)).OfType<Process>().ToList();
            foreach (var process in running)
            {
                using (process)
                {
                    if (!process.WaitForExit(LongestMs)) process.Kill();
                }
            }
        }
    }

    private static Process? Start(string converter, string folder, string name)
    {
        try
        {
            string[] words = ["--zoom", "2", "--output", $"{name}.png", $"{name}.svg"];
            return Process.Start(new ProcessStartInfo(converter, words) { WorkingDirectory = folder, UseShellExecute = false });
        }
        catch (Win32Exception)
        {
            // It is there and cannot be run: as if it were not.
            return null;
        }
    }
}
