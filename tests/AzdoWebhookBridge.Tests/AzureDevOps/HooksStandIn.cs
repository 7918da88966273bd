using System.Text.Json.Nodes;
using AzdoWebhookBridge.AzureDevOps.Hooks;
using Microsoft.AspNetCore.Http;

namespace AzdoWebhookBridge.Tests.AzureDevOps;

/// <summary>An organization "contoso" with the projects Alpha and Beta that keeps service hooks as Azure DevOps does: it masks passwords and adds inputs.</summary>
internal sealed class HooksStandIn : IAsyncDisposable
{
    public const string Pat = "canary-pat-5150";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, JsonObject> _hooks = [];
    private TinyServer? _server;
    private int _next;

    /// <summary>Asked first; true when it answered itself.</summary>
    public Func<HttpContext, bool>? Fault { get; set; }

    /// <summary>Asked after a hook was made; true when the answer is to be lost.</summary>
    public Func<bool>? LosesAnswer { get; set; }

    /// <summary>Whether what the system switched off stays off.</summary>
    public bool KeepsDisabled { get; set; }

    public string Url => new Uri(_server!.Address, "contoso").ToString();

    public IReadOnlyList<string> Writes => [.. _server!.Seen.Where(call => call.Method != "GET").Select(call => call.Method)];

    public IReadOnlyDictionary<string, JsonObject> Hooks => _hooks;

    public static async Task<HooksStandIn> StartAsync()
    {
        var standIn = new HooksStandIn();
        standIn._server = await TinyServer.StartAsync(standIn.AnswerAsync);
        return standIn;
    }

    /// <summary>The settings of a command or harness that look after it.</summary>
    public IReadOnlyList<(string Key, string? Value)> Settings =>
    [
        ("AzureDevOps:Organizations:0:Url", Url),
        ("AzureDevOps:Organizations:0:Pat", Pat),
        ("AzureDevOps:PublicUrl", "https://bridge.example"),
        ("Ingress:Credentials:0:Username", "azdo"),
        ("Ingress:Credentials:0:Password", "canary-password"),
    ];

    public void Change(string eventType, Action<JsonObject> change)
    {
        lock (_gate)
        {
            change(_hooks.Values.Single(hook => (string?)hook["eventType"] == eventType));
        }
    }

    public void Copy(string eventType)
    {
        lock (_gate)
        {
            var copy = (JsonObject)_hooks.Values.First(hook => (string?)hook["eventType"] == eventType).DeepClone();
            Keep(copy, $"hook-{++_next}");
        }
    }

    public async ValueTask DisposeAsync() => await _server!.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (Fault?.Invoke(context) == true)
        {
            return;
        }

        if (context.Request.Headers.Authorization != "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($":{Pat}")))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var path = context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries)[2..];
        var answer = path switch
        {
        ["projects", "Alpha"] => new JsonObject { ["id"] = "aaaa", ["name"] = "Alpha" },
        ["hooks", "publishers", var publisher, "eventtypes"] => List(HookEvents.All.Where(hook => hook.PublisherId == publisher)
            .Select(hook => new JsonObject { ["id"] = hook.EventType })),
        ["hooks", "subscriptions", ..] => Subscriptions(context.Request, path.ElementAtOrDefault(2), body),
            _ => null,
        };
        if (HttpMethods.IsPost(context.Request.Method) && LosesAnswer?.Invoke() == true)
        {
            context.Abort();
        }
        else if (answer is null)
        {
            context.Response.StatusCode = HttpMethods.IsDelete(context.Request.Method) ? 204 : 404;
        }
        else
        {
            await context.Response.WriteAsJsonAsync(answer);
        }
    }

    private JsonObject? Subscriptions(HttpRequest request, string? id, string body)
    {
        lock (_gate)
        {
            switch (request.Method)
            {
                case "GET":
                    return List(_hooks.Values.Where(hook => (string?)hook["publisherId"] == request.Query["publisherId"]).Select(Masked));
                case "POST":
                    return Masked(Keep(JsonNode.Parse(body)!.AsObject(), $"hook-{++_next}"));
                case "PUT" when _hooks.ContainsKey(id!):
                    return Masked(Keep(JsonNode.Parse(body)!.AsObject(), id!));
                default:
                    _hooks.Remove(id!);
                    return null;
            }
        }
    }

    private JsonObject Keep(JsonObject hook, string id)
    {
        Assert.DoesNotContain("***", hook.ToJsonString(), StringComparison.Ordinal);
        hook["id"] = id;
        hook["status"] = KeepsDisabled && (string?)_hooks.GetValueOrDefault(id)?["status"] == "disabledBySystem"
            ? "disabledBySystem"
            : (string?)hook["status"] ?? "enabled";
        hook["publisherInputs"]!["tfsSubscriptionId"] = $"tfs-{id}";
        _hooks[id] = hook;
        return hook;
    }

    private static JsonObject Masked(JsonObject hook)
    {
        var shown = (JsonObject)hook.DeepClone();
        if (shown["consumerInputs"]!["basicAuthPassword"] is not null)
        {
            shown["consumerInputs"]!["basicAuthPassword"] = "********";
        }

        return shown;
    }

    private static JsonObject List(IEnumerable<JsonObject> items) =>
        new() { ["value"] = new JsonArray([.. items.Select(item => (JsonNode)item.DeepClone())]) };
}
