using System.Net;
using System.Text;
using System.Text.Json;

namespace AzdoWebhookBridge.Tests.Simulation;

/// <summary>
/// Port as far as the target uses it: merging bulk upserts with a result for each index, deletes, tokens, rate limits, and answers
/// that make no sense.
/// </summary>
internal sealed class SimulatedPort(Simulation simulation)
{
    private readonly VirtualWorld _world = simulation.World;
    private readonly Faults _faults = simulation.Faults;
    private readonly Dictionary<(string Blueprint, string Identifier), SortedDictionary<string, string>> _entities = [];
    private int _token;

    public SimulatedNetwork Network { get; } = new(simulation, "port", hasDeadline: true);

    /// <summary>Every entity with its fields: path to value.</summary>
    public IReadOnlyDictionary<(string Blueprint, string Identifier), SortedDictionary<string, string>> Entities => _entities;

    /// <summary>All tokens given out so far are refused from now on.</summary>
    public void RevokeTokens() => _token++;

    public HttpMessageHandler HandlerFor(Replica replica) => new Handler(this, replica);

    /// <summary>The fields of a desired state or of an entity in a body, nulls included.</summary>
    public static SortedDictionary<string, string?> Flatten(JsonElement entity)
    {
        var fields = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (var member in entity.EnumerateObject().Where(member => member.Name != "identifier"))
        {
            if (member.Name is "properties" or "relations")
            {
                foreach (var inner in member.Value.EnumerateObject())
                {
                    fields[$"{member.Name}/{inner.Name}"] = Text(inner.Value);
                }
            }
            else
            {
                fields[member.Name] = Text(member.Value);
            }
        }

        return fields;
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => "'" + value.GetString(),
        _ => value.GetRawText(),
    };

    private (int Status, string Body, int? RetryAfter) Serve(string method, string path, string? authorization, byte[] body)
    {
        if (path == "/v1/auth/access_token")
        {
            return Strikes() ?? (200, $$"""{"ok":true,"accessToken":"t{{_token}}","expiresIn":{{(_world.Chance(0.2) ? 20 : 10_800)}}}""", null);
        }

        if (authorization != $"Bearer t{_token}")
        {
            return (401, """{"ok":false,"error":"unauthorized","message":"The token is not valid."}""", null);
        }

        if (Strikes() is { } trouble)
        {
            return trouble;
        }

        var parts = path.Split('?')[0].Split('/');
        var blueprint = Uri.UnescapeDataString(parts[3]);
        var answer = (method, parts[4], parts.Length > 5 ? parts[5] : "") switch
        {
            ("POST", "entities", "bulk") => UpsertMany(blueprint, body),
            ("POST", "bulk", _) => DeleteMany(blueprint, body),
            ("DELETE", "entities", var identifier) => Delete(blueprint, Uri.UnescapeDataString(identifier)),
            ("PATCH", "entities", var identifier) => Patch(blueprint, Uri.UnescapeDataString(identifier), body),
            _ => throw new InvalidOperationException($"Port has no route {method} {path}."),
        };
        if (!_faults.Strike(_faults.Malformed, "port answer malformed"))
        {
            return (answer.Status, answer.Body, null);
        }

        // Whatever was done, a refusal too: such an answer tells nothing, although it claims to be a success.
        _world.Note(actor: null, "port's answer is malformed", $"{method} {parts[4]} {answer.Status}");
        return (200, _world.Chance(0.5) ? "<html>Welcome</html>" : """{"ok":true,"entities":[{"index":0},{"index":0},{"index":99}]}""", null);
    }

    private (int Status, string Body, int? RetryAfter)? Strikes()
    {
        if (!_faults.Strike(_faults.TargetStatus, "port status"))
        {
            return null;
        }

        int[] statuses = [429, 429, 500, 502, 503, 504, 408];
        var status = statuses[_world.Random.Next(statuses.Length)];
        return (status, "{}", status == 429 || _world.Chance(0.2) ? _world.Random.Next(1, 20) : null);
    }

