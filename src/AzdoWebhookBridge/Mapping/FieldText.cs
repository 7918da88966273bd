using System.Globalization;
using AzdoWebhookBridge.Jq;

namespace AzdoWebhookBridge.Mapping;

/// <summary>Turns what jq gave into what a catalog takes: the JSON text of a field, an identifier, a version.</summary>
internal static class FieldText
{
    /// <summary>Text, or a number as text; null for anything else.</summary>
    public static string? AsText(JqValue value) => value.Kind switch
    {
        JqKind.String => Clean(value.AsString()),
        JqKind.Number => value.ToJson(),
        _ => null,
    };

    /// <summary>Why the value cannot identify an entity, and the identifier when it can.</summary>
    public static string? ReadIdentifier(JqValue? value, out string identifier)
    {
        identifier = "";
        if (value is null || value.IsNull)
        {
            return "is nothing";
        }

        if (AsText(value) is not { } text)
        {
            return $"has to be text, not {Name(value)}";
        }

        identifier = text;
        return CatalogNames.RefuseIdentifier(text);
    }

    /// <summary>The JSON to write into a field; null, and a reason, when the field cannot hold the value.</summary>
    /// <param name="kind">What the field may hold.</param>
    /// <param name="value">Not null.</param>
    /// <param name="problem">Why nothing, or not everything, is written; null when all is well.</param>
    public static string? Write(FieldKind kind, JqValue value, out string? problem)
    {
        problem = null;
        switch (kind)
        {
            case FieldKind.Property:
                return Json(value);
            case FieldKind.Text:
                return WriteText(value, out problem);
            case FieldKind.Team:
                return value.Kind is JqKind.Array or JqKind.Object ? Json(value) : WriteText(value, out problem);
            default:
                return WriteRelation(value, out problem);
        }
    }

    /// <summary>The number of a version; null, and a reason, when it is none.</summary>
    public static double? ReadVersion(JqValue? value, out string? problem)
    {
        problem = null;
        switch (value?.Kind)
        {
            case null or JqKind.Null:
                return null;
            case JqKind.Number when double.IsFinite(value.AsDouble()):
                return value.AsDouble();
            case JqKind.String when double.TryParse(
                value.AsString(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && double.IsFinite(number):
                return number;
            default:
                problem = $"has to be a number, not {Name(value)}";
                return null;
        }
    }

    /// <summary>Canonical JSON without NUL, which PostgreSQL cannot hold.</summary>
    public static string Json(JqValue value)
    {
        var json = value.ToCanonicalJson();
        return json.Contains("\\u0000", StringComparison.Ordinal) ? Cleaned(value).ToCanonicalJson() : json;
    }

    public static string Clean(string text) =>
        text.Contains('\0', StringComparison.Ordinal) ? text.Replace("\0", "", StringComparison.Ordinal) : text;

    private static string? WriteText(JqValue value, out string? problem)
    {
        problem = null;
        if (value.Kind == JqKind.String)
        {
            return Json(value);
        }

        if (AsText(value) is { } text)
        {
            return JqValue.From(text).ToCanonicalJson();
        }

        problem = $"has to be text, not {Name(value)}";
        return null;
    }

    private static string? WriteRelation(JqValue value, out string? problem)
    {
        if (value.Kind == JqKind.Array)
        {
            return WriteRelations(value, out problem);
        }

        if (value.Kind == JqKind.Object && value.TryGet("combinator", out _) && value.TryGet("rules", out _))
        {
            problem = null;
            return Json(value);
        }

        problem = ReadIdentifier(value, out var identifier);
        return problem is null ? JqValue.From(identifier).ToCanonicalJson() : null;
    }

    private static string? WriteRelations(JqValue value, out string? problem)
    {
        problem = null;
        var identifiers = new List<JqValue>(value.Items.Count);
        var refused = 0;
        foreach (var item in value.Items)
        {
            if (ReadIdentifier(item, out var identifier) is { } reason)
            {
                refused++;
                problem ??= $"an identifier {reason}";
            }
            else
            {
                identifiers.Add(JqValue.From(identifier));
            }
        }

        // An empty list that nothing was refused from says "none"; one that lost everything says nothing.
        return refused > 0 && identifiers.Count == 0 ? null : JqValue.Array(identifiers).ToCanonicalJson();
    }

    private static JqValue Cleaned(JqValue value) => value.Kind switch
    {
        JqKind.String => JqValue.From(Clean(value.AsString())),
        JqKind.Array => JqValue.Array([.. value.Items.Select(Cleaned)]),
        JqKind.Object => JqValue.Object(value.Members
            .Select(member => KeyValuePair.Create(Clean(member.Key), Cleaned(member.Value)))
            .DistinctBy(member => member.Key, StringComparer.Ordinal)),
        _ => value,
    };

    private static string Name(JqValue value) => value.Kind switch
    {
        JqKind.Null => "null",
        JqKind.False or JqKind.True => "a boolean",
        JqKind.Number => "a number",
        JqKind.String => "text",
        JqKind.Array => "a list",
        _ => "an object",
    };
}
