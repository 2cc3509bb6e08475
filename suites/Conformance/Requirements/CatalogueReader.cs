using System.Text.RegularExpressions;
using Conformance.Migration;

namespace Conformance.Suite;

/// <summary>Reads the catalogue's files, and goes on after an error so that one reading finds all of them.</summary>
internal sealed partial class CatalogueReader(Func<string, string?> open)
{
    private readonly List<ProfileError> _errors = [];
    private readonly Dictionary<string, Place> _ids = [];
    private readonly Dictionary<string, string> _coverage = [];
    private readonly HashSet<string> _names = [];

    private (AreaIndex Value, Binder Binder)? _index;

    /// <summary>What is wrong with what was read.</summary>
    public IReadOnlyList<ProfileError> Errors => _errors;

    public CatalogueResult Read()
    {
        var areas = new List<RequirementArea>();
        if (ReadIndex() is var (index, binder))
        {
            foreach (var entry in index.Areas) areas.Add(ReadArea(entry, binder));
        }

        return new CatalogueResult(_errors.Count == 0 ? new RequirementCatalogue(areas) : null, _errors);
    }

    /// <summary>One area by its abbreviation; null where there is none. Each may be read once.</summary>
    public RequirementArea? ReadArea(string abbreviation) =>
        ReadIndex() is var (index, binder) && index.Areas.FirstOrDefault(it => it.Abbreviation == abbreviation) is { } entry ? ReadArea(entry, binder) : null;

    private (AreaIndex Value, Binder Binder)? ReadIndex() =>
        _index ??= ReadFile<AreaIndex>(RequirementCatalogue.Index, Place.Whole(RequirementCatalogue.Index));

    private RequirementArea ReadArea(AreaEntry entry, Binder index)
    {
        foreach (var (property, name) in new[] { (nameof(entry.Name), entry.Name), (nameof(entry.Abbreviation), entry.Abbreviation) })
        {
            if (!_names.Add(name)) Fail(index.PlaceOf(entry, property), $"'{name}' is another area's");
        }

        var path = $"{RequirementCatalogue.Folder}/{entry.Name}.yaml";
        IReadOnlyList<Requirement> requirements = [];
        if (ReadFile<AreaFile>(path, index.PlaceOf(entry, nameof(entry.Name))) is var (file, binder))
        {
            requirements = file.Requirements;
            var last = 0;
            foreach (var requirement in requirements) CheckRequirement(requirement, entry, binder, ref last);
        }

        return new RequirementArea(entry.Name, entry.Abbreviation, entry.About, requirements);
    }

    /// <summary>Null where something is wrong with it; it is then not looked at further.</summary>
    private (T Value, Binder Binder)? ReadFile<T>(string path, Place asked)
        where T : class
    {
        if (open(path) is not { } text)
        {
            Fail(asked, asked.Line == 0 ? "no such file" : $"no file {path}");
            return null;
        }

        var before = _errors.Count;
        var node = YamlReader.ReadFile(text, path, _errors);
        if (_errors.Count > before) return null;
        if (node is not MapNode root)
        {
            Fail(new Place(path, 1, 1), "a mapping of keys to values is expected; there is none here");
            return null;
        }

        var binder = new Binder(_errors);
        var value = binder.Bind<T>(root);
        return _errors.Count == before ? (value!, binder) : null;
    }

    private void CheckRequirement(Requirement requirement, AreaEntry area, Binder binder, ref int last)
    {
        void FailAt(string property, string what) => Fail(binder.PlaceOf(requirement, property), what);

        CheckId(requirement, area, binder.PlaceOf(requirement, nameof(requirement.Id)), ref last);
        if (!Revision.All.Contains(requirement.Since))
        {
            var nearest = Nearest.To(requirement.Since, Revision.All);
            FailAt(nameof(requirement.Since), $"no revision '{requirement.Since}'; the nearest is '{nearest}'");
        }

        if (requirement.Text.Length == 0) FailAt(nameof(requirement.Text), "a requirement says something");

        var isTested = requirement.Status == RequirementStatus.Tested;
        if (!isTested && string.IsNullOrEmpty(requirement.Reason))
            FailAt(nameof(requirement.Status), $"{requirement.Id} is {Words.Of(requirement.Status)}: a reason must say why");
        if (isTested && requirement.Reason is not null) FailAt(nameof(requirement.Reason), "what is tested needs no reason");

        foreach (var source in requirement.Sources) CheckSource(source, binder);
        foreach (var assertion in requirement.Assertions)
        {
            if (!Assertion.IsMatch(assertion))
                FailAt(nameof(requirement.Assertions), $"'{assertion}' is no row of the reference: those are SUSP-04, V18 or VF-13");
            else if (!_coverage.TryAdd(assertion, requirement.Id))
                FailAt(nameof(requirement.Assertions), $"{assertion} is covered by {_coverage[assertion]} already");
        }
    }

    private void CheckId(Requirement requirement, AreaEntry area, Place place, ref int last)
    {
        var match = Identifier.Match(requirement.Id);
        if (!match.Success || match.Groups["area"].Value != area.Abbreviation)
        {
            Fail(place, $"an identifier of this area is LM-{area.Abbreviation}- and two or three digits, not '{requirement.Id}'");
            return;
        }

        if (!_ids.TryAdd(requirement.Id, place))
        {
            Fail(place, $"{requirement.Id} is given already, in {_ids[requirement.Id]}");
            return;
        }

        var number = int.Parse(match.Groups["number"].ValueSpan);
        if (number <= last) Fail(place, $"{requirement.Id} is out of order; identifiers ascend");
        last = Math.Max(last, number);
    }

    private void CheckSource(RequirementSource source, Binder binder)
    {
        var what = source switch
        {
            { Document: null, Mail: null } => "a source is a document or a mail",
            { Document: not null, Mail: not null } => "a source is a document or a mail, not both",
            { Document: not null, Clause: null } => $"a document has a clause, be it '{RequirementSource.UnknownClause}'",
            { Document: not null, Date: not null } or { Document: not null, Subject: not null } => "date and subject are a mail's",
            { Mail: not null, Date: null } => "a mail has a date",
            { Mail: not null, Clause: not null } => "a clause is a document's",
            _ => null,
        };
        if (what is not null) Fail(binder.PlaceOf(source), what);
    }

    private void Fail(Place place, string what) => _errors.Add(new ProfileError(place, what));

    [GeneratedRegex("^LM-(?<area>[A-Z]{2,5})-(?<number>[0-9]{2,3})$", RegexOptions.ExplicitCapture)]
    private static partial Regex Identifier { get; }

    [GeneratedRegex("^(V[1-9][0-9]?|VF-[1-9][0-9]{0,2}|[A-Z]{3,4}-[0-9]{2})$", RegexOptions.ExplicitCapture)]
    private static partial Regex Assertion { get; }
}
