namespace AzdoWebhookBridge.Jq.Tests.Fuzzing;

/// <summary>Programs that nearly are what somebody would write, and some that nobody would.</summary>
internal static class ProgramMutations
{
    private const int MaxLength = 30_000;

    /// <summary>{0} and {1} are whole programs: what comes out compiles if they do.</summary>
    private static readonly string[] Forms =
    [
        "{0} | {1}", "({0}) | {1}", "{0}, {1}", "[{0}] | {1}", "[{0}, {1}]", "[.[]? | {0}] | {1}", "try ({0}) catch ({1})", "({0})? // ({1})", "path({0})", "[paths({0})]",
        "({0}) |= ({1})", "({0}) = ({1})", "({0}) += ({1})", "({0}) //= ({1})", "del({0})", "first({0})", "last({0})", "[limit(3; {0})]", "[skip(1; {0})]", "isempty({0})",
        "reduce ({0}) as $x (.; {1})", "foreach ({0}) as $x (.; {1}; [$x, .])", "({0}) as $x | {1}", "({0}) as [$x, {{a: $y}}] ?// $x | {1}", "def f: {0}; {1} | f",
        "def f(g): g | {0}; f({1})", "def f($x): {0}; f({1})", "label $out | ({0}) | ., break $out", "if {0} then {1} else . end", "if {0} then {1} end", "{{a: ({0}), b: ({1})}}",
        "{{({0} | tostring): ({1})}}", "\"x\\({0})y\\({1})\"", "@json \"\\({0})\"", ".[{0}]?", ".[({0}):({1})]?", "({0})[]?", "({0}) + ({1})", "({0}) - ({1})", "({0}) * ({1})",
        "({0}) / ({1})", "({0}) % ({1})", "({0}) == ({1})", "({0}) < ({1})", "({0}) and ({1})", "-({0})", "map({0}) | map({1})", "sort_by({0})", "group_by({0})", "with_entries({0})",
        "walk({0})", "[recurse({0}; {1})]", "until({0}; {1})", "[.[]? | while({0}; {1})]", "to_entries | {0}", "tojson | {0}", "[{0}] | tojson | fromjson | {1}", "getpath([{0}])",
        "setpath([{0}]; {1})", "delpaths([[{0}]])", "pick({0})", "any({0}; {1})", "all({0}; {1})", "[{0}] | unique_by({1})", "min_by({0})", "add({0})", "tostream | {0}", "fromstream({0})",
        "error({0})", "[splits({0}; {1})]", "gsub({0}; {1})", "sub({0}; {1}; \"g\")", "[match({0}; \"g\")]", "strptime({0})", "strftime({0})", "ltrimstr({0})", "join({0})", "flatten({0})",
        "limit({0}; {1})", "range({0}; {1})", "combinations({0})", "contains({0})", "inside({0})", "indices({0})", "has({0})", "bsearch({0})", "ascii({0})", "implode", "{0} | implode", "IN({0}; {1})",
        "INDEX({0}; {1})", "pow({0}; {1})", "ldexp({0}; {1})", "[{0}] | transpose", "env[{0}]", "$__loc__ | {0}", "getpath({0})", "[{0}] | {1} | @csv", "{0} | @sh", "{0} | @uri", "tojson | test({0})",
        "nth({0}; {1})", "[{0}] | min_by({1}), max_by({1})", "truncate_stream({0})", "splits({0})", "ltrimstr({0}) | {1}", "{0} | @base64d", "{0} | todate", "{0} | mktime", "have_literal_numbers and ({0})",
    ];

    private static readonly (string Open, string Close)[] Nests =
    [
        ("(", ")"), ("[", "]"), ("{a:", "}"), ("\"\\(", ")\""), ("-", ""), ("try ", ""), ("if . then ", " end"), ("def f: ", "; f"), ("first(", ")"), ("[.[]?|", "]"), (".a|=(", ")"),
        ("1 as $x|", ""), ("label $x|", ""), ("reduce 1 as $x(.;", ")"), ("[", ""), ("", "?"), ("", "[]?"), ("", "|."), ("path(", ")"), (".[", "]?"), ("1+", ""), ("", "//1"), ("def f(g): ", "; f(.)"),
    ];

