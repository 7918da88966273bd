using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>Search queries: a combinator over rules, which may be queries again.</summary>
internal static class EntitySearch
{
    // What may stand for an identifier, a team or a relation in an entity.
    private static readonly string[] ReferenceOperators = ["=", "in", "containsAny", "contains"];

    private static readonly string[] AllOperators =
    [
        "=", "!=", ">", ">=", "<", "<=", "contains", "doesNotContain", "doesNotContains", "containsAny", "beginsWith",
        "doesNotBeginsWith", "endsWith", "doesNotEndsWith", "in", "notIn", "isEmpty", "isNotEmpty", "between", "notBetween",
    ];

    /// <summary>What is wrong with the query, or null.</summary>
    public static string? Check(JsonNode? query, bool isReference)
    {
        if (query is not JsonObject { Count: 2 } body || Shape.Text(body["combinator"]) is not ("and" or "or")
            || body["rules"] is not JsonArray rules)
        {
            return "must be a query with a combinator (and, or) and rules";
        }

        return rules.Select(rule => CheckRule(rule, isReference)).FirstOrDefault(wrong => wrong is not null);
    }

    public static bool Matches(EntityDocument entity, JsonObject query)
    {
        var rules = query["rules"]!.AsArray();
        return Shape.Text(query["combinator"]) == "and"
            ? rules.All(rule => MatchesRule(entity, rule!.AsObject()))
            : rules.Any(rule => MatchesRule(entity, rule!.AsObject()));
    }

    private static string? CheckRule(JsonNode? rule, bool isReference)
    {
        if (rule is not JsonObject body)
        {
            return "rules must be objects";
        }

        if (body.ContainsKey("combinator"))
        {
            return Check(body, isReference);
        }

        var known = isReference ? ReferenceOperators : AllOperators;
        if (Shape.Text(body["operator"]) is not { } name || !known.Contains(name, StringComparer.Ordinal))
        {
            return "operator must be one of " + string.Join(' ', known);
        }

        var needsValue = name is not ("isEmpty" or "isNotEmpty");
        if (Shape.Text(body["property"]) is null || body.ContainsKey("value") != needsValue || body.Count != (needsValue ? 3 : 2))
        {
            return "a rule must have property, operator and value and nothing else";
        }

        var isList = name is "in" or "notIn" or "containsAny";
        return isList && body["value"] is not JsonArray ? $"the value of \"{name}\" must be an array" : null;
    }

    private static bool MatchesRule(EntityDocument entity, JsonObject rule)
    {
        if (rule.ContainsKey("combinator"))
        {
            return Matches(entity, rule);
        }

        var actual = entity.ValueOf(Shape.Text(rule["property"])!);
        var value = rule["value"];
        return Shape.Text(rule["operator"]) switch
        {
            "=" => JsonNode.DeepEquals(actual, value),
            "!=" => !JsonNode.DeepEquals(actual, value),
            ">" => Compare(actual, value) > 0,
            ">=" => Compare(actual, value) >= 0,
            "<" => Compare(actual, value) < 0,
            "<=" => Compare(actual, value) <= 0,
            "in" => Holds(value, actual),
            "notIn" => !Holds(value, actual),
            "containsAny" => actual is JsonArray have && have.Any(item => Holds(value, item)),
            "contains" => Contains(actual, value),
            "doesNotContain" or "doesNotContains" => !Contains(actual, value),
            "beginsWith" => Starts(actual, value),
            "doesNotBeginsWith" => !Starts(actual, value),
            "endsWith" => Ends(actual, value),
            "doesNotEndsWith" => !Ends(actual, value),
            "isEmpty" => IsEmpty(actual),
            "isNotEmpty" => !IsEmpty(actual),
            "between" => IsBetween(actual, value),
            _ => !IsBetween(actual, value),
        };
    }

    private static bool Holds(JsonNode? list, JsonNode? item) =>
        list is JsonArray array && array.Any(candidate => JsonNode.DeepEquals(candidate, item));

    private static bool Contains(JsonNode? actual, JsonNode? value) => actual switch
    {
        JsonArray have when value is JsonArray wanted => wanted.All(item => Holds(have, item)),
        JsonArray have => Holds(have, value),
        _ => Shape.Text(actual) is { } text && Shape.Text(value) is { } part && text.Contains(part, StringComparison.Ordinal),
    };

    private static bool Starts(JsonNode? actual, JsonNode? value) =>
        Shape.Text(actual) is { } text && Shape.Text(value) is { } part && text.StartsWith(part, StringComparison.Ordinal);

    private static bool Ends(JsonNode? actual, JsonNode? value) =>
        Shape.Text(actual) is { } text && Shape.Text(value) is { } part && text.EndsWith(part, StringComparison.Ordinal);

    private static bool IsEmpty(JsonNode? actual) =>
        actual is null or JsonArray { Count: 0 } or JsonObject { Count: 0 } || Shape.Text(actual) is "";

    private static bool IsBetween(JsonNode? actual, JsonNode? value) =>
        value is JsonObject range && Compare(actual, range["from"]) >= 0 && Compare(actual, range["to"]) <= 0;

    // Times are texts in one form, so that their order is that of the texts.
    private static int? Compare(JsonNode? left, JsonNode? right)
    {
        if (Shape.Number(left) is { } number && Shape.Number(right) is { } other)
        {
            return number.CompareTo(other);
        }

        return Shape.Text(left) is { } text && Shape.Text(right) is { } otherText
            ? string.CompareOrdinal(text, otherText)
            : null;
    }
}
