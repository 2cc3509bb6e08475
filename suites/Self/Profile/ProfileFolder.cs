using Conformance.Migration;

namespace Conformance.Self;

/// <summary>A folder of profiles that lives as long as a test.</summary>
internal sealed class ProfileFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("profiles-").FullName;

    public string PathOf(string name) => Path.Combine(_path, name);

    public string Write(string name, string yaml)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), yaml);
        return PathOf(name);
    }

    /// <summary>The errors of one file, its folder left out.</summary>
    public string[] Errors(string yaml, params string[] overrides) =>
        [.. ProfileFile.Load(Write("p.yaml", yaml), overrides).Errors.Select(Plain)];

    public Profile Load(string name, params string[] overrides)
    {
        var result = ProfileFile.Load(PathOf(name), overrides);
        return result.Profile ?? throw new InvalidOperationException(string.Join('\n', result.Errors));
    }

    public string Plain(ProfileError error) => error.ToString().Replace(_path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
