using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.Konnect;

/// <summary>How a field may be filtered.</summary>
internal enum FilterKind
{
    /// <summary>Plainly or with an operator.</summary>
    Text,

    /// <summary>With an operator only.</summary>
    Exact,

    /// <summary>With an operator only, and only by UUIDs.</summary>
    Uuid,

    /// <summary>A map; with an operator only, and the key after a dot.</summary>
    Map,

    /// <summary>A map; plainly or with an operator, and the key after a dot.</summary>
    TextMap,
    Boolean,
    Number,
    Time,
}

/// <summary>One condition of a list: field, operator and value.</summary>
internal sealed record ListFilter(string Field, FilterKind Kind, string Operator, string Value)
{
    private const string Plain = "";

    private static readonly string[] TextOperators = ["eq", "oeq", "neq", "contains", "ocontains"];
    private static readonly string[] ExactOperators = ["eq", "oeq", "neq"];
    private static readonly string[] OrderOperators = ["eq", "lt", "lte", "gt", "gte"];

    /// <summary>Reads <c>filter[field]</c> or <c>filter[field][op]</c>; null when it is not one that the list knows.</summary>
    public static ListFilter? Parse(string name, string value, IReadOnlyDictionary<string, FilterKind> fields)
    {
        if (!name.StartsWith("filter[", StringComparison.Ordinal) || !name.EndsWith(']'))
        {
            return null;
        }

        var parts = name["filter[".Length..^1].Split("][");
        if (parts.Length > 2 || KindOf(parts[0], fields) is not { } kind)
        {
            return null;
        }

        var operation = parts.Length == 2 ? parts[1] : Plain;
        var isKnown = kind switch
        {
            FilterKind.Text or FilterKind.TextMap => operation == Plain || TextOperators.Contains(operation, StringComparer.Ordinal),
            FilterKind.Map => TextOperators.Contains(operation, StringComparer.Ordinal),
            FilterKind.Exact or FilterKind.Uuid => ExactOperators.Contains(operation, StringComparer.Ordinal),
            FilterKind.Boolean => operation == Plain,
            _ => operation == Plain || OrderOperators.Contains(operation, StringComparer.Ordinal),
        };
        var filter = new ListFilter(parts[0], kind, operation, value);
        return isKnown && filter.HasGoodValue() ? filter : null;
    }

    public bool Matches(JsonObject item)
    {
        var actual = ValueAt(item, Field);
        return Kind switch
        {
            FilterKind.Number => actual is not null && Holds(actual.Deserialize<double>().CompareTo(double.Parse(Value, CultureInfo.InvariantCulture))),
            FilterKind.Time => TextOf(actual) is { } time && Holds(TimeOf(time).CompareTo(TimeOf(Value))),
            _ => MatchesText(TextOf(actual)),
        };
    }

    private static FilterKind? KindOf(string field, IReadOnlyDictionary<string, FilterKind> fields)
    {
        if (fields.TryGetValue(field, out var kind))
        {
            return kind;
        }

        foreach (var (name, mapKind) in fields.Where(pair => pair.Value is FilterKind.Map or FilterKind.TextMap))
        {
            if (field.StartsWith(name + '.', StringComparison.Ordinal))
            {
                return mapKind;
            }
        }

        return null;
    }

    private bool HasGoodValue() => Kind switch
    {
        FilterKind.Boolean => Value is "true" or "false",
        FilterKind.Number => double.TryParse(Value, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
        FilterKind.Time => DateTimeOffset.TryParse(Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _),
        FilterKind.Uuid => Value.Split(',').All(part => Guid.TryParse(part, out _)),
        _ => true,
    };

    private bool MatchesText(string? actual) => Operator switch
    {
        "neq" => actual != Value,
        "oeq" => actual is not null && Value.Split(',').Contains(actual, StringComparer.Ordinal),
        "contains" => actual?.Contains(Value, StringComparison.Ordinal) == true,
        "ocontains" => actual is not null && Array.Exists(Value.Split(','), part => actual.Contains(part, StringComparison.Ordinal)),
        _ => actual == Value,
    };

    private bool Holds(int comparison) => Operator switch
    {
        "lt" => comparison < 0,
        "lte" => comparison <= 0,
        "gt" => comparison > 0,
        "gte" => comparison >= 0,
        _ => comparison == 0,
    };

    public static string? TextOf(JsonNode? node) => node?.GetValueKind() switch
    {
        null => null,
        JsonValueKind.String => node.GetValue<string>(),
        _ => node.ToJsonString(),
    };

    // A key inside a map may have dots of its own, so the longest name is tried first.
    public static JsonNode? ValueAt(JsonObject item, string path)
    {
        if (item.TryGetPropertyValue(path, out var whole))
        {
            return whole;
        }

        for (var dot = path.LastIndexOf('.'); dot > 0; dot = path.LastIndexOf('.', dot - 1))
        {
            if (item[path[..dot]] is JsonObject inner)
            {
                return ValueAt(inner, path[(dot + 1)..]);
            }
        }

        return null;
    }

    private static DateTimeOffset TimeOf(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