    public static string Next(Dice dice)
    {
        var text = dice.Next(20) switch
        {
            < 6 => Compose(dice),
            < 11 => Similar(dice, Start(dice)),
            < 12 => dice.Pick(FuzzCorpus.Programs),
            _ => Start(dice),
        };
        if (dice.Next(20) < 9)
        {
            text = Tokens(dice, text);
        }

        if (dice.OneIn(10))
        {
            text = Characters(dice, text);
        }

        if (dice.OneIn(1_000))
        {
            var (open, close) = dice.Pick(Nests);
            var times = dice.Repeat("x", Math.Max(1, (MaxLength - text.Length) / (open.Length + close.Length))).Length;
            text = string.Concat(Enumerable.Repeat(open, times)) + text + string.Concat(Enumerable.Repeat(close, times));
        }

        return text.Length <= MaxLength ? text : text[..MaxLength];
    }

    private static string Start(Dice dice) => dice.OneIn(3) ? Compose(dice) : dice.Pick(FuzzCorpus.Programs);

    private static string Compose(Dice dice)
    {
        var text = dice.Pick(FuzzCorpus.Programs);
        for (var turns = 1 + dice.Next(3); turns > 0; turns--)
        {
            var other = dice.OneIn(4) ? dice.Pick(FuzzCorpus.Vocabulary) : dice.Pick(FuzzCorpus.Programs);
            var (first, second) = dice.OneIn(2) ? (text, other) : (other, text);
            text = string.Format(null, dice.Pick(Forms), first, second);
        }

        return text;
    }

    /// <summary>Puts tokens of the same kind in the place of some: mostly still a program.</summary>
    private static string Similar(Dice dice, string text)
    {
        string[] tokens = [.. FuzzCorpus.Tokens(text)];
        for (var turns = 1 + dice.Next(3); turns > 0 && tokens.Length > 0; turns--)
        {
            var place = dice.Next(tokens.Length);
            for (var attempts = 0; attempts < 10; attempts++)
            {
                var other = dice.OneIn(2) ? dice.Pick(FuzzCorpus.Vocabulary) : dice.Pick(dice.Pick(FuzzCorpus.ProgramTokens));
                if (Kind(other) == Kind(tokens[place]))
                {
                    tokens[place] = other;
                    break;
                }
            }
        }

        return string.Concat(tokens);
    }

    private static int Kind(string token) => token[0] switch
    {
        >= '0' and <= '9' => 1,
        '"' => 2,
        '$' => 3,
        '@' => 4,
        '.' => 5,
        '(' or ')' or '[' or ']' or '{' or '}' => token[0],
        var first when char.IsLetter(first) => 6,
        var first when char.IsWhiteSpace(first) => 7,
        _ => 8,
    };

    private static string Tokens(Dice dice, string text)
    {
        List<string> tokens = [.. FuzzCorpus.Tokens(text)];
        for (var turns = 1 + dice.Next(4); turns > 0 && tokens.Count > 0; turns--)
        {
            var place = dice.Next(tokens.Count);
            var length = Math.Min(1 + dice.Next(4), tokens.Count - place);
            switch (dice.Next(dice.OneIn(8) ? 7 : 6))
            {
                case 0:
                    tokens.RemoveRange(place, length);
                    break;
                case 1:
                    tokens.InsertRange(place, tokens.GetRange(place, length));
                    break;
                case 2:
                    var other = dice.Next(tokens.Count);
                    (tokens[place], tokens[other]) = (tokens[other], tokens[place]);
                    break;
                case 3:
                    var donor = dice.Pick(FuzzCorpus.ProgramTokens);
                    tokens.InsertRange(place, donor.Skip(dice.Next(donor.Length)).Take(1 + dice.Next(10)));
                    break;
                case 4:
                    tokens.Insert(place, dice.Pick(FuzzCorpus.Vocabulary));
                    break;
                case 5:
                    tokens[place] = dice.Pick(FuzzCorpus.Vocabulary);
                    break;
                default:
                    tokens.Insert(place, dice.Repeat(string.Concat(tokens.GetRange(place, length)), MaxLength));
                    break;
            }
        }

        return string.Concat(tokens);
    }

    private static string Characters(Dice dice, string text)
    {
        for (var turns = 1 + dice.Next(4); turns > 0 && text.Length > 0; turns--)
        {
            var place = dice.Next(text.Length);
            var character = (dice.OneIn(4) ? (char)dice.Next(0x10000) : (char)dice.Next(0x80)).ToString();
            text = dice.Next(4) switch
            {
                0 => text.Remove(place, 1),
                1 => text.Insert(place, character),
                2 => text[..place],
                _ => text.Remove(place, 1).Insert(place, character),
            };
        }

        return text;
    }
}
