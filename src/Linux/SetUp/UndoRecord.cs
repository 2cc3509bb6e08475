using System.Text;
using System.Text.Json;

namespace Conformance.Linux;

/// <summary>Another run holds the record, so it has the devices.</summary>
public sealed class DevicesHeldException(string message) : Exception(message);

/// <summary>
/// What was changed and not yet taken back: a file with a line for each change, which is on the disk before the change is made. There is one on a
/// machine, held by one process at a time; whoever finds one that nobody holds finds what a run left that came to no end.
/// <para>A last line that is cut off was of a change that was not made.</para>
/// </summary>
public sealed class UndoRecord : IDisposable
{
    /// <summary>Survives a crash of the machine, as what is in a device does; in a folder that is root's alone, for what stands there is done.</summary>
    public const string DefaultPath = "/var/lib/nvme-migration/undo.jsonl";

    private readonly FileStream _file;
    private readonly FileStream _lock;
    private readonly List<Change> _changes = [];
    private readonly HashSet<int> _undone = [];

    private UndoRecord(FileStream file, FileStream @lock, string path)
    {
        (_file, _lock, Path, Boot) = (file, @lock, path, "");
    }

    public string Path { get; }

    /// <summary>Of the boot in which the changes were made.</summary>
    public string Boot { get; private set; }

    public PreparedHost? Prepared { get; private set; }

    /// <summary>What is to be taken back, the last change first.</summary>
    public IEnumerable<(int Number, Change Change)> Open =>
        Enumerable.Range(0, _changes.Count).Reverse().Where(it => !_undone.Contains(it)).Select(it => (it, _changes[it]));

    /// <summary>Begins one; there must be none with anything left to take back.</summary>
    /// <exception cref="DevicesHeldException">Another process holds it.</exception>
    public static UndoRecord Begin(string path, string boot)
    {
        var record = Hold(path, FileMode.OpenOrCreate)!;
        record.Take();
        if (record.Open.Any())
        {
            record.Dispose();
            throw new InvalidOperationException($"{path} has changes that were not taken back.");
        }

        record._file.SetLength(0);
        (record.Boot, record.Prepared) = (boot, null);
        record._changes.Clear();
        record._undone.Clear();
        record.Append(new UndoLine { Version = 1, Boot = boot, Process = Environment.ProcessId });
        SyncFolder(path);
        return record;
    }

    /// <summary>What a run left; null where nothing is.</summary>
    /// <exception cref="DevicesHeldException">The run is still there.</exception>
    public static UndoRecord? Find(string path)
    {
        var record = Hold(path, FileMode.Open);
        record?.Take();
        return record;
    }

    /// <summary>What was set up by the process that holds it: for the processes that it starts. Null where nothing is.</summary>
    public static PreparedHost? ReadPrepared(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return Lines(file).Select(it => it.Prepared).LastOrDefault(it => it is not null);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Notes a change; it may be made once this returns.</summary>
    public void Add(Change change)
    {
        _changes.Add(change);
        Append(new UndoLine { Change = change });
    }

    public void Add(PreparedHost prepared)
    {
        Prepared = prepared;
        Append(new UndoLine { Prepared = prepared });
    }

    /// <summary>The change was taken back.</summary>
    public void Close(int number)
    {
        _undone.Add(number);
        Append(new UndoLine { Undone = number });
    }

    /// <summary>Removes the file where nothing is left to take back.</summary>
    public void Dispose()
    {
        if (_changes.Count == _undone.Count)
        {
            try
            {
                File.Delete(Path);
            }
            catch (IOException)
            {
                // An empty record says the same.
            }
        }

        _file.Dispose();
        // The file of the lock stays: who had opened it before it went would hold a lock that nobody else sees.
        _lock.Dispose();
    }

    private static string LockOf(string path) => path + ".lock";

    /// <summary>Whether there is one.</summary>
    /// <exception cref="UnauthorizedAccessException">This user may not know: which is no no.</exception>
    private static bool IsThere(string path)
    {
        try
        {
            File.GetAttributes(path);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    private static UndoRecord? Hold(string path, FileMode mode)
    {
        if (mode == FileMode.Open && !IsThere(path)) return null;
        if (System.IO.Path.GetDirectoryName(path) is { Length: > 0 } folder && !Directory.Exists(folder) && !OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        FileStream? held = null;
        try
        {
            // Shared with nobody it is a lock of the kernel's, which is gone with the process. Not on the record itself, which others read.
            held = new FileStream(LockOf(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new UndoRecord(new FileStream(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1), held, path);
        }
        catch (FileNotFoundException)
        {
            held?.Dispose();
            return null;
        }
        catch (IOException e) when (held is null)
        {
            throw new DevicesHeldException($"{path}: another run has the devices ({e.Message})");
        }
    }

    private void Take()
    {
        foreach (var line in Lines(_file))
        {
            Boot = line.Boot ?? Boot;
            Prepared = line.Prepared ?? Prepared;
            if (line.Change is { } change) _changes.Add(change);
            if (line.Undone is { } number) _undone.Add(number);
        }

        // What comes is written after the last whole line.
        _file.Seek(0, SeekOrigin.End);
        if (_file.Length > 0 && !EndsInLine()) _file.Write("\n"u8);
    }

    private bool EndsInLine()
    {
        _file.Seek(-1, SeekOrigin.End);
        return _file.ReadByte() == '\n';
    }

    private static IEnumerable<UndoLine> Lines(FileStream file)
    {
        file.Seek(0, SeekOrigin.Begin);
        using var reader = new StreamReader(file, Encoding.UTF8, leaveOpen: true);
        while (reader.ReadLine() is { } text)
        {
            UndoLine? line = null;
            try
            {
                line = text.Length == 0 ? null : JsonSerializer.Deserialize(text, UndoJson.Default.UndoLine);
            }
            catch (JsonException)
            {
                // Cut off by a crash: the change it was to announce was not made.
            }

            if (line is not null) yield return line;
        }
    }

    private void Append(UndoLine line)
    {
        _file.Write(JsonSerializer.SerializeToUtf8Bytes(line, UndoJson.Default.UndoLine));
        _file.Write("\n"u8);
        _file.Flush(flushToDisk: true);
    }

    /// <summary>The name of a new file is in its folder, which is to be on the disk too.</summary>
    private static void SyncFolder(string path)
    {
        using var folder = new Folder(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        folder.Sync();
    }

    private sealed class Folder(string path) : KernelFile(Open(path, LibC.O_RDONLY), path)
    {
        public void Sync()
        {
            if (LibC.fsync(this) != 0) throw KernelException.Last("fsync", Path);
        }
    }
}
