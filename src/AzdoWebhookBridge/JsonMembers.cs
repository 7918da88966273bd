using System.Text.Json;

namespace AzdoWebhookBridge;

/// <summary>Members of answers that may lack them, or have something else there.</summary>
internal static class JsonMembers
{
    /// <summary>The member's text; null when the object has none of that name, or one that is not text.</summary>
    public static string? TextOf(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
