using System.Text;

namespace Conformance.Testbed;

/// <summary>
/// Writes the archive that a Linux kernel unpacks as its first file system: cpio in its "newc" form, 110 characters of header before each file,
/// name and content padded to four bytes (Documentation/driver-api/early-userspace/buffer-format). Everything belongs to root.
/// </summary>
internal sealed class CpioArchive(Stream output) : IDisposable
{
    private const int Folder = 0x4000;
    private const int File = 0x8000;
    private const int Link = 0xA000;
    private const int Executable = 0x1ED; // rwxr-xr-x
    private const int Readable = 0x1A4; // rw-r--r--
    private const string End = "TRAILER!!!";

    private readonly HashSet<string> _folders = [];
    private long _written;
    private int _inode;

    /// <summary>A file with content of its own; its folders come with it.</summary>
    /// <param name="path">Without a leading slash.</param>
    public void AddFile(string path, ReadOnlySpan<byte> content, bool executable = false)
    {
        AddFoldersOf(path);
        Header(path, File | (executable ? Executable : Readable), content.Length);
        Write(content);
        Pad();
    }

    /// <summary>A file as it lies here, a link's target for the link. Each may be executed, which harms none that cannot.</summary>
    public void AddFile(string path, string source)
    {
        AddFoldersOf(path);
        using var input = System.IO.File.OpenRead(source);
        Header(path, File | Executable, input.Length);
        input.CopyTo(output);
        _written += input.Length;
        Pad();
    }

    public void AddText(string path, string text, bool executable = false) => AddFile(path, Encoding.UTF8.GetBytes(text), executable);

    public void AddLink(string path, string target)
    {
        AddFoldersOf(path);
        var bytes = Encoding.UTF8.GetBytes(target);
        Header(path, Link | Executable, bytes.Length);
        Write(bytes);
        Pad();
    }

    public void AddFolder(string path)
    {
        AddFoldersOf(path);
        if (_folders.Add(path)) Header(path, Folder | Executable, 0);
    }

    public void Dispose()
    {
        Header(End, 0, 0);
        output.Flush();
    }

    private void AddFoldersOf(string path)
    {
        for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            if (_folders.Add(path[..slash])) Header(path[..slash], Folder | Executable, 0);
        }
    }

    private void Header(string path, int mode, long length)
    {
        var name = Encoding.UTF8.GetBytes(path);
        // Magic; inode, mode, uid, gid, links, time, length, device (2), special device (2), length of the name with its zero, no checksum.
        var inode = path == End ? 0 : ++_inode;
        Write(Encoding.ASCII.GetBytes($"070701{inode:X8}{mode:X8}{0:X8}{0:X8}{1:X8}{0:X8}{length:X8}{0:X8}{0:X8}{0:X8}{0:X8}{name.Length + 1:X8}{0:X8}"));
        Write(name);
        Write([0]);
        Pad();
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        _written += bytes.Length;
    }

    private void Pad() => Write(stackalloc byte[(int)(-_written & 3)]);
}
