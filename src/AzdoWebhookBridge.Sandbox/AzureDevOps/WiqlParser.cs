using System.Globalization;
using System.Text.RegularExpressions;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary>
/// Reads flat queries: <c>SELECT … FROM WorkItems [WHERE …] [ORDER BY …]</c> with AND, OR, NOT, parentheses, comparisons, IN,
/// UNDER and CONTAINS over the fields that the sandbox has.
/// </summary>
internal sealed partial class WiqlParser
{
    private readonly List<string> _tokens;
    private readonly WiqlContext _context;
    private int _position;

    private WiqlParser(List<string> tokens, WiqlContext context) => (_tokens, _context) = (tokens, context);

    private string Next => _position < _tokens.Count ? _tokens[_position] : "";

    public static Wiql Parse(string text, WiqlContext context)
    {
        List<string> tokens = [];
        var end = 0;
        foreach (Match match in Token().Matches(text))
        {
            if (text[end..match.Index].Trim().Length > 0)
            {
                break;
            }

            tokens.Add(match.Value);
            end = match.Index + match.Length;
        }

        return text[end..].Trim().Length > 0
            ? throw Syntax(text[end..].Trim()[..1])
            : new WiqlParser(tokens, context).Query();
    }

    [GeneratedRegex(@"\[[^\]]+\]|'(?:[^']|'')*'|""[^""]*""|@\w+|-?\d+(?:\.\d+)?|[A-Za-z][\w.]*|<>|<=|>=|[=<>(),+-]", RegexOptions.None, 1000)]
    private static partial Regex Token();

    private static AzureDevOpsRefusal Syntax(string near) => new(
        400, "WorkItemTrackingQueryException", $"TF51006: The query statement is missing or has a clause that is not understood. The error is caused by «{near}».");

    private Wiql Query()
    {
        Expect("SELECT");
        List<string> columns = [Field()];
        while (Take(","))
        {
            columns.Add(Field());
        }

        Expect("FROM");
        if (!Take("WorkItems"))
        {
            throw Syntax(Next);
        }

        Func<WorkItemRecord, bool> where = Take("WHERE") ? Or() : _ => true;
        List<(string, bool)> order = [];
        if (Take("ORDER"))
        {
            Expect("BY");
            do
            {
                var field = Field();
                var isDescending = Take("DESC");
                if (!isDescending)
                {
                    Take("ASC");
                }

                order.Add((field, isDescending));
            }
            while (Take(","));
        }

        return Next.Length == 0 ? new Wiql(columns, where, order) : throw Syntax(Next);
    }

    private Func<WorkItemRecord, bool> Or()
    {
        var left = And();
        while (Take("OR"))
        {
            var (first, second) = (left, And());
            left = item => first(item) || second(item);
        }

        return left;
    }

    private Func<WorkItemRecord, bool> And()
    {
        var left = Not();
        while (Take("AND"))
        {
            var (first, second) = (left, Not());
            left = item => first(item) && second(item);
        }

        return left;
    }

    private Func<WorkItemRecord, bool> Not()
    {
        if (Take("NOT"))
        {
            var inner = Not();
            return item => !inner(item);
        }

        if (Take("("))
        {
            var inner = Or();
            Expect(")");
            return inner;
        }

        return Condition();
    }

    private Func<WorkItemRecord, bool> Condition()
    {
        var name = Field();
        var read = Wiql.Field(name)!;
        if (Take("NOT"))
        {
            var negated = Operation(name, read);
            return item => !negated(item);
        }

        return Operation(name, read);
    }

    private Func<WorkItemRecord, bool> Operation(string name, Func<WorkItemRecord, IComparable?> read)
    {
        var operation = Next.ToUpperInvariant();
        _position++;
        switch (operation)
        {
            case "IN":
                Expect("(");
                List<IComparable> values = [Value(name)];
                while (Take(","))
                {
                    values.Add(Value(name));
                }

                Expect(")");
                return item => values.Exists(value => Compare(read(item), value) == 0);
            case "UNDER":
                var path = Value(name).ToString()!;
                return item => read(item)?.ToString() is { } text
                    && (text.Equals(path, StringComparison.OrdinalIgnoreCase) || text.StartsWith(path + '\\', StringComparison.OrdinalIgnoreCase));
            case "CONTAINS":
                var part = Value(name).ToString()!;
                return item => read(item)?.ToString()?.Contains(part, StringComparison.OrdinalIgnoreCase) == true;
            case "=" or "<>" or "<" or ">" or "<=" or ">=":
                var right = Value(name);
                return item => Holds(operation, Compare(read(item), right));
            default:
                throw Syntax(operation);
        }
    }

