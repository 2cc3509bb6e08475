using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Conformance.Migration;

/// <summary>How plans and records are written: kebab-case, indented, members in the order of their declaration, nothing left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    Converters = [typeof(KebabEnums)],
    WriteIndented = true)]
[JsonSerializable(typeof(Profile))]
[JsonSerializable(typeof(Plan))]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(VerdictFile))]
[JsonSerializable(typeof(JournalLine))]
[JsonSerializable(typeof(ExpectedResults))]
[JsonSerializable(typeof(KillMatrix))]
[JsonSerializable(typeof(CaseOrderLine))]
[JsonSerializable(typeof(Baseline))]
[JsonSerializable(typeof(HeldBaseline))]
[JsonSerializable(typeof(Errand))]
[JsonSerializable(typeof(Carried))]
public sealed partial class MigrationJson : JsonSerializerContext
{
    /// <summary>For files that a person may open: quotes and arrows stand as they are.</summary>
    public static MigrationJson Readable =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>For lines of a journal and between processes: a line each.</summary>
    public static MigrationJson Line =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = false });
}

/// <summary>Enumerations as the words that profiles use.</summary>
internal sealed class KebabEnums : JsonConverterFactory
{
    private readonly JsonStringEnumConverter _enums = new(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);

    public override bool CanConvert(Type typeToConvert) => _enums.CanConvert(typeToConvert);

    public override JsonConverter? CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        _enums.CreateConverter(typeToConvert, options);
}

/// <summary>A list of numbers on one line, where thousands of lines would help nobody.</summary>
internal sealed class CompactNumbers : JsonConverter<IReadOnlyList<long>>
{
    public override IReadOnlyList<long>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) numbers.Add(reader.GetInt64());
        return numbers;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<long> value, JsonSerializerOptions options) =>
        writer.WriteRawValue($"[{string.Join(',', value)}]", skipInputValidation: true);
}
