using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AzdoWebhookBridge.Cli.Remote;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using Spectre.Console;

namespace AzdoWebhookBridge.Cli.Demo;

/// <summary>What people did, what Azure DevOps sent because of it, and what the bridge answered.</summary>
internal sealed class DeliveryLog : IDisposable
{
    private readonly DemoWorld _world;
    private readonly HttpClient _sender;
    private readonly Table _table;
    private readonly HashSet<(Guid, int)> _seen = [];

    public DeliveryLog(DemoWorld world)
    {
        _world = world;
        _sender = BridgeClient.CreateHttp(world.Bridge.Address);
        _table = world.Screen.CreateTable("in contoso", "sent", "answered");
        Unseen();
    }

    public void Write() => _world.Screen.Write(_table);

    /// <summary>Lets something happen and waits until all of it is delivered.</summary>
    /// <returns>What was sent.</returns>
    public async Task<IReadOnlyList<SandboxNotification>> HappenAsync(string what, Action change, CancellationToken cancellationToken)
    {
        change();
        await _world.DeliveredAsync(cancellationToken).ConfigureAwait(false);
        var sent = Unseen();
        var events = sent.GroupBy(notification => Short(notification.EventType), StringComparer.Ordinal).Select(group => Times(group.Key, group.Count()));
        var answers = sent.GroupBy(notification => notification.LastStatus)
            .Select(group => Times($"{group.Key}", group.Sum(notification => notification.Attempts)));
        _table.AddRow(new Text(what), new Text(string.Join(", ", events)), new Text(string.Join(", ", answers)));
        return sent;
    }

    /// <summary>Sends something that Azure DevOps would send once in a year.</summary>
    /// <returns>The answer's status, and the word for what became of it.</returns>
    public async Task<string> SendAsync(string what, string sent, string body, bool isStranger, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_world.Bridge.Address, "webhooks/azure-devops"))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        if (!isStranger)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{DemoBridge.Username}:{DemoBridge.Password}")));
        }

        using var response = await _sender.SendAsync(request, cancellationToken).ConfigureAwait(false);
        var json = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken).ConfigureAwait(false);
        var word = response.IsSuccessStatusCode ? json.GetProperty("status").GetString() : json.GetProperty("detail").GetString();
        _table.AddRow(new Text(what), new Text(sent), new Text($"{(int)response.StatusCode} {word}"));
        return response.IsSuccessStatusCode ? $"{(int)response.StatusCode} {word}" : $"{(int)response.StatusCode}";
    }

    public void Dispose() => _sender.Dispose();

    private static string Times(string text, int count) => count == 1 ? text : $"{text} ×{count}";

    private static string Short(string eventType) =>
        eventType.Replace("ms.vss-pipelines.", "", StringComparison.Ordinal).Replace("-event", "", StringComparison.Ordinal);

    private IReadOnlyList<SandboxNotification> Unseen() =>
        [.. _world.Contoso.Notifications.Where(notification => _seen.Add((notification.SubscriptionId, notification.Id)))];
}
