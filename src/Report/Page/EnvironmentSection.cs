using Conformance.Device;
using Conformance.Migration;

namespace Conformance.Report;

/// <summary>Where and how it ran.</summary>
internal static class EnvironmentSection
{
    public static void Write(Html html, RunRecord run)
    {
        var it = run.Environment;
        html.Write($"<h2 id=\"environment\">Environment</h2><div class=\"wide\"><table>");
        foreach (var (name, value) in ((string, string?)[])
                 [
                     ("suite", $"{it.Commit ?? "unknown"}{(it.Modified == true ? ", with changes" : "")}"),
                     ("runtime", it.Runtime),
                     ("system", $"{it.System}, kernel {it.Kernel}, {it.Architecture}"),
                     ("machine", $"{it.Processor}, {it.Cores} cores, {new Size(it.MemoryBytes >> 20 << 20)}"),
                     ("profile", it.ProfilePath),
                     ("profile hash", run.Plan.ProfileHash),
                     ("arguments", string.Join(' ', it.Arguments)),
                     ("started", $"{it.Started:yyyy-MM-dd HH:mm:ss} UTC"),
                     ("took", $"{it.ElapsedSeconds} s"),
                 ])
            html.Write($"<tr><th>{name}<td>{value}</tr>");
        html.Write($"</table></div>");
    }
}
