namespace AzdoWebhookBridge.Mapping.Loading;

/// <summary>Finds a place inside a scalar's text again in the file, so that an error points at the character that is wrong.</summary>
internal static class ScalarPosition
{
    /// <param name="source">The whole file.</param>
    /// <param name="node">The scalar.</param>
    /// <param name="line">Line within the scalar's text, from 1.</param>
    /// <param name="column">Column in that line, from 1.</param>
    /// <returns>Line and column in the file; the start of the scalar's text where the style does not allow more.</returns>
    public static (int Line, int Column) Find(string source, ScalarNode node, int line, int column) => node.Style switch
    {
        ScalarStyle.Literal => InBlock(source, node, line, column),
        ScalarStyle.Folded => InBlock(source, node, line: 1, column: 1),
        ScalarStyle.Plain => line == 1 ? (node.Line, node.Column + column - 1) : (node.Line, node.Column),
        _ => line == 1 ? (node.Line, QuotedColumn(source, node, column - 1)) : (node.Line, node.Column + 1),
    };

    private static (int Line, int Column) InBlock(string source, ScalarNode node, int line, int column)
    {
        // The text begins on the line after the | or >, at the indent of its first line that is not empty.
        var indent = -1;
        var start = LineAfter(source, node.Index);
        for (var at = start; at < source.Length && indent < 0; at = LineAfter(source, at))
        {
            var end = at;
            while (end < source.Length && source[end] == ' ')
            {
                end++;
            }

            if (end < source.Length && source[end] is not ('\n' or '\r'))
            {
                indent = end - at;
            }
        }

        return (node.Line + line, Math.Max(indent, 0) + column);
    }

    private static int LineAfter(string source, int index)
    {
        var newline = source.IndexOf('\n', index);
        return newline < 0 ? source.Length : newline + 1;
    }

    // Escapes are longer in the file than in the text.
    private static int QuotedColumn(string source, ScalarNode node, int offset)
    {
        var at = node.Index + 1;
        for (var seen = 0; seen < offset && at < source.Length; seen++)
        {
            if (source[at] is '\n' or '\r')
            {
                return node.Column + 1;
            }

            at += node.Style == ScalarStyle.SingleQuoted
                ? source[at] == '\'' ? 2 : 1
                : source[at] != '\\' ? 1 : EscapeLength(source, at);
        }

        return node.Column + at - node.Index;
    }

    private static int EscapeLength(string source, int at) => (at + 1 < source.Length ? source[at + 1] : ' ') switch
    {
        'x' => 4,
        'u' => 6,
        'U' => 10,
        _ => 2,
    };
}
