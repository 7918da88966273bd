namespace AzdoWebhookBridge.Jq.Syntax;

internal enum TokenKind
{
    End,
    Identifier,
    Keyword,
    Field,
    Variable,
    Format,
    Number,
    Operator,
    StringStart,
    StringText,
    InterpolationStart,
    InterpolationEnd,
    StringEnd,
}

/// <summary><see cref="Text"/> is the meaning (a field without its dot, unescaped string text), the offsets are the spelling's.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Offset, int Length)
{
    public bool Is(string op) => Kind is TokenKind.Operator or TokenKind.Keyword && string.Equals(Text, op);
}

/// <summary>Turns offsets into lines and columns and builds compile errors.</summary>
internal sealed class SourceText(string text)
{
    private const int ExcerptLength = 60;

    public string Text { get; } = text;

    public (int Line, int Column) Locate(int offset)
    {
        var before = Text.AsSpan(0, Math.Min(offset, Text.Length));
        var lastBreak = before.LastIndexOf('\n');
        return (before.Count('\n') + 1, before.Length - lastBreak);
    }

    public JqCompileException Error(string message, int offset, int length)
    {
        var (line, column) = Locate(offset);
        return new JqCompileException($"{message} (line {line}, column {column})\n{Excerpt(offset, length)}", line, column, offset, length);
    }

    public JqCompileException Error(string message, Token at) => Error(message, at.Offset, at.Length);

    /// <summary>The line around that place, and below it carets under the place.</summary>
    private string Excerpt(int offset, int length)
    {
        offset = Math.Min(offset, Text.Length);
        var start = offset == 0 ? 0 : Text.LastIndexOf('\n', offset - 1) + 1;
        var end = Text.IndexOf('\n', offset) is var found && found < 0 ? Text.Length : found;
        start = Math.Max(start, offset - ExcerptLength);
        end = Math.Min(end, offset + ExcerptLength);
        var shown = string.Create(end - start, (Text, start), static (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
            {
                var unit = source.Text[source.start + i];
                target[i] = char.IsControl(unit) || char.IsSurrogate(unit) ? ' ' : unit;
            }
        });
        return $"    {shown}\n    {new string(' ', offset - start)}{new string('^', Math.Clamp(length, 1, Math.Max(1, end - offset)))}";
    }
}
