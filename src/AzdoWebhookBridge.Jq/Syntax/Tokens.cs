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
        return new JqCompileException($"{message} (line {line}, column {column})", line, column, offset, length);
    }

    public JqCompileException Error(string message, Token at) => Error(message, at.Offset, at.Length);
}
