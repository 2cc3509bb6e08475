using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Conformance.Migration;

/// <summary>The summaries of types and properties, from the documentation files that the compiler left beside the assemblies.</summary>
internal sealed partial class XmlDocs
{
    private readonly Dictionary<Assembly, Dictionary<string, string>> _summaries = [];

    /// <summary>In one line of plain text; null where there is none.</summary>
    public string? SummaryOf(Type type) => Of(type.Assembly).GetValueOrDefault($"T:{type.FullName}");

    /// <inheritdoc cref="SummaryOf(Type)"/>
    public string? SummaryOf(PropertyInfo property) =>
        Of(property.DeclaringType!.Assembly).GetValueOrDefault($"P:{property.DeclaringType.FullName}.{property.Name}");

    private Dictionary<string, string> Of(Assembly assembly)
    {
        if (_summaries.TryGetValue(assembly, out var known)) return known;
        var path = Path.Combine(AppContext.BaseDirectory, assembly.GetName().Name + ".xml");
        var members = File.Exists(path) ? XDocument.Load(path).Descendants("member") : [];
        return _summaries[assembly] = members
            .Where(member => member.Element("summary") is not null)
            .ToDictionary(member => (string)member.Attribute("name")!, member => Plain(member.Element("summary")!));
    }

    private static string Plain(XElement summary) => Blanks().Replace(string.Concat(summary.Nodes().Select(Text)), " ").Trim();

    /// <summary>A reference is told by its last word: <c>&lt;see cref="P:A.B.Delay"/&gt;</c> is Delay.</summary>
    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement element when element.Attribute("cref") is { } reference => reference.Value.Split('(')[0].Split('.')[^1],
        XElement element => string.Concat(element.Nodes().Select(Text)),
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
