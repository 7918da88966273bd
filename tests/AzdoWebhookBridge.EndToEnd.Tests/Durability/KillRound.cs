using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using AzdoWebhookBridge.Sandbox.Port;

namespace AzdoWebhookBridge.EndToEnd.Tests.Durability;

/// <summary>How one round went. Everything was acknowledged in the end, so every entity has to be at its last revision.</summary>
/// <param name="Acknowledged">Deliveries that were answered with 202.</param>
/// <param name="Kills">SIGKILLs under load.</param>
/// <param name="Resent">Deliveries sent again because nobody answered, or with 503.</param>
/// <param name="Lost">Acknowledged events that the store does not have any more, or has not mapped.</param>
/// <param name="Wrong">Entities that the catalog lacks, or has in another state than the last revision.</param>
/// <param name="Parked">Entities that are parked; none should be.</param>
internal sealed record KillResult(int Acknowledged, int Kills, int Resent, int Lost, int Wrong, int Parked);

/// <summary>
/// Deliveries from several senders, at random to any of the replicas, while one replica after the other is killed and started again,
/// and while the catalog fails now and then. The senders' own list is the oracle.
/// </summary>
/// <param name="storage">The settings of the store.</param>
/// <param name="replicas">How many bridges.</param>
/// <param name="seed">Order, victims and times.</param>
internal sealed class KillRound(IReadOnlyDictionary<string, string> storage, int replicas, int seed)
{
    private const string ApiKey = "kill-round-key";
    private const string Blueprint = "azure_devops_work_item";
    private const int Senders = 12;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Random _random = new(seed);
    private readonly ConcurrentDictionary<string, bool> _acknowledged = new(StringComparer.Ordinal);
    private readonly SampleOrganization _contoso = new("contoso", new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));
    private BridgeProcess?[] _bridges = [];
    private int[] _ports = [];
    private int _resent;

    /// <param name="items">Work items.</param>
    /// <param name="revisions">Deliveries of each.</param>
    /// <param name="kills">How often a replica is killed while deliveries come in.</param>
    public async Task<KillResult> RunAsync(int items, int revisions, int kills)
    {
        await using var port = await PortSandbox.StartAsync(null, CancellationToken.None);
        _ports = [.. Enumerable.Range(0, replicas).Select(_ => BridgeProcess.FreePort())];
        _bridges = await Task.WhenAll(_ports.Select(number => StartAsync(number, port)));
        try
        {
            var queue = new ConcurrentQueue<string>(Deliveries(items, revisions));
            var total = queue.Count;
            var senders = Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() => SendAllAsync(queue, new Random(seed + sender)))));
            for (var kill = 1; kill <= kills; kill++)
            {
                await UntilAsync(() => Task.FromResult(_acknowledged.Count >= kill * total / (kills + 1)));
                port.Faults.RespondWith(503, times: 3);
                port.Faults.ResetConnection(times: 2);
                port.Faults.LoseAnswer(times: 2);
                await RestartAsync(_random.Next(replicas), port);
            }

            await senders.WaitAsync(Patience);
            port.Faults.Clear();
            using var client = CreateClient(0);
            await UntilAsync(() => IsSettledAsync(client));
            return new KillResult(
                _acknowledged.Count,
                kills,
                _resent,
                await CountLostAsync(client),
                CountWrong(port, items, revisions),
                (await client.GetFromJsonAsync<JsonElement>("api/entities?state=parked")).GetProperty("items").GetArrayLength());
        }
        finally
        {
            await Task.WhenAll(_bridges.OfType<BridgeProcess>().Select(bridge => bridge.DisposeAsync().AsTask()));
        }
    }

    private string[] Deliveries(int items, int revisions)
    {
        var project = _contoso.Project("Payments");
        var deliveries = Enumerable.Range(1, items).SelectMany(item => Enumerable.Range(1, revisions).Select(revision =>
            (revision == 1
                ? _contoso.WorkItem("created", project, item, revision, Title(item, revision))
                : _contoso.WorkItemUpdated(project, item, revision, Title(item, revision))).ToJsonString())).ToArray();
        _random.Shuffle(deliveries);
        return deliveries;
    }

    private async Task SendAllAsync(ConcurrentQueue<string> queue, Random random)
    {
        var clients = Enumerable.Range(0, replicas).Select(CreateClient).ToArray();
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (queue.TryDequeue(out var delivery))
        {
            while (!await TrySendAsync(clients[random.Next(replicas)], delivery))
            {
                // As a load balancer would, at another replica; as Azure DevOps would, a little later.
                Interlocked.Increment(ref _resent);
                await pause.WaitForNextTickAsync();
            }
        }

        Array.ForEach(clients, client => client.Dispose());
    }

    private async Task<bool> TrySendAsync(HttpClient client, string delivery)
    {
        try
        {
            using var content = new StringContent(delivery, Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync("webhooks/azure-devops", content);
            if ((int)answer.StatusCode == 503)
            {
                return false;
            }

            var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
            if ((int)answer.StatusCode != 202)
            {
                throw new InvalidOperationException($"{(int)answer.StatusCode}: {body}");
            }

            return _acknowledged.TryAdd(body.GetProperty("eventId").GetString()!, true)
                ? true
                : throw new InvalidOperationException($"Two deliveries were given one id: {body}");
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (IOException)
        {
            // Killed between the headers and the body of its answer.
            return false;
        }
    }

    private async Task RestartAsync(int victim, PortSandbox port)
    {
        await _bridges[victim]!.DisposeAsync();
        _bridges[victim] = null;
        _bridges[victim] = await StartAsync(_ports[victim], port);
    }

    private static async Task<bool> IsSettledAsync(HttpClient client)
    {
        var overview = await client.GetFromJsonAsync<JsonElement>("api/overview");
        return overview.GetProperty("eventsWaiting").GetInt64() == 0
            && overview.GetProperty("targets").EnumerateArray().All(target => target.GetProperty("dirty").GetInt64() == 0);
    }

    private async Task<int> CountLostAsync(HttpClient client)
    {
        var missing = _acknowledged.Keys.ToHashSet(StringComparer.Ordinal);
        for (string? before = null; ;)
        {
            var page = (await client.GetFromJsonAsync<JsonElement>($"api/events?limit=500{(before is null ? "" : $"&before={before}")}")).GetProperty("items");
            if (page.GetArrayLength() == 0)
            {
                return missing.Count;
            }

            foreach (var stored in page.EnumerateArray())
            {
                before = stored.GetProperty("id").GetString()!;
                if (stored.GetProperty("state").GetString() == "folded")
                {
                    missing.Remove(before);
                }
            }
        }
    }

    private static int CountWrong(PortSandbox port, int items, int revisions) => Enumerable.Range(1, items).Count(item =>
        port.Find(Blueprint, item.ToString(System.Globalization.CultureInfo.InvariantCulture)) is not { } entity
        || entity.Title != Title(item, revisions)
        || entity.Properties["revision"]?.GetValue<double>() != revisions);

    private static string Title(int item, int revision) => $"Item {item} at {revision}";

    private Task<BridgeProcess> StartAsync(int number, PortSandbox port) => BridgeProcess.StartAsync(
        new Dictionary<string, string>(storage)
        {
            ["Ingress__Credentials__0__Username"] = "hook",
            ["Ingress__Credentials__0__Password"] = "kill-round-secret",
            ["Admin__ApiKeys__0"] = ApiKey,
            ["Port__BaseUrl"] = port.BaseAddress.ToString(),
            ["Port__ClientId"] = port.Options.ClientId,
            ["Port__ClientSecret"] = port.Options.ClientSecret,
            ["Delivery__MaxBackoff"] = "00:00:01",
        },
        number);

    private HttpClient CreateClient(int replica)
    {
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_ports[replica]}/"), Timeout = TimeSpan.FromSeconds(60) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("hook:kill-round-secret"u8));
        client.DefaultRequestHeaders.Add("X-Api-Key", ApiKey);
        return client;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await condition())
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }
}
