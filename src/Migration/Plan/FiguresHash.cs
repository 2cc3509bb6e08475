using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Conformance.Device;

namespace Conformance.Migration;

/// <summary>
/// What the figures of a profile's cycles depend on, as text and hash: values that are those of a profile that says nothing are left out, so that a key
/// which a later build adds makes nobody's stored figures those of another profile; so is what no cycle sees: name, gates, cases and the test bed. Nor is
/// the seed in it, which is told by itself.
/// </summary>
internal static class FiguresHash
{
    private static readonly JsonSerializerOptions s_sparse =
        new(MigrationJson.Line.Options) { TypeInfoResolver = MigrationJson.Line.WithAddedModifier(LeaveOutDefaults) };

    /// <summary>SHA-256 of <see cref="TextOf"/>, in hexadecimal.</summary>
    public static string Of(Profile profile) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(Bare(profile), s_sparse)));

    /// <summary>The profile with all left out that the figures do not depend on.</summary>
    public static string TextOf(Profile profile) => JsonSerializer.Serialize(Bare(profile), s_sparse);

    private static Profile Bare(Profile profile) => profile with
    {
        Name = "", Seed = 0, Gates = new(), Testbed = new(), Cases = null, Devices = new OrderedDictionary<string, SimulatedDevice>(),
    };

    /// <summary>A key is written where its value is another than that of a new object; what a profile must say anyway, always.</summary>
    private static void LeaveOutDefaults(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object || type.Type.GetConstructor(Type.EmptyTypes) is not { } create) return;
        var unset = create.Invoke(null);
        foreach (var it in type.Properties.Where(it => it is { Get: not null, IsRequired: false }))
        {
            var text = Text(it.Get!(unset));
            it.ShouldSerialize = (_, value) => Text(value) != text;

            string Text(object? value) => JsonSerializer.Serialize(value, s_sparse.GetTypeInfo(it.PropertyType));
        }
    }
}
