using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Delivery.Http;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Port;

/// <summary>What came of a call: an answer about what was asked, or that Port as a whole cannot be used now.</summary>
internal readonly record struct PortReply(HttpAnswer? Answer, DeliveryOutcome.TargetUnavailable? Unavailable);

/// <summary>The calls of Port's API that we need, with the token, the rate budget and what concerns the whole account.</summary>
internal sealed partial class PortClient(
    BoundedHttp http, PortTokenProvider tokens, IOptionsMonitor<PortOptions> options, TimeProvider time, ILogger<PortClient> logger)
{
    private readonly RateBudget _bulk = new(time);
    private readonly RateBudget _entities = new(time);
    private readonly RateBudget _definitions = new(time);

    /// <summary>Bulk calls left in the current window; null while unknown.</summary>
    public long? BulkCallsRemaining => _bulk.Remaining;

    /// <summary>Single and delete calls left in the current window; null while unknown.</summary>
    public long? EntityCallsRemaining => _entities.Remaining;

    public Task<PortReply> UpsertAsync(string blueprint, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        SendAsync(
            new PortCall("upsert", HttpMethod.Post, blueprint,
                $"{Path(blueprint)}/entities/bulk?upsert=true&merge=true&create_missing_related_entities={Flag(options.CurrentValue.CreateMissingRelatedEntities)}",
                body),
            _bulk, cancellationToken);

    public Task<PortReply> DeleteManyAsync(
        string blueprint, IEnumerable<string> identifiers, bool deleteDependents, CancellationToken cancellationToken) =>
        SendAsync(
            new PortCall("bulk delete", HttpMethod.Post, blueprint,
                $"{Path(blueprint)}/bulk/entities/delete?delete_dependents={Flag(deleteDependents)}",
                PortJson.WriteIdentifiers(identifiers)),
            _entities, cancellationToken);

    public Task<PortReply> DeleteAsync(string blueprint, string identifier, bool deleteDependents, CancellationToken cancellationToken) =>
        SendAsync(
            new PortCall("delete", HttpMethod.Delete, blueprint,
                $"{Path(blueprint)}/entities/{Uri.EscapeDataString(identifier)}?delete_dependents={Flag(deleteDependents)}", null),
            _entities, cancellationToken);

    /// <summary>Sets <c>title</c>, <c>icon</c> or <c>team</c> to null: only this route takes a null for them.</summary>
    public Task<PortReply> ClearAsync(string blueprint, string identifier, IEnumerable<string> names, CancellationToken cancellationToken) =>
        SendAsync(
            new PortCall("patch", HttpMethod.Patch, blueprint,
                $"{Path(blueprint)}/entities/{Uri.EscapeDataString(identifier)}", PortJson.WriteNulls(names)),
            _entities, cancellationToken);

    /// <summary>A call about definitions (blueprints, webhooks), which have a limit of their own.</summary>
    public Task<PortReply> SendAsync(PortCall call, CancellationToken cancellationToken) => SendAsync(call, _definitions, cancellationToken);

    /// <summary>What was left for definitions after the latest answer, and of how many; null while unknown.</summary>
    public (long Remaining, long Limit)? DefinitionBudget { get; private set; }

    private static string Path(string blueprint) => $"v1/blueprints/{Uri.EscapeDataString(blueprint)}";

    private static string Flag(bool value) => value ? "true" : "false";

    private async Task<PortReply> SendAsync(PortCall call, RateBudget budget, CancellationToken cancellationToken)
    {
        PortToken? refused = null;
        while (true)
        {
            if (!budget.TryTake(out var after))
            {
                Log.BudgetExhausted(logger, call.Operation, after);
                return Unavailable("Port's rate limit is used up; waiting for its reset.", null, after);
            }

            var (token, problem) = await tokens.GetAsync(refused, cancellationToken);
            if (token is null)
            {
                return new PortReply(null, problem);
            }

            using var request = new HttpRequestMessage(call.Method, new Uri(token.Root, call.Address));
            request.Headers.TryAddWithoutValidation("Accept", "application/json");
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token.Text.Reveal()}");
            request.Content = call.Body is { } body ? PortJson.Content(body) : null;
            var (answer, failure) = await http.SendAsync(
                request, options.CurrentValue.RequestTimeout, [token.Text, token.ClientSecret], cancellationToken);
            if (answer is null)
            {
                Log.CallFailed(logger, call.Operation, call.Blueprint, null, null);
                return Unavailable($"Port: {failure}");
            }

            budget.Observe(answer);
            if (ReferenceEquals(budget, _definitions) && answer is { RateLimitRemaining: { } remaining, RateLimit: { } limit })
            {
                DefinitionBudget = (remaining, limit);
            }

            if (answer.Status == 401 && refused is null)
            {
                refused = token;
                continue;
            }

            if (!answer.IsSuccess)
            {
                Log.CallFailed(logger, call.Operation, call.Blueprint, answer.Status, answer.TraceId);
            }

            return Judge(answer) is { } unavailable ? new PortReply(null, unavailable) : new PortReply(answer, null);
        }
    }

    /// <summary>What an answer says about the account or the way to it, not about what was asked.</summary>
    private static DeliveryOutcome.TargetUnavailable? Judge(HttpAnswer answer) => answer switch
    {
        { Status: 401 } => new("Port refuses the access token even after its renewal: check the credential.", 401),
        { Status: 403 } => new("Port forbids this to the configured credential: check its permissions.", 403),
        { Status: 429 } => new("Port is over its rate limit.", 429, answer.RetryAfter ?? answer.RateLimitReset),
        { Status: 408 or 425 or >= 500 } => new($"Port failed with status {answer.Status}.", answer.Status, answer.RetryAfter),
        { IsRedirect: true } => new(
            $"Port's address redirects (status {answer.Status}), which is not followed: check Port:BaseUrl.", answer.Status),
        // An empty 404 has no page in it; a page means that something else answers at this address.
        { IsPage: true, Status: not (413 or 422) } => new(
            $"A page came back instead of Port's answer (status {answer.Status}): check Port:BaseUrl and proxies.", answer.Status),
        _ => null,
    };

    private static PortReply Unavailable(string reason, int? status = null, TimeSpan? after = null) =>
        new(null, new DeliveryOutcome.TargetUnavailable(reason, status, after));
}

/// <summary>A call of Port's API.</summary>
/// <param name="Operation">What it does, for the log.</param>
/// <param name="Method">How.</param>
/// <param name="Blueprint">What it is about, for the log.</param>
/// <param name="Address">Below the root, with its query.</param>
/// <param name="Body">JSON, or none.</param>
internal sealed record PortCall(string Operation, HttpMethod Method, string Blueprint, string Address, ReadOnlyMemory<byte>? Body);
