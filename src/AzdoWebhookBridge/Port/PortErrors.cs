using System.Text.Json;
using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Delivery.Http;

namespace AzdoWebhookBridge.Port;

/// <summary>What Port said went wrong; any part may be missing.</summary>
/// <param name="Code">For example <c>not_found</c>.</param>
/// <param name="Message">For people.</param>
/// <param name="Resource">What <c>details.resource</c> names, for example <c>blueprint</c>.</param>
internal sealed record PortError(string? Code, string? Message, string? Resource)
{
    public static readonly PortError None = new(null, null, null);

    public static PortError Of(HttpAnswer answer)
    {
        using var json = answer.TryReadObject();
        return json is null ? None : Of(json.RootElement);
    }

    public static PortError Of(JsonElement error) => new(
        error.TextOf("error"),
        error.TextOf("message"),
        error.TryGetProperty("details", out var details) && details.ValueKind == JsonValueKind.Object ? details.TextOf("resource") : null);

    /// <summary>
    /// Whether it is about an entity that this one points at, not about its blueprint: that one may come. Port has no code for it,
    /// only words.
    /// </summary>
    public bool IsAboutRelatedEntity =>
        Resource is "entity" or "related_entity" or "relatedEntity"
        || (Message is not null && !Speaks("blueprint with identifier")
            && (Speaks("related entit") || Speaks("relation target") || Speaks("entity with identifier") || Speaks("entities with identifier")
                || (Speaks("relation") && Speaks("entit"))));

    private bool Speaks(string words) => Message!.Contains(words, StringComparison.OrdinalIgnoreCase);
}

/// <summary>From statuses to outcomes.</summary>
internal static class PortOutcomes
{
    /// <summary>One entity's status, from a bulk answer or of a call with a single entity.</summary>
    public static DeliveryOutcome OfEntity(
        string blueprint, int status, PortError error, HttpAnswer answer, bool createsMissingRelated)
    {
        var said = Said(error, answer);
        return status switch
        {
            >= 200 and < 300 => new DeliveryOutcome.Delivered(),
            408 or 425 or 429 or >= 500 => new DeliveryOutcome.Retry($"Port answered {status} for this entity{said}", status),
            404 when error.IsAboutRelatedEntity && !createsMissingRelated =>
                new DeliveryOutcome.Retry($"Port does not have an entity that this one points at{said}", status),
            404 when !error.IsAboutRelatedEntity => new DeliveryOutcome.Rejected($"Port did not find it in blueprint {blueprint}{said}", status),
            413 => new DeliveryOutcome.Rejected($"The entity is too large for Port{said}", status),
            >= 400 => new DeliveryOutcome.Rejected($"Port refuses this entity with status {status}{said}", status),
            _ => new DeliveryOutcome.Retry($"Port gave this entity the status {status}, which means nothing here.", status),
        };
    }

    private static string Said(PortError error, HttpAnswer answer)
    {
        var words = answer.Excerpt(string.Join(": ", new[] { error.Code, error.Message }.Where(part => !string.IsNullOrWhiteSpace(part))));
        return words.Length == 0 ? "." : $": {words}";
    }
}
