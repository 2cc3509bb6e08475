using System.Text.Json;
using Conformance.Migration;
using Conformance.Report;
using Conformance.Runner.Commands;

namespace Conformance.Runner.Running;

/// <summary>The folder of a run: made, and proven to take files, before anything runs.</summary>
internal sealed class RunFolder
{
    /// <summary>What was excused, as it was given to the run.</summary>
    public const string WaiversFile = "waivers.yaml";

    /// <summary>What the run was expected to show, as it was given; absent where nothing was.</summary>
    public const string ExpectationsFile = "expectations.json";
    public const string BaselineFile = "baseline.json";

    private const string KillsFile = "kills.json";
    private const string StatesFolder = "states";
    private const string FailuresFolder = "failures";
    private const string TracesFolder = "traces";

    /// <summary>Folders of a run's folder.</summary>
    public static IReadOnlyList<string> Folders => s_folders;

    private static readonly string[] s_folders = [FailuresFolder, PlotFolder.Name, StatesFolder, TracesFolder];

    private readonly string _path;
    private readonly string _shown;

    private RunFolder(string path, string shown)
    {
        _path = path;
        _shown = shown;
    }

    public string Path => _path;

    /// <param name="asked">As given by the user, or null for a new folder under <c>reports</c>.</param>
    /// <param name="name">Of the profile.</param>
    /// <exception cref="UsageException">No folder can be made there, or no file in it.</exception>
    public static RunFolder Create(string? asked, string name, Services services)
    {
        var path = asked ?? Fresh(System.IO.Path.Combine(services.Root, "reports"), $"{name}-{services.Time.GetUtcNow():yyyyMMdd-HHmmss}");
        try
        {
            Directory.CreateDirectory(path);
            var probe = System.IO.Path.Combine(path, ".probe");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            // What an earlier run left there would be taken for this one's. Of folders, only in one that is a run's.
            foreach (var inner in File.Exists(System.IO.Path.Combine(path, RunJournal.FileName)) ? s_folders : [])
            {
                if (System.IO.Path.Combine(path, inner) is var left && Directory.Exists(left)) Directory.Delete(left, recursive: true);
            }

            foreach (var file in (string[])[.. RunForms.Names, KillsFile, WaiversFile, ExpectationsFile, BaselineFile, RunJournal.FileName, HarnessError.FileName])
                File.Delete(System.IO.Path.Combine(path, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"cannot write to the output folder {path}: {e.Message}");
        }

        return new RunFolder(path, Shipped.Near(path));
    }

    /// <summary>The folder of a run that is gone on with.</summary>
    public static RunFolder Existing(string path) => new(path, Shipped.Near(path));

    /// <summary>Writes the record in its forms; returns the path of the page as a user would name it.</summary>
    public string Write(RunRecord record) => Write(record, static _ => true);

    /// <summary>The same of what people look at: the page, and its pictures.</summary>
    public string WritePage(RunRecord record) => Write(record, RunForms.IsForPeople);

    /// <summary>The record alone; returns its path as a user would name it.</summary>
    public string WriteRecord(RunRecord record)
    {
        File.WriteAllBytes(System.IO.Path.Combine(_path, RunForms.Run), RunForms.Record(record));
        return System.IO.Path.Combine(_shown, RunForms.Run);
    }

    private string Write(RunRecord record, Func<string, bool> wanted)
    {
        PlotFolder.Clear(_path);
        foreach (var (name, form) in RunForms.Of(record).Where(it => wanted(it.Key)))
        {
            var path = System.IO.Path.Combine(_path, name);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, form);
        }

        PlotFolder.Convert(_path);
        return System.IO.Path.Combine(_shown, RunForms.Page);
    }

