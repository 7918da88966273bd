using System.Buffers;
using System.Globalization;
using System.Text;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>A pattern in .NET's syntax and its capturing groups in the order of the text (.NET numbers named ones last).</summary>
internal sealed record TranslatedPattern(string Pattern, IReadOnlyList<(int Number, string? Name)> Groups, bool IsLiteral, bool IsSimple);

/// <summary>
/// Oniguruma's Perl syntax, which jq uses, to .NET's. They mostly agree; different are POSIX brackets, brackets inside
/// classes (.NET would read a subtraction), possessive quantifiers, some escapes and the anchors of a line.
/// </summary>
internal sealed class RegexTranslator
{
    private const int MaxLength = 10_000;
    private const int MaxNesting = 250;

    private static readonly Dictionary<string, string> PosixClasses = new(StringComparer.Ordinal)
    {
        ["alpha"] = @"\p{L}",
        ["alnum"] = @"\p{L}\p{N}",
        ["digit"] = @"\d",
        ["upper"] = @"\p{Lu}",
        ["lower"] = @"\p{Ll}",
        ["space"] = @"\s",
        ["blank"] = @"\p{Zs}\t",
        ["punct"] = @"\p{P}\p{S}",
        ["cntrl"] = @"\p{Cc}",
        ["xdigit"] = "0-9a-fA-F",
        ["word"] = @"\w",
        ["ascii"] = @"\x00-\x7F",
        ["print"] = @"\P{C}",
        ["graph"] = @"\p{L}\p{M}\p{N}\p{P}\p{S}",
    };

    private static readonly SearchValues<char> BoundCharacters = SearchValues.Create("0123456789,");

    private readonly string _pattern;
    private readonly StringBuilder _output = new();
    private readonly List<(int Number, string? Name)> _groups = [];
    private readonly Stack<int> _groupStarts = new();
    private int _at;
    private int _atom = -1;
    private int _unnamed;
    private int _unbounded;
    private int _choices;
    private bool _literal = true;
    private bool _special;

    private RegexTranslator(string pattern)
    {
        _pattern = pattern;
    }

    /// <exception cref="FormatException">The pattern uses what .NET has no equivalent for.</exception>
    public static TranslatedPattern Translate(string pattern)
    {
        if (pattern.Length > MaxLength)
        {
            throw new FormatException($"a pattern has at most {MaxLength} characters");
        }

        var translator = new RegexTranslator(pattern);
        translator.Run();

        // Up to three loops one after the other are polynomial and rare to be slow; the time-out covers that.
        var simple = translator._unbounded <= 3 && !translator._special;
        return new TranslatedPattern(translator._output.ToString(), translator._groups, translator._literal && pattern.Length > 0, simple);
    }

    private void Run()
    {
        while (_at < _pattern.Length)
        {
            var unit = _pattern[_at];
            switch (unit)
            {
                case '\\':
                    _literal = false;
                    Escape(inClass: false);
                    break;
                case '[':
                    _literal = false;
                    _atom = _output.Length;
                    Class();
                    break;
                case '(':
                    _literal = false;
                    Open();
                    break;
                case ')':
                    Close();
                    break;
                case '*' or '+' or '?' or '{':
                    _literal = false;
                    Quantifier(unit);
                    break;
                default:
                    if (unit is '.' or '^' or '$' or '|')
                    {
                        _literal = false;
                        _choices += unit == '|' ? 1 : 0;
                    }

                    _atom = _output.Length;
                    _output.Append(unit);
                    _at++;
                    break;
            }
        }

        if (_groupStarts.Count > 0)
        {
            throw new FormatException("end pattern with unmatched parenthesis");
        }
    }

    private void Open()
    {
        _groupStarts.Push(_output.Length);
        if (_groupStarts.Count > MaxNesting)
        {
            throw new FormatException("the pattern is nested too deeply");
        }

        var rest = _pattern.AsSpan(_at);
        if (!rest.StartsWith("(?"))
        {
            _groups.Add((++_unnamed, null));
            Copy(1);
            return;
        }

        if (rest.StartsWith("(?#"))
        {
            _groupStarts.Pop();
            var end = _pattern.IndexOf(')', _at);
            _at = end < 0 ? throw new FormatException("end pattern in group") : end + 1;
            return;
        }

        if ((rest.StartsWith("(?<") && rest.Length > 3 && rest[3] is not ('=' or '!')) || rest.StartsWith("(?P<"))
        {
            var start = _pattern.IndexOf('<', _at) + 1;
            var end = _pattern.IndexOf('>', start);
            if (end <= start)
            {
                throw new FormatException("group name is empty");
            }

            var name = _pattern[start..end];
            if (!char.IsLetter(name[0]) && name[0] != '_')
            {
                throw new FormatException($"invalid group name <{name}>");
            }

            _groups.Add((-1, name));
            _output.Append("(?<").Append(name).Append('>');
            _at = end + 1;
            return;
        }

        // Look-around, atomic groups, options: the same in both.
        _special |= rest.Length > 2 && rest[2] is '=' or '!' or '<' or '>';
        Copy(2);
    }

