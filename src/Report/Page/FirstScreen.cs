using Conformance.Migration;

namespace Conformance.Report;

/// <summary>What a reader sees first: the verdict, the device, the three answers.</summary>
internal static class FirstScreen
{
    public static void Write(Html html, RunRecord run, RunPlots plots)
    {
        html.Write($"<h1>{run.Plan.Name} <span class=\"badge {Words.Of(run.Verdict)}\">{Headline.Of(run)}</span> <small>{run.Figures}</small></h1>");
        WriteDevice(html, run);
        if (Headline.IsGateBroken(run))
            html.Write($"<p class=\"fail\"><b>A gate on a figure did not hold</b>: <a href=\"#failures\">see below</a>.</p>");
        else if (run.Baseline is { IsSame: false })
            html.Write($"<p class=\"warn\"><b>The figures are not those of the baseline</b>: <a href=\"#failures\">see below</a>.</p>");
        if (run.Interrupted)
        {
            html.Write($"<p class=\"warn\"><b>Interrupted: {run.Combinations.Count} of {run.Plan.Combinations.Count} combinations were begun");
            if (run.Plan.Cases is { } cases) html.Write($"and {run.Cases.Count} of {cases.Cases.Count} cases were run");
            html.Write($".</b></p>");
        }

        if (run.Combinations.Count > 0 || run.Cases.Count > 0)
        {
            html.Write($"<div class=\"answers\">");
            foreach (var it in Answers.Of(run))
                html.Write($"<section class=\"{Words.Of(it.Verdict)}\"><h2>{it.Question}</h2><p class=\"word\">{it.Word}</p><p>{it.Sentence}</p></section>");
            html.Write($"</div>");
        }

        WriteContents(html, run, plots);
        if (plots.Overview is { } overview) Figure.Write(html, overview);
    }

    private static void WriteDevice(Html html, RunRecord run)
    {
        var identities = run.Cases.Select(it => it.Identity).OfType<DeviceIdentity>().Distinct().ToList();
        if (identities.Count == 0)
            identities = [.. run.Plan.Combinations.Select(it => it.Identity).OfType<DeviceIdentity>().Distinct()];
        html.Write($"<p>");
        foreach (var it in identities.Take(3)) html.Write($"<b>{it.Model}</b>, vendor {it.Vendor:x4}h, firmware {it.Firmware}.");
        if (identities.Count > 3) html.Write($"And {identities.Count - 3} more.");
        if (run.Figures == "EMULATED") html.Write($"<b>EMULATED</b> device: its figures are those of an emulator, not of a device.");
        if (run.Figures == "SIMULATED") html.Write($"<b>SIMULATED</b> device: its figures are those of a model, not of a device.");
        else html.Write($"Its figures are <b>{run.Figures}</b>.");
        if (run.Defect is { } defect) html.Write($"The device had the planted defect <b>{defect}</b>.");
        html.Write($"Seed {run.Plan.Seed}, profile {run.Plan.ProfileHash[..Math.Min(12, run.Plan.ProfileHash.Length)]},");
        html.Write($"exit code {run.ExitCode}, {run.Environment.Started:yyyy-MM-dd HH:mm} UTC.</p>");
    }

    private static void WriteContents(Html html, RunRecord run, RunPlots plots)
    {
        (bool Is, string Id, string Name)[] parts =
        [
            (FailureSection.Any(run), "failures", "Failures"), (run.Combinations.Count > 0, "combinations", "Combinations"), (plots.Sweeps.Count > 0, "sweeps", "Sweeps"),
            (run.Combinations.Count > 0, "c0", "Each combination"), (run.Cases.Count > 0, "cases", "Cases"), (run.Requirements.Count > 0, "requirements", "Requirements"),
            (run.Costs.Count > 0, "cost", "Cost of the suite"), (true, "environment", "Environment"),
        ];
        html.Write($"<nav>");
        foreach (var it in parts.Where(it => it.Is)) html.Write($"<a href=\"#{it.Id}\">{it.Name}</a>");
        html.Write($"</nav>");
    }
}
