using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>
/// The schema that a route has for an entity. Port checks it before it looks at anything, so one bad identifier refuses a
/// whole bulk; what the blueprint says comes later and entity by entity.
/// </summary>
internal static class EntityBody
{
    private const string Query = "a query with combinator and rules";

    internal enum Use
    {
        Upsert,
        Put,
        Patch,
    }

    public static PortError? Check(JsonNode? body, Use use, string blueprint, bool isStrict, string at = "body")
    {
        if (body is not JsonObject entity)
        {
            return PortError.Invalid($"{at} must be object");
        }

        if (use == Use.Upsert && isStrict && !entity.ContainsKey("identifier"))
        {
            return PortError.Invalid($"{at} must have required property 'identifier'");
        }

        var isPatch = use == Use.Patch;
        foreach (var (key, value) in entity)
        {
            var wrong = key switch
            {
                "identifier" => CheckIdentifier(value, mayBeQuery: use == Use.Upsert),
                "title" or "icon" => Shape.Text(value) is not null || (value is null && isPatch) ? null : "must be string",
                "team" => CheckTeam(value, isPatch),
                "properties" => CheckProperties(value),
                "relations" => CheckRelations(value),
                "blueprint" when !isPatch => Shape.Text(value) == blueprint ? null : "must be the blueprint in the path",
                _ => isStrict || isPatch ? "is not a known property" : null,
            };
            if (wrong is not null)
            {
                return PortError.Invalid($"{at}/{key} {wrong}");
            }
        }

        return null;
    }

    private static string? CheckIdentifier(JsonNode? value, bool mayBeQuery)
    {
        if (value is JsonObject && mayBeQuery)
        {
            return EntitySearch.Check(value, isReference: true);
        }

        return Shape.IsEntityIdentifier(Shape.Text(value)) ? null : "must match the pattern of identifiers and have at most 1000 characters";
    }

    private static string? CheckTeam(JsonNode? value, bool isPatch) => value switch
    {
        null => isPatch ? null : "must be string, array or " + Query,
        JsonObject => EntitySearch.Check(value, isReference: true),
        JsonArray => Shape.IsTextArray(value) ? null : "must be an array of strings",
        _ => Shape.Text(value) is not null ? null : "must be string, array or " + Query,
    };

    private static string? CheckProperties(JsonNode? value)
    {
        if (value is not JsonObject properties)
        {
            return "must be object";
        }

        return properties.All(pair => Shape.IsKey(pair.Key)) ? null : "has a property name outside the pattern";
    }

    private static string? CheckRelations(JsonNode? value)
    {
        if (value is not JsonObject relations)
        {
            return "must be object";
        }

        foreach (var (name, target) in relations)
        {
            var wrong = target switch
            {
                null => null,
                JsonObject => EntitySearch.Check(target, isReference: true),
                JsonArray many => many.All(item => Shape.IsEntityIdentifier(Shape.Text(item))) ? null : "must hold identifiers",
                _ => Shape.IsEntityIdentifier(Shape.Text(target)) ? null : "must be an identifier",
            };
            if (wrong is not null)
            {
                return $"\"{name}\" {wrong}";
            }
        }

        return null;
    }
}
