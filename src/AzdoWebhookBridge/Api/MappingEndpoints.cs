using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Api;

internal static class MappingEndpoints
{
    // Rules and one event: the largest event that is taken, and room for rules.
    private const long MaxPreviewBytes = 6 * 1024 * 1024;

    public static void MapMapping(this IEndpointRouteBuilder api)
    {
        api.MapGet("/mapping", GetMapping).ForReaders("GetMapping", "The rules in force.").Produces<JsonElement>();
        api.MapPost("/mapping/preview", PreviewMappingAsync).ForReaders("PreviewMapping", "What rules make of an event; nothing is stored.")
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(MaxPreviewBytes))
            .Produces<JsonElement>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static Microsoft.AspNetCore.Http.HttpResults.Ok<JsonElement> GetMapping(IMappingInspector mapping) => TypedResults.Ok(mapping.Summarize());

    private static async Task<IResult> PreviewMappingAsync(
        PreviewRequest request, IMappingInspector mapping, IBridgeStore store, CancellationToken cancellationToken)
    {
        if (request.Event is { ValueKind: not JsonValueKind.Null } given)
        {
            return TypedResults.Ok(await mapping.PreviewAsync(
                request.Rules, JsonMarshal.GetRawUtf8Value(given).ToArray(), context: null, cancellationToken));
        }

        if (!long.TryParse(request.EventId, NumberStyles.None, CultureInfo.InvariantCulture, out var eventId))
        {
            return OperatorApi.Invalid("Give an event in 'event', or the id of a stored one in 'eventId'.");
        }

        return await store.GetEventAsync(eventId, cancellationToken) is { } stored
            ? TypedResults.Ok(await mapping.PreviewAsync(request.Rules, stored.Body, stored.Context, cancellationToken))
            : OperatorApi.NotFound("There is no such event.");
    }
}
