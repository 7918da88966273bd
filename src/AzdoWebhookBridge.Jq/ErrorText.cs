using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq;

/// <summary>The wording of run-time errors: jq's, so that what people know about jq applies.</summary>
internal static class ErrorText
{
    private const int PreviewLength = 29;

    /// <summary>The value as JSON, cut as jq cuts it. Heavy values are not written out for that.</summary>
    public static string Preview(JqValue value)
    {
        if (value is StringValue { Text.Length: > 64 } text)
        {
            value = StringValue.Create(text.Text[..64]);
        }
        else if (value.Weight > 65_536)
        {
            return value.Kind == JqKind.Array ? "[...]" : "{...}";
        }

        var json = value.ToJson();
        return json.Length <= PreviewLength ? json : string.Concat(json.AsSpan(0, PreviewLength - 3), "...");
    }

    public static string Describe(JqValue value) => $"{value.KindName} ({Preview(value)})";

    public static JqRuntimeException Binary(JqValue left, JqValue right, string what) =>
        new($"{Describe(left)} and {Describe(right)} cannot be {what}");

    public static JqRuntimeException Index(JqValue value, JqValue key) => key.Kind == JqKind.String
        ? new($"Cannot index {value.KindName} with \"{key.AsString()}\"")
        : new($"Cannot index {value.KindName} with {key.KindName}");

    public static JqRuntimeException Iterate(JqValue value) => new(value.IsNull
        ? "Cannot iterate over null"
        : $"Cannot iterate over {Describe(value)}");
}
