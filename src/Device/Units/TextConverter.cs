using System.Text.Json;
using System.Text.Json.Serialization;

namespace Conformance.Device;

/// <summary>Writes a value as its text and reads it back, for scalars whose text says their unit.</summary>
public sealed class TextConverter<T> : JsonConverter<T>
    where T : struct, IParsable<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        T.TryParse(reader.GetString(), null, out var value) ? value : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
