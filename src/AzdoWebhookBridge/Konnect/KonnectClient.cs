using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AzdoWebhookBridge.Delivery.Http;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Konnect;

/// <summary>The calls of the Service Catalog API that we need. Filters are asked for, never trusted: callers check what comes.</summary>
internal sealed partial class KonnectClient(BoundedHttp http, IOptionsMonitor<KonnectOptions> options, ILogger<KonnectClient> logger)
{
    public const int PageSize = 100;

    /// <summary>A list longer than this does not end.</summary>
    private const int MaxPages = 10_000;

    private static readonly MediaTypeHeaderValue JsonMediaType = new("application/json");

    public Task<KonnectResult<List<KonnectIntegration>>> ListIntegrationsAsync(string name, CancellationToken cancellationToken) =>
        ListByNumberAsync(
            "list integrations", KonnectCallKind.List, $"v1/integrations?{Filter("name", null, name)}",
            KonnectJsonContext.Default.KonnectListKonnectIntegration, cancellationToken);

    public Task<KonnectResult<List<KonnectInstance>>> ListInstancesAsync(string integration, CancellationToken cancellationToken) =>
        ListByNumberAsync(
            "list integration instances", KonnectCallKind.List,
            $"v1/integration-instances?{Filter("integration.name", "eq", integration)}",
            KonnectJsonContext.Default.KonnectListKonnectInstance, cancellationToken);

    /// <summary>Resources of an integration; of one instance and type when they are given.</summary>
    public async Task<KonnectResult<List<KonnectResource>>> ListResourcesAsync(
        string integration, string? instance, string? type, CancellationToken cancellationToken)
    {
        const string Operation = "list resources";
        var filters = Filter("integration.name", "eq", integration)
            + (instance is null ? "" : $"&{Filter("integration.instance.name", "eq", instance)}")
            + (type is null ? "" : $"&{Filter("type", "eq", type)}");
        var all = new List<KonnectResource>();
        string? cursor = null;
        for (var page = 0; page < MaxPages; page++)
        {
            var address = $"v1/resources?{filters}&{Page("size", PageSize.ToString())}" + (cursor is null ? "" : $"&{Page("after", cursor)}");
            var (list, problem) = await SendAsync(
                Operation, KonnectCallKind.List, HttpMethod.Get, address, null,
                KonnectJsonContext.Default.KonnectListKonnectResource, cancellationToken);
            if (problem is not null)
            {
                return problem;
            }

            if (list!.Data is not { } data)
            {
                return KonnectProblem.Unreadable(KonnectCallKind.List, 200, Operation);
            }

            all.AddRange(data.Where(resource => resource is { Id.Length: > 0 }));
            if (list.Meta?.Page?.Next is not { Length: > 0 } next)
            {
                return all;
            }

            if (KonnectCursor.Of(next) is not { } following || following == cursor)
            {
                return KonnectProblem.Unreadable(KonnectCallKind.List, 200, Operation);
            }

            cursor = following;
        }

        return KonnectProblem.Unreadable(KonnectCallKind.List, 200, Operation);
    }

    public Task<KonnectResult<List<KonnectService>>> FindServicesAsync(string name, CancellationToken cancellationToken) =>
        ListByNumberAsync(
            "find service", KonnectCallKind.List, $"v1/catalog-services?{Filter("name", "eq", name)}",
            KonnectJsonContext.Default.KonnectListKonnectService, cancellationToken);

    public Task<KonnectResult<KonnectService>> GetServiceAsync(string id, CancellationToken cancellationToken) =>
        SendAsync(
            "get service", KonnectCallKind.Entity, HttpMethod.Get, $"v1/catalog-services/{Segment(id)}", null,
            KonnectJsonContext.Default.KonnectService, cancellationToken);

    public Task<KonnectResult<KonnectService>> CreateServiceAsync(KonnectServiceWrite service, CancellationToken cancellationToken) =>
        SendAsync(
            "create service", KonnectCallKind.Entity, HttpMethod.Post, "v1/catalog-services",
            JsonSerializer.SerializeToUtf8Bytes(service, KonnectJsonContext.Default.KonnectServiceWrite),
            KonnectJsonContext.Default.KonnectService, cancellationToken);

    public Task<KonnectResult<KonnectService>> PatchServiceAsync(string id, KonnectServiceWrite change, CancellationToken cancellationToken) =>
        SendAsync(
            "change service", KonnectCallKind.Entity, HttpMethod.Patch, $"v1/catalog-services/{Segment(id)}",
            JsonSerializer.SerializeToUtf8Bytes(change, KonnectJsonContext.Default.KonnectServiceWrite),
            KonnectJsonContext.Default.KonnectService, cancellationToken);

    public Task<KonnectResult<List<KonnectResource>>> ListServiceResourcesAsync(string serviceId, CancellationToken cancellationToken) =>
        ListByNumberAsync(
            "list resources of service", KonnectCallKind.Entity, $"v1/catalog-services/{Segment(serviceId)}/resources?",
            KonnectJsonContext.Default.KonnectListKonnectResource, cancellationToken);

    public Task<KonnectResult<List<KonnectMapping>>> ListMappingsOfResourceAsync(string resourceId, CancellationToken cancellationToken) =>
        ListByNumberAsync(
            "list mappings", KonnectCallKind.List, $"v1/resource-mappings?{Filter("resource.id", "eq", resourceId)}",
            KonnectJsonContext.Default.KonnectListKonnectMapping, cancellationToken);

    public Task<KonnectResult<List<KonnectMapping>>> ListMappingsOfServiceAsync(string serviceId, CancellationToken cancellationToken) =>
        ListByNumberAsync(
            "list mappings", KonnectCallKind.List, $"v1/resource-mappings?{Filter("service.id", "eq", serviceId)}",
            KonnectJsonContext.Default.KonnectListKonnectMapping, cancellationToken);

