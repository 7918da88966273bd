using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace AzdoWebhookBridge.Mapping.Loading;

/// <summary>Reads YAML into nodes that keep their place. Anchors work, within a limit; tags and a second document do not.</summary>
internal sealed class YamlDocumentReader
{
    private const int MaxDepth = 64;
    private const int MaxNodes = 100_000;

    private readonly Parser _parser;
    private readonly Dictionary<string, (DocumentNode Node, int Size)> _anchors = new(StringComparer.Ordinal);
    private int _nodes;

    private YamlDocumentReader(string text) => _parser = new Parser(new StringReader(text));

    public static DocumentNode? Read(string text)
    {
        var reader = new YamlDocumentReader(text);
        try
        {
            return reader.ReadDocument();
        }
        catch (YamlException exception)
        {
            throw new DocumentException(exception.Message, (int)exception.Start.Line, (int)exception.Start.Column);
        }
        catch (InvalidOperationException)
        {
            // What YamlDotNet says of a text that ends inside a bracket.
            var (line, column) = EndOf(text);
            throw new DocumentException("the file ends in the middle of a value", line, column);
        }
    }

    private static (int Line, int Column) EndOf(string text)
    {
        var lines = text.AsSpan().Count('\n');
        return (lines + 1, text.Length - (text.LastIndexOf('\n') + 1) + 1);
    }

    private DocumentNode? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
        {
            return null;
        }

        _parser.Consume<DocumentStart>();
        var node = ReadNode(depth: 0);
        _parser.Consume<DocumentEnd>();
        if (_parser.Accept<DocumentStart>(out var second))
        {
            throw Refuse(second, "a mapping file is one document");
        }

        return node;
    }

    private DocumentNode ReadNode(int depth)
    {
        var current = _parser.Current!;
        if (depth > MaxDepth)
        {
            throw Refuse(current, $"nested deeper than {MaxDepth} levels");
        }

        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            if (!_anchors.TryGetValue(alias.Value.Value, out var anchored))
            {
                throw Refuse(alias, $"there is no anchor '{alias.Value.Value}' before this");
            }

            Count(anchored.Size, alias);
            return anchored.Node;
        }

        if (current is NodeEvent { Tag.IsEmpty: false } tagged && !string.Equals(tagged.Tag.Value, "!", StringComparison.Ordinal))
        {
            throw Refuse(current, $"tags are not supported: '{tagged.Tag.Value}'");
        }

        var before = _nodes;
        Count(1, current);
        DocumentNode node = current switch
        {
            Scalar => ReadScalar(),
            SequenceStart => ReadSequence(depth),
            MappingStart => ReadMapping(depth),
            _ => throw Refuse(current, "unexpected end"),
        };
        if (current is NodeEvent { Anchor.IsEmpty: false } anchor)
        {
            _anchors[anchor.Anchor.Value] = (node, _nodes - before);
        }

        return node;
    }

    private ScalarNode ReadScalar()
    {
        var scalar = _parser.Consume<Scalar>();
        var style = scalar.Style switch
        {
            YamlDotNet.Core.ScalarStyle.SingleQuoted => ScalarStyle.SingleQuoted,
            YamlDotNet.Core.ScalarStyle.DoubleQuoted => ScalarStyle.DoubleQuoted,
            YamlDotNet.Core.ScalarStyle.Literal => ScalarStyle.Literal,
            YamlDotNet.Core.ScalarStyle.Folded => ScalarStyle.Folded,
            _ => ScalarStyle.Plain,
        };
        return new ScalarNode(scalar.Value, style, (int)scalar.Start.Index, (int)scalar.Start.Line, (int)scalar.Start.Column);
    }

    private SequenceNode ReadSequence(int depth)
    {
        var start = _parser.Consume<SequenceStart>();
        var items = new List<DocumentNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode(depth + 1));
        }

        return new SequenceNode(items, (int)start.Start.Line, (int)start.Start.Column);
    }

    private MappingNode ReadMapping(int depth)
    {
        var start = _parser.Consume<MappingStart>();
        var entries = new List<MappingEntry>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var at = _parser.Current!;
            if (ReadNode(depth + 1) is not ScalarNode key)
            {
                throw Refuse(at, "a key has to be a string");
            }

            entries.Add(new MappingEntry(key, ReadNode(depth + 1)));
        }

        return new MappingNode(entries, (int)start.Start.Line, (int)start.Start.Column);
    }

    // Anchors used by anchors multiply: what they stand for counts, so that a short file cannot become an endless one.
    private void Count(int nodes, ParsingEvent at)
    {
        _nodes += nodes;
        if (_nodes > MaxNodes)
        {
            throw Refuse(at, $"more than {MaxNodes} values");
        }
    }

    private static DocumentException Refuse(ParsingEvent at, string message) => new(message, (int)at.Start.Line, (int)at.Start.Column);
}
