using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Conformance.Migration;

/// <summary>What is said of types, properties and methods, from the documentation files that the compiler left beside the assemblies.</summary>
internal sealed partial class XmlDocs
{
    private const string Summary = "summary";
    private const string Remarks = "remarks";

    private readonly Dictionary<(Assembly, string), Dictionary<string, string>> _texts = [];

    /// <summary>In one line of plain text; null where there is none.</summary>
    public string? SummaryOf(Type type) => Of(type.Assembly, Summary).GetValueOrDefault($"T:{type.FullName}");

    /// <inheritdoc cref="SummaryOf(Type)"/>
    public string? SummaryOf(PropertyInfo property) =>
        Of(property.DeclaringType!.Assembly, Summary).GetValueOrDefault($"P:{property.DeclaringType.FullName}.{property.Name}");

    /// <inheritdoc cref="SummaryOf(Type)"/>
    public string? SummaryOf(MethodInfo method) => OfMethod(method, Summary);

    /// <summary>Its remarks, likewise.</summary>
    public string? RemarksOf(Type type) => Of(type.Assembly, Remarks).GetValueOrDefault($"T:{type.FullName}");

    /// <inheritdoc cref="RemarksOf(Type)"/>
    public string? RemarksOf(MethodInfo method) => OfMethod(method, Remarks);

    /// <summary>The arguments' types are in the name; the first of an overloaded method is taken.</summary>
    private string? OfMethod(MethodInfo method, string element)
    {
        var name = $"M:{method.DeclaringType!.FullName}.{method.Name}";
        return Of(method.DeclaringType.Assembly, element).FirstOrDefault(it => it.Key == name || it.Key.StartsWith($"{name}(", StringComparison.Ordinal)).Value;
    }

    private Dictionary<string, string> Of(Assembly assembly, string element)
    {
        if (_texts.TryGetValue((assembly, element), out var known)) return known;
        var path = Path.ChangeExtension(assembly.Location, ".xml");
        var members = File.Exists(path) ? XDocument.Load(path).Descendants("member") : [];
        return _texts[(assembly, element)] = members
            .Where(member => member.Element(element) is not null)
            .ToDictionary(member => (string)member.Attribute("name")!, member => Plain(member.Element(element)!));
    }

    private static string Plain(XElement element) => Blanks().Replace(string.Concat(element.Nodes().Select(Text)), " ").Trim();

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
