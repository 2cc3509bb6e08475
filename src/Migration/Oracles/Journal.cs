using System.Globalization;

namespace Conformance.Migration;

/// <summary>
/// Every observation of one combination, in order. Written as lines of tab-separated text, which <see cref="Read"/> takes back: the
/// findings of a run are exactly those of its journal.
/// </summary>
public sealed class Journal
{
    private const int Columns = 9;

    private readonly List<Observation> _observations = [];

    public IReadOnlyList<Observation> Observations => _observations;

    public void Add(in Observation observation) => _observations.Add(observation);

    /// <summary>What does not hold.</summary>
    public IEnumerable<Finding> Findings => _observations.Where(it => !it.Holds).Select(it => it.Finding!);

    /// <summary>A line each: cycle, guest, requirement, path, observed, relation, expected, verdict otherwise, sentence.</summary>
    public void Write(TextWriter to)
    {
        foreach (var it in _observations)
        {
            to.Write(it.Cycle);
            to.Write('\t');
            to.Write(it.Guest);
            foreach (var text in (ReadOnlySpan<string?>)[it.Requirement, it.Path, it.Observed, Words.Of(it.Relation), it.Expected, Words.Of(it.Otherwise), it.What])
            {
                to.Write('\t');
                Escape(to, text);
            }

            to.Write('\n');
        }
    }

    /// <summary>Takes back what <see cref="Write"/> wrote; a line that is none is a <see cref="FormatException"/>.</summary>
    public static Journal Read(TextReader from)
    {
        var journal = new Journal();
        for (var number = 1; from.ReadLine() is { } line; number++)
        {
            var fields = line.Split('\t');
            if (fields.Length != Columns || Words.TryRead<Relation>(fields[5]) is not { } relation || Words.TryRead<Verdict>(fields[7]) is not { } otherwise)
                throw new FormatException($"Line {number} of the journal is no observation.");
            journal.Add(new Observation(
                Number(fields[0]), Number(fields[1]), Plain(fields[2]), Plain(fields[3]), Plain(fields[4]), relation, Plain(fields[6]), otherwise,
                fields[8].Length == 0 ? null : Plain(fields[8])));
        }

        return journal;
    }

    private static int? Number(string field) => field.Length == 0 ? null : int.Parse(field, CultureInfo.InvariantCulture);

    private static void Escape(TextWriter to, string? text)
    {
        if (text is null) return;
        if (!text.AsSpan().ContainsAny("\t\n\r\\")) to.Write(text);
        else to.Write(text.Replace("\\", "\\\\").Replace("\t", "\\t").Replace("\n", "\\n").Replace("\r", "\\r"));
    }

    private static string Plain(string text)
    {
        if (!text.Contains('\\')) return text;
        var plain = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length) plain.Append(text[i]);
            else plain.Append(text[++i] switch { 't' => '\t', 'n' => '\n', 'r' => '\r', var other => other });
        }

        return plain.ToString();
    }
}
