using System.Runtime.InteropServices;
using Conformance.Device;
using Microsoft.Win32.SafeHandles;

namespace Conformance.Linux;

/// <summary>
/// The kernel's files below <c>/sys</c>, <c>/proc</c> and <c>/dev</c>, by their whole paths. A test has a tree of its own for them, and says what the
/// kernel would do when something is written.
/// </summary>
/// <param name="root">Stands before each path; empty for the machine's own.</param>
public class KernelTree(string root = "")
{
    public const string PciDevices = "/sys/bus/pci/devices";
    public const string PciDrivers = "/sys/bus/pci/drivers";
    public const string NvmeControllers = "/sys/class/nvme";

    /// <summary>The machine's own.</summary>
    public static KernelTree OfMachine { get; } = new();

    public bool Exists(string path) => Path.Exists(root + path);

    /// <summary>What a file says, without the end of its line; null where there is none, or it cannot be read.</summary>
    public string? Read(string path)
    {
        try
        {
            return File.ReadAllText(root + path).TrimEnd('\n', ' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Names in a folder, in order; none where there is no such folder.</summary>
    public IReadOnlyList<string> List(string folder)
    {
        try
        {
            return [.. Directory.GetFileSystemEntries(root + folder).Select(it => Path.GetFileName(it)!).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The last part of what a link names; null where there is no link.</summary>
    public string? Target(string link) => Path.GetFileName(Link(link));

    /// <summary>What a link names, as it is written there; null where there is no link, or this user may not know.</summary>
    public string? Link(string path)
    {
        try
        {
            return new FileInfo(root + path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes a value into a file of the kernel, in one call, as it wants it. May sleep.</summary>
    /// <exception cref="KernelException">It was not taken.</exception>
    public virtual void Write(string path, string value)
    {
        using var file = OpenForWriting(path);
        try
        {
            RandomAccess.Write(file, System.Text.Encoding.ASCII.GetBytes(value + '\n'), 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KernelException(ErrnoOf(e), $"write of '{value}'", path);
        }
    }

    /// <summary>Whether this process may write a file.</summary>
    public bool MayWrite(string path)
    {
        try
        {
            using var file = OpenForWriting(path);
            return true;
        }
        catch (KernelException)
        {
            return false;
        }
    }

    private SafeFileHandle OpenForWriting(string path)
    {
        try
        {
            return File.OpenHandle(root + path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KernelException(ErrnoOf(e), "open", path, e is UnauthorizedAccessException ? "run as root" : null);
        }
    }

    private static int ErrnoOf(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => Errno.Enoent,
        UnauthorizedAccessException => Errno.Eacces,
        // .NET keeps the number of an error that it has no name for.
        _ when e.HResult is > 0 and < 4096 => e.HResult,
        _ when Marshal.GetLastPInvokeError() is > 0 and var errno => errno,
        _ => Errno.Eio,
    };
}
