using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>The schema that the routes have for a blueprint.</summary>
internal static class BlueprintBody
{
    private static readonly string[] Keys =
    [
        "identifier", "title", "description", "icon", "ownership", "schema", "calculationProperties", "mirrorProperties",
        "aggregationProperties", "relations", "changelogDestination",
    ];

    private static readonly string[] Types = ["string", "number", "boolean", "object", "array"];

    private static readonly string[] Formats =
    [
        "date-time", "url", "email", "idn-email", "ipv4", "ipv6", "markdown", "yaml", "user", "blueprints", "team", "timer",
        "proto", "labeled-url",
    ];

    private static readonly string[] RelationKeys = ["title", "target", "required", "many", "description", "type"];

    internal enum Use
    {
        Create,
        Replace,
        Patch,
    }

    public static PortError? Check(JsonNode? json, Use use)
    {
        if (json is not JsonObject body)
        {
            return PortError.Invalid("body must be object");
        }

        string[] required = use switch
        {
            Use.Create => ["identifier", "title", "schema"],
            Use.Replace => ["title", "schema"],
            _ => [],
        };
        var wrong = required.FirstOrDefault(name => !body.ContainsKey(name)) is { } missing
            ? $"must have required property '{missing}'"
            : body.Select(pair => CheckKey(pair.Key, pair.Value)).FirstOrDefault(one => one is not null);
        return wrong is null ? null : PortError.Invalid("body " + wrong);
    }

    private static string? CheckKey(string key, JsonNode? value) => key switch
    {
        "identifier" => Shape.IsBlueprintIdentifier(Shape.Text(value)) ? null : "identifier must match the pattern, at most 100 characters",
        "title" => Shape.Text(value) is { Length: >= 1 and <= 100 } ? null : "title must have 1 to 100 characters",
        "description" => Shape.Text(value) is { Length: <= 200 } ? null : "description must be string of at most 200 characters",
        "icon" => Shape.Text(value) is not null ? null : "icon must be string",
        "schema" => CheckSchema(value),
        "relations" => CheckRelations(value),
        _ when !Keys.Contains(key, StringComparer.Ordinal) => $"must not have the property '{key}'",
        _ => value is JsonObject ? null : $"{key} must be object",
    };

    private static string? CheckSchema(JsonNode? value)
    {
        if (value is not JsonObject schema || schema["properties"] is not JsonObject properties
            || schema.Any(pair => pair.Key is not ("properties" or "required")))
        {
            return "schema must have properties, may have required, and nothing else";
        }

        if (schema.ContainsKey("required") && !Shape.IsTextArray(schema["required"]))
        {
            return "schema/required must be an array of strings";
        }

        foreach (var (name, node) in properties)
        {
            if (!Shape.IsKey(name) || node is not JsonObject property || !Types.Contains(Shape.Text(property["type"])))
            {
                return $"schema/properties/{name} must have a name within the pattern and a type of {string.Join(' ', Types)}";
            }

            if (property.ContainsKey("format") && !Formats.Contains(Shape.Text(property["format"])))
            {
                return $"schema/properties/{name}/format must be one of {string.Join(' ', Formats)}";
            }
        }

        return null;
    }

    private static string? CheckRelations(JsonNode? value)
    {
        if (value is not JsonObject relations)
        {
            return "relations must be object";
        }

        foreach (var (name, node) in relations)
        {
            if (!Shape.IsKey(name) || node is not JsonObject relation || Shape.Text(relation["target"]) is null
                || relation.Any(pair => !RelationKeys.Contains(pair.Key, StringComparer.Ordinal)))
            {
                return $"relations/{name} must have a target and no more than {string.Join(' ', RelationKeys)}";
            }

            if (IsOther(relation, "many") || IsOther(relation, "required"))
            {
                return $"relations/{name}: many and required must be boolean";
            }

            if (Shape.IsTrue(relation["many"]) && Shape.IsTrue(relation["required"]))
            {
                return $"relations/{name} cannot be many and required";
            }
        }

        return null;
    }

    private static bool IsOther(JsonObject relation, string key) => relation.ContainsKey(key) && !Shape.IsBoolean(relation[key]);
}