    private static bool Holds(string operation, int comparison) => operation switch
    {
        "=" => comparison == 0,
        "<>" => comparison != 0,
        "<" => comparison < 0,
        ">" => comparison > 0,
        "<=" => comparison <= 0,
        _ => comparison >= 0,
    };

    /// <summary>Days are compared where the query has days, texts whatever their case.</summary>
    private static int Compare(IComparable? left, IComparable right) => (left, right) switch
    {
        (null, string text) => text.Length == 0 ? 0 : -1,
        (DateTimeOffset time, DateOnly day) => DateOnly.FromDateTime(time.UtcDateTime).CompareTo(day),
        (string text, string other) => string.Compare(text, other, StringComparison.OrdinalIgnoreCase),
        _ => left!.CompareTo(right),
    };

    private IComparable Value(string field)
    {
        var token = Next;
        _position++;
        if (token.Length == 0)
        {
            throw Syntax(field);
        }

        return token[0] switch
        {
            '\'' => Typed(field, token[1..^1].Replace("''", "'", StringComparison.Ordinal)),
            '"' => Typed(field, token[1..^1]),
            '@' => Macro(token),
            _ => Typed(field, token),
        };
    }

    private IComparable Macro(string token)
    {
        if (token.Equals("@project", StringComparison.OrdinalIgnoreCase))
        {
            return _context.Project ?? throw new AzureDevOpsRefusal(
                400, "WorkItemTrackingQueryException", "TF51011: The macro '@project' needs a project in the path of the request.");
        }

        if (!token.Equals("@today", StringComparison.OrdinalIgnoreCase))
        {
            throw Syntax(token);
        }

        var days = 0;
        if (Next is "-" or "+")
        {
            var sign = Next == "-" ? -1 : 1;
            _position++;
            days = sign * Whole();
        }
        else if (Next.StartsWith('-'))
        {
            days = Whole();
        }

        return DateOnly.FromDateTime(_context.Now.UtcDateTime).AddDays(days);
    }

    private int Whole()
    {
        var token = Next;
        _position++;
        return int.TryParse(token, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Syntax(token);
    }

    private IComparable Typed(string field, string text)
    {
        if (field.EndsWith(".Id", StringComparison.OrdinalIgnoreCase) || field.EndsWith(".Rev", StringComparison.OrdinalIgnoreCase)
            || field.EndsWith(".Priority", StringComparison.OrdinalIgnoreCase))
        {
            return decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : throw Syntax(text);
        }

        if (!field.EndsWith("Date", StringComparison.OrdinalIgnoreCase))
        {
            return text;
        }

        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            throw Syntax(text);
        }

        if (_context.HasTimePrecision)
        {
            return time;
        }

        return text.Contains(':', StringComparison.Ordinal)
            ? throw new AzureDevOpsRefusal(
                400, "WorkItemTrackingQueryException",
                $"You cannot supply a time with the date when running a query using date precision. The error is caused by «'{text}'».")
            : DateOnly.FromDateTime(time.UtcDateTime);
    }

    private string Field()
    {
        var token = Next;
        var name = token.StartsWith('[') ? token[1..^1] : token;
        _position++;
        return Wiql.Field(name) is not null ? name : throw new AzureDevOpsRefusal(
            400, "WorkItemTrackingQueryException", $"TF51005: The query references a field that does not exist. The error is caused by «{token}».");
    }

    private void Expect(string word)
    {
        if (!Take(word))
        {
            throw Syntax(Next);
        }
    }

    private bool Take(string word)
    {
        if (!Next.Equals(word, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        _position++;
        return true;
    }
}
