using System.Text.Json;

namespace Conformance.Migration;

/// <summary>How the values of an enumeration are called in profiles, records and on the screen: <c>there-and-back</c>.</summary>
public static class Words
{
    public static string Of<T>(T value)
        where T : struct, Enum => OfName(value.ToString());

    /// <summary>The value that is called so; null where none is.</summary>
    public static T? TryRead<T>(string word)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (Of(value) == word) return value;
        }

        return null;
    }

    /// <summary>A name of the code in kebab-case: <c>MqesZ</c> is <c>mqes-z</c>.</summary>
    public static string OfName(string name) => JsonNamingPolicy.KebabCaseLower.ConvertName(name);
}
