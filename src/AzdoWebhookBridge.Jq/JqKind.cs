namespace AzdoWebhookBridge.Jq;

// The names are those of JSON.
#pragma warning disable CA1720

/// <summary>What a <see cref="JqValue"/> is, in jq's sort order.</summary>
public enum JqKind
{
    Null,
    False,
    True,
    Number,
    String,
    Array,
    Object,
}
