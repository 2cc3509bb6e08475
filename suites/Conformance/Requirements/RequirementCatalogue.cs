using Conformance.Migration;

namespace Conformance.Suite;

/// <summary>A catalogue, or what is wrong with its files: one of the two.</summary>
/// <param name="Catalogue">Null where there are errors.</param>
/// <param name="Errors">Each prints as <c>file:line:column: what</c>; in the order of the files.</param>
public sealed record CatalogueResult(RequirementCatalogue? Catalogue, IReadOnlyList<ProfileError> Errors);

/// <summary>All requirements, by area, identifier and row of the reference.</summary>
public sealed class RequirementCatalogue
{
    /// <summary>The file that names the areas; theirs are in the folder <see cref="Folder"/>.</summary>
    public const string Index = "requirements.yaml";

    /// <summary>Where the areas' files are.</summary>
    public const string Folder = "Requirements";

    private readonly Dictionary<string, Requirement> _byId;
    private readonly Dictionary<string, Requirement> _byAssertion;

    internal RequirementCatalogue(IReadOnlyList<RequirementArea> areas)
    {
        Areas = areas;
        Requirements = [.. areas.SelectMany(area => area.Requirements)];
        _byId = Requirements.ToDictionary(requirement => requirement.Id);
        _byAssertion = Requirements
            .SelectMany(requirement => requirement.Assertions, (requirement, assertion) => (assertion, requirement))
            .ToDictionary(pair => pair.assertion, pair => pair.requirement);
    }

    /// <summary>In the order of a report.</summary>
    public IReadOnlyList<RequirementArea> Areas { get; }

    /// <summary>Those of all areas, in their order.</summary>
    public IReadOnlyList<Requirement> Requirements { get; }

    /// <summary>The requirement of that identifier, or null.</summary>
    public Requirement? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>The one requirement that covers that row of the reference, or null.</summary>
    public Requirement? FindByAssertion(string assertion) => _byAssertion.GetValueOrDefault(assertion);

    /// <summary>The catalogue that this assembly carries, read when it is first asked for.</summary>
    /// <exception cref="InvalidDataException">It is not as it must be; the message has a line for each error.</exception>
    public static RequirementCatalogue Shipped => field ??= ReadShipped();

    /// <param name="open">Gives the text of a file by its path relative to the catalogue, or null where there is none.</param>
    public static CatalogueResult Read(Func<string, string?> open) => new CatalogueReader(open).Read();

    private static RequirementCatalogue ReadShipped()
    {
        var result = Read(OpenShipped);
        return result.Catalogue ?? throw new InvalidDataException(string.Join('\n', result.Errors));
    }

    /// <summary>A file that this assembly carries; null where it carries none of that name.</summary>
    internal static string? OpenShipped(string name)
    {
        using var stream = typeof(RequirementCatalogue).Assembly.GetManifestResourceStream(name);
        if (stream is null) return null;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
