using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Conformance.Migration;

/// <summary>Reads YAML into <see cref="Node"/>s, so that each value keeps its line and column through merging and overriding.</summary>
internal sealed class YamlReader
{
    private const int DeepestNesting = 64;

    private readonly Func<Mark, Place> _place;
    private readonly List<ProfileError> _errors;
    private readonly Dictionary<AnchorName, Node> _anchors = [];
    private readonly Parser _parser;
    private int _depth;

    private YamlReader(string text, Func<Mark, Place> place, List<ProfileError> errors)
    {
        _place = place;
        _errors = errors;
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>The document of a file, or null where there is none; what is wrong is added to <paramref name="errors"/>.</summary>
    public static Node? ReadFile(string text, string source, List<ProfileError> errors) =>
        new YamlReader(text, mark => new Place(source, (int)mark.Line, (int)mark.Column), errors).Read();

    /// <summary>A value given as an argument: everything in it has the argument as its place.</summary>
    public static Node? ReadArgument(string text, Place place, List<ProfileError> errors) =>
        text.Trim().Length == 0 ? new ScalarNode(place, "", Quoted: false) : new YamlReader(text, _ => place, errors).Read();

    private Node? Read()
    {
        try
        {
            _parser.Consume<StreamStart>();
            if (_parser.TryConsume<StreamEnd>(out _)) return null;
            _parser.Consume<DocumentStart>();
            var root = ReadNode();
            _parser.Consume<DocumentEnd>();
            if (_parser.TryConsume<DocumentStart>(out var second))
                Fail(second.Start, "a profile is one document; a second one begins here");
            return root;
        }
        catch (YamlException e)
        {
            Fail(e.Start, $"not valid YAML: {Tidy(e.Message)}");
            return null;
        }
    }

    private Node ReadNode()
    {
        if (++_depth > DeepestNesting) throw new YamlException(_parser.Current!.Start, _parser.Current.End, "nested too deeply");
        var node = _parser.Current switch
        {
            AnchorAlias => ReadAlias(),
            Scalar => ReadScalar(),
            SequenceStart => ReadList(),
            MappingStart => ReadMap(),
            var other => throw new YamlException(other!.Start, other.End, "a value was expected"),
        };
        _depth--;
        return node;
    }

    private Node ReadAlias()
    {
        var alias = _parser.Consume<AnchorAlias>();
        return _anchors.TryGetValue(alias.Value, out var node)
            ? node
            : throw new YamlException(alias.Start, alias.End, $"nothing is named &{alias.Value}");
    }

    private ScalarNode ReadScalar()
    {
        var scalar = _parser.Consume<Scalar>();
        return Named(scalar, new ScalarNode(_place(scalar.Start), scalar.Value, scalar.Style != ScalarStyle.Plain));
    }

    private ListNode ReadList()
    {
        var start = _parser.Consume<SequenceStart>();
        var items = new List<Node>();
        while (!_parser.TryConsume<SequenceEnd>(out _)) items.Add(ReadNode());
        return Named(start, new ListNode(_place(start.Start), items));
    }

    private MapNode ReadMap()
    {
        var start = _parser.Consume<MappingStart>();
        var entries = new OrderedDictionary<string, MapEntry>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (_parser.Current is not Scalar)
                throw new YamlException(_parser.Current!.Start, _parser.Current.End, "a key must be a plain word");
            var key = _parser.Consume<Scalar>();
            var entry = new MapEntry(_place(key.Start), ReadNode());
            if (entries.TryGetValue(key.Value, out var first))
                Fail(key.Start, $"duplicate key '{key.Value}'; the first is in line {first.Place.Line}");
            else entries.Add(key.Value, entry);
        }

        return Named(start, new MapNode(_place(start.Start), entries));
    }

    private T Named<T>(NodeEvent start, T node)
        where T : Node
    {
        if (!start.Anchor.IsEmpty) _anchors[start.Anchor] = node;
        return node;
    }

    private void Fail(Mark mark, string what) => _errors.Add(new ProfileError(_place(mark), what));

    /// <summary>The parser's sentence alone: some of its messages begin with the position that is said anyway.</summary>
    private static string Tidy(string message)
    {
        var end = message.LastIndexOf("): ", StringComparison.Ordinal);
        return (end < 0 ? message : message[(end + 3)..]).TrimEnd('.');
    }
}
