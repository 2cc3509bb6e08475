using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Conformance.Report;

/// <summary>
/// Writes HTML. In <c>Write($"&lt;td&gt;{value}&lt;/td&gt;")</c> what the code says stands as it is, and what a value says is escaped:
/// there is no way to forget it.
/// </summary>
public sealed class Html
{
    private readonly StringBuilder _text = new();

    /// <summary>Appends a line.</summary>
    public Html Write([InterpolatedStringHandlerArgument("")] Escaper markup)
    {
        _ = markup; // it wrote while it was made
        _text.Append('\n');
        return this;
    }

    public override string ToString() => _text.ToString();

    /// <summary>Takes the parts of an interpolated string.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Escaper
    {
        private readonly StringBuilder _text;

        public Escaper(int literalLength, int formattedCount, Html html)
        {
            _ = literalLength + formattedCount;
            _text = html._text;
        }

        public void AppendLiteral(string s) => _text.Append(s);

        /// <summary>A picture was escaped when it was drawn.</summary>
        public void AppendFormatted(Svg value) => _text.Append(value.ToString());

        public void AppendFormatted<T>(T value, string format)
            where T : IFormattable => AppendFormatted(value.ToString(format, CultureInfo.InvariantCulture));

        public void AppendFormatted<T>(T value) => _text.Append(WebUtility.HtmlEncode(value?.ToString()));
    }
}
