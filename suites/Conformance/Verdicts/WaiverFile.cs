using System.Globalization;
using Conformance.Migration;

namespace Conformance.Suite;

/// <summary>Reads waivers, strictly: a key that is unknown or missing is told with its place.</summary>
public static class WaiverFile
{
    public const string Name = "waivers.yaml";

    /// <summary>The file that this suite ships with, as it is written.</summary>
    public static string ShippedText { get; } = SuiteFile.Read(Name);

    /// <summary>Those that this suite ships with.</summary>
    public static IReadOnlyList<Waiver> Shipped { get; } = ReadShipped();

    /// <param name="text">Of the file.</param>
    /// <param name="path">For the places of errors.</param>
    /// <returns>The waivers, or what is wrong.</returns>
    public static (IReadOnlyList<Waiver> Waivers, IReadOnlyList<ProfileError> Errors) Read(string text, string path)
    {
        var errors = new List<ProfileError>();
        if (YamlReader.ReadFile(text, path, errors) is not MapNode root)
        {
            if (errors.Count == 0) errors.Add(new ProfileError(new Place(path, 1, 1), "a mapping with waivers is expected; there is none here"));
            return ([], errors);
        }

        var binder = new Binder(errors);
        var list = binder.Bind<WaiverList>(root);
        if (errors.Count > 0) return ([], errors);
        foreach (var it in list!.Waivers)
        {
            if (!DateOnly.TryParseExact(it.Expires, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
                errors.Add(new ProfileError(binder.PlaceOf(it, nameof(Waiver.Expires)), $"'{it.Expires}' is no day"));
        }

        return (errors.Count == 0 ? list.Waivers : [], errors);
    }

    private static IReadOnlyList<Waiver> ReadShipped()
    {
        var (waivers, errors) = Read(ShippedText, Name);
        return errors.Count == 0 ? waivers : throw new InvalidDataException(string.Join('\n', errors));
    }
}
