using System.IO.Enumeration;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Conformance.Testbed;

/// <summary>One package as it was taken.</summary>
public sealed record DebianPackage(string Name, string Version);

/// <summary>Packages that lie unpacked in a folder of their own; nothing is installed.</summary>
/// <param name="Root">The folder that stands for the root of a system.</param>
/// <param name="Packages">What is in it, in order of name.</param>
public sealed record PackageRoot(string Root, IReadOnlyList<DebianPackage> Packages)
{
    private static readonly string[] s_libraryFolders = ["lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu", "lib64", "usr/lib64", "lib", "usr/lib"];

    public string? VersionOf(string name) => Packages.FirstOrDefault(it => it.Name == name)?.Version;

    /// <summary>The first of these paths that is there; null: none.</summary>
    public string? Find(params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
        {
            if (Path.Combine(Root, path) is var full && Path.Exists(full)) return full;
        }

        return null;
    }

    /// <summary>Makes links that begin at the root of a system begin at the one that a folder stands for, wherever that is moved.</summary>
    internal static void TurnLinks(string root)
    {
        var links = new FileSystemEnumerable<string>(
            root, static (ref FileSystemEntry it) => it.ToFullPath(), new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
        {
            ShouldIncludePredicate = static (ref FileSystemEntry it) => it.Attributes.HasFlag(FileAttributes.ReparsePoint),
            ShouldRecursePredicate = static (ref FileSystemEntry it) => !it.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
        foreach (var link in links.ToList())
        {
            if (new FileInfo(link).LinkTarget is not ['/', ..] target) continue;
            File.Delete(link);
            File.CreateSymbolicLink(link, Path.GetRelativePath(Path.GetDirectoryName(link)!, root + target));
        }
    }

    /// <summary>A shared library by its name in use.</summary>
    public string? Library(string name) => s_libraryFolders.Select(folder => Path.Combine(Root, folder, name)).FirstOrDefault(File.Exists);

    /// <summary>How a program of these packages is started: by its own loader and with its own libraries, whatever the system has.</summary>
    public IReadOnlyList<string> Command(string program) =>
    [
        Library("ld-linux-x86-64.so.2") ?? throw new BedFailedException($"{Root}: the C library is not there"),
        "--library-path", string.Join(':', s_libraryFolders.Select(folder => Path.Combine(Root, folder))),
        Find($"usr/bin/{program}", $"bin/{program}", $"usr/sbin/{program}", $"sbin/{program}") ?? throw new BedFailedException($"{Root}: there is no {program}"),
    ];
}

/// <summary>
/// Takes packages by name from the Debian servers that this machine uses, as an ordinary user: with a package state of its own, in which nothing is
/// installed, so that what is taken does not depend on what this machine has. Versions are chosen when a bed is first put together, and again after
/// <see cref="s_stale"/>; in between, and where no server can be reached, what lies in the cache is used.
/// </summary>
internal sealed class DebianPackages
{
    private static readonly TimeSpan s_stale = TimeSpan.FromDays(7);

    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly Action<string> _tell;
    private readonly Lazy<string?> _newer;

    /// <param name="folder">Where all of it is kept.</param>
    /// <param name="time">How old it is.</param>
    /// <param name="tell">Told what takes long, in a line.</param>
    public DebianPackages(string folder, TimeProvider time, Action<string> tell)
    {
        (_folder, _time, _tell) = (Path.GetFullPath(folder), time, tell);
        // The lists are asked for once, whatever is taken.
        _newer = new Lazy<string?>(Update);
        Directory.CreateDirectory(_folder);
    }

    private string Config => Path.Combine(_folder, "apt.conf");

    private string Archives => Path.Combine(_folder, "cache", "archives");

    /// <summary>The packages of a set, unpacked.</summary>
    /// <param name="set">Names the set in the cache: "machine".</param>
    /// <param name="names">Each taken with all that it depends on.</param>
    /// <param name="alone">Likewise, but without what they depend on: the first of each list of names that the servers have.</param>
    /// <exception cref="BedUnavailableException">They cannot be had.</exception>
    public PackageRoot Take(string set, IReadOnlyList<string> names, IReadOnlyList<IReadOnlyList<string>> alone)
    {
        using var one = Lock();
        var file = Path.Combine(_folder, $"{set}.json");
        var kept = Kept(file);
        if (kept is not null && _time.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(file) < s_stale) return kept;
        try
        {
            var root = Fetch(set, names, alone);
            File.WriteAllText(file, JsonSerializer.Serialize(root));
            return root;
        }
        catch (BedUnavailableException e) when (kept is not null)
        {
            _tell($"going on with packages of {File.GetLastWriteTimeUtc(file):yyyy-MM-dd}: {e.Message}");
            return kept;
        }
    }

    private static PackageRoot? Kept(string file)
    {
        if (!File.Exists(file)) return null;
        try
        {
            return JsonSerializer.Deserialize<PackageRoot>(File.ReadAllText(file)) is { } it && Directory.Exists(it.Root) ? it : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private PackageRoot Fetch(string set, IReadOnlyList<string> names, IReadOnlyList<IReadOnlyList<string>> alone)
    {
        _tell("asking for packages");
        var newer = _newer.Value;
        List<string> install = ["-q", "-y", .. newer is null ? [] : (string[])["-t", newer], "install", .. names];
        var files = Files(Apt("apt-get", ["--print-uris", .. install]));
        var single = alone.Select(Real).SelectMany(it => it).ToList();
        if (single.Count > 0) files.AddRange(Files(Apt("apt-get", ["-q", "-y", "--print-uris", "download", .. single])));
        var packages = files.Select(it => it.Package).OrderBy(it => it.Name, StringComparer.Ordinal).ToList();
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', packages))))[..16];
        var root = Path.Combine(_folder, $"{set}-{key}");
        if (Directory.Exists(root)) return new PackageRoot(root, packages);
        _tell($"fetching {files.Count} packages, {files.Sum(it => it.Bytes) / 1e6:0} MB");
        if (names.Count > 0) Apt("apt-get", ["--download-only", .. install]);
        if (single.Count > 0) Apt("apt-get", ["-q", "-y", "download", .. single], Archives);
        var half = root + ".half";
        if (Directory.Exists(half)) Directory.Delete(half, recursive: true);
        Directory.CreateDirectory(half);
        foreach (var (name, _, package) in files)
        {
            var unpacked = Tool.Run("dpkg-deb", ["-x", Path.Combine(Archives, name), half]);
            if (unpacked.ExitCode != 0) throw new BedFailedException($"cannot unpack {package.Name} {package.Version}: {unpacked.Reason}");
        }

        PackageRoot.TurnLinks(half);
        Directory.Move(half, root);
        foreach (var (name, _, _) in files) File.Delete(Path.Combine(Archives, name));
        return new PackageRoot(root, packages);
    }

    /// <summary>Reads the servers' lists; the release of newer packages for this system where the servers have one, else null.</summary>
    private string? Update()
    {
        const string Format = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(CODENAME)|$(TRUSTED)";
        var targets = Tool.Run("apt-get", ["indextargets", "--format", Format, "Identifier: Packages", "Origin: Debian"]);
        // Where the lists were never read nobody knows whose they are.
        if (targets.Output.Trim().Length == 0) targets = Tool.Run("apt-get", ["indextargets", "--format", Format, "Identifier: Packages"]);
        var sources = targets.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('|'))
            .Where(it => it.Length == 5 && it[2] == "main").Select(it => (Server: it[0], Release: it[1])).Distinct().ToList();
        if (sources.Count == 0) throw new BedUnavailableException("apt-get knows no Debian server here (apt-get indextargets)");
        // The release itself is the one that others are named after.
        var (server, release) = sources.OrderBy(it => it.Release.Length).First();
        var backports = $"{release}-backports";
        WriteConfig();
        foreach (var newer in (string?[])[backports, null])
        {
            WriteSources(newer is null || sources.Exists(it => it.Release == newer) ? sources : [.. sources, (server, newer)]);
            var result = Tool.Run("apt-get", ["-q", "update"], aptConfig: Config);
            if (result.ExitCode == 0 && !result.Errors.Contains("Failed to fetch", StringComparison.Ordinal)) return newer;
            if (newer is null) throw new BedUnavailableException($"the lists of packages cannot be reached: {result.Reason}");
        }

        return null;
    }

    private void WriteSources(IEnumerable<(string Server, string Release)> sources)
    {
        const string Keys = "/usr/share/keyrings/debian-archive-keyring.gpg";
        var signed = File.Exists(Keys) ? $"[signed-by={Keys}] " : "";
        File.WriteAllLines(Path.Combine(_folder, "sources.list"), sources.Select(it => $"deb {signed}{it.Server} {it.Release} main"));
    }

    /// <summary>How this machine reaches servers is kept; its hooks, its state and its choices are not.</summary>
    private void WriteConfig()
    {
        foreach (var folder in (string[])["state/lists/partial", "cache/archives/partial"]) Directory.CreateDirectory(Path.Combine(_folder, folder));
        File.WriteAllText(Path.Combine(_folder, "status"), "");
        var reach = Tool.Run("apt-config", ["dump"]).Output.Split('\n')
            .Where(line => line.StartsWith("Acquire::", StringComparison.Ordinal) && !line.StartsWith("Acquire::IndexTargets", StringComparison.Ordinal));
        File.WriteAllLines(Config, [
            .. reach,
            $"Dir::State \"{_folder}/state\";",
            $"Dir::State::status \"{_folder}/status\";",
            $"Dir::Cache \"{_folder}/cache\";",
            $"Dir::Etc::sourcelist \"{_folder}/sources.list\";",
            "Dir::Etc::sourceparts \"/dev/null\";",
            "Dir::Etc::parts \"/dev/null\";",
            "Dir::Etc::main \"/dev/null\";",
            "Dir::Etc::preferences \"/dev/null\";",
            "Dir::Etc::preferencesparts \"/dev/null\";",
            "APT::Install-Recommends \"false\";",
            "APT::Install-Suggests \"false\";",
            // As root it would download as another user, who cannot write here.
            $"APT::Sandbox::User \"{Environment.UserName}\";",
        ]);
    }

    private string Apt(string program, IReadOnlyList<string> arguments, string? folder = null)
    {
        var result = Tool.Run(program, arguments, folder, Config);
        return result.ExitCode == 0 ? result.Output
            : throw (IsOutOfReach(result.Errors)
                ? new BedUnavailableException($"packages cannot be had: {result.Reason}")
                : new BedFailedException($"{program}: {result.Reason}"));
    }

    /// <summary>Servers that cannot be reached, or have no such package, are no fault; a full disk or a damaged package is one.</summary>
    internal static bool IsOutOfReach(string errors) =>
        !errors.Contains("Hash Sum mismatch", StringComparison.Ordinal) && !errors.Contains("o space left", StringComparison.Ordinal)
        && ((string[])["Failed to fetch", "Unable to fetch", "Unable to locate package", "Could not resolve", "Could not connect", "has no installation candidate"])
            .Any(it => errors.Contains(it, StringComparison.Ordinal));

    /// <summary>The files that apt-get would fetch: 'address' name bytes digest.</summary>
    internal static List<(string File, long Bytes, DebianPackage Package)> Files(string output)
    {
        var files = new List<(string, long, DebianPackage)>();
        foreach (var line in output.Split('\n'))
        {
            if (!line.StartsWith('\'') || line.Split(' ') is not [_, var name, var bytes, ..]) continue;
            var parts = Path.GetFileNameWithoutExtension(name).Split('_');
            files.Add((name, long.Parse(bytes), new DebianPackage(parts[0], Uri.UnescapeDataString(parts[1]))));
        }

        return files;
    }

    /// <summary>The packages that a package without content stands for, by the names of kernels' parts; of several names the first that is known.</summary>
    private IEnumerable<string> Real(IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            var shown = Tool.Run("apt-cache", ["show", "--no-all-versions", name], aptConfig: Config);
            if (shown.ExitCode != 0) continue;
            var depends = shown.Output.Split('\n').FirstOrDefault(line => line.StartsWith("Depends:", StringComparison.Ordinal))?["Depends:".Length..] ?? "";
            // Of others what they need is had already.
            if (!name.StartsWith("linux-image-", StringComparison.Ordinal)) return [name];
            var parts = depends.Split(',').Select(it => it.Trim().Split(' ')[0])
                .Where(it => it.StartsWith("linux-image-", StringComparison.Ordinal) || it.StartsWith("linux-binary-", StringComparison.Ordinal)
                    || it.StartsWith("linux-modules-", StringComparison.Ordinal)).ToList();
            return parts.Count == 0 ? [name] : [name, .. parts.SelectMany(it => Real([it]))];
        }

        throw new BedUnavailableException($"packages cannot be had: no server has {string.Join(" or ", names)}");
    }

    private FileStream Lock()
    {
        var told = false;
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(_folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (Directory.Exists(_folder))
            {
                if (!told) _tell("waiting for another test bed that fetches its packages");
                told = true;
                using var never = new ManualResetEventSlim();
                never.Wait(TimeSpan.FromMilliseconds(200));
            }
        }
    }
}
