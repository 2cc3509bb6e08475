using System.Text;
using System.Text.Json;
using Conformance.Migration;
using Conformance.Runner;
using Conformance.Runner.Bundles;

namespace Conformance.Self;

/// <summary>A small real run, its bundle, and what becomes of one who changes it and makes the list of sums again.</summary>
internal sealed class BundleBench : IDisposable
{
    public const string Failing = "suspend/What_was_fetched_is_complete_when_the_suspend_is(60)";
    public const string Passing = "suspend/With_DUDMQ_the_queue_is_gone(True)";
    public const string Combination = "first";

    private readonly byte[] _bundle;

    /// <param name="words">Of the run, besides its folder.</param>
    public BundleBench(params string[] words)
    {
        Bench.Write("profiles/small.yaml", $$"""
            device: { sim: { namespaces: [{ blocks: 512 }], timing: { read: 80us } } }
            guest: { queues: 1, depth: 4 }
            combinations: { first: { commands: hmlm, medium: shared, cycles: 2 } }
            cases: { only: ["{{Failing}}", "{{Passing}}"] }
            """);
        Code = Bench.Run(["run", "small", "--out", Folder, "--jobs", "1", .. words]);
        if (!File.Exists(Path.Combine(Folder, "run.json"))) throw new InvalidOperationException(Bench.Error);
        _bundle = BundleWriter.Write(Folder, key: null);
    }

    public TestBench Bench { get; } = new() { Runner = null };

    public ExitCode Code { get; }

    public string Folder => Bench.PathOf("run");

    /// <summary>The files of the bundle as it was made.</summary>
    public IReadOnlyDictionary<string, byte[]> Files => BundleReader.Read(_bundle, BundleLimits.Default)!;

    /// <summary>What verify says of the files when they were changed, sums made again or not: exit code and last line.</summary>
    public (ExitCode Code, string Last) Verify(Action<SortedDictionary<string, byte[]>> change, bool seal = true, params string[] words)
    {
        var files = new SortedDictionary<string, byte[]>(Files.ToDictionary(), StringComparer.Ordinal);
        change(files);
        if (seal) BundleWriter.Seal(files, key: null);
        return Verify(BundleWriter.Zip(files), words);
    }

    public (ExitCode Code, string Last) Verify(byte[] bundle, params string[] words)
    {
        File.WriteAllBytes(Bench.PathOf("changed.zip"), bundle);
        var code = Bench.Run(["verify", Bench.PathOf("changed.zip"), .. words]);
        return (code, (code == ExitCode.Usage ? Bench.Error : Bench.Out).TrimEnd('\n').Split('\n')[^1]);
    }

    /// <summary>Changes text in a file; it must be there.</summary>
    public static void Replace(SortedDictionary<string, byte[]> files, string name, string old, string text)
    {
        var before = Encoding.UTF8.GetString(files[name]);
        var after = before.Replace(old, text);
        if (after == before) throw new InvalidOperationException($"{name} has no {old}");
        files[name] = Encoding.UTF8.GetBytes(after);
    }

    /// <summary>Changes the lines of the journal; null takes a line away.</summary>
    public static void Journal(SortedDictionary<string, byte[]> files, Func<JournalLine, JournalLine?> change) =>
        files["journal.jsonl"] = Encoding.UTF8.GetBytes(string.Concat(
            Encoding.UTF8.GetString(files["journal.jsonl"]).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => change(JsonSerializer.Deserialize(line, MigrationJson.Line.JournalLine)!)).OfType<JournalLine>()
                .Select(line => JsonSerializer.Serialize(line, MigrationJson.Line.JournalLine) + "\n")));

    /// <summary>Changes the record, and makes everything that is made of it again: what a careful forger does.</summary>
    public static void Record(SortedDictionary<string, byte[]> files, Func<RunRecord, RunRecord> change)
    {
        var run = change(JsonSerializer.Deserialize(files["run.json"], MigrationJson.Default.RunRecord)!);
        foreach (var (name, form) in Runner.Running.RunForms.Of(run))
        {
            if (files.ContainsKey(name)) files[name] = form;
        }

        files[BundleFiles.Manifest] = BundleManifest.Of(run).ToBytes();
    }

    /// <summary>Changes what the combination showed, in journal and record alike.</summary>
    public static void Result(SortedDictionary<string, byte[]> files, Func<CombinationResult, CombinationResult> change)
    {
        Journal(files, line => line.Combination is { } it ? line with { Combination = it with { Result = change(it.Result) } } : line);
        Record(files, run => run with { Combinations = [.. run.Combinations.Select(it => it with { Result = change(it.Result) })] });
    }

    public void Dispose() => Bench.Dispose();
}
