using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Port.Provisioning;

/// <summary>Port did not do what it was asked: a sentence for people, without secrets.</summary>
internal sealed class PortCatalogException(string message) : Exception(message);

/// <summary>The definitions in Port's catalog: blueprints, and the hosted webhook. Same token and rate limit as all other calls.</summary>
internal sealed class PortCatalogAdmin(PortClient client)
{
    private const string Blueprints = "v1/blueprints";
    private const string Webhooks = "v1/webhooks";

    /// <summary>What Port said of its rate limit at the latest call; null when it said nothing.</summary>
    public (long Remaining, long Limit)? Budget => client.DefinitionBudget;

    /// <summary>All blueprints by identifier.</summary>
    public async Task<IReadOnlyDictionary<string, JsonObject>> ListBlueprintsAsync(CancellationToken cancellationToken)
    {
        var answer = await SendAsync("list blueprints", HttpMethod.Get, "", Blueprints, null, cancellationToken).ConfigureAwait(false);
        if (answer?["blueprints"] is not JsonArray list)
        {
            throw new PortCatalogException("Port's list of blueprints is not of the known form.");
        }

        var blueprints = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var blueprint in list.OfType<JsonObject>())
        {
            if (blueprint["identifier"] is JsonValue identifier && identifier.TryGetValue<string>(out var name))
            {
                blueprints[name] = blueprint;
            }
        }

        return blueprints;
    }

    public Task ApplyAsync(BlueprintChange change, CancellationToken cancellationToken) => change switch
    {
        { Action: BlueprintAction.Create } => SendAsync(
            "create blueprint", HttpMethod.Post, change.Identifier, $"{Blueprints}?create_catalog_page=true", change.Body, cancellationToken),
        { Action: BlueprintAction.Update } => SendAsync(
            "change blueprint", HttpMethod.Patch, change.Identifier, $"{Blueprints}/{Uri.EscapeDataString(change.Identifier)}", change.Body, cancellationToken),
        _ => Task.CompletedTask,
    };

    /// <summary>The hosted webhook; null when there is none.</summary>
    public async Task<JsonObject?> FindWebhookAsync(string identifier, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(
            "get webhook", HttpMethod.Get, identifier, $"{Webhooks}/{Uri.EscapeDataString(identifier)}", null, cancellationToken).ConfigureAwait(false);
        return answer is null ? null : Webhook(answer);
    }

    public async Task<JsonObject> CreateWebhookAsync(string identifier, JsonObject body, CancellationToken cancellationToken) =>
        Webhook(await SendAsync("create webhook", HttpMethod.Post, identifier, Webhooks, body, cancellationToken).ConfigureAwait(false));

    public async Task<JsonObject> ChangeWebhookAsync(string identifier, JsonObject body, CancellationToken cancellationToken) =>
        Webhook(await SendAsync(
            "change webhook", HttpMethod.Patch, identifier, $"{Webhooks}/{Uri.EscapeDataString(identifier)}", body, cancellationToken).ConfigureAwait(false));

    private static JsonObject Webhook(JsonObject? answer) =>
        answer?["integration"] as JsonObject ?? answer?["webhook"] as JsonObject
        ?? throw new PortCatalogException("Port's answer about the webhook is not of the known form.");

    /// <returns>The answer; null for a GET of what is not there.</returns>
    private async Task<JsonObject?> SendAsync(
        string operation, HttpMethod method, string name, string address, JsonObject? body, CancellationToken cancellationToken)
    {
        var bytes = body is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(body.ToJsonString());
        var (answer, unavailable) = await client.SendAsync(
            new PortCall(operation, method, name, address, bytes), cancellationToken).ConfigureAwait(false);
        if (answer is null)
        {
            throw new PortCatalogException(unavailable!.Reason);
        }

        if (answer.Status == 404 && method == HttpMethod.Get && name.Length > 0)
        {
            return null;
        }

        if (!answer.IsSuccess)
        {
            var error = PortError.Of(answer);
            var said = answer.Excerpt(string.Join(": ", new[] { error.Code, error.Message }.Where(part => !string.IsNullOrWhiteSpace(part))));
            var what = name.Length == 0 ? operation : $"{operation} {name}";
            throw new PortCatalogException($"Port refuses to {what} with status {answer.Status}{(said.Length == 0 ? "." : $": {said}")}");
        }

        try
        {
            return JsonNode.Parse(answer.Body.Span) as JsonObject;
        }
        catch (JsonException)
        {
            throw new PortCatalogException($"Port's answer to '{operation}' is not JSON.");
        }
    }
}
