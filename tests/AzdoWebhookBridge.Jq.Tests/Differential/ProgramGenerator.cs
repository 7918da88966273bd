using System.Text;
using System.Text.RegularExpressions;

namespace AzdoWebhookBridge.Jq.Tests.Differential;

/// <summary>
/// Seeded programs over the whole language, from <see cref="ProgramTemplates"/>. Parentheses are written only where the
/// template needs them, and now and then not even there: what the text then means is for both engines to agree on.
/// </summary>
/// <param name="random">The only source of chance.</param>
/// <param name="plainNumbers">As in <see cref="JsonGenerator"/>.</param>
internal sealed partial class ProgramGenerator(Random random, bool plainNumbers = false)
{
    private const string Kinds = "NSAOBX";

    private static readonly ILookup<char, Template> Templates = ProgramTemplates.Text
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Template.Read).ToLookup(template => template.Kind);

    private static readonly string[] Numbers =
        ["0", "1", "2", "3", "7", "10", "1.5", "0.1", "1e3", "1e-3", "100000000000000000000", "1.0", "3.14159", "1425599621", "1e308", "9007199254740993"];

    private static readonly string[] PlainNumbers = ["0", "1", "2", "3", "7", "10", "1.5", "1425599621"];

    private static readonly string[] Small = ["0", "1", "2", "3", "4", "5", "-1", "1.5", "2.7", "null"];

    private static readonly string[] Literals =
    [
        "", "a", "b", "abc", "x", " ", ",", ", ", "/", ".", "-", "foo", "A", "1", "42", "refs/heads/", "id", "name", "é", "e\u0301", "😀", "日本", "\\n", "\\\"q\\\"",
        "\\u00e9", "\\ud83d\\ude00", "[1,2]", "{\\\"a\\\":1}", "nan", "2024-02-29T10:11:12Z", "%", "&<", "c29tZQ==", "\\\\",
    ];

    private static readonly string[] Patterns =
    [
        "a", "[a-z]+", "\\\\d+", "\\\\w+", "^.", ".$", "(?<x>[a-z])", "(?<x>a)|(?<y>b)", "o", "[aeiou]", "\\\\s", ", *", "(a)(b)?", "b|c", "x", "\\\\.", "[^a-z]",
        "(?<x>\\\\w)(?<n>\\\\d)?", "^[A-Z]", "\\\\p{L}+", "[[:alpha:]]+", "\\\\bfoo\\\\b", "(?i)hello", "a{2}", ".", "é", "😀", "(.)\\\\1", "l+?", "(?=b)b", "\\\\/", "",
        "a*", "x*", "$", "^", "\\\\b",
    ];

    private static readonly string[] Flags = ["\"g\"", "\"i\"", "\"x\"", "\"gi\"", "\"n\"", "\"s\"", "\"l\"", "\"gn\"", "null", "\"gx\"", "\"p\""];

    private static readonly string[] Dates = ["2024-02-29T10:11:12Z", "2015-03-05T23:51:47Z", "1970-01-01T00:00:00Z", "1999-12-31T23:59:59Z"];

    private static readonly string[] Steps =
        [".a", ".b", ".c", ".id", ".name", ".resource", ".fields", ".tags", ".count", ".reviewers", "[0]", "[1]", "[-1]", "[]", "[]?", ".a?", "[1:]", "[:2]", "[0:2]", "[\"b\"]", ".\"a\""];

    private static readonly string[] Heads =
        [".a", ".b", ".c", ".id", ".name", ".tags", ".resource", ".resource.fields", ".resource.reviewers", ".count", ".eventType", ".[]", ".[]?", ".[0]", "..", ".resource.fields.\"System.Title\"", ".[\"a\"]", ".reviewers"];

    private readonly List<string> _variables = [];
    private int _fresh;

    /// <summary>One program, some twenty to two hundred characters.</summary>
    public string Next()
    {
        _variables.Clear();
        _fresh = 0;
        return Make(Kinds[random.Next(Kinds.Length)], 'X', random.Next(1, 5)).Text;
    }

    private Piece Make(char kind, char dot, int depth)
    {
        // Wrong kinds are as much a part of life as right ones.
        if (Kinds.Contains(kind) && random.Next(20) == 0)
        {
            kind = Kinds[random.Next(Kinds.Length)];
        }

        return kind switch
        {
            'F' => new Piece(random.Next(12) == 0 && depth > 0 ? "(" + Make('N', dot, 0).Text + "|length)" : Small[random.Next(9)], 10),
            'D' => new Piece(random.Next(3) == 0 ? ".createdDate" : Quoted(Dates), 10),
            'R' => new Piece(Quoted(Patterns), 10),
            'G' => new Piece(Pick(Flags), 10),
            'Z' => new Piece(Pick(Literals), 10),
            'K' => new Piece(Pick(JsonGenerator.Names), 10),
            'T' => new Piece(Pick("null", "string", "number", "array", "object", "boolean"), 10),
            'L' => new Piece(Pick("[\"a\"]", "[\"a\", 0]", "[0]", "[\"b\", \"c\"]", "[]", "[\"resource\", \"fields\", \"b\"]", "[\"tags\", -1]", "[{\"start\": 1}]", "[null]"), 10),
            'V' => new Piece(_variables.Count > 0 ? Pick([.. _variables]) : ".", 10),
            'P' => new Piece(PathText(dot, depth), 10),
            _ => depth <= 0 ? Leaf(kind, dot) : Fill(Pick(Templates[kind]), dot, depth),
        };
    }

    private Piece Leaf(char kind, char dot)
    {
        if (random.Next(3) == 0 && _variables.Count > 0)
        {
            return new Piece(Pick([.. _variables]), 10);
        }

        if (dot == kind && random.Next(4) > 0)
        {
            return new Piece(".", 10);
        }

        var choice = random.Next(3);
        return new Piece(
            kind switch
            {
                'N' => choice == 0 ? Pick(plainNumbers ? PlainNumbers : Numbers) : Pick(".id", ".count", "length", ".resource.id", "1", "2", "3"),
                'S' => choice == 0 ? Pick(".name", ".eventType", ".createdDate", ".resource.name", "tostring", "tojson") : Quoted(Literals),
                'A' => choice == 0 ? Pick("[1, 2, 3]", "[3, 1, 2]", "[\"b\", \"a\"]", "[[1, 2], [3]]", "[null, true, 1]", "[{\"a\": 1}, {\"a\": 2, \"b\": 3}]") : Pick(".tags", ".c", ".resource.reviewers", "[.[]?]"),
                'O' => choice == 0 ? Pick("{\"a\": 1}", "{\"a\": {\"b\": 2}}", "{\"b\": [1, 2], \"a\": \"x\"}") : Pick(".", ".resource", ".resource.fields", "{a: ., b: 1}"),
                'B' => Pick(".a == 1", "true", "false", ". == null", "type == \"string\"", ".vote > 0", "has(\"a\")"),
                _ => choice == 0 ? PathText(dot, 1) : Pick(".", ".a", ".b?", "null", "1", "\"a\"", "[]", "{}", "length", "type", "empty", "tostring", "add", "keys", ".[]?", "not"),
            },
            kind == 'B' ? 6 : 10);
    }

    private string PathText(char dot, int depth)
    {
        var text = new StringBuilder(dot is 'A' ? Pick(".[0]", ".[]", ".[-1]", ".[1:]") : Pick(Heads));
        for (var step = random.Next(3); step > 0; step--)
        {
            text.Append(Pick(Steps));
        }

        if (depth > 1 && random.Next(6) == 0)
        {
            text.Append('[').Append(Make('S', 'X', 0).Text).Append(']');
        }

        return text.ToString();
    }

    private Piece Fill(Template template, char dot, int depth)
    {
        var before = _variables.Count;
        var names = new Dictionary<string, string>();
        var level = template.Level;
        var loose = false;
        var text = Hole().Replace(template.Text, match =>
        {
            if (match.Groups["variable"].Success)
            {
                return names.TryGetValue(match.Value, out var known) ? known : names[match.Value] = "$" + match.Groups["variable"].Value + _fresh++;
            }

            if (match.Groups["kind"].Value[0] is var kind && match.Groups["dot"].Success is var hasDot)
            {
                // A variable is in scope after the bar that follows its pattern: close enough, and the compilers must agree anyway.
                if (names.Count > 0 && template.Text[..match.Index].Contains('|', StringComparison.Ordinal) && _variables.Count == before)
                {
                    _variables.AddRange(names.Values.Take(1));
                }

                var piece = Make(kind, hasDot ? match.Groups["dot"].Value[0] : dot, depth - 1);
                var wanted = match.Groups["level"].Success ? match.Groups["level"].Value is "10" ? 10 : match.Groups["level"].Value[0] - '0' : 0;
                if (piece.Level >= wanted)
                {
                    return piece.Text;
                }

                // Never where a comparison or an assignment could meet another: those do not associate.
                if (random.Next(4) == 0 && wanted < 9 && piece.Level is not (0 or 3 or 6))
                {
                    level = Math.Min(level, piece.Level);
                    loose = true;
                    return piece.Text;
                }

                return "(" + piece.Text + ")";
            }

            return match.Value;
        });
        _variables.RemoveRange(before, _variables.Count - before);
        if (random.Next(40) == 0)
        {
            return new Piece("(" + text + ")", 10);
        }

        // A "bar" or an "as" in the text binds as loosely as it can, whatever the template promised.
        return new Piece(text, loose || BareBar(text) ? Math.Min(level, BareBar(text) ? 0 : level) : level);
    }

    private static bool BareBar(string text)
    {
        var depth = 0;
        var quoted = false;
        for (var at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '\\' when quoted:
                    at++;
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case '(' or '[' or '{' when !quoted:
                    depth++;
                    break;
                case ')' or ']' or '}' when !quoted:
                    depth--;
                    break;
                case '|' or ',' or ';' when !quoted && depth == 0:
                    return true;
            }
        }

        return false;
    }

    private string Quoted(string[] choices) => "\"" + Pick(choices) + "\"";

    private T Pick<T>(params T[] choices) => choices[random.Next(choices.Length)];

    private Template Pick(IEnumerable<Template> choices)
    {
        var list = (IList<Template>)choices.ToArray();
        return list[random.Next(list.Count)];
    }

    [GeneratedRegex("<(?<kind>[A-Z])(@(?<dot>[A-Z]))?(:(?<level>10|[0-9]))?>|\\$(?<variable>[vwx])\\b")]
    private static partial Regex Hole();

    private readonly record struct Piece(string Text, int Level);

    private sealed record Template(char Kind, int Level, string Text)
    {
        public static Template Read(string line)
        {
            var parts = line.Split(' ', 3);
            return new Template(parts[0][0], int.Parse(parts[1]), parts[2]);
        }
    }
}