    /// <summary>Keeps by what the verdicts were excused or expected, without which nobody could make them again.</summary>
    public void KeepAsked(string waivers, ExpectedResults? expected, HeldBaseline? baseline)
    {
        File.WriteAllText(System.IO.Path.Combine(_path, WaiversFile), waivers);
        if (expected is not null) WriteJson(ExpectationsFile, JsonSerializer.SerializeToUtf8Bytes(expected, MigrationJson.Readable.ExpectedResults));
        else File.Delete(System.IO.Path.Combine(_path, ExpectationsFile));
        if (baseline is not null) WriteJson(BaselineFile, JsonSerializer.SerializeToUtf8Bytes(baseline, MigrationJson.Readable.HeldBaseline));
        else File.Delete(System.IO.Path.Combine(_path, BaselineFile));
    }

    /// <summary>Writes which planted bugs were caught; returns the path of the file as a user would name it.</summary>
    public string Write(KillMatrix matrix)
    {
        WriteJson(KillsFile, JsonSerializer.SerializeToUtf8Bytes(matrix, MigrationJson.Readable.KillMatrix));
        return System.IO.Path.Combine(_shown, KillsFile);
    }

    /// <summary>Keeps saved states as <c>states/combination.name.bin</c>.</summary>
    public void Keep(string combination, IReadOnlyList<KeptState> states)
    {
        if (states.Count == 0) return;
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(_path, StatesFolder)).FullName;
        foreach (var state in states)
            File.WriteAllBytes(System.IO.Path.Combine(folder, $"{PlainName(combination)}.{state.Name}.bin"), state.Bytes.Span);
    }

    /// <summary>Keeps what was looked at after a failure as <c>failures/area.case.txt</c>.</summary>
    public void KeepEvidence(CaseRecord record, string text)
    {
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(_path, FailuresFolder)).FullName;
        File.WriteAllText(System.IO.Path.Combine(folder, $"{PlainName(record.Id)}.{record.Repetition}.txt"), text);
    }

    /// <summary>Where the trace of a case or a combination goes: <c>traces/area.case.1.tsv</c>.</summary>
    public string TraceOf(string id, int repetition)
    {
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(_path, TracesFolder)).FullName;
        return System.IO.Path.Combine(folder, $"{PlainName(id)}.{repetition}.tsv");
    }

    /// <summary>Whether a file is kept as evidence: a state, what was looked at after a failure, or a trace.</summary>
    public static bool IsEvidence(string name) => name.Split('/') is [StatesFolder or FailuresFolder or TracesFolder, _];

    /// <summary>Whether evidence is of a case or combination of a run.</summary>
    public static bool IsEvidenceOf(RunRecord run, string name)
    {
        var ids = name.Split('/')[0] switch
        {
            StatesFolder => run.Combinations.Select(it => it.Name),
            FailuresFolder => run.Cases.Select(it => it.Id),
            _ => run.Cases.Select(it => it.Id).Concat(run.Combinations.Select(it => it.Name)),
        };
        var file = name[(name.IndexOf('/') + 1)..];
        return ids.Any(id => file.StartsWith($"{PlainName(id)}.", StringComparison.Ordinal));
    }

    /// <summary>A file name of an identifier, whatever its arguments are.</summary>
    private static string PlainName(string id)
    {
        const int longest = 180;
        var plain = string.Concat(id.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '.'));
        return plain[..Math.Min(plain.Length, longest)];
    }

    /// <summary>Adds the trace of a failure of the suite.</summary>
    public void KeepError(PlannedCombination combination, Exception exception) =>
        File.AppendAllText(System.IO.Path.Combine(_path, HarnessError.FileName), $"{combination.Name}, seed {combination.Seed}\n{exception}\n\n");

    private void WriteJson(string name, byte[] json) => File.WriteAllBytes(System.IO.Path.Combine(_path, name), [.. json, (byte)'\n']);

    private static string Fresh(string folder, string name)
    {
        var path = System.IO.Path.Combine(folder, name);
        for (var i = 2; Directory.Exists(path); i++) path = System.IO.Path.Combine(folder, $"{name}-{i}");
        return path;
    }
}