    private void Close()
    {
        _literal = false;
        if (_groupStarts.Count == 0)
        {
            throw new FormatException("unmatched close parenthesis");
        }

        _atom = _groupStarts.Pop();
        _special |= (_unbounded > 0 || _choices > 0) && _at + 1 < _pattern.Length && _pattern[_at + 1] is '*' or '+' or '{';
        Copy(1);
    }

    private void Quantifier(char unit)
    {
        if (unit == '{')
        {
            var end = _pattern.IndexOf('}', _at);
            var inner = end < 0 ? default : _pattern.AsSpan(_at + 1, end - _at - 1);
            if (end < 0 || inner.Length == 0 || inner.ContainsAnyExcept(BoundCharacters))
            {
                // Not a quantifier: a literal brace in both.
                _atom = _output.Length;
                _output.Append("\\{");
                _at++;
                return;
            }

            foreach (var bound in inner.ToString().Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                if (bound.Length > 6 || int.Parse(bound, CultureInfo.InvariantCulture) > 100_000)
                {
                    throw new FormatException("too big number is specified");
                }
            }

            _special = true;
            _output.Append('{').Append(inner.StartsWith(",") ? "0" : string.Empty).Append(inner).Append('}');
            _at = end + 1;
        }
        else
        {
            _unbounded += unit == '?' ? 0 : 1;
            _choices += unit == '?' ? 1 : 0;
            Copy(1);
        }

        if (_at < _pattern.Length && _pattern[_at] == '?')
        {
            Copy(1);
        }
        else if (_at < _pattern.Length && _pattern[_at] == '+' && unit != '{' && _atom >= 0)
        {
            // Possessive: what is matched is not given back.
            _special = true;
            _at++;
            _output.Insert(_atom, "(?>").Append(')');
        }
    }

    private void Escape(bool inClass)
    {
        if (_at + 1 >= _pattern.Length)
        {
            throw new FormatException("end pattern at escape");
        }

        _atom = inClass ? _atom : _output.Length;
        var letter = _pattern[_at + 1];
        switch (letter)
        {
            case 'h' or 'H' or 'R' or 'X' or 'K' or 'Q' or 'E' or 'y' or 'Y' or 'O' or 'N':
                // Plain letters in the syntax that jq selects; .NET refuses some of them.
                _output.Append(letter);
                _at += 2;
                break;
            case 'x' when _at + 2 < _pattern.Length && _pattern[_at + 2] == '{':
                var end = _pattern.IndexOf('}', _at);
                if (end < 0 || !int.TryParse(_pattern.AsSpan(_at + 3, end - _at - 3), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var point) || !Rune.IsValid(point))
                {
                    throw new FormatException("invalid code point value");
                }

                _output.Append(System.Text.RegularExpressions.Regex.Escape(new Rune(point).ToString()));
                _at = end + 1;
                break;
            case 'p' or 'P' when _at + 2 < _pattern.Length && _pattern[_at + 2] == '{':
                Property(letter == 'P', inClass);
                break;
            case 'g':
                throw new FormatException("subexpression calls are not supported");
            default:
                _special |= letter is 'k' or (>= '1' and <= '9');
                Copy(2);
                break;
        }
    }

    private void Property(bool negated, bool inClass)
    {
        var end = _pattern.IndexOf('}', _at);
        if (end < 0)
        {
            throw new FormatException("invalid character property name");
        }

        var name = _pattern[(_at + 3)..end];
        if (name.StartsWith('^'))
        {
            negated = !negated;
            name = name[1..];
        }

        _at = end + 1;
        if (!PosixClasses.TryGetValue(name.ToLowerInvariant(), out var members))
        {
            _output.Append(negated ? @"\P{" : @"\p{").Append(name).Append('}');
        }
        else if (!inClass)
        {
            _output.Append(negated ? "[^" : "[").Append(members).Append(']');
        }
        else
        {
            _output.Append(negated ? throw new FormatException("negated property in a class") : members);
        }
    }

    private void Class()
    {
        Copy(1);
        if (_at < _pattern.Length && _pattern[_at] == '^')
        {
            Copy(1);
        }

        var first = true;
        while (true)
        {
            if (_at >= _pattern.Length)
            {
                throw new FormatException("premature end of char-class");
            }

            var unit = _pattern[_at];
            if (unit == ']' && !first)
            {
                Copy(1);
                return;
            }

            first = false;
            if (unit == '\\')
            {
                Escape(inClass: true);
            }
            else if (unit == '[' && Posix())
            {
                continue;
            }
            else if (unit is '[' or ']')
            {
                _output.Append('\\').Append(unit);
                _at++;
            }
            else
            {
                Copy(1);
            }
        }
    }

    private bool Posix()
    {
        if (_at + 1 >= _pattern.Length || _pattern[_at + 1] != ':')
        {
            return false;
        }

        var end = _pattern.IndexOf(":]", _at + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        var name = _pattern[(_at + 2)..end];
        var negated = name.StartsWith('^');
        if (!PosixClasses.TryGetValue(negated ? name[1..] : name, out var members))
        {
            return false;
        }

        if (negated)
        {
            members = members is @"\d" or @"\s" or @"\w" ? members.ToUpperInvariant() : throw new FormatException($"[:{name}:] is not supported");
        }

        _output.Append(members);
        _at = end + 2;
        return true;
    }

    private void Copy(int count)
    {
        _output.Append(_pattern, _at, count);
        _at += count;
    }
}