    public Task<KonnectResult<KonnectMapping>> GetMappingAsync(string id, CancellationToken cancellationToken) =>
        SendAsync(
            "get mapping", KonnectCallKind.Entity, HttpMethod.Get, $"v1/resource-mappings/{Segment(id)}", null,
            KonnectJsonContext.Default.KonnectMapping, cancellationToken);

    public Task<KonnectResult<KonnectMapping>> CreateMappingAsync(string serviceId, string resourceId, CancellationToken cancellationToken) =>
        SendAsync(
            "create mapping", KonnectCallKind.Entity, HttpMethod.Post, "v1/resource-mappings",
            JsonSerializer.SerializeToUtf8Bytes(
                new KonnectMappingWrite(serviceId, resourceId), KonnectJsonContext.Default.KonnectMappingWrite),
            KonnectJsonContext.Default.KonnectMapping, cancellationToken);

    /// <summary>Null when the mapping is gone, whoever deleted it.</summary>
    public async Task<KonnectProblem?> DeleteMappingAsync(string id, CancellationToken cancellationToken)
    {
        var (_, problem) = await SendAsync<KonnectMapping>(
            "delete mapping", KonnectCallKind.Entity, HttpMethod.Delete, $"v1/resource-mappings/{Segment(id)}", null, null, cancellationToken);
        return problem is { IsGone: true } ? null : problem;
    }

    /// <summary>All pages of a list that is paged by number.</summary>
    internal async Task<KonnectResult<List<T>>> ListByNumberAsync<T>(
        string operation, KonnectCallKind kind, string address, JsonTypeInfo<KonnectList<T>> type, CancellationToken cancellationToken)
        where T : class
    {
        var all = new List<T>();
        for (var number = 1; number <= MaxPages; number++)
        {
            var (list, problem) = await SendAsync(
                operation, kind, HttpMethod.Get,
                $"{address}{(address.EndsWith('?') ? "" : "&")}{Page("size", PageSize.ToString())}&{Page("number", number.ToString())}",
                null, type, cancellationToken);
            if (problem is not null)
            {
                return problem;
            }

            if (list!.Data is not { } data)
            {
                return KonnectProblem.Unreadable(kind, 200, operation);
            }

            all.AddRange(data.Where(element => element is not null));
            var isLast = list.Meta?.Page?.Total is { } total ? all.Count >= total : data.Length < PageSize;
            if (isLast || data.Length == 0)
            {
                return all;
            }
        }

        return KonnectProblem.Unreadable(kind, 200, operation);
    }

    private Task<KonnectResult<T>> SendAsync<T>(
        string operation, KonnectCallKind kind, HttpMethod method, string address, byte[]? body, JsonTypeInfo<T>? type,
        CancellationToken cancellationToken)
        where T : class =>
        SendAsync(operation, kind, method, address, body, type, [], cancellationToken);

    /// <summary>One call; <paramref name="secrets"/> in its body do not come back in a reason, even when the service echoes them.</summary>
    internal async Task<KonnectResult<T>> SendAsync<T>(
        string operation, KonnectCallKind kind, HttpMethod method, string address, byte[]? body, JsonTypeInfo<T>? type,
        IReadOnlyList<SecretText> secrets, CancellationToken cancellationToken)
        where T : class
    {
        // Read for each call: the token may have been exchanged.
        var settings = options.CurrentValue;
        var token = new SecretText(settings.Token);
        if (token.IsEmpty || token.Reveal().Any(letter => letter is <= ' ' or >= '\u007f')
            || !CatalogAddress.TryParse(settings.BaseUrl, out var root))
        {
            return KonnectProblem.NoAnswer(kind, "Konnect:Token is not set or not a token, or Konnect:BaseUrl is not an address.");
        }

        using var request = new HttpRequestMessage(method, new Uri(root, address));
        request.Headers.TryAddWithoutValidation("Accept", "application/json, application/problem+json");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token.Reveal()}");
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = JsonMediaType } };
        }

        var (answer, failure) = await http.SendAsync(request, settings.RequestTimeout, [token, .. secrets], cancellationToken);
        if (answer is null)
        {
            Log.CallFailed(logger, operation, null, null);
            return KonnectProblem.NoAnswer(kind, $"Konnect: {failure}");
        }

        if (!answer.IsSuccess || answer.IsPage)
        {
            var error = Read(answer, KonnectJsonContext.Default.KonnectErrorBody);
            // A missing thing is a normal answer to "is it still there".
            if (answer.Status != 404)
            {
                Log.CallFailed(logger, operation, answer.Status, answer.Excerpt(error?.Instance) is { Length: > 0 } instance ? instance : answer.TraceId);
            }

            return KonnectProblem.Of(kind, operation, answer, error);
        }

        if (type is null)
        {
            return default;
        }

        return Read(answer, type) is { } value ? value : KonnectProblem.Unreadable(kind, answer.Status, operation);
    }

    private static T? Read<T>(HttpAnswer answer, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(answer.Body.Span, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal static string Filter(string field, string? operation, string value) =>
        $"{Uri.EscapeDataString($"filter[{field}]")}{(operation is null ? "" : Uri.EscapeDataString($"[{operation}]"))}={Uri.EscapeDataString(value)}";

    private static string Page(string name, string value) => $"{Uri.EscapeDataString($"page[{name}]")}={Uri.EscapeDataString(value)}";

    // Ids are the server's; one that is a dot segment would lead to another route.
    internal static string Segment(string id) => id is "." or ".." ? "-" : Uri.EscapeDataString(id);
}
