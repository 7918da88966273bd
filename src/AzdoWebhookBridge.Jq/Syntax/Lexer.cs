using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Syntax;

/// <summary>
/// Program text to tokens, strings with their interpolations in place. Nesting is a counter stack, not recursion, so
/// any number of parentheses is safe here; the parser limits what they mean.
/// </summary>
internal sealed class Lexer
{
    private static readonly FrozenSet<string> Keywords = new[]
    {
        "def", "if", "then", "elif", "else", "end", "as", "reduce", "foreach", "try", "catch", "label", "break", "import",
        "include", "module", "and", "or",
    }.ToFrozenSet();

    // Longest first.
    private static readonly string[] Operators =
    [
        "?//=", "?//", "//=", "==", "!=", "<=", ">=", "//", "|=", "+=", "-=", "*=", "/=", "%=", "..",
        ".", "[", "]", "(", ")", "{", "}", "|", ",", ":", ";", "=", "<", ">", "+", "-", "*", "/", "%", "?", "$",
    ];

    private readonly SourceText _source;
    private readonly string _text;
    private readonly List<Token> _tokens = [];

    // Open parentheses inside each interpolation we are in.
    private readonly Stack<int> _interpolations = new();
    private int _at;

    private Lexer(SourceText source)
    {
        _source = source;
        _text = source.Text;
    }

    public static bool IsKeyword(string word) => Keywords.Contains(word);

    public static List<Token> Read(SourceText source)
    {
        var lexer = new Lexer(source);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        while (SkipBlank())
        {
            ReadToken();
        }

        if (_interpolations.Count > 0)
        {
            throw _source.Error("Found the end of the program, expected ')' to close a string interpolation", _text.Length, 0);
        }

        _tokens.Add(new Token(TokenKind.End, string.Empty, _text.Length, 0));
    }

