using System.Buffers;
using System.Globalization;
using System.Text;

namespace AzdoWebhookBridge.Jq.Values;

/// <summary>
/// JSON as jq reads it, with its extras (nan, Infinity, numbers like <c>.5</c> and <c>01</c>) and its error messages. Slower
/// than the strict reader, which has had its turn when this one is asked.
/// </summary>
internal sealed class LenientJson
{
    private static readonly SearchValues<byte> EndOfLiteral = SearchValues.Create(" \t\r\n\"[]{},:"u8);

    private readonly byte[] _utf8;
    private readonly int _maxDepth;

    // An open array is a list, an open object a builder, above it the key that waits for its value.
    private readonly Stack<object> _open = new();
    private int _at;
    private JqValue? _next;
    private JqValue? _result;

    private LenientJson(byte[] utf8, int maxDepth)
    {
        _utf8 = utf8;
        _maxDepth = maxDepth;
    }

    /// <exception cref="FormatException">The bytes are not one JSON text; the message is jq's.</exception>
    public static JqValue Parse(byte[] utf8, int maxDepth) => new LenientJson(utf8, maxDepth).Run();

    private JqValue Run()
    {
        _at = _utf8.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0;
        while (_at < _utf8.Length)
        {
            var unit = _utf8[_at];
            if (!EndOfLiteral.Contains(unit))
            {
                ReadLiteral();
                continue;
            }

            _at++;
            if (unit == '"')
            {
                ReadText();
            }
            else if (unit is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
            {
                Structure((char)unit);
            }

            Settle();
        }

        if (_open.Count > 0)
        {
            throw ErrorAtEnd("Unfinished JSON term");
        }

        return _result ?? throw new FormatException("Expected JSON value");
    }

    /// <summary>A value outside of all containers is a whole text, and there may be one.</summary>
    private void Settle()
    {
        if (_open.Count == 0 && _next is { } value)
        {
            _result = _result is null ? value : throw new FormatException("Unexpected extra JSON values");
            _next = null;
        }
    }

    private void Structure(char unit)
    {
        switch (unit)
        {
            case '[' or '{':
                if (_open.Count >= _maxDepth)
                {
                    throw Error("Exceeds depth limit for parsing");
                }

                if (_next is not null)
                {
                    throw Error("Expected separator between values");
                }

                _open.Push(unit == '[' ? new List<JqValue>() : new ObjectBuilder());
                break;
            case ':':
                Colon();
                break;
            case ',':
                Comma();
                break;
            case ']':
                CloseArray();
                break;
            default:
                CloseObject();
                break;
        }
    }

    private void Colon()
    {
        if (_next is null)
        {
            throw Error("Expected string key before ':'");
        }

        if (!_open.TryPeek(out var container) || container is not ObjectBuilder)
        {
            throw Error("':' not as part of an object");
        }

        _open.Push(_next is StringValue key ? key.Text : throw Error("Object keys must be strings"));
        _next = null;
    }

    private void Comma()
    {
        if (_next is null)
        {
            throw Error("Expected value before ','");
        }

        switch (_open.TryPeek(out var container) ? container : null)
        {
            case null:
                throw Error("',' not as part of an object or array");
            case List<JqValue> items:
                items.Add(_next);
                break;
            case string:
                AddMember(_next);
                break;
            default:
                throw Error("Objects must consist of key:value pairs");
        }

        _next = null;
    }

    private void CloseArray()
    {
        if (!_open.TryPeek(out var container) || container is not List<JqValue> items)
        {
            throw Error("Unmatched ']'");
        }

        if (_next is not null)
        {
            items.Add(_next);
        }
        else if (items.Count > 0)
        {
            throw Error("Expected another array element");
        }

        _open.Pop();
        _next = items.Count == 0 ? JqValue.EmptyArray : new ArrayValue(items.ToArray());
    }

    private void CloseObject()
    {
        _open.TryPeek(out var container);
        if (container is not null && _next is not null)
        {
            AddMember(container is string ? _next : throw Error("Objects must consist of key:value pairs"));
        }
        else if (container is not ObjectBuilder builder)
        {
            throw Error("Unmatched '}'");
        }
        else if (builder.Count > 0)
        {
            throw Error("Expected another key-value pair");
        }

        _next = ((ObjectBuilder)_open.Pop()).Build();
    }

    private void AddMember(JqValue value)
    {
        var key = (string)_open.Pop();
        ((ObjectBuilder)_open.Peek()).Set(key, value);
    }

    private void Value(JqValue value) => _next = _next is null ? value : throw Error("Expected separator between values");

    /// <summary>Everything up to a blank, a quote or a bracket. Errors are reported at the unit behind it.</summary>
    private void ReadLiteral()
    {
        var rest = _utf8.AsSpan(_at);
        var length = rest.IndexOfAny(EndOfLiteral);
        var atEnd = length < 0;
        var word = Encoding.UTF8.GetString(atEnd ? rest : rest[..length]);
        _at = atEnd ? _utf8.Length : _at + length + 1;
        var problem = Literal(word);
        if (problem is not null)
        {
            throw atEnd ? ErrorAtEnd(problem) : Error(problem);
        }

        Settle();
        _at = atEnd ? _at : _at - 1;
    }

    private string? Literal(string word)
    {
        JqValue? value;
        switch (word[0])
        {
            case '\'':
                return "Invalid string literal; expected \", but got '";
            case 't' or 'f':
                value = word is "true" or "false" ? JqValue.From(word == "true") : null;
                break;
            case 'n' when word.Length > 1 && word[1] == 'u':
                value = word == "null" ? JqValue.Null : null;
                break;
            default:
                value = NumberText.Parse(word);
                if (value is null)
                {
                    return "Invalid numeric literal";
                }

                break;
        }

        if (value is null)
        {
            return "Invalid literal";
        }

        Value(value);
        return null;
    }

    private void ReadText()
    {
        var start = _at;
        while (_at < _utf8.Length && _utf8[_at] != '"')
        {
            _at += _utf8[_at] == '\\' ? 2 : 1;
        }

        if (_at >= _utf8.Length)
        {
            _at = _utf8.Length;
            throw ErrorAtEnd("Unfinished string");
        }

        var raw = Encoding.UTF8.GetString(_utf8, start, _at - start);
        _at++;
        Value(StringValue.Create(Unescape(raw)));
    }

    private string Unescape(string raw)
    {
        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] < ' ')
            {
                throw Error("Invalid string: control characters from U+0000 through U+001F must be escaped");
            }

            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            i++;
            if (raw[i] != 'u')
            {
                text.Append(raw[i] switch
                {
                    '"' or '\\' or '/' => raw[i],
                    'b' => '\b',
                    'f' => '\f',
                    't' => '\t',
                    'n' => '\n',
                    'r' => '\r',
                    _ => throw Error("Invalid escape"),
                });
                continue;
            }

            var unit = Hex(raw, i + 1);
            i += 4;
            text.Append(unit);
            if (char.IsHighSurrogate(unit) && !(i + 6 < raw.Length && raw[i + 1] == '\\' && raw[i + 2] == 'u' && char.IsLowSurrogate(Hex(raw, i + 3))))
            {
                throw Error("Invalid \\uXXXX\\uXXXX surrogate pair escape");
            }
        }

        return text.ToString();
    }

    private char Hex(string raw, int at)
    {
        if (at + 4 > raw.Length)
        {
            throw Error("Invalid \\uXXXX escape");
        }

        return ushort.TryParse(raw.AsSpan(at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : throw Error("Invalid characters in \\uXXXX escape");
    }

    private FormatException Error(string message)
    {
        var read = _utf8.AsSpan(0, _at);
        var line = read.Count((byte)'\n') + 1;
        return new FormatException(string.Create(CultureInfo.InvariantCulture, $"{message} at line {line}, column {_at - 1 - read.LastIndexOf((byte)'\n')}"));
    }

    private FormatException ErrorAtEnd(string message) => Error(message + " at EOF");
}
