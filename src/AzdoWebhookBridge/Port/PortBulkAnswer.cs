using System.Text.Json;
using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Delivery.Http;

namespace AzdoWebhookBridge.Port;

/// <summary>Reads the answers of bulk calls; what is not said clearly is not assumed.</summary>
internal static class PortBulkAnswer
{
    /// <summary>What became of each entity of an upsert. Only the index says which one is meant.</summary>
    public static DeliveryOutcome[] Read(string blueprint, int count, HttpAnswer answer, bool createsMissingRelated)
    {
        var outcomes = new DeliveryOutcome?[count];
        var contradicted = new bool[count];
        using var json = answer.TryReadObject();
        if (json is null
            || !json.RootElement.TryGetProperty("entities", out var entities) || entities.ValueKind != JsonValueKind.Array
            || !TryGetErrors(json.RootElement, out var errors))
        {
            return Enumerable.Repeat<DeliveryOutcome>(Unclear("Port's answer to the bulk call is not of the known form."), count).ToArray();
        }

        foreach (var entity in entities.EnumerateArray())
        {
            Put(entity, new DeliveryOutcome.Delivered());
        }

        foreach (var error in errors)
        {
            Put(error, OfError(error));
        }

        return [.. outcomes.Select((outcome, index) => contradicted[index]
            ? Unclear("Port's answer names this entity more than once.")
            : outcome ?? Unclear("Port's answer says nothing about this entity."))];

        void Put(JsonElement element, DeliveryOutcome outcome)
        {
            if (!TryGetIndex(element, count, out var index))
            {
                return;
            }

            contradicted[index] |= outcomes[index] is not null;
            outcomes[index] = outcome;
        }

        DeliveryOutcome OfError(JsonElement error) =>
            error.TryGetProperty("statusCode", out var code) && code.ValueKind == JsonValueKind.Number && code.TryGetInt32(out var status)
                // A success among the errors contradicts itself.
                && status >= 300
                ? PortOutcomes.OfEntity(blueprint, status, PortError.Of(error), answer, createsMissingRelated)
                : Unclear("Port reports an error for this entity without a status.");
    }

    /// <summary>
    /// Whether a delete of so many is said to be done. They are counted and not compared: Port promises ids, not the identifiers that
    /// it was given.
    /// </summary>
    public static bool SaysDeleted(HttpAnswer answer, int count)
    {
        using var json = answer.TryReadObject();
        return json is not null
            && json.RootElement.TryGetProperty("ok", out var ok) && ok.ValueKind == JsonValueKind.True
            && json.RootElement.TryGetProperty("deletedEntities", out var deleted) && deleted.ValueKind == JsonValueKind.Array
            && deleted.GetArrayLength() >= count;
    }

    /// <summary>An answer without any <c>errors</c> is one without errors; anything but a list there is not an answer.</summary>
    private static bool TryGetErrors(JsonElement root, out IEnumerable<JsonElement> errors)
    {
        errors = [];
        if (!root.TryGetProperty("errors", out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        errors = list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];
        return list.ValueKind == JsonValueKind.Array;
    }

    private static bool TryGetIndex(JsonElement element, int count, out int index)
    {
        index = -1;
        return element.ValueKind == JsonValueKind.Object
            && element.TryGetProperty("index", out var value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt32(out index) && index >= 0 && index < count;
    }

    private static DeliveryOutcome.Retry Unclear(string reason) => new(reason);
}
