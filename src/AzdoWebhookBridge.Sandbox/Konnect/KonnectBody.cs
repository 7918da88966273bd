using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.Konnect;

/// <summary>Reads a request body key by key and collects everything that is wrong with it.</summary>
internal sealed partial class KonnectBody
{
    private const int NameLength = 120;
    private const int DescriptionLength = 2048;
    private const int LabelLength = 63;

    // Not in the contract's pattern, only in its text and in the documentation. Compared exactly: KONGCTL- is in use.
    private static readonly string[] ReservedLabelPrefixes = ["kong", "konnect", "insomnia", "mesh", "kic", "kuma", "_"];

    private readonly List<InvalidParameter> _wrong = [];

    private KonnectBody(JsonObject json) => Json = json;

    public JsonObject Json { get; }

    public IReadOnlyList<InvalidParameter> Wrong => _wrong;

    /// <summary>The body as an object that has all required keys and no unknown ones; else what is wrong with it.</summary>
    public static KonnectBody Read(SandboxExchange exchange, string[] required, string[] optional)
    {
        if (exchange.Json is not JsonObject json)
        {
            var none = new KonnectBody([]);
            none.Add("", exchange.IsBrokenJson ? "invalid" : "is_object", "must be a JSON object");
            return none;
        }

        var body = new KonnectBody(json);
        foreach (var missing in required.Where(name => !json.ContainsKey(name)))
        {
            body.Add(missing, "required", "is a required field");
        }

        foreach (var (unknown, _) in json.Where(pair => !required.Contains(pair.Key) && !optional.Contains(pair.Key)))
        {
            body.Add(unknown, "unknown_property", "is not a known property");
        }

        return body;
    }

    public void Add(string field, string rule, string reason, int? bound = null) =>
        _wrong.Add(new InvalidParameter(field, rule, reason, bound));

    public static string? TextOf(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;

    /// <summary>A machine name.</summary>
    public string Name(string field)
    {
        var text = Text(field, NameLength);
        if (text.Length > 0 && !NamePattern().IsMatch(text))
        {
            Add(field, "matches_regex", "must match ^[0-9a-z.-]+$");
        }

        return text;
    }

    public string DisplayName() => Text("display_name", NameLength);

    /// <summary>A text of 1 to the given number of characters; nothing is wrong with one that is not there.</summary>
    public string Text(string field, int maximum = int.MaxValue)
    {
        if (!Json.TryGetPropertyValue(field, out var node))
        {
            return "";
        }

        if (TextOf(node) is not { } text)
        {
            Add(field, "is_string", "must be a string");
            return "";
        }

        if (text.Length == 0)
        {
            Add(field, "min_length", "must have at least 1 character", 1);
        }
        else if (text.Length > maximum)
        {
            Add(field, "max_length", $"must have at most {maximum} characters", maximum);
        }

        return text;
    }

    public string? Description()
    {
        if (Json["description"] is not { } node)
        {
            return null;
        }

        if (TextOf(node) is not { } text)
        {
            Add("description", "is_string", "must be a string or null");
            return null;
        }

        if (text.Length > DescriptionLength)
        {
            Add("description", "max_length", $"must have at most {DescriptionLength} characters", DescriptionLength);
        }

        return text;
    }

    public JsonObject Object(string field)
    {
        if (Json.TryGetPropertyValue(field, out var node) && node is not JsonObject)
        {
            Add(field, "is_object", "must be an object");
        }

        return node as JsonObject ?? [];
    }

    /// <summary>Labels as they are after this request: in an update null removes one.</summary>
    public Dictionary<string, string> Labels(IReadOnlyDictionary<string, string>? before, int maximum)
    {
        var labels = new Dictionary<string, string>(before ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        var isUpdate = before is not null;
        if (isUpdate && Json.TryGetPropertyValue("labels", out var all) && all is null)
        {
            return labels;
        }

        foreach (var (key, node) in Object("labels"))
        {
            var field = "labels." + key;
            if (key.Length is 0 or > LabelLength
                || Array.Exists(ReservedLabelPrefixes, prefix => key.StartsWith(prefix, StringComparison.Ordinal)))
            {
                Add(field, "is_label", "must have 1 to 63 characters and no reserved prefix");
            }
            else if (node is null && isUpdate)
            {
                labels.Remove(key);
            }
            else if (TextOf(node) is not { Length: >= 1 and <= LabelLength } value || !LabelPattern().IsMatch(value))
            {
                Add(field, "is_label", "must have 1 to 63 characters, begin and end with a letter or digit, and hold only those and -._");
            }
            else
            {
                labels[key] = value;
            }
        }

        if (labels.Count > maximum)
        {
            Add("labels", "max_items", $"must have at most {maximum} labels", maximum);
        }

        return labels;
    }

    /// <summary>Custom fields as they are after this request; all of them, null where unset.</summary>
    public JsonObject CustomFields(JsonObject before, bool merges)
    {
        var after = merges ? before.DeepClone().AsObject() : ServiceDocument.EmptyCustomFields();
        foreach (var (name, node) in Object("custom_fields"))
        {
            var field = "custom_fields." + name;
            if (!after.ContainsKey(name))
            {
                Add(field, "unknown_property", "is not a custom field of this catalog");
            }
            else if (node is JsonArray)
            {
                Add(field, "invalid", "must be a text, a number, a boolean, a link or null");
            }
            else if (node is JsonObject link && (TextOf(link["name"]) is null || !IsReference(TextOf(link["link"]))))
            {
                Add(field, "required", "a link must have a name and a link, which is a URI reference");
            }
            else
            {
                after[name] = node?.DeepClone();
            }
        }

        return after;
    }

    private static bool IsReference(string? text) =>
        text is not null && !text.Any(char.IsWhiteSpace) && Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _);

    [GeneratedRegex(@"^[0-9a-z.-]+\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"^[a-z0-9A-Z]([a-z0-9A-Z\-._]*[a-z0-9A-Z]+)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelPattern();
}
