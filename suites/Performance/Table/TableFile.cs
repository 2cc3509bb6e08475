using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Conformance.Performance;

/// <summary>The tables as text (Markdown, for people and terminals) and as JSON.</summary>
internal static class TableFile
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>What the figures are of.</summary>
    public static string Machine => string.Create(
        CultureInfo.InvariantCulture,
        $"{Processor()}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, .NET {Environment.Version}; huge pages {HugePages()}");

    public static string Text(IReadOnlyList<Row> must, IReadOnlyList<Row> beside)
    {
        var text = new StringBuilder();
        text.Append("How fast the suite itself is. ").Append(Machine).Append("\n\n");
        text.Append("R: one random copy of 4 KiB inside 1 GiB. M: two-hop copy of 512 MiB into fresh memory. Of each the fastest of two dozen iterations or more.\n\n");
        Append(text, ["what", "figure", "beside", "ratio", "must be", ""], must.Select(row => (string[])
            [row.What, row.Figure, row.Beside, Ratio(row), row.Demand ?? "", row.Verdict]));
        foreach (var row in must.Where(row => row.Why is not null)) text.Append('\n').Append("- ").Append(row.What).Append(": ").Append(row.Why);
        text.Append("\n\nWhat others take on this machine, and how often ours goes into theirs:\n\n");
        Append(text, ["what", "theirs", "ours", "theirs / ours"], beside.Select(row => (string[])
            [row.What, row.Why ?? row.Figure, row.Beside.Replace("ours ", "", StringComparison.Ordinal), Ratio(row)]));
        return text.ToString();
    }

    public static string Json(IReadOnlyList<Row> must, IReadOnlyList<Row> beside) => JsonSerializer.Serialize(new { Machine, Must = must, Beside = beside }, s_json);

    private static string Ratio(Row row) => row.Ratio is { } ratio ? ratio.ToString("0.00", CultureInfo.InvariantCulture) : "";

    private static void Append(StringBuilder text, string[] head, IEnumerable<string[]> rows)
    {
        string[][] all = [head, .. rows];
        var widths = head.Select((_, column) => all.Max(row => row[column].Length)).ToArray();
        for (var i = 0; i < all.Length; i++)
        {
            text.Append("| ").AppendJoin(" | ", all[i].Select((cell, column) => cell.PadRight(widths[column]))).Append(" |\n");
            if (i == 0) text.Append("|-").AppendJoin("-|-", widths.Select(width => new string('-', width))).Append("-|\n");
        }
    }

    private static string Processor()
    {
        const string Info = "/proc/cpuinfo";
        var line = File.Exists(Info) ? File.ReadLines(Info).FirstOrDefault(it => it.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 2)..] ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static string HugePages()
    {
        const string Setting = "/sys/kernel/mm/transparent_hugepage/enabled";
        if (!File.Exists(Setting)) return "unknown";
        var text = File.ReadAllText(Setting);
        return text[(text.IndexOf('[', StringComparison.Ordinal) + 1)..text.IndexOf(']', StringComparison.Ordinal)];
    }
}
