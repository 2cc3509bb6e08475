using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Conformance.Device;

namespace Conformance.Migration;

/// <summary>
/// <c>profiles/schema.json</c>, made of the profile's types and their documentation: editors complete with it and check while one types.
/// It asks less than the reading does: with <c>extends</c> and <c>defaults</c> no key must stand in one file.
/// </summary>
public static class ProfileSchema
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower,
        NumberHandling = JsonNumberHandling.Strict,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    /// <summary>The text of the file.</summary>
    public static string Write()
    {
        var docs = new XmlDocs();
        var schema = (JsonObject)s_options.GetJsonSchemaAsNode(typeof(Profile), new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, node) => Refine(context, node, docs),
        });

        var keys = (JsonObject)schema["properties"]!;
        var combinations = (JsonObject)keys[ProfileFile.CombinationsKey]!;
        var combination = combinations["additionalProperties"]!;
        keys.Insert(0, "extends", new JsonObject
        {
            ["description"] = "Path of a profile that this one builds on, relative to this file. Mappings merge, lists are replaced.",
            ["type"] = "string",
        });
        keys.Insert(keys.IndexOf(ProfileFile.CombinationsKey), ProfileFile.DefaultsKey, combination.DeepClone());
        keys[ProfileFile.DefaultsKey]!["description"] = "What holds for each combination that does not say otherwise.";
        combination["type"] = new JsonArray("object", "null");
        // A further device has the keys of the first; said once, so that a new key stands in one place.
        keys[ProfileFile.DevicesKey]!["additionalProperties"] = new JsonObject { ["$ref"] = "#/properties/device/properties/sim" };
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
        schema["title"] = "Profile";
        return schema.ToJsonString(s_options) + "\n";
    }

    private static JsonNode Refine(JsonSchemaExporterContext context, JsonNode schema, XmlDocs docs)
    {
        var type = context.TypeInfo.Type;
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        var property = context.PropertyInfo?.AttributeProvider as PropertyInfo;
        // A converter of its own hides from the exporter what it writes.
        var node = schema as JsonObject ?? [];
        if (plain == typeof(StepChoice)) node["enum"] = new JsonArray([.. StepChoice.All.Select(word => (JsonNode)word)]);
        else if (plain == typeof(Duration)) node["type"] = new JsonArray("string", "integer");
        else if (plain == typeof(Size)) node["type"] = new JsonArray("string", "integer");

        if (node.ContainsKey("properties"))
        {
            node.Remove("required");
            node["additionalProperties"] = false;
        }

        if (plain == typeof(byte) || plain == typeof(ushort) || plain == typeof(uint) || plain == typeof(ulong)) node["minimum"] = 0;
        if (property?.GetCustomAttribute<RangeAttribute>() is { } range && Type.GetTypeCode(plain) is not TypeCode.Object)
        {
            node["minimum"] = JsonValue.Create(Convert.ToDecimal(Binder.Limit(range.Minimum, plain)));
            node["maximum"] = JsonValue.Create(Convert.ToDecimal(Binder.Limit(range.Maximum, plain)));
        }

        if (property?.IsDefined(typeof(OneOrListAttribute)) == true) node["type"] = new JsonArray("string", "array", "null");
        if (property?.GetCustomAttribute<RegularExpressionAttribute>() is { } pattern) node["pattern"] = $"^{pattern.Pattern}$";
        if (property?.GetCustomAttribute<MinLengthAttribute>() is { } length) node["minItems"] = length.Length;
        if (property is not null && DefaultOf(property) is { } value) node["default"] = value;
        var kind = plain.GetCustomAttribute<DescriptionAttribute>()?.Description;
        var text = property is null ? docs.SummaryOf(plain) : Joined(docs.SummaryOf(property), kind);
        if (text is not null) node.Insert(0, "description", text);
        return node;
    }

    private static string? Joined(string? summary, string? kind) =>
        summary is null || kind is null ? summary ?? kind : $"{summary} ({kind})";

    /// <summary>The value of a property that is not given, where it is a scalar.</summary>
    private static JsonNode? DefaultOf(PropertyInfo property)
    {
        if (ScalarType.Of(property.PropertyType) is null || property.IsDefined(typeof(RequiredMemberAttribute))) return null;
        var value = property.GetValue(Activator.CreateInstance(property.DeclaringType!));
        return JsonSerializer.SerializeToNode(value, property.PropertyType, s_options);
    }
}
