using System.Globalization;

namespace Conformance.Performance;

/// <summary>Measures all of the table, prints it, and leaves it in <c>reports/</c>.</summary>
internal static class TableRun
{
    /// <summary>The first argument; the second is the root of the tree.</summary>
    public const string Option = "--table";

    /// <summary>Returns the exit code: 0 where all that was measured was reached, else 3, as of a gate that did not hold.</summary>
    public static int Run(string root)
    {
        var table = new SpeedTable(new Figures(Path.Combine(root, "artifacts", "benchmarks"), what => Console.Error.WriteLine($"measuring {what} ...")));
        var must = table.Measure();
        var beside = table.Beside();
        var folder = Path.Combine(root, "reports", string.Create(CultureInfo.InvariantCulture, $"bench-{TimeProvider.System.GetUtcNow():yyyyMMdd-HHmmss}"));
        Directory.CreateDirectory(folder);
        var text = TableFile.Text(must, beside);
        File.WriteAllText(Path.Combine(folder, "bench.md"), text);
        File.WriteAllText(Path.Combine(folder, "bench.json"), TableFile.Json(must, beside));
        Console.WriteLine(text);
        Console.WriteLine($"{must.Count(row => row.Reached is true)} reached, {must.Count(row => row.Reached is false)} not, "
            + $"{must.Count(row => row is { Demand: not null, Reached: null })} not measured; {Path.GetRelativePath(root, folder)}/bench.md");
        return must.Any(row => row.Reached is false) ? 3 : 0;
    }
}