    private (int Status, string Body) UpsertMany(string blueprint, byte[] body)
    {
        var entities = new List<string>();
        var errors = new List<string>();
        using var json = JsonDocument.Parse(body);
        foreach (var (index, entity) in json.RootElement.GetProperty("entities").EnumerateArray().Index())
        {
            var identifier = entity.GetProperty("identifier").GetString()!;
            var status = _faults.Strike(_faults.ItemRefused, "port item refused") ? (_world.Chance(0.5) ? 500 : 429)
                : _faults.Strike(_faults.ItemRejected, "port item rejected") ? 422
                : 200;
            if (status != 200)
            {
                errors.Add($$"""{"index":{{index}},"identifier":"{{identifier}}","statusCode":{{status}},"error":"e","message":"m"}""");
                continue;
            }

            var isNew = !_entities.TryGetValue((blueprint, identifier), out var fields);
            if (isNew)
            {
                _entities.Add((blueprint, identifier), fields = new SortedDictionary<string, string>(StringComparer.Ordinal));
            }

            Merge(fields!, entity);
            entities.Add($$"""{"created":{{(isNew ? "true" : "false")}},"identifier":"{{identifier}}","index":{{index}}}""");
            _world.Note(actor: null, "port has", identifier);
        }

        return (200, $$"""{"ok":true,"entities":[{{string.Join(',', entities)}}],"errors":[{{string.Join(',', errors)}}]}""");
    }

    private (int Status, string Body) DeleteMany(string blueprint, byte[] body)
    {
        using var json = JsonDocument.Parse(body);
        var keys = json.RootElement.GetProperty("entities").EnumerateArray().Select(entity => (blueprint, entity.GetString()!)).ToArray();
        if (!keys.All(_entities.ContainsKey))
        {
            return (404, """{"ok":false,"error":"not_found"}""");
        }

        foreach (var key in keys)
        {
            _world.Note(actor: null, "port lost", key.Item2);
            _entities.Remove(key);
        }

        return (200, $$"""{"ok":true,"deletedEntities":{{JsonSerializer.Serialize(keys.Select(key => key.Item2))}}}""");
    }

    private (int Status, string Body) Delete(string blueprint, string identifier)
    {
        _world.Note(actor: null, "port lost", identifier);
        return _entities.Remove((blueprint, identifier))
            ? (200, """{"ok":true}""")
            : (404, """{"ok":false,"error":"not_found","message":"Entity not found","details":{"resource":"entity"}}""");
    }

    private (int Status, string Body) Patch(string blueprint, string identifier, byte[] body)
    {
        if (!_entities.TryGetValue((blueprint, identifier), out var fields))
        {
            return (404, """{"ok":false,"error":"not_found"}""");
        }

        using var json = JsonDocument.Parse(body);
        Merge(fields, json.RootElement);
        return (200, """{"ok":true}""");
    }

    private static void Merge(SortedDictionary<string, string> fields, JsonElement entity)
    {
        foreach (var (path, value) in Flatten(entity))
        {
            if (value is null)
            {
                fields.Remove(path);
            }
            else
            {
                fields[path] = value;
            }
        }
    }

    private sealed class Handler(SimulatedPort port, Replica replica) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            // Bytes in memory: nothing is waited for.
            var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
            var authorization = request.Headers.NonValidated.TryGetValues("Authorization", out var values) ? values.ToString() : null;
            var (status, text, retryAfter) = await port.Network.CallAsync(
                replica,
                () => port.Serve(request.Method.Method, request.RequestUri!.PathAndQuery, authorization, body),
                cancellationToken);
            var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(text)) };
            response.Content.Headers.TryAddWithoutValidation("Content-Type", text.StartsWith('<') ? "text/html" : "application/json");
            if (retryAfter is { } seconds)
            {
                response.Headers.TryAddWithoutValidation("Retry-After", $"{seconds}");
            }

            return response;
        }
    }
}

/// <summary>Clients on the simulated network, which need no pool and no time-out of their own.</summary>
internal sealed class SimulatedClients(HttpMessageHandler handler) : IHttpClientFactory
{
    public HttpClient CreateClient(string name) => new(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
}
