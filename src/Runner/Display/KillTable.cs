using Conformance.Migration;
using Spectre.Console;

namespace Conformance.Runner.Display;

/// <summary>Planted bugs, who caught each, and at the end once more those that nobody caught.</summary>
internal static class KillTable
{
    public static void Write(KillMatrix matrix, Services services)
    {
        var all = matrix.Defects;
        if (all.Count == 0) return;
        services.Out.WriteLine();
        var grid = new Grid(services);
        grid.Add("planted bug", all.Select(it => it.Name));
        grid.Add("breaks", all.Select(it => it.Breaks));
        grid.Add("", all.Select(it => it.IsCaught ? ("caught", Color.Green) : ("NOT CAUGHT", Color.Red)));
        grid.AddFigures("cases", all.Select(it => $"{it.Cases}"));
        grid.AddFigures("saw it", all.Select(it => $"{it.By.Count}"));
        grid.AddFigures("by its name", all.Select(it => $"{it.By.Count(kill => kill.Requirements.Contains(it.Breaks))}"));
        grid.Add("first of these", all.Select(it => it.By.FirstOrDefault(kill => kill.Requirements.Contains(it.Breaks))?.Case ?? "-"));
        grid.Write();
        foreach (var it in all.Where(it => !it.IsCaught))
        {
            services.Out.WriteLine();
            services.Out.WriteLine($"{it.Name} is not caught as {it.Breaks}: {it.Story}");
            var seen = it.By.SelectMany(kill => kill.Requirements).Distinct().Order(StringComparer.Ordinal).ToList();
            services.Out.WriteLine(seen.Count == 0 ? "  no case saw anything" : $"  seen as {string.Join(", ", seen)}");
            services.Out.WriteLine($"  again: ./run.sh defects --only {it.Name}");
        }

        foreach (var (name, fault) in all.SelectMany(it => it.Faults.Select(fault => (it.Name, fault))))
        {
            services.Out.WriteLine();
            services.Out.WriteLine($"{fault.Case} broke over {name} instead of judging it: {fault.Reason}");
        }
    }
}
