using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>Judges a value by the definition of its property in the blueprint.</summary>
internal static partial class PropertyRules
{
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromSeconds(1);

    /// <summary>What is wrong with the value, or null.</summary>
    public static string? Check(JsonObject definition, JsonNode value)
    {
        var type = Shape.Text(definition["type"]);
        if (!HasType(type, value))
        {
            return $"must be {type}";
        }

        if (definition["enum"] is JsonArray choices && !choices.Any(choice => JsonNode.DeepEquals(choice, value)))
        {
            return "must be equal to one of the allowed values";
        }

        return type switch
        {
            "string" => CheckText(definition, value.GetValue<string>()),
            "number" => CheckRange(definition, "minimum", "maximum", Shape.Number(value)!.Value),
            "array" => CheckArray(definition, value.AsArray()),
            _ => null,
        };
    }

    private static bool HasType(string? type, JsonNode value) => (type, value.GetValueKind()) is
        ("string", JsonValueKind.String) or ("number", JsonValueKind.Number) or ("object", JsonValueKind.Object)
        or ("array", JsonValueKind.Array) or ("boolean", JsonValueKind.True or JsonValueKind.False);

    private static string? CheckText(JsonObject definition, string text)
    {
        if (Shape.Text(definition["format"]) is { } format && !HasFormat(format, text))
        {
            return $"must match format \"{format}\"";
        }

        if (Shape.Text(definition["pattern"]) is { } pattern
            && !Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant, PatternTimeout))
        {
            return $"must match pattern \"{pattern}\"";
        }

        return CheckRange(definition, "minLength", "maxLength", text.Length);
    }

    private static string? CheckArray(JsonObject definition, JsonArray array)
    {
        if (CheckRange(definition, "minItems", "maxItems", array.Count) is { } wrongSize)
        {
            return wrongSize;
        }

        return definition["items"] is JsonObject { Count: > 0 } items && items.ContainsKey("type")
            ? array.Select(item => item is null ? "must not have null items" : Check(items, item)).FirstOrDefault(wrong => wrong is not null)
            : null;
    }

    private static string? CheckRange(JsonObject definition, string minimum, string maximum, double value)
    {
        if (Shape.Number(definition[minimum]) is { } least && value < least)
        {
            return $"must be at least {least} ({minimum})";
        }

        return Shape.Number(definition[maximum]) is { } most && value > most ? $"must be at most {most} ({maximum})" : null;
    }

    private static bool HasFormat(string format, string text) => format switch
    {
        // A blank is what a project name brings into an address that nobody encoded.
        "url" => !text.Any(char.IsWhiteSpace)
            && Uri.TryCreate(text, UriKind.Absolute, out var url)
            && url.Scheme is "http" or "https" or "ftp" && url.Host.Length > 0,
        "date-time" or "timer" => DateTimeShape().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _),
        "email" or "idn-email" or "user" => Email().IsMatch(text),
        "ipv4" => IPAddress.TryParse(text, out var v4) && v4.AddressFamily == AddressFamily.InterNetwork && text.Count(c => c == '.') == 3,
        "ipv6" => IPAddress.TryParse(text, out var v6) && v6.AddressFamily == AddressFamily.InterNetworkV6,
        _ => true, // markdown, yaml, team, blueprints, proto: any text
    };

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d(:?\d\d)?)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DateTimeShape();

    [GeneratedRegex(@"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Email();
}
