using System.Text.Json;
using Conformance.Migration;

namespace Conformance.Runner.Running;

/// <summary><c>journal.jsonl</c> of a run: added to as things end, so that a run that is killed leaves what it showed.</summary>
internal sealed class RunJournal : IDisposable
{
    public const string FileName = "journal.jsonl";

    private readonly StreamWriter _writer;

    /// <summary>A new one, or one that is gone on with.</summary>
    public RunJournal(string folder, bool goOn)
    {
        var path = Path.Combine(folder, FileName);
        // A run that was killed while it wrote left a line without an end.
        var isCut = goOn && File.ReadAllBytes(path) is [.., not (byte)'\n'];
        _writer = new StreamWriter(path, append: goOn) { AutoFlush = true };
        if (isCut) _writer.WriteLine();
    }

    public void Add(JournalLine line) => _writer.WriteLine(JsonSerializer.Serialize(line, MigrationJson.Line.JournalLine));

    public void Dispose() => _writer.Dispose();

    /// <summary>What is in a run's folder: its header, and each thing that ended.</summary>
    /// <param name="run">The folder, or a file in it.</param>
    /// <exception cref="UsageException">There is no journal that can be read.</exception>
    public static (RunHeader Header, IReadOnlyList<JournalLine> Lines) Read(string run)
    {
        var path = Path.Combine(Directory.Exists(run) ? run : Path.GetDirectoryName(run) ?? "", FileName);
        if (!File.Exists(path)) throw new UsageException($"{run}: no run is there, for it has no {FileName}");
        var lines = new List<JournalLine>();
        foreach (var text in File.ReadLines(path))
        {
            try
            {
                lines.Add(JsonSerializer.Deserialize(text, MigrationJson.Line.JournalLine)!);
            }
            catch (JsonException)
            {
                // Cut off: what it was about has not ended, as far as one knows.
            }
        }

        if (lines is not [{ Run: not null }, ..]) throw new UsageException($"{path}: it does not begin with what was run");
        // Whoever went on with it may have asked for more repetitions.
        return (lines.FindLast(line => line.Run is not null)!.Run!, lines.FindAll(line => line.Run is null));
    }
}