    private bool SkipBlank()
    {
        while (_at < _text.Length)
        {
            var unit = _text[_at];
            if (unit == '#')
            {
                SkipComment();
            }
            else if (unit is ' ' or '\t' or '\n' or '\r')
            {
                _at++;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>To the end of the line; an odd number of backslashes before it continues the comment, as in jq 1.7.1.</summary>
    private void SkipComment()
    {
        var backslashes = 0;
        while (_at < _text.Length)
        {
            var unit = _text[_at];
            if (unit == '\n' && backslashes % 2 == 0)
            {
                return;
            }

            if (unit != '\r')
            {
                backslashes = unit == '\\' ? backslashes + 1 : 0;
            }

            _at++;
        }
    }

    private void ReadToken()
    {
        var unit = _text[_at];
        if (unit == '"')
        {
            Add(TokenKind.StringStart, "\"", 1);
            ReadStringBody();
        }
        else if (unit == '.' && _at + 1 < _text.Length && IsNameStart(_text[_at + 1]))
        {
            var length = NameLength(_at + 1);
            Add(TokenKind.Field, _text.Substring(_at + 1, length), length + 1);
        }
        else if (char.IsAsciiDigit(unit) || (unit == '.' && _at + 1 < _text.Length && char.IsAsciiDigit(_text[_at + 1])))
        {
            ReadNumber();
        }
        else if (IsNameStart(unit))
        {
            var length = QualifiedNameLength(_at);
            var word = _text.Substring(_at, length);
            Add(Keywords.Contains(word) ? TokenKind.Keyword : TokenKind.Identifier, word, length);
        }
        else if (unit == '$' && _at + 1 < _text.Length && IsNameStart(_text[_at + 1]))
        {
            var length = QualifiedNameLength(_at + 1);
            Add(TokenKind.Variable, _text.Substring(_at + 1, length), length + 1);
        }
        else if (unit == '@' && _at + 1 < _text.Length && IsNamePart(_text[_at + 1]))
        {
            var length = NameLength(_at + 1);
            Add(TokenKind.Format, _text.Substring(_at + 1, length), length + 1);
        }
        else
        {
            ReadOperator();
        }
    }

    private void ReadOperator()
    {
        foreach (var op in Operators)
        {
            if (op[0] != _text[_at] || string.CompareOrdinal(_text, _at, op, 0, op.Length) != 0)
            {
                continue;
            }

            if (_interpolations.Count > 0 && (op is "(" or ")"))
            {
                var open = _interpolations.Pop();
                if (op == ")" && open == 0)
                {
                    Add(TokenKind.InterpolationEnd, ")", 1);
                    ReadStringBody();
                    return;
                }

                _interpolations.Push(op == "(" ? open + 1 : open - 1);
            }

            Add(TokenKind.Operator, op, op.Length);
            return;
        }

        var rune = Rune.TryGetRuneAt(_text, _at, out var read) ? read : Rune.ReplacementChar;
        var shown = Rune.IsControl(rune) || rune == Rune.ReplacementChar
            ? string.Create(CultureInfo.InvariantCulture, $"U+{rune.Value:X4}")
            : $"'{rune}'";
        throw _source.Error($"Found {shown}, which means nothing here{Hints.At(_text, _at)}", _at, rune.Utf16SequenceLength);
    }

    private void ReadNumber()
    {
        var start = _at;
        var end = start;
        while (end < _text.Length && char.IsAsciiDigit(_text[end]))
        {
            end++;
        }

        // "1..2" is not a number with an empty fraction.
        if (end < _text.Length && _text[end] == '.' && (end + 1 >= _text.Length || _text[end + 1] != '.'))
        {
            end++;
            while (end < _text.Length && char.IsAsciiDigit(_text[end]))
            {
                end++;
            }
        }

        if (end < _text.Length && _text[end] is 'e' or 'E')
        {
            var digits = end + 1;
            if (digits < _text.Length && _text[digits] is '+' or '-')
            {
                digits++;
            }

            if (digits < _text.Length && char.IsAsciiDigit(_text[digits]))
            {
                end = digits;
                while (end < _text.Length && char.IsAsciiDigit(_text[end]))
                {
                    end++;
                }
            }
        }

        Add(TokenKind.Number, _text[start..end], end - start);
    }

    /// <summary>Text up to the closing quote or the next interpolation, which the main loop then reads.</summary>
    private void ReadStringBody()
    {
        var start = _at;
        var plain = new StringBuilder();
        while (true)
        {
            if (_at >= _text.Length)
            {
                throw _source.Error($"Found the end of the program, expected '\"' to close the string {Begin()}", _text.Length, 0);
            }

            var unit = _text[_at];
            if (unit == '"')
            {
                AddText(plain, start);
                Add(TokenKind.StringEnd, "\"", 1);
                return;
            }

            if (unit != '\\')
            {
                plain.Append(unit);
                _at++;
                continue;
            }

            if (_at + 1 < _text.Length && _text[_at + 1] == '(')
            {
                AddText(plain, start);
                Add(TokenKind.InterpolationStart, "\\(", 2);
                _interpolations.Push(0);
                return;
            }

            ReadEscape(plain);
        }
    }

    private string Begin()
    {
        var depth = 0;
        var index = _tokens.Count - 1;
        while (index > 0 && !(_tokens[index].Kind == TokenKind.StringStart && depth == 0))
        {
            depth += _tokens[index].Kind switch
            {
                TokenKind.StringEnd => 1,
                TokenKind.StringStart => -1,
                _ => 0,
            };
            index--;
        }

        var (line, column) = _source.Locate(_tokens[index].Offset);
        return string.Create(CultureInfo.InvariantCulture, $"that begins in line {line}, column {column}");
    }

    private void ReadEscape(StringBuilder plain)
    {
        var letter = _at + 1 < _text.Length ? _text[_at + 1] : '\0';
        var simple = letter switch
        {
            '"' => '"',
            '\\' => '\\',
            '/' => '/',
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\b',
            'f' => '\f',
            _ => '\0',
        };
        if (simple != '\0')
        {
            plain.Append(simple);
            _at += 2;
            return;
        }

        if (letter == 'u' && _at + 6 <= _text.Length
            && ushort.TryParse(_text.AsSpan(_at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            plain.Append((char)code);
            _at += 6;
            return;
        }

        var found = letter == '\0' ? "a backslash" : $"'\\{letter}'";
        throw _source.Error($"Found {found} in a string, expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX \\(", _at, Math.Min(2, _text.Length - _at));
    }

    private void AddText(StringBuilder plain, int start)
    {
        if (plain.Length > 0)
        {
            _tokens.Add(new Token(TokenKind.StringText, StringValue.Sanitize(plain.ToString()), start, _at - start));
        }
    }

    private void Add(TokenKind kind, string text, int length)
    {
        _tokens.Add(new Token(kind, text, _at, length));
        _at += length;
    }

    private static bool IsNameStart(char unit) => char.IsAsciiLetter(unit) || unit == '_';

    private static bool IsNamePart(char unit) => char.IsAsciiLetterOrDigit(unit) || unit == '_';

    private int NameLength(int start)
    {
        var end = start;
        while (end < _text.Length && IsNamePart(_text[end]))
        {
            end++;
        }

        return end - start;
    }

    private int QualifiedNameLength(int start)
    {
        var length = NameLength(start);
        while (start + length + 2 < _text.Length
            && _text[start + length] == ':'
            && _text[start + length + 1] == ':'
            && IsNameStart(_text[start + length + 2]))
        {
            length += 2 + NameLength(start + length + 2);
        }

        return length;
    }
}
